/**
 * The console of a host: what stands behind descriptors 0, 1 and 2 of a new process.
 *
 * What is written goes to the trace and to the world's console listener; reading gives end-of-file. Terminals come with
 * job control; this is the plain character device.
 */
import { POLLIN, POLLOUT } from "../abi/poll.ts";
import type { Machine } from "../base/machine.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import type { FileDescription, FileOps } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";

/** Something that a process wrote to its console. */
export interface ConsoleOutput {
  readonly timeNs: number;
  readonly host: string;
  readonly pid: number;
  readonly process: string;
  readonly text: string;
}

export class HostConsole implements FileOps {
  readonly waiters: WaitQueue = new WaitQueue();
  readonly #machine: Machine;
  readonly #listener: (output: ConsoleOutput) => void;

  constructor(machine: Machine, listener: (output: ConsoleOutput) => void) {
    this.#machine = machine;
    this.#listener = listener;
  }

  read(): number {
    return 0;
  }

  write(task: Task, from: Uint8Array): number {
    const { tracer, name: host, scheduler } = this.#machine;
    const text = new TextDecoder().decode(from);
    scheduler.hash.mixString(text);
    if (tracer.on) tracer.emit(host, { step: "host/console", pid: task.pid, process: task.name, text });
    this.#listener({ timeNs: scheduler.nowNs, host, pid: task.pid, process: task.name, text });
    return from.length;
  }

  poll(): number {
    return POLLIN | POLLOUT;
  }

  release(): void {}

  describe(): FileDescription {
    return { type: "CHR", node: "1", name: "/dev/console" };
  }
}
