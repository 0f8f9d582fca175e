/**
 * The process table of a host: making processes, orphans, zombies, and collecting them.
 *
 * Read first: fork(2), wait(2). Process 1 is the kernel's own: it adopts orphans and collects them at once.
 */
import type { Errno } from "../abi/errno.ts";
import { CallbackEvent } from "../base/event-queue.ts";
import { DescriptorTable } from "./descriptors.ts";
import { Image, type ProgramRuntime } from "./image.ts";
import type { Kernel } from "./kernel.ts";
import { CHILD_CHANGED, Process, type ProcessAttributes } from "./process.ts";

/** Process numbers wrap here, as with Linux's default kernel.pid_max. */
const PID_MAX = 32_768;
/** So many processes live on one host at a time; fork answers EAGAIN beyond. */
const PROCESSES_MAX = 8192;

export class ProcessTable {
  readonly #kernel: Kernel;
  readonly #processes: Map<number, Process> = new Map<number, Process>();
  readonly #init: Process;
  #lastPid = 1;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const attributes = { name: "init", uid: 0, gid: 0, cwd: kernel.files.root, umask: 0o022, env: {}, daemon: true };
    this.#init = new Process(kernel, 1, null, attributes, new DescriptorTable());
    this.#processes.set(1, this.#init);
  }

  /** Process 1. */
  get init(): Process {
    return this.#init;
  }

  get(pid: number): Process | undefined {
    return this.#processes.get(pid);
  }

  /** All processes, zombies included, in the order of their making. */
  all(): IterableIterator<Process> {
    return this.#processes.values();
  }

  /** A new process, whose program starts at this instant, after what is already due. */
  create(
    parent: Process,
    attributes: ProcessAttributes,
    descriptors: DescriptorTable,
    program: unknown,
    args: readonly string[],
  ): Process | Errno {
    const runtime = this.#kernel.runtimeFor(program);
    if (typeof runtime === "string") return runtime;
    if (this.#processes.size >= PROCESSES_MAX) return "EAGAIN";
    const process = new Process(this.#kernel, this.#nextPid(), parent, attributes, descriptors);
    this.#processes.set(process.pid, process);
    const { runState } = this.#kernel;
    runState.holders++;
    runState.progress();
    if (!process.daemon) runState.foregroundProcesses++;
    this.load(process, runtime, program, args);
    return process;
  }

  /** Gives the process a new image, which starts at this instant. */
  load(process: Process, runtime: ProgramRuntime, program: unknown, args: readonly string[]): void {
    const image = new Image(process);
    process.image = image;
    const { runState } = this.#kernel;
    const start = new CallbackEvent(`start ${process.title}`, () => {
      if (!image.alive) return;
      runState.resume();
      image.start(runtime, program, args);
    });
    runState.scheduler.after(start, 0);
  }

  /** The process has ended: process 1 adopts its children. */
  orphan(process: Process): void {
    for (const child of process.children) {
      child.parent = this.#init;
      this.#init.children.add(child);
      if (child.state === "zombie") this.reap(child);
    }
    process.children.clear();
  }

  /** The process has ended: its parent may collect it; process 1 does so at once. */
  notifyParent(process: Process): void {
    const { parent } = process;
    if (parent === null || parent === this.#init) this.reap(process);
    else parent.childWaiters.wake(CHILD_CHANGED);
  }

  /** The status of a zombie has been collected: its entry goes. */
  reap(process: Process): void {
    process.state = "reaped";
    process.parent?.children.delete(process);
    process.parent = null;
    this.#processes.delete(process.pid);
    process.trace("reap", "");
  }

  #nextPid(): number {
    do {
      this.#lastPid = this.#lastPid >= PID_MAX ? 2 : this.#lastPid + 1;
    } while (this.#processes.has(this.#lastPid));
    return this.#lastPid;
  }
}
