/**
 * The command line of `netloom shell`, as data.
 */
import { parseArgs } from "node:util";
import { Failure } from "./failure.ts";

/** What `netloom shell` was asked for. */
export interface ShellArguments {
  /** As typed; undefined for the world of three hosts. */
  readonly file: string | undefined;
  /** The host to sit at; undefined: the first one. */
  readonly host: string | undefined;
  readonly seed: number | string | undefined;
  /** Show what programs write to the hosts' consoles. */
  readonly showsConsole: boolean;
}

const OPTIONS = {
  host: { type: "string" },
  seed: { type: "string" },
  console: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** "help", or what was asked for. A Failure for what is wrong. */
export function parseShellArguments(words: readonly string[]): ShellArguments | "help" {
  let parsed: ReturnType<typeof parseWords>;
  try {
    parsed = parseWords(words);
  } catch (error) {
    const [first] = (error as Error).message.split(/[.\n]/);
    throw new Failure(2, `${first}; see "netloom shell --help"`);
  }
  const { values, positionals } = parsed;
  if (values.help === true) return "help";
  if (positionals.length > 1) {
    throw new Failure(2, `one scenario at a time, not ${positionals.map((file) => `"${file}"`).join(" and ")}`);
  }
  const { seed } = values;
  const isNumber = seed !== undefined && /^-?\d+$/.test(seed) && Number.isSafeInteger(Number(seed));
  return {
    file: positionals[0],
    host: values.host,
    seed: isNumber ? Number(seed) : seed,
    showsConsole: values.console === true,
  };
}

function parseWords(words: readonly string[]) {
  return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
}
