/**
 * What a shell knows: its variables, its jobs, the status of the last command. execute.ts works on it.
 */
import type { Sys } from "../../../kernel/sys/sys.ts";
import { JobTable } from "./jobs.ts";

export interface Variable {
  value: string;
  isExported: boolean;
}

/** `exit`, or the end of a shell that can't go on. */
export class ExitShell extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** Ctrl-C: everything that was asked for is given up, and the prompt comes back. */
export class Interrupted extends Error {
  /** Is the cursor on a line of its own again? */
  readonly isTold: boolean;

  constructor(isTold: boolean) {
    super("interrupted");
    this.isTold = isTold;
  }
}

/** `break` and `continue`, out of so many loops. */
export class LoopExit extends Error {
  readonly kind: "break" | "continue";
  depth: number;

  constructor(kind: "break" | "continue", depth: number) {
    super(kind);
    this.kind = kind;
    this.depth = depth;
  }
}

export class ShellState {
  readonly sys: Sys;
  /** `$0`: its name in messages. */
  readonly name: string;
  /** `$1` and so on. */
  positional: readonly string[];
  readonly variables: Map<string, Variable>;
  readonly jobs: JobTable;
  /** `$?` */
  status = 0;
  /** `$!`; 0: none yet. */
  lastBackground = 0;
  /** `$$`: also in subshells the number of the shell itself. */
  readonly pid: number;
  /** Does it talk with a person, and put jobs into groups of their own? */
  isInteractive = false;
  /** Ctrl-C has come while the shell itself was at work. */
  isInterrupted = false;
  /** Loops around the command that runs. */
  loops = 0;

  constructor(sys: Sys, name: string, positional: readonly string[], from?: ShellState) {
    this.sys = sys;
    this.name = name;
    this.positional = positional;
    this.pid = from?.pid ?? sys.getpid();
    this.variables = new Map();
    if (from === undefined) {
      for (const [key, value] of Object.entries(sys.environ())) this.variables.set(key, { value, isExported: true });
    } else {
      for (const [key, variable] of from.variables) this.variables.set(key, { ...variable });
    }
    this.jobs = new JobTable(from?.jobs);
    this.status = from?.status ?? 0;
    this.lastBackground = from?.lastBackground ?? 0;
    this.loops = from?.loops ?? 0;
  }

  /** A subshell: the same knowledge, in a process of its own. */
  fork(sys: Sys): ShellState {
    return new ShellState(sys, this.name, this.positional, this);
  }

  get(name: string): string | undefined {
    return this.variables.get(name)?.value;
  }

  set(name: string, value: string): void {
    const variable = this.variables.get(name);
    if (variable === undefined) this.variables.set(name, { value, isExported: false });
    else variable.value = value;
  }

  /** What programs are given. */
  environment(extra: ReadonlyMap<string, string> = new Map()): Record<string, string> {
    const environment: Record<string, string> = {};
    for (const [name, { value, isExported }] of this.variables) if (isExported) environment[name] = value;
    for (const [name, value] of extra) environment[name] = value;
    return environment;
  }

  async complain(message: string): Promise<void> {
    await this.sys.write(2, `${this.name}: ${message}\n`);
  }

  /** Looks whether Ctrl-C has come, between two commands. */
  checkInterrupt(): void {
    if (!this.isInterrupted) return;
    this.isInterrupted = false;
    throw new Interrupted(false);
  }
}
