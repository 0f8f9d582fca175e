/**
 * The command line as data.
 *
 * Read first: node:util, parseArgs. Order: parse() → the command → parseRun() → each option is checked; what is wrong
 * is a Failure with status 2 that names the word and, where one is near, the word that was meant.
 */
import { parseArgs } from "node:util";
import { parseDuration } from "../entry-node.ts";
import type { ExplainArguments } from "./explain/explain.ts";
import { Failure } from "./failure.ts";
import { parseShellArguments, type ShellArguments } from "./shell-arguments.ts";

/** What `netloom run` was asked for. */
export interface RunArguments {
  /** As typed; undefined for the shipped scenario. */
  readonly file: string | undefined;
  readonly seed: number | string | undefined;
  /** As typed, and a valid duration. */
  readonly until: string | undefined;
  readonly isRealTime: boolean;
  /** The directory as typed. */
  readonly pcap: string | undefined;
  /** The directory for pictures as typed. */
  readonly lsof: string | undefined;
  /** The directory for plots as typed. */
  readonly plot: string | undefined;
  readonly check: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

export type Command =
  | { readonly name: "help"; readonly topic: "all" | "run" | "explain" | "shell" }
  | { readonly name: "version" }
  | { readonly name: "run"; readonly arguments: RunArguments }
  | { readonly name: "explain"; readonly arguments: ExplainArguments }
  | { readonly name: "shell"; readonly arguments: ShellArguments };

const OPTIONS = {
  seed: { type: "string" },
  until: { type: "string" },
  realtime: { type: "boolean" },
  pcap: { type: "string" },
  lsof: { type: "string" },
  plot: { type: "string" },
  check: { type: "boolean" },
  json: { type: "boolean" },
  quiet: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;
type OptionName = keyof typeof OPTIONS;

/** The commands that have help of their own. */
const TOPICS = ["run", "explain", "shell"] as const;

/** So many wrong letters may be a slip. */
const NEAR_STEPS = 2;
const SCENARIO_FILE = /\.[cm]?[jt]sx?$/;

export function parse(words: readonly string[]): Command {
  const [command, ...rest] = words;
  switch (command) {
    case "run":
      return parseRun(rest);
    case "explain":
      return parseExplain(rest);
    case "shell": {
      const given = parseShellArguments(rest);
      return given === "help" ? { name: "help", topic: "shell" } : { name: "shell", arguments: given };
    }
    case "help":
    case "--help":
    case "-h":
      return { name: "help", topic: TOPICS.find((topic) => topic === rest[0]) ?? "all" };
    case "version":
    case "--version":
    case "-v":
      return { name: "version" };
    case undefined:
      throw new Failure(2, 'there is no command. "netloom run" runs the shipped scenario; "netloom --help" says more');
  }
  if (SCENARIO_FILE.test(command)) throw new Failure(2, `to run a scenario: netloom run ${words.join(" ")}`);
  const isOption = command.startsWith("-");
  const guess = suggest(command, isOption ? ["--help", "--version"] : [...TOPICS, "help", "version"]);
  throw new Failure(2, `there is no ${isOption ? "option" : "command"} "${command}"${guess}; see "netloom --help"`);
}

function parseRun(words: readonly string[]): Command {
  const { values, positionals, tokens } = parseArgs({
    args: [...words],
    options: OPTIONS,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === "option") checkOption(token.name, token.rawName, token.value);
  if (values.help === true) return { name: "help", topic: "run" };
  if (positionals.length > 1) {
    throw new Failure(2, `one scenario is run at a time, not ${positionals.map((file) => `"${file}"`).join(" and ")}`);
  }
  const given = {
    file: positionals[0],
    seed: parseSeed(values.seed as string | undefined),
    until: values.until as string | undefined,
    isRealTime: values.realtime === true,
    pcap: values.pcap as string | undefined,
    lsof: values.lsof as string | undefined,
    plot: values.plot as string | undefined,
    check: values.check === true,
    json: values.json === true,
    quiet: values.quiet === true,
  };
  checkTogether(given);
  return { name: "run", arguments: given };
}

function parseExplain(words: readonly string[]): Command {
  if (words.includes("--help") || words.includes("-h")) return { name: "help", topic: "explain" };
  const unknown = words.find((word) => word.startsWith("-") && word !== "--json");
  if (unknown !== undefined) throw new Failure(2, `there is no option "${unknown}"; see "netloom explain --help"`);
  const topics = words.filter((word) => word !== "--json");
  if (topics.length > 1) throw new Failure(2, `one topic is explained at a time, not ${topics.join(" and ")}`);
  return { name: "explain", arguments: { topic: topics[0], json: words.includes("--json") } };
}

/** The command that runs the same again. */
export function formatCommand({ file, until, isRealTime, check }: RunArguments, seed: number | string): string {
  const words = ["netloom", "run", ...(file === undefined ? [] : [file]), "--seed", String(seed)];
  if (until !== undefined) words.push("--until", until);
  if (isRealTime) words.push("--realtime");
  if (check) words.push("--check");
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

function checkOption(name: string, typed: string, value: string | undefined): void {
  if (!isOption(name)) {
    const guess = suggest(
      typed,
      Object.keys(OPTIONS).map((known) => `--${known}`),
    );
    throw new Failure(2, `there is no option "${typed}"${guess}; see "netloom run --help"`);
  }
  if (OPTIONS[name].type === "boolean") {
    if (value !== undefined) throw new Failure(2, `--${name} takes no value, and was given "${value}"`);
  } else if (value === undefined || value === "" || value.startsWith("--")) {
    throw new Failure(2, `--${name} needs a value${value?.startsWith("--") ? `, not the option ${value}` : ""}`);
  }
}

function checkTogether({ until, check, isRealTime, json, file }: RunArguments): void {
  if (until !== undefined) parseUntil(until);
  if (check && isRealTime) {
    throw new Failure(
      2,
      "--check compares two runs in virtual time: in real time no two runs are alike; leave one out",
    );
  }
  if (check && json) throw new Failure(2, "--check shows no steps, and --json shows each of them: leave one out");
  if (file === "") throw new Failure(2, "the name of the scenario is empty");
}

function parseUntil(until: string): void {
  try {
    parseDuration("--until", until);
  } catch (error) {
    throw new Failure(2, (error as Error).message);
  }
}

/** Digits are a number, as they would be in a scenario's options; anything else is a text. */
function parseSeed(text: string | undefined): number | string | undefined {
  if (text === undefined || !/^-?\d+$/.test(text)) return text;
  return Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

/** `; did you mean "--seed"?`, or nothing when no known word is near. */
function suggest(word: string, known: readonly string[]): string {
  const near = known
    .map((candidate) => ({ candidate, steps: editDistance(word, candidate) }))
    .filter(({ candidate, steps }) => steps <= NEAR_STEPS && steps < candidate.replace(/^-+/, "").length)
    .sort((a, b) => a.steps - b.steps)[0];
  return near === undefined ? "" : `; did you mean "${near.candidate}"`;
}

/** Letters to insert, remove or replace. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (previous[column] as number) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] as number) + 1, (current[column] as number) + 1));
    }
    previous = current;
  }
  return previous[to.length] as number;
}
