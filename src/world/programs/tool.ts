/**
 * What the programs of /bin have in common: options, --help, messages, and reading by lines.
 *
 * Read first: getopt(3), "Utility Syntax Guidelines" of POSIX. A program is one file that exports a Tool, and one row of
 * table.ts. programOf() makes the Program: options are taken apart, `run` gets a Toolbox, errors of system calls become
 * messages on descriptor 2 and exit status 1; wrong options exit status 2.
 */
import { ERRNO_TEXT, type Errno } from "../../abi/errno.ts";
import type { Program, Sys } from "../../kernel/sys/sys.ts";
import { SystemError } from "../../kernel/system-error.ts";

/** A program of /bin. */
export interface Tool {
  readonly name: string;
  /** What may come after its name: "[-n] [FILE]...". */
  readonly usage: string;
  /** What it does, for --help; more lines may tell its options. */
  readonly summary: string;
  /** Letters of options, as getopt(3) takes them: a colon comes after one that has a value. Without it "". */
  readonly options?: string;
  /** Options may stand behind operands too, as the GNU programs have it: `ping bob -c 1`. */
  readonly isMixed?: boolean;
  /** Nothing of its arguments is an option: echo, test. */
  readonly isRaw?: boolean;
  /** Gives the exit status; nothing is 0. */
  run(box: Toolbox): number | void | Promise<number | void>;
}

/** Longer than a world lasts. */
const SECONDS_MAX = 9_000_000;

/** The command line is wrong. */
class UsageError extends Error {}

/** The program can't go on. */
class Failure extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** What a tool works with. */
export class Toolbox {
  readonly sys: Sys;
  readonly name: string;
  /** What is no option. */
  readonly operands: readonly string[];
  readonly #options: ReadonlyMap<string, string>;
  /** The exit status so far: complain() makes it 1. */
  status = 0;

  constructor(sys: Sys, name: string, options: ReadonlyMap<string, string>, operands: readonly string[]) {
    this.sys = sys;
    this.name = name;
    this.operands = operands;
    this.#options = options;
  }

  /** Was the option given? */
  has(letter: string): boolean {
    return this.#options.has(letter);
  }

  /** The value of an option. */
  value(letter: string): string | undefined {
    return this.#options.get(letter);
  }

  /** The value of an option, or an operand, as a whole number of at least `min`. */
  integer(text: string, min: number = 0): number {
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(value) || value < min) {
      throw new UsageError(`"${text}" is no whole number${min === 0 ? "" : ` of at least ${min}`}`);
    }
    return value;
  }

  /** The value of an option as a number of seconds, fractions too, in nanoseconds; undefined when it was not given. */
  seconds(letter: string): number | undefined {
    const text = this.value(letter);
    if (text === undefined) return undefined;
    if (!/^(\d+\.?\d*|\.\d+)$/.test(text) || Number(text) > SECONDS_MAX) throw new UsageError(`"${text}" is no time`);
    return Math.round(Number(text) * 1e9);
  }

  /** The value of an option as a whole number within bounds; undefined when it was not given. */
  number(letter: string, min: number, max: number): number | undefined {
    const text = this.value(letter);
    if (text === undefined) return undefined;
    const value = this.integer(text, min);
    if (value > max) throw new UsageError(`"${text}" is more than ${max}`);
    return value;
  }

  /** To standard output. */
  async out(text: string): Promise<void> {
    if (text !== "") await this.sys.write(1, text);
  }

  /** To standard error, with the name in front; the status will be 1. */
  async complain(message: string): Promise<void> {
    this.status = 1;
    await this.sys.write(2, `${this.name}: ${message}\n`);
  }

  /** Complains of what a system call said of that subject. Anything else is thrown on. */
  async complainOf(subject: string, error: unknown): Promise<void> {
    if (!(error instanceof SystemError)) throw error;
    await this.complain(`${subject}: ${errorText(error)}`);
  }

  /** Does something for each operand; what fails for one is told, and the others go on. */
  async each(work: (operand: string) => unknown, operands: readonly string[] = this.operands): Promise<void> {
    for (const operand of operands) {
      try {
        await work(operand);
      } catch (error) {
        await this.complainOf(operand, error);
      }
    }
  }

  /** Opens each operand, "-" or nothing being standard input, and closes it afterwards. */
  async eachInput(work: (fd: number, name: string) => Promise<void>, operands?: readonly string[]): Promise<void> {
    const given = operands ?? this.operands;
    await this.each(
      async (name) => {
        const fd = name === "-" ? 0 : await this.sys.open(name, 0);
        await work(fd, name);
        if (fd !== 0) this.sys.close(fd);
      },
      given.length === 0 ? ["-"] : given,
    );
  }

  /** Ends the program with a message, the program's name in front, and an exit status. */
  fail(message: string, status: number = 1): never {
    throw new Failure(`${this.name}: ${message}`, status);
  }

  /** The same without the name. */
  stop(message: string, status: number = 1): never {
    throw new Failure(message, status);
  }

  /** The command line is wrong: exit status 2. */
  refuse(message: string): never {
    throw new UsageError(message);
  }
}

/** What people read of an error. */
export function errorText(error: SystemError): string {
  const text = ERRNO_TEXT[error.code as Errno] ?? error.code;
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** The Program that execve(2) starts. */
export function programOf(tool: Tool): Program {
  const run: Program = async (sys, ...args) => {
    if (args[0] === "--help") {
      await sys.write(1, helpOf(tool));
      return 0;
    }
    try {
      const known = tool.options ?? "";
      const { options, operands } = tool.isRaw === true ? rawArguments(args) : takeApart(known, args, tool.isMixed);
      const box = new Toolbox(sys, tool.name, options, operands);
      const status = await tool.run(box);
      return status ?? box.status;
    } catch (error) {
      if (error instanceof UsageError) {
        await sys.write(2, `${tool.name}: ${error.message}\nusage: ${tool.name} ${tool.usage}\n`);
        return 2;
      }
      if (error instanceof Failure) {
        await sys.write(2, `${error.message}\n`);
        return error.status;
      }
      if (!(error instanceof SystemError)) throw error;
      await sys.write(2, `${tool.name}: ${errorText(error)}\n`).catch(() => 0);
      return 1;
    }
  };
  // Its name in ps, when it is spawned as a function.
  Object.defineProperty(run, "name", { value: tool.name });
  return run;
}

function helpOf({ name, usage, summary }: Tool): string {
  return `usage: ${name} ${usage}\n${summary}\n`;
}

function rawArguments(args: readonly string[]) {
  return { options: new Map<string, string>(), operands: args };
}

/** getopt(3), as POSIX has it: options come before operands, unless they are mixed, and `--` ends them. */
function takeApart(known: string, args: readonly string[], isMixed: boolean = false) {
  const options = new Map<string, string>();
  const before: string[] = [];
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] as string;
    if (word === "--") {
      at++;
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      if (!isMixed) break;
      before.push(word);
      continue;
    }
    for (let letter = 1; letter < word.length; letter++) {
      const name = word[letter] as string;
      const place = known.indexOf(name);
      if (place === -1 || name === ":") throw new UsageError(`there is no option -${name}`);
      if (known[place + 1] !== ":") {
        options.set(name, "");
        continue;
      }
      const value = letter + 1 < word.length ? word.slice(letter + 1) : args[++at];
      if (value === undefined) throw new UsageError(`the option -${name} needs a value`);
      options.set(name, value);
      break;
    }
  }
  return { options, operands: [...before, ...args.slice(at)] };
}
