/**
 * The devices that every host has: /dev/null, /dev/zero, /dev/full. Read first: null(4), full(4).
 */
import type { Errno } from "../abi/errno.ts";
import { POLLIN, POLLOUT } from "../abi/poll.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import type { FileDescription, FileOps } from "./open-file.ts";
import type { Task } from "./task.ts";

abstract class MemoryDevice implements FileOps {
  readonly waiters: WaitQueue = new WaitQueue();

  abstract read(task: Task, into: Uint8Array): number;
  abstract describe(): FileDescription;

  write(_task: Task, from: Uint8Array): number | Errno {
    return from.length;
  }

  /** These devices have no places: whatever is asked for, the offset stays 0. */
  seek(): number {
    return 0;
  }

  poll(): number {
    return POLLIN | POLLOUT;
  }

  release(): void {}
}

/** Takes everything and has nothing. */
export class NullDevice extends MemoryDevice {
  override read(): number {
    return 0;
  }

  override describe(): FileDescription {
    return { type: "CHR", node: "null", name: "/dev/null" };
  }
}

/** Takes everything and has zeros. */
export class ZeroDevice extends MemoryDevice {
  override read(_task: Task, into: Uint8Array): number {
    into.fill(0);
    return into.length;
  }

  override describe(): FileDescription {
    return { type: "CHR", node: "zero", name: "/dev/zero" };
  }
}

/** Has zeros, and never any space. */
export class FullDevice extends ZeroDevice {
  override write(): Errno {
    return "ENOSPC";
  }

  override describe(): FileDescription {
    return { type: "CHR", node: "full", name: "/dev/full" };
  }
}
