/**
 * Pipes: a bounded byte stream in the kernel, and its ends.
 *
 * Read first: pipe(7). createPipe() → two ends; ipc/fifo.ts makes as many as a name is opened. write() appends and wakes
 * readers, read() takes and wakes writers; release() of the last end of a kind tells the other side.
 */
import type { Errno } from "../abi/errno.ts";
import { O_DIRECT, O_NONBLOCK } from "../abi/fcntl.ts";
import { FIONREAD } from "../abi/ioctl.ts";
import { MORE_ROOM, POLLERR, POLLHUP, POLLIN, POLLOUT, WRITER } from "../abi/poll.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import type { FileDescription, FileOps, ObjectDetails, OpenFile } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";
import { PipeBuffer } from "./pipe-buffer.ts";

/** Pages that a new pipe has room for, as on Linux: PIPE_DEF_BUFFERS. */
const PIPE_PAGES = 16;
/** Capacities are powers of two of at least a page. */
const PAGE_BYTES = 4096;
/** fs.pipe-max-size: the largest capacity that is set without privilege. */
const CAPACITY_MAX_BYTES = 1_048_576;
/** The largest capacity of all: a byte ring grows no further. */
const CAPACITY_ROOT_MAX_BYTES = 2 ** 30;

/** The event of `waiters`, beside readiness bits: an end was opened. */
export const END_OPENED = 0x10000;

/** What the ends share. */
export class Pipe {
  readonly inode: number;
  readonly buffer: PipeBuffer = new PipeBuffer(PIPE_PAGES);
  readonly waiters: WaitQueue = new WaitQueue();
  readers = 0;
  writers = 0;
  /** All that there ever were: an opening that waits sees who has come, even if he has gone again. */
  readersEver = 0;
  writersEver = 0;

  constructor(inode: number) {
    this.inode = inode;
  }

  /** Does nobody hold an end? */
  get isAbandoned(): boolean {
    return this.readers === 0 && this.writers === 0;
  }

  /**
   * fcntl(F_SETPIPE_SZ): the capacity that it got, rounded up to a power of two of pages. EBUSY: it holds more than that;
   * EPERM: only root goes beyond 1 MiB.
   */
  resize(task: Task, bytes: number): number | Errno {
    if (!(bytes >= 0 && bytes <= 2 ** 31)) return "EINVAL";
    let capacity = PAGE_BYTES;
    while (capacity < bytes) capacity *= 2;
    if (capacity > this.buffer.capacity && capacity > CAPACITY_MAX_BYTES && task.uid !== 0) return "EPERM";
    if (capacity > CAPACITY_ROOT_MAX_BYTES) return "ENOMEM";
    if (!this.buffer.resize(capacity / PAGE_BYTES)) return "EBUSY";
    // As pipe_resize_ring on Linux, which wakes one writer in any case.
    if (this.buffer.isFull) this.waiters.turnAway(WRITER);
    else this.waiters.wake(POLLOUT);
    return capacity;
  }

  inspect(): ObjectDetails {
    return { shared: this, bytes: { held: this.buffer.length, max: this.buffer.capacity } };
  }
}

/** An end, for reading, for writing, or, as only FIFOs have it, for both. */
export class PipeEnd implements FileOps {
  readonly pipe: Pipe;
  readonly waiters: WaitQueue;
  readonly #reads: boolean;
  readonly #writes: boolean;
  /** Writers that had come and gone when it was opened do not hang up on it. */
  readonly #writersBefore: number;
  #description: OpenFile | null = null;

  constructor(pipe: Pipe, { reads, writes }: { readonly reads: boolean; readonly writes: boolean }) {
    this.pipe = pipe;
    this.waiters = pipe.waiters;
    this.#reads = reads;
    this.#writes = writes;
    this.#writersBefore = pipe.writers === 0 ? pipe.writersEver : -1;
    if (reads) {
      pipe.readers++;
      pipe.readersEver++;
    }
    if (writes) {
      pipe.writers++;
      pipe.writersEver++;
    }
    pipe.waiters.wake(END_OPENED);
  }

  opened(description: OpenFile): void {
    this.#description = description;
  }

  read(_task: Task, into: Uint8Array): number | Errno {
    const { buffer, waiters, writers } = this.pipe;
    if (into.length === 0) return 0;
    if (buffer.isEmpty) return writers > 0 ? "EAGAIN" : 0;
    const wasFull = buffer.isFull;
    const bytes = buffer.read(into);
    if (wasFull && !buffer.isFull) waiters.wake(POLLOUT | MORE_ROOM);
    else if (!waiters.isEmpty) waiters.wake(MORE_ROOM);
    return bytes;
  }

  write(_task: Task, from: Uint8Array, isRest: boolean = false): number | Errno {
    const { buffer, waiters, readers } = this.pipe;
    if (from.length === 0) return 0;
    if (readers === 0) return "EPIPE";
    const wasEmpty = buffer.isEmpty;
    const flags = this.#description?.flags ?? 0;
    const bytes = buffer.write(from, isRest, (flags & O_DIRECT) !== 0);
    if (bytes === 0) return "EAGAIN";
    // As anon_pipe_write on Linux: a writer who will wait for more room tells only of the first bytes, all others of any.
    const waits = bytes < from.length && (flags & O_NONBLOCK) === 0;
    if (wasEmpty || !waits) waiters.wake(POLLIN);
    return bytes;
  }

  poll(): number {
    const { buffer, readers, writers, writersEver } = this.pipe;
    let events = 0;
    if (this.#reads) {
      if (!buffer.isEmpty) events |= POLLIN;
      if (writers === 0 && writersEver !== this.#writersBefore) events |= POLLHUP;
    }
    if (this.#writes) {
      if (!buffer.isFull) events |= POLLOUT;
      if (readers === 0) events |= POLLERR;
    }
    return events;
  }

  release(): void {
    const { pipe } = this;
    if (this.#reads && --pipe.readers === 0) pipe.waiters.wake(POLLOUT | POLLERR);
    if (this.#writes && --pipe.writers === 0) pipe.waiters.wake(POLLIN | POLLHUP);
  }

  /** As pipe_write and pipe_read on Linux: each of the other side's calls is news. */
  band(events: number): number {
    if (this.#reads && (events & (POLLIN | POLLHUP)) !== 0) return POLLIN;
    return this.#writes && (events & (POLLOUT | POLLERR | MORE_ROOM)) !== 0 ? POLLOUT : 0;
  }

  ioctl(_task: Task, request: number): number | Errno {
    return request === FIONREAD ? this.pipe.buffer.length : "ENOTTY";
  }

  describe(): FileDescription {
    return { type: "FIFO", node: String(this.pipe.inode), name: "pipe" };
  }

  inspect(): ObjectDetails {
    return this.pipe.inspect();
  }
}

/** pipe(2): the two ends of a new pipe. The number tells pipes of one host apart. */
export function createPipe(inode: number): { readonly readEnd: PipeEnd; readonly writeEnd: PipeEnd } {
  const pipe = new Pipe(inode);
  const writeEnd = new PipeEnd(pipe, { reads: false, writes: true });
  return { readEnd: new PipeEnd(pipe, { reads: true, writes: false }), writeEnd };
}
