/**
 * Calls on processes: fork(2), posix_spawn(3), execve(2), wait(2), _exit(2).
 */
import type { Errno } from "../../abi/errno.ts";
import { RLIM_INFINITY, RLIMIT_NPROC } from "../../abi/resource.ts";
import { CONTINUED_STATUS, WCONTINUED, WIFSTOPPED, WNOHANG, WUNTRACED } from "../../abi/wait.ts";
import { isId } from "../credentials.ts";
import type { Attempt, Sleeper } from "../operation.ts";
import { CHILD_CHANGED, type Process, type ProcessAttributes } from "../process.ts";

/** A child that has changed state: what wait(2) gives. */
export interface WaitResult {
  /** Its process number; 0 when WNOHANG was given and no child has changed. */
  readonly pid: number;
  /** Its status word: see WIFEXITED, WEXITSTATUS, WIFSIGNALED, WTERMSIG, WIFSTOPPED, WIFCONTINUED. */
  readonly status: number;
}

/**
 * fork(2): a child with a copy of the descriptor table, which runs the program given (a function can't be cloned in
 * mid-flight). Answers the child's pid. EAGAIN: too many processes, of all users or (RLIMIT_NPROC) of this one; ENOEXEC:
 * it is no program.
 */
export function fork(process: Process, program: unknown, args: readonly string[]): number | Errno {
  return create(process, process, program, args, "fork");
}

/** posix_spawn(3): fork and exec in one; descriptors marked FD_CLOEXEC are not passed on. EAGAIN, EPERM, EINVAL. */
export function spawn(
  process: Process,
  attributes: ProcessAttributes,
  program: unknown,
  args: readonly string[],
): number | Errno {
  // Only root may choose any user for its child; others choose among their own, as in setresuid(2).
  const { user, group, isPrivileged } = process.credentials;
  if (!isId(attributes.uid) || !isId(attributes.gid)) return "EINVAL";
  if (!isPrivileged && !(user.has(attributes.uid) && group.has(attributes.gid))) return "EPERM";
  return create(process, attributes, program, args, "spawn");
}

/**
 * execve(2): the process runs another program from now on; what the old one has outstanding never comes back. ENOEXEC:
 * it is no program, and nothing has changed.
 */
export function exec(process: Process, name: string, program: unknown, args: readonly string[]): 0 | Errno {
  const runtime = process.kernel.runtimeFor(program);
  if (typeof runtime === "string") return runtime;
  process.image?.discard();
  process.cancelOperations();
  process.ipc.exec();
  process.descriptors.closeForExec();
  process.credentials.afterExec();
  process.signals.exec();
  process.hasExecuted = true;
  process.name = name;
  process.trace("exec", name);
  process.kernel.processes.load(process, runtime, program, args);
  return 0;
}

/**
 * waitpid(2): collects a child that has ended, or tells once of one that has stopped (WUNTRACED) or goes on (WCONTINUED).
 * `pid` above 0 means that child, 0 those of the caller's group, -1 any, below -1 those of that group. ECHILD: there is no
 * such child; EAGAIN: nothing to tell yet; EINVAL: unknown options.
 */
export function waitpid(process: Process, pid: number, options: number): WaitResult | Errno {
  if ((options & ~(WNOHANG | WUNTRACED | WCONTINUED)) !== 0) return "EINVAL";
  let hasSuchChild = false;
  for (const child of process.children) {
    if (!isMeant(process, child, pid)) continue;
    hasSuchChild = true;
    if (child.state === "zombie") {
      process.kernel.processes.reap(child);
      process.runState.progress();
      return { pid: child.pid, status: child.status };
    }
    if (!hasJobNews(child, options)) continue;
    const status = child.jobStatus;
    child.jobStatus = 0;
    process.runState.progress();
    return { pid: child.pid, status };
  }
  if (!hasSuchChild) return "ECHILD";
  return (options & WNOHANG) === 0 ? "EAGAIN" : { pid: 0, status: 0 };
}

function isMeant(process: Process, child: Process, pid: number): boolean {
  if (pid > 0) return child.pid === pid;
  return pid === -1 || child.pgid === (pid === 0 ? process.pgid : -pid);
}

/** Has the child stopped, or does it go on, and does the caller want to know? */
function hasJobNews({ jobStatus }: Process, options: number): boolean {
  if (jobStatus === CONTINUED_STATUS) return (options & WCONTINUED) !== 0;
  return WIFSTOPPED(jobStatus) && (options & WUNTRACED) !== 0;
}

/** waitpid(2) for a caller that waits. */
export function waiting(process: Process, call: string, pid: number, options: number): Attempt<WaitResult> {
  return new WaitAttempt(process, call, pid, options);
}

function create(
  parent: Process,
  attributes: ProcessAttributes,
  program: unknown,
  args: readonly string[],
  what: "fork" | "spawn",
): number | Errno {
  if (hasTooMany(parent)) return "EAGAIN";
  const descriptors = parent.descriptors.copy();
  if (what === "spawn") descriptors.closeForExec();
  const child = parent.kernel.processes.create(parent, attributes, descriptors, program, args);
  if (typeof child === "string") {
    descriptors.closeAll();
    return child;
  }
  if (what === "fork") child.ipc.inherit(parent.ipc);
  if (what === "spawn") {
    child.credentials.afterExec();
    child.signals.exec();
    child.hasExecuted = true;
  }
  child.trace(what, `by ${parent.name}[${parent.pid}]`);
  return child.pid;
}

/** RLIMIT_NPROC: would one more be too many for the real user? Linux exempts root by its rights and by its name. */
function hasTooMany({ kernel, credentials, limits }: Process): boolean {
  const limit = limits.soft(RLIMIT_NPROC);
  const uid = credentials.user.real;
  if (limit === RLIM_INFINITY || credentials.isPrivileged || uid === 0) return false;
  let count = 1;
  for (const other of kernel.processes.all()) if (other.credentials.user.real === uid) count++;
  return count > limit;
}

class WaitAttempt implements Attempt<WaitResult> {
  readonly call: string;
  readonly #process: Process;
  readonly #pid: number;
  readonly #options: number;

  constructor(process: Process, call: string, pid: number, options: number) {
    this.call = call;
    this.#process = process;
    this.#pid = pid;
    this.#options = options;
  }

  attempt(): WaitResult | Errno {
    return waitpid(this.#process, this.#pid, this.#options);
  }

  isReady(): boolean {
    const meant = [...this.#process.children].filter((child) => isMeant(this.#process, child, this.#pid));
    return meant.length === 0 || meant.some((child) => child.state === "zombie" || hasJobNews(child, this.#options));
  }

  enlist(sleeper: Sleeper): void {
    sleeper.enlist(this.#process.childWaiters, CHILD_CHANGED);
  }

  expired(): Errno {
    return "EAGAIN";
  }

  on(): string {
    return this.#pid === -1 ? "any child" : `child ${this.#pid}`;
  }

  end(): void {}
}
