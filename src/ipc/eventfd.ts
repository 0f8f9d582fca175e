/**
 * eventfd: a 64-bit counter behind a descriptor, with which programs tell each other that something has happened.
 *
 * Read first: eventfd(2). A write adds to the counter and waits while the sum would be 2^64 - 1 or more; a read takes all of
 * it, or one with EFD_SEMAPHORE, and waits while it is zero.
 */
import type { Errno } from "../abi/errno.ts";
import { POLLIN, POLLOUT } from "../abi/poll.ts";
import * as uint64 from "../base/uint64.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import type { FileDescription, FileOps } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";

/** The largest value of the counter: one less than the largest 64-bit integer. */
const COUNTER_MAX: uint64.Uint64 = uint64.subtract(uint64.MAX, uint64.ONE);

export class EventCounter implements FileOps {
  readonly isPlain = true;
  readonly waiters: WaitQueue = new WaitQueue();
  readonly #inode: number;
  readonly #isSemaphore: boolean;
  #count: uint64.Uint64;

  constructor(inode: number, initial: number, isSemaphore: boolean) {
    this.#inode = inode;
    this.#count = uint64.fromNumber(initial);
    this.#isSemaphore = isSemaphore;
  }

  read(_task: Task, into: Uint8Array): number | Errno {
    if (into.length < 8) return "EINVAL";
    if (this.#isZero()) return "EAGAIN";
    const taken = this.#isSemaphore ? uint64.ONE : this.#count;
    this.#count = uint64.subtract(this.#count, taken);
    uint64.write(into, taken);
    this.waiters.wake(POLLOUT);
    return 8;
  }

  write(_task: Task, from: Uint8Array): number | Errno {
    // Since Linux 6.8 exactly eight bytes; before, further ones were passed over.
    if (from.length !== 8) return "EINVAL";
    const added = uint64.read(from);
    if (uint64.compare(added, uint64.MAX) === 0) return "EINVAL";
    if (uint64.compare(added, uint64.subtract(COUNTER_MAX, this.#count)) > 0) return "EAGAIN";
    this.#count = uint64.add(this.#count, added);
    this.waiters.wake(POLLIN);
    return 8;
  }

  poll(): number {
    return (this.#isZero() ? 0 : POLLIN) | (uint64.compare(this.#count, COUNTER_MAX) < 0 ? POLLOUT : 0);
  }

  release(): void {}

  describe(): FileDescription {
    return { type: "a_inode", node: String(this.#inode), name: "[eventfd]" };
  }

  #isZero(): boolean {
    return uint64.compare(this.#count, uint64.ZERO) === 0;
  }
}
