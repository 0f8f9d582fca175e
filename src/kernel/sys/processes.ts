/**
 * Calls on processes, as programs see them. Read first: fork(2), execve(2), wait(2), credentials(7).
 */
import type { WaitResult } from "../calls/processes.ts";
import type { Program } from "./sys.ts";

/** What a spawned process gets; the rest it inherits. */
export interface SpawnAttributes {
  /** Its name in ps and in messages. Default: that of the program's function. */
  readonly name?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** User; only root may choose another than its own. */
  readonly uid?: number;
  readonly gid?: number;
  /** Its working directory. Errors: ENOENT, ENOTDIR, EACCES. */
  readonly cwd?: string;
  /** A daemon does not keep the world running, and may wait for ever. */
  readonly daemon?: boolean;
}

export interface ProcessCalls {
  getpid(): number;
  /** The parent's number; 1 when the parent has ended. */
  getppid(): number;
  getuid(): number;
  getgid(): number;
  /** The value of an environment variable. */
  getenv(name: string): string | undefined;
  gethostname(): string;
  /**
   * fork(2): a child with a copy of the descriptor table, which runs `child` (a JavaScript function can't be cloned in
   * mid-flight). Answers the child's pid. Errors: EAGAIN, ENOEXEC (it is no program).
   */
  fork(child: Program, ...args: string[]): number;
  /** posix_spawn(3): a child that runs `program`. Answers its pid. Errors: EAGAIN, EPERM, ENOEXEC. */
  spawn(program: Program, attributes?: SpawnAttributes): number;
  /** execve(2): replaces the program, honouring FD_CLOEXEC. Never settles, unless it is no program: ENOEXEC. */
  exec(program: Program, ...args: string[]): Promise<never>;
  /** exit(3): ends the process. Never settles: `return sys.exit(1)` or `await sys.exit(1)`. */
  exit(status: number): Promise<never>;
  /** wait(2): waits for any child to end. Errors: ECHILD. */
  wait(): Promise<WaitResult>;
  /** waitpid(2): -1 for any child; options: WNOHANG. Errors: ECHILD, EINVAL. */
  waitpid(pid: number, options?: number): Promise<WaitResult>;
}
