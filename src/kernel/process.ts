/**
 * A process: what the kernel knows of a running program.
 *
 * Read first: fork(2), execve(2), wait(2), _exit(2). kernel/process-table.ts makes processes and collects them;
 * the program itself is an Image, started by a ProgramRuntime. When a process ends, its outstanding operations are
 * cancelled (their callers never hear of it), its descriptors closed, its children given to process 1, and its parent
 * woken; it stays in the table as a zombie until the parent collects its status.
 */
import { RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_SIGPENDING } from "../abi/resource.ts";
import { SIGKILL, SIGXFSZ, signalName, signalNumber } from "../abi/signal.ts";
import { exitedStatus } from "../abi/wait.ts";
import { describe } from "../base/describe.ts";
import { RollingHash } from "../base/hash.ts";
import type { Runnable } from "../base/scheduler.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import type { Directory } from "../file/inode.ts";
import type { NamingTask } from "../file/permission.ts";
import type { Terminal } from "../tty/terminal.ts";
import { Credentials } from "./credentials.ts";
import type { DescriptorTable } from "./descriptors.ts";
import type { Image } from "./image.ts";
import type { Kernel } from "./kernel.ts";
import { Limits } from "./limits.ts";
import type { Outstanding } from "./operation.ts";
import { ProcessIpc } from "./process-ipc.ts";
import type { External, RunState } from "./run-state.ts";
import * as job from "./signals/job.ts";
import { ProcessSignals } from "./signals/process-signals.ts";
import { kernelSignal, type SigInfo } from "./signals/siginfo.ts";
import { ProcessTimers } from "./signals/timers.ts";

