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
  /** User; only root may choose another than its real, effective or saved one. */
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
  /** getuid(2): the real user. */
  getuid(): number;
  /** getgid(2): the real group. */
  getgid(): number;
  /** The value of an environment variable. */
  getenv(name: string): string | undefined;
  /** The environment variables: environ(7). */
  environ(): Readonly<Record<string, string>>;
  gethostname(): string;
  /**
   * fork(2): a child with a copy of the descriptor table, which runs `child` (a JavaScript function can't be cloned in
   * mid-flight). Answers the child's pid. Errors: EAGAIN, ENOEXEC (it is no program).
   */
  fork(child: Program, ...args: string[]): number;
  /** posix_spawn(3): a child that runs `program`. Answers its pid. Errors: EAGAIN, EPERM, EINVAL, ENOEXEC. */
  spawn(program: Program, attributes?: SpawnAttributes): number;
  /** execve(2): replaces the program, honouring FD_CLOEXEC. Never settles, unless it is no program: ENOEXEC. */
  exec(program: Program, ...args: string[]): Promise<never>;
  /**
   * execve(2): replaces the program by the one that a path leads to: a file of /bin, or a script that begins with `#!`.
   * `args` are those behind its name; the environment stays unless it is given. Never settles, unless it fails. Errors:
   * ENOENT, ENOTDIR, EACCES (no executable file), ENOEXEC, ELOOP, EFAULT.
   */
  execve(path: string, args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<never>;
  /** exit(3): ends the process. Never settles: `return sys.exit(1)` or `await sys.exit(1)`. */
  exit(status: number): Promise<never>;
  /** wait(2): waits for any child to end. Errors: ECHILD, EINTR. */
  wait(): Promise<WaitResult>;
  /**
   * waitpid(2): above 0 that child, -1 any, 0 those of the caller's group, below -1 those of that group. Options: WNOHANG,
   * WUNTRACED, WCONTINUED. Errors: ECHILD, EINTR, EINVAL.
   */
  waitpid(pid: number, options?: number): Promise<WaitResult>;
}
