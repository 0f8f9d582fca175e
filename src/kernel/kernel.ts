/**
 * The kernel of one host: its process table, and what processes are given.
 *
 * Order of a call: a door (kernel/door/, or handles of node/) → kernel/calls/* (check arguments) → descriptors →
 * FileOps or Socket (the object). Where it may have to wait, kernel/operation.ts tries it again.
 */
import type { Errno } from "../abi/errno.ts";
import { O_RDWR } from "../abi/fcntl.ts";
import type { HostClock } from "../base/host-clock.ts";
import type { Machine } from "../base/machine.ts";
import { createFileTree } from "../file/initial-tree.ts";
import type { Directory } from "../file/inode.ts";
import { type FileOps, OpenFile } from "../file/open-file.ts";
import { LockWaits } from "../file/record-locks.ts";
import type { FileTree } from "../file/tree.ts";
import { Volume } from "../file/volume.ts";
import { Ipc } from "../ipc/ipc.ts";
import type { ProtocolTable } from "../socket/protocol.ts";
import { SocketSettings } from "../socket/settings.ts";
import type { Terminal } from "../tty/terminal.ts";
import { mountQueues } from "./calls/mqueue.ts";
import { mountNames } from "./calls/rendezvous.ts";
import { openSlave } from "./calls/terminals.ts";
import { timespec } from "./calls/time.ts";
import { DescriptorTable } from "./descriptors.ts";
import type { ProgramRuntime } from "./image.ts";
import type { Process, ProcessAttributes } from "./process.ts";
import { ProcessTable } from "./process-table.ts";
import type { RunState } from "./run-state.ts";
import { SignalQuota } from "./signals/signal-quota.ts";
import { Terminals } from "./terminals.ts";

/** A program that threw. */
export interface Crash {
  readonly timeNs: number;
  readonly host: string;
  readonly pid: number;
  readonly process: string;
  readonly error: unknown;
}

/** What host/ brings. */
export interface KernelParts {
  readonly machine: Machine;
  readonly runState: RunState;
  readonly protocols: ProtocolTable;
  readonly runtimes: readonly ProgramRuntime[];
  /** The object behind descriptors 0, 1 and 2 of a new process. */
  readonly console: FileOps;
  readonly onCrash: (crash: Crash) => void;
}

export class Kernel {
  readonly machine: Machine;
  readonly runState: RunState;
  readonly protocols: ProtocolTable;
  /** net.core.* */
  readonly sockets: SocketSettings;
  /** The name space of files. */
  readonly files: FileTree;
  /** Who waits for whose record lock. */
  readonly lockWaits: LockWaits = new LockWaits();
  /** What is queued for each user. */
  readonly signalQuota: SignalQuota = new SignalQuota();
  /** Objects of interprocess communication that no descriptor leads to. */
  readonly ipc: Ipc;
  readonly processes: ProcessTable;
  readonly terminals: Terminals;
  readonly clock: HostClock;
  readonly #parts: KernelParts;
  #lastInode = 0;
  /** The file tree numbers its own, as a file system of its own does. */
  #lastFileInode = 0;

  constructor(parts: KernelParts) {
    this.#parts = parts;
    this.machine = parts.machine;
    this.runState = parts.runState;
    this.protocols = parts.protocols;
    this.clock = parts.machine.clock;
    this.sockets = new SocketSettings(parts.machine.sysctl);
    const { scheduler } = parts.runState;
    this.files = createFileTree(
      new Volume(
        () => ++this.#lastFileInode,
        () => scheduler.nowNs,
      ),
      parts.console,
    );
    this.ipc = new Ipc(() => timespec(this.clock.epochMs, this.clock.localNs(scheduler.nowNs)).seconds);
    this.processes = new ProcessTable(this);
    mountQueues(this);
    mountNames(this);
    this.terminals = new Terminals(this, this.files.root.get("dev", this.processes.init) as Directory);
  }

  /** A number that tells objects of this host apart. */
  nextInode(): number {
    return ++this.#lastInode;
  }

  /**
   * A new process, child of process 1, with a console as descriptors 0, 1 and 2; or with a terminal, and then it leads a session
   * on it.
   */
  spawn(
    attributes: ProcessAttributes,
    program: unknown,
    args: readonly string[],
    terminal?: Terminal,
  ): Process | Errno {
    const { init } = this.processes;
    const standard = terminal === undefined ? new OpenFile(this.#parts.console, O_RDWR) : openSlave(init, terminal);
    if (typeof standard === "string") return standard;
    const descriptors = new DescriptorTable();
    for (let fd = 0; fd <= 2; fd++) descriptors.install(standard);
    const process = this.processes.create(init, attributes, descriptors, program, args);
    if (typeof process === "string") {
      descriptors.closeAll();
      return process;
    }
    // As a shell starts a job: in a process group of its own.
    if (terminal === undefined) {
      this.processes.setGroup(process, process.pid);
    } else {
      this.processes.setSession(process);
      this.terminals.set(process, terminal, true);
    }
    process.trace("spawn", "by init[1]");
    return process;
  }

  /** The runtime that starts such a program. ENOEXEC: none accepts it. */
  runtimeFor(program: unknown): ProgramRuntime | "ENOEXEC" {
    return this.#parts.runtimes.find((candidate) => candidate.accepts(program)) ?? "ENOEXEC";
  }

  /** Makes an open file description for a new object and gives it the lowest free descriptor. */
  install(process: Process, ops: FileOps, flags: number, closeOnExec: boolean = false): number | Errno {
    const fd = process.descriptors.install(new OpenFile(ops, flags), closeOnExec);
    if (typeof fd === "string") ops.release();
    return fd;
  }

  reportCrash(process: Process, error: unknown): void {
    const { machine, runState } = this;
    this.#parts.onCrash({
      timeNs: runState.scheduler.nowNs,
      host: machine.name,
      pid: process.pid,
      process: process.name,
      error,
    });
  }
}
