/**
 * The process table of a host: making processes, orphans, zombies, and collecting them.
 *
 * Read first: fork(2), wait(2). Process 1 is the kernel's own: it adopts orphans and collects them at once.
 */
import type { Errno } from "../abi/errno.ts";
import { TimedEvent } from "../base/event-queue.ts";
import { DescriptorTable } from "./descriptors.ts";
import { Image, type ProgramRuntime } from "./image.ts";
import type { Kernel } from "./kernel.ts";
import { Process, type ProcessAttributes } from "./process.ts";
import * as job from "./signals/job.ts";

/** Process numbers wrap here, as with Linux's default kernel.pid_max. */
const PID_MAX = 32_768;
/** So many processes live on one host at a time; fork answers EAGAIN beyond. */
const PROCESSES_MAX = 8192;

export class ProcessTable {
  readonly #kernel: Kernel;
  readonly #processes: Map<number, Process> = new Map<number, Process>();
  /** Process groups that have members, zombies included, in the order of their joining. */
  readonly #groups: Map<number, Set<Process>> = new Map();
  /** How many processes each session has, zombies included. */
  readonly #sessions: Map<number, number> = new Map();
  readonly #init: Process;
  #lastPid = 1;
  /** Processes that are stopped now. */
  stoppedCount = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const attributes = { name: "init", uid: 0, gid: 0, cwd: kernel.files.root, umask: 0o022, env: {}, daemon: true };
    this.#init = new Process(kernel, 1, null, attributes, new DescriptorTable());
    this.#processes.set(1, this.#init);
    this.#join(this.#init, 1);
    this.#sessions.set(1, 1);
  }

  /** Process 1. */
  get init(): Process {
    return this.#init;
  }

  get(pid: number): Process | undefined {
    return this.#processes.get(pid);
  }

  /** The members of a process group; none when there is no such group. */
  group(pgid: number): Iterable<Process> {
    return this.#groups.get(pgid) ?? [];
  }

  /** Moves a process into a group, which it makes if there is none. */
  setGroup(process: Process, pgid: number): void {
    this.#leave(process);
    this.#join(process, pgid);
  }

  /** Is it the number of anything: of a process, a group or a session? */
  isTaken(id: number): boolean {
    return this.#processes.has(id) || this.#groups.has(id) || this.#sessions.has(id);
  }

  /** Makes a process the leader of a new session and of a new group. */
  setSession(process: Process): void {
    this.#leaveSession(process);
    process.sid = process.pid;
    this.#sessions.set(process.sid, 1);
    this.setGroup(process, process.pid);
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
    this.#join(process, process.pgid);
    this.#sessions.set(process.sid, (this.#sessions.get(process.sid) ?? 0) + 1);
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
    process.args = args;
    const { runState } = this.#kernel;
    const start = new TimedEvent(`start ${process.title}`, () => {
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
      child.isAdopted = true;
      this.#init.children.add(child);
      if (child.state === "zombie") this.reap(child);
    }
    process.children.clear();
  }

  /** The process has ended: its parent may collect it; process 1 does so at once. */
  notifyParent(process: Process): void {
    const { parent } = process;
    if (parent === null || parent === this.#init) {
      this.reap(process);
      return;
    }
    if (!job.tellOfEnd(process, parent) && process.state === "zombie") this.reap(process);
    parent.childChanged();
  }

  /** The status of a zombie has been collected: its entry goes. */
  reap(process: Process): void {
    process.state = "reaped";
    process.parent?.children.delete(process);
    process.parent = null;
    this.#processes.delete(process.pid);
    this.#leave(process);
    this.#leaveSession(process);
    process.trace("reap", "");
  }

  #join(process: Process, pgid: number): void {
    process.pgid = pgid;
    const group = this.#groups.get(pgid);
    if (group === undefined) this.#groups.set(pgid, new Set([process]));
    else group.add(process);
  }

  #leave(process: Process): void {
    const group = this.#groups.get(process.pgid);
    group?.delete(process);
    if (group?.size === 0) this.#groups.delete(process.pgid);
  }

  #leaveSession({ sid }: Process): void {
    const members = this.#sessions.get(sid) ?? 0;
    if (members > 1) this.#sessions.set(sid, members - 1);
    else this.#sessions.delete(sid);
  }

  #nextPid(): number {
    do {
      this.#lastPid = this.#lastPid >= PID_MAX ? 2 : this.#lastPid + 1;
    } while (this.isTaken(this.#lastPid));
    return this.#lastPid;
  }
}
