/**
 * Open file descriptions, and FileOps, the table of what a descriptor can do.
 *
 * Read first: open(2), "Open file descriptions". Descriptors of one or several processes refer to a description; the
 * description refers to an object (pipe end, socket, …) through FileOps. All calls are synchronous and never wait:
 * "EAGAIN" means "not yet", and whoever wants to wait enlists on `waiters` (kernel/operation.ts does).
 * To add a kind of descriptor, implement FileOps and install it with `kernel.install(process, ops, flags)`.
 */
import type { Errno } from "../abi/errno.ts";
import { O_ACCMODE, O_NONBLOCK, O_RDONLY, O_WRONLY } from "../abi/fcntl.ts";
import { assert } from "../base/assert.ts";
import type { WaitQueue } from "../base/wait-queue.ts";
import type { Task } from "./task.ts";

/** What lsof shows of an object. */
export interface FileDescription {
  /** lsof's TYPE column: "FIFO", "IPv4", "CHR". */
  readonly type: string;
  /** Tells objects apart: the same for both ends of one pipe. */
  readonly node: string;
  /** lsof's NAME column. */
  readonly name: string;
}

/** What a descriptor can do: the table between descriptors and the objects behind them. */
export interface FileOps {
  /** Woken with readiness bits (abi/poll.ts) after the object's state has changed. */
  readonly waiters: WaitQueue;
  /** read(2): fills `into` as far as there are bytes; 0 is end-of-file; "EAGAIN" when there are none yet. */
  read(task: Task, into: Uint8Array): number | Errno;
  /** write(2): takes as many bytes as there is room for, by copying them; "EAGAIN" when there is none. */
  write(task: Task, from: Uint8Array): number | Errno;
  /** The readiness bits that hold now. */
  poll(): number;
  /** The last reference is gone. */
  release(): void;
  describe(): FileDescription;
}

/** An open file description: what `open`, `pipe`, `socket` make and `dup` and `fork` share. */
export class OpenFile {
  readonly ops: FileOps;
  /** Access mode and status flags (O_NONBLOCK). */
  flags: number;
  #references = 0;

  constructor(ops: FileOps, flags: number) {
    this.ops = ops;
    this.flags = flags;
  }

  get nonBlocking(): boolean {
    return (this.flags & O_NONBLOCK) !== 0;
  }

  get readable(): boolean {
    return (this.flags & O_ACCMODE) !== O_WRONLY;
  }

  get writable(): boolean {
    return (this.flags & O_ACCMODE) !== O_RDONLY;
  }

  /** How many descriptors, calls in progress and messages in flight refer to it. */
  get references(): number {
    return this.#references;
  }

  /** One more descriptor, or call in progress, refers to it. */
  reference(): this {
    this.#references++;
    return this;
  }

  /** One less; the last one closes the object. */
  unreference(): void {
    assert(this.#references > 0, "an open file is released once for each reference");
    this.#references--;
    if (this.#references === 0) this.ops.release();
  }
}