/** What a process inherits or is given. */
export interface ProcessAttributes {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Who it is, where that is more than `uid` and `gid`. It is copied. */
  readonly credentials?: Credentials | undefined;
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
  /** Real, effective and saved users and groups; `uid` and `gid` are the effective ones. */
  readonly credentials: Credentials;
  /** Resource limits, inherited from the parent. */
  readonly limits: Limits;
  cwd: Directory;
  umask: number;
  /** Environment variables; execve(2) replaces them. */
  env: Readonly<Record<string, string>>;
  readonly daemon: boolean;
  descriptors: DescriptorTable;
  name: string;
  /** What its program was started with, behind its name. */
  args: readonly string[] = [];
  state: ProcessState = "running";
  /** The status word for wait(2), once it has ended. */
  status = 0;
  readonly signals: ProcessSignals;
  /** Timers that send signals. */
  readonly timers: ProcessTimers;
  /** What it has of interprocess communication beside descriptors. */
  readonly ipc: ProcessIpc = new ProcessIpc(this);
  /** Process group and session. The table of processes writes them. */
  pgid: number;
  sid: number;
  /** Its controlling terminal. */
  terminal: Terminal | null;
  /** The foreground group of the terminal that a session's leader had before it was hung up; 0: none. */
  lostForeground = 0;
  /** Its parent has ended, and process 1 has taken it. */
  isAdopted = false;
  /** It has replaced its program since fork(2). */
  hasExecuted = false;
  /** SIGSTOP or one of its kin holds it. */
  isStopped = false;
  /** The status word of a stop or continue that nobody has collected, else 0. */
  jobStatus = 0;
  /** A handler is due, or the process is stopped, or has ended: calls look before they go on. */
  needsAttention = false;
  /** What the process runs; null for process 1, which has no program. */
  image: Image | null = null;
  /** The call that it made last, for reports. */
  lastCall = "";
  /** Virtual processor time used by calls, in ns (cpu.perCallNs). */
  cpuNs = 0;
  /** Virtual processor time used and not yet waited for. */
  owedNs = 0;
  /** When `cpuNs` reaches this, `timers` has something to do. */
  cpuAlarmNs: number = Number.POSITIVE_INFINITY;
  #waiting = 0;
  #held: Runnable[] = [];
  #heldExternals: External[] = [];
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
    this.credentials = attributes.credentials?.copy() ?? Credentials.of(attributes.uid, attributes.gid);
    this.limits = parent?.limits.copy() ?? new Limits();
    this.cwd = attributes.cwd;
    this.umask = attributes.umask;
    this.env = attributes.env;
    this.daemon = attributes.daemon;
    this.descriptors = descriptors;
    this.pgid = parent?.pgid ?? pid;
    this.sid = parent?.sid ?? pid;
    this.terminal = parent?.terminal ?? null;
    this.signals = new ProcessSignals(this, parent);
    this.timers = new ProcessTimers(this);
    this.applyLimits();
    parent?.children.add(this);
  }

  /** For messages: `receiver[2] on alice`. */
  get title(): string {
    return `${this.name}[${this.pid}] on ${this.kernel.machine.name}`;
  }

  get uid(): number {
    return this.credentials.user.effective;
  }

  get gid(): number {
    return this.credentials.group.effective;
  }

  get fileSizeMaxBytes(): number {
    return this.limits.soft(RLIMIT_FSIZE);
  }

  exceededFileSize(): void {
    this.signals.post(kernelSignal(SIGXFSZ));
  }

  /** Supplementary groups. */
  get groups(): readonly number[] {
    return this.credentials.groups;
  }

  /** The outstanding operations, oldest first. */
  get operations(): readonly Outstanding[] {
    const operations: Outstanding[] = [];
    for (let next = this.#oldest; next !== null; next = next.newer) operations.push(next);
    return operations;
  }

  /** Does any call of it wait? */
  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  /** The call that a signal handler interrupts. */
  oldestInterruptible(): Outstanding | null {
    let operation = this.#oldest;
    while (operation !== null && !operation.isInterruptible) operation = operation.newer;
    return operation;
  }

  addOperation(operation: Outstanding): void {
    operation.older = this.#newest;
    // One that was cancelled and is started again knows its old neighbour.
    operation.newer = null;
    if (this.#newest === null) this.#oldest = operation;
    else this.#newest.newer = operation;
    this.#newest = operation;
    this.beginWait();
    if (this.needsAttention) this.signals.operationBegins();
  }

  removeOperation(operation: Outstanding): void {
    const { older, newer } = operation;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    this.endWait();
  }

  /** One more of its operations waits; the first one lets the clock go. */
  beginWait(): void {
    if (this.#waiting++ > 0 || this.isStopped) return;
    this.runState.holders--;
    // It may have been awaiting the outside: then the run loop sleeps until it hears of it.
    this.runState.activity();
  }

  /** One less: it is over, or a signal handler runs. */
  endWait(): void {
    if (--this.#waiting === 0 && !this.isStopped) this.runState.holders++;
  }

  /** A child has ended, stopped or gone on: those who wait for one look again. */
  childChanged(): void {
    this.childWaiters.wake(CHILD_CHANGED);
  }

  /** An operation was woken: it gets a turn, as the runtime of the program gives turns. */
  scheduleTurn(operation: Runnable): void {
    if (this.isStopped) this.hold(operation);
    else if (this.image !== null) this.image.scheduleTurn(operation);
  }

  /** The process is stopped: this has to wait until it goes on. */
  hold(turn: Runnable): void {
    this.#held.push(turn);
  }

  /** It makes no progress, and does not hold the clock. */
  enterStop(): void {
    if (this.#waiting === 0) this.runState.holders--;
    this.isStopped = true;
    this.kernel.processes.stoppedCount++;
    this.#heldExternals = this.runState.externals.filter((external) => external.process === this);
    this.#forgetExternals();
    for (const operation of this.operations) operation.atStop();
    this.updateAttention();
  }

  /** It goes on with what was held. */
  leaveStop(): void {
    const held = this.#held;
    this.#held = [];
    this.#endStop();
    this.runState.externals.push(...this.#heldExternals);
    this.#heldExternals = [];
    for (const operation of this.operations) operation.afterStop();
    for (const turn of held) this.scheduleTurn(turn);
    this.runState.resume();
    this.signals.settle();
  }

  /** Calls that wait are interrupted as by a stop that is over at once. */
  disturb(): void {
    for (const operation of this.operations) {
      operation.atStop();
      operation.afterStop();
    }
  }

  updateAttention(): void {
    this.needsAttention = this.signals.isDue || this.isStopped || this.state !== "running";
  }

  /** The limits hold from now on where they are enforced: RLIMIT_NOFILE, RLIMIT_SIGPENDING, RLIMIT_CPU. */
  applyLimits(): void {
    this.descriptors.limit = this.limits.soft(RLIMIT_NOFILE);
    this.signals.pendingMax = this.limits.soft(RLIMIT_SIGPENDING);
    this.timers.limitCpu(this.limits.cpuNs("soft"), this.limits.cpuNs("hard"));
  }

  /** A call begins: its virtual cost is owed. */
  chargeCall(costNs: number): void {
    this.cpuNs += costNs;
    this.owedNs += costNs;
    if (this.cpuNs >= this.cpuAlarmNs) this.timers.cpuTimeUsed();
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
    const afterwards = job.orphaning(this);
    if (this.isStopped) this.#endStop();
    this.state = "zombie";
    this.status = status;
    this.needsAttention = true;
    this.#held = [];
    this.#heldExternals = [];
    this.runState.progress();
    this.timers.cancel();
    this.signals.pending.clear();
    this.cancelOperations();
    this.runState.holders--;
    if (!this.daemon) this.runState.foregroundProcesses--;
    this.image?.discard();
    this.ipc.exit();
    this.descriptors.closeAll();
    this.kernel.terminals.leaderEnds(this);
    this.terminal = null;
    this.trace(what, text);
    this.kernel.processes.orphan(this);
    this.kernel.processes.notifyParent(this);
    afterwards();
  }

  /** Sends a signal from outside the world, as root would; SIGKILL when none is named. */
  kill(signal: string | number = SIGKILL): void {
    const signo = signalNumber(signal);
    if (signo === undefined) throw new TypeError(`there is no signal ${JSON.stringify(signal)}`);
    this.signals.post(kernelSignal(signo));
    this.runState.leave();
    this.runState.resume();
  }

  /** The program threw: reported, and the process ends with status 1. */
  crash(error: unknown, status: number = 1): void {
    if (this.state !== "running") return;
    this.kernel.reportCrash(this, error);
    this.terminate(exitedStatus(status), "crash", describe(error));
  }

  trace(
    what: "spawn" | "fork" | "exec" | "exit" | "crash" | "kill" | "stop" | "continue" | "signal" | "reap",
    text: string,
  ): void {
    const { tracer, name } = this.kernel.machine;
    if (tracer.on) tracer.emit(name, { step: "kernel/process", pid: this.pid, process: this.name, what, text });
  }

  traceSignal({ signo, pid }: SigInfo): void {
    if (!this.kernel.machine.tracer.on) return;
    this.trace("signal", pid === 0 ? signalName(signo) : `${signalName(signo)} by process ${pid}`);
  }

  traceSleep(operation: Outstanding): void {
    const { tracer, name } = this.kernel.machine;
    if (!tracer.on) return;
    const { call, on } = operation;
    tracer.emit(name, { step: "kernel/operation", pid: this.pid, process: this.name, call, what: "sleep", on });
  }

  /** Cancels what it has outstanding: for exec, whose old program's calls never come back. */
  cancelOperations(): void {
    for (const operation of this.operations) operation.cancel();
    this.#forgetExternals();
  }

  #endStop(): void {
    this.isStopped = false;
    this.kernel.processes.stoppedCount--;
    if (this.#waiting === 0) this.runState.holders++;
    this.updateAttention();
  }

  #forgetExternals(): void {
    const { externals } = this.runState;
    for (let i = externals.length - 1; i >= 0; i--) if (externals[i]?.process === this) externals.splice(i, 1);
  }
}
