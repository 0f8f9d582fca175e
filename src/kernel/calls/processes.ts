/**
 * Calls on processes: fork(2), posix_spawn(3), execve(2), wait(2), _exit(2).
 */
import type { Errno } from "../../abi/errno.ts";
import { WNOHANG } from "../../abi/wait.ts";
import type { Attempt, Sleeper } from "../operation.ts";
import { CHILD_CHANGED, type Process, type ProcessAttributes } from "../process.ts";

/** A child that has ended: what wait(2) gives. */
export interface WaitResult {
  /** Its process number; 0 when WNOHANG was given and no child has ended. */
  readonly pid: number;
  /** Its status word: see WIFEXITED, WEXITSTATUS, WIFSIGNALED, WTERMSIG. */
  readonly status: number;
}

/**
 * fork(2): a child with a copy of the descriptor table, which runs the program given (a function can't be cloned in
 * mid-flight). Answers the child's pid. EAGAIN: too many processes; ENOEXEC: it is no program.
 */
export function fork(process: Process, program: unknown, args: readonly string[]): number | Errno {
  return create(process, process, program, args, "fork");
}

/** posix_spawn(3): fork and exec in one; descriptors marked FD_CLOEXEC are not passed on. EAGAIN. */
export function spawn(
  process: Process,
  attributes: ProcessAttributes,
  program: unknown,
  args: readonly string[],
): number | Errno {
  // Only root may choose a user for its child, as setuid(2) would refuse it.
  if (process.uid !== 0 && attributes.uid !== process.uid) return "EPERM";
  if (process.uid !== 0 && attributes.gid !== process.gid) return "EPERM";
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
  process.descriptors.closeForExec();
  process.name = name;
  process.trace("exec", name);
  process.kernel.processes.load(process, runtime, program, args);
  return 0;
}

/**
 * waitpid(2): collects a child that has ended. `pid` -1 means any child, above 0 that child. ECHILD: there is no such
 * child; EAGAIN: none has ended yet; EINVAL: unknown options, or a process group, which do not exist yet.
 */
export function waitpid(process: Process, pid: number, options: number): WaitResult | Errno {
  if ((options & ~WNOHANG) !== 0 || pid === 0 || pid < -1) return "EINVAL";
  let hasSuchChild = false;
  for (const child of process.children) {
    if (pid !== -1 && child.pid !== pid) continue;
    hasSuchChild = true;
    if (child.state !== "zombie") continue;
    process.kernel.processes.reap(child);
    process.runState.progress();
    return { pid: child.pid, status: child.status };
  }
  if (!hasSuchChild) return "ECHILD";
  return (options & WNOHANG) === 0 ? "EAGAIN" : { pid: 0, status: 0 };
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
  const descriptors = parent.descriptors.copy();
  if (what === "spawn") descriptors.closeForExec();
  const child = parent.kernel.processes.create(parent, attributes, descriptors, program, args);
  if (typeof child === "string") {
    descriptors.closeAll();
    return child;
  }
  child.trace(what, `by ${parent.name}[${parent.pid}]`);
  return child.pid;
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
    const such = [...this.#process.children].filter(({ pid }) => this.#pid === -1 || pid === this.#pid);
    return such.length === 0 || such.some(({ state }) => state === "zombie");
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
