/**
 * A process: what the kernel knows of a running program.
 *
 * Read first: fork(2), execve(2), wait(2), _exit(2). kernel/process-table.ts makes processes and collects them;
 * the program itself is an Image, started by a ProgramRuntime. When a process ends, its outstanding operations are
 * cancelled (their callers never hear of it), its descriptors closed, its children given to process 1, and its parent
 * woken; it stays in the table as a zombie until the parent collects its status.
 */
import { SIGKILL } from "../abi/signal.ts";
import { exitedStatus, signaledStatus } from "../abi/wait.ts";
import { describe } from "../base/describe.ts";
import { RollingHash } from "../base/hash.ts";
import type { Runnable } from "../base/scheduler.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import type { Directory } from "../file/inode.ts";
import type { NamingTask } from "../file/permission.ts";
import type { DescriptorTable } from "./descriptors.ts";
import type { Image } from "./image.ts";
import type { Kernel } from "./kernel.ts";
import type { Outstanding } from "./operation.ts";
import type { RunState } from "./run-state.ts";

/** What a process inherits or is given. */
export interface ProcessAttributes {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Working directory. */
  readonly cwd: Directory;
  /** Permission bits that new files do not get. */
  readonly umask: number;
  readonly env: Readonly<Record<string, string>>;
  /** A daemon does not keep the world running, and may wait for ever. */
  readonly daemon: boolean;
}

/** Where a process stands: running (or waiting), ended and not yet collected, or gone from the table. */
export type ProcessState = "running" | "zombie" | "reaped";

/** The wait queue's event for "a child has changed state". */
export const CHILD_CHANGED = 1;

export class Process implements NamingTask {
  readonly kernel: Kernel;
  readonly runState: RunState;
  readonly pid: number;
  parent: Process | null;
  readonly children: Set<Process> = new Set<Process>();
  readonly childWaiters: WaitQueue = new WaitQueue();
  /** Host and pid, for the determinism hash. */
  readonly titleHash: number;
  readonly uid: number;
  readonly gid: number;
  cwd: Directory;
  umask: number;
  readonly env: Readonly<Record<string, string>>;
  readonly daemon: boolean;
  descriptors: DescriptorTable;
  name: string;
  state: ProcessState = "running";
  /** The status word for wait(2), once it has ended. */
  status = 0;
  /** What the process runs; null for process 1, which has no program. */
  image: Image | null = null;
  /** The call that it made last, for reports. */
  lastCall = "";
  /** Virtual processor time used by calls, in ns (cpu.perCallNs). */
  cpuNs = 0;
  /** Virtual processor time used and not yet waited for. */
  owedNs = 0;
  #oldest: Outstanding | null = null;
  #newest: Outstanding | null = null;

  constructor(
    kernel: Kernel,
    pid: number,
    parent: Process | null,
    attributes: ProcessAttributes,
    descriptors: DescriptorTable,
  ) {
    this.kernel = kernel;
    this.runState = kernel.runState;
    this.pid = pid;
    this.titleHash = RollingHash.ofString(`${kernel.machine.name} ${pid}`);
    this.parent = parent;
    this.name = attributes.name;
    this.uid = attributes.uid;
    this.gid = attributes.gid;
    this.cwd = attributes.cwd;
    this.umask = attributes.umask;
    this.env = attributes.env;
    this.daemon = attributes.daemon;
    this.descriptors = descriptors;
    parent?.children.add(this);
  }

  /** For messages: `receiver[2] on alice`. */
  get title(): string {
    return `${this.name}[${this.pid}] on ${this.kernel.machine.name}`;
  }

  /** The outstanding operations, oldest first. */
  get operations(): readonly Outstanding[] {
    const operations: Outstanding[] = [];
    for (let next = this.#oldest; next !== null; next = next.newer) operations.push(next);
    return operations;
  }

  /** Does any call of it wait? */
  get isWaiting(): boolean {
    return this.#oldest !== null;
  }

  addOperation(operation: Outstanding): void {
    operation.older = this.#newest;
    if (this.#newest === null) {
      this.#oldest = operation;
      this.runState.holders--;
    } else {
      this.#newest.newer = operation;
    }
    this.#newest = operation;
  }

  removeOperation(operation: Outstanding): void {
    const { older, newer } = operation;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    if (this.#oldest === null) this.runState.holders++;
  }

  /** An operation was woken: it gets a turn, as the runtime of the program gives turns. */
  scheduleTurn(operation: Runnable): void {
    if (this.image !== null) this.image.scheduleTurn(operation);
  }

  /** A call begins: its virtual cost is owed. */
  chargeCall(costNs: number): void {
    this.cpuNs += costNs;
    this.owedNs += costNs;
  }

  /** The cost owed so far, which the caller now waits for. */
  takeOwed(): number {
    const owedNs = this.owedNs;
    this.owedNs = 0;
    return owedNs;
  }

  /** Ends the process: exit(2) with a status word. Nothing of its program runs any more. */
  terminate(status: number, what: "exit" | "crash" | "kill", text: string): void {
    if (this.state !== "running") return;
    this.state = "zombie";
    this.status = status;
    this.runState.progress();
    this.cancelOperations();
    this.runState.holders--;
    if (!this.daemon) this.runState.foregroundProcesses--;
    this.image?.discard();
    this.descriptors.closeAll();
    this.trace(what, text);
    this.kernel.processes.orphan(this);
    this.kernel.processes.notifyParent(this);
  }

  /** Ends the process as SIGKILL does. */
  kill(): void {
    this.terminate(signaledStatus(SIGKILL), "kill", "killed by SIGKILL");
    this.runState.leave();
    this.runState.resume();
  }

  /** The program threw: reported, and the process ends with status 1. */
  crash(error: unknown): void {
    if (this.state !== "running") return;
    this.kernel.reportCrash(this, error);
    this.terminate(exitedStatus(1), "crash", describe(error));
  }

  trace(what: "spawn" | "fork" | "exec" | "exit" | "crash" | "kill" | "reap", text: string): void {
    const { tracer, name } = this.kernel.machine;
    if (tracer.on) tracer.emit(name, { step: "kernel/process", pid: this.pid, process: this.name, what, text });
  }

  traceSleep(call: string, on: () => string): void {
    const { tracer, name } = this.kernel.machine;
    if (!tracer.on) return;
    tracer.emit(name, { step: "kernel/operation", pid: this.pid, process: this.name, call, what: "sleep", on: on() });
  }

  /** Cancels what it has outstanding: for exec, whose old program's calls never come back. */
  cancelOperations(): void {
    for (const operation of this.operations) operation.cancel();
    this.#forgetExternals();
  }

  #forgetExternals(): void {
    const { externals } = this.runState;
    for (let i = externals.length - 1; i >= 0; i--) if (externals[i]?.process === this) externals.splice(i, 1);
  }
}
