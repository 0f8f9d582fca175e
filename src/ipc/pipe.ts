/**
 * Pipes: a bounded byte stream in the kernel with a read end and a write end.
 *
 * Read first: pipe(7). createPipe() → two FileOps; write() appends and wakes readers, read() takes and wakes writers;
 * release() of the last end of a kind tells the other side.
 */
import type { Errno } from "../abi/errno.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from "../abi/poll.ts";
import { ByteRing } from "../base/byte-ring.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import type { FileDescription, FileOps, ObjectDetails } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";

/** Capacity of a new pipe in bytes, as on Linux. */
export const PIPE_CAPACITY_BYTES = 65_536;
/** Writes of up to this many bytes are never split or mixed with others. */
export const PIPE_BUF = 4096;

/** What both ends share. */
class Pipe {
  readonly inode: number;
  readonly buffer: ByteRing = new ByteRing(PIPE_CAPACITY_BYTES);
  readonly waiters: WaitQueue = new WaitQueue();
  hasReader = true;
  hasWriter = true;

  constructor(inode: number) {
    this.inode = inode;
  }

  describe(): FileDescription {
    return { type: "FIFO", node: String(this.inode), name: "pipe" };
  }

  inspect(): ObjectDetails {
    return { shared: this, bytes: { held: this.buffer.length, max: this.buffer.capacity } };
  }
}

class ReadEnd implements FileOps {
  readonly #pipe: Pipe;
  readonly waiters: WaitQueue;

  constructor(pipe: Pipe) {
    this.#pipe = pipe;
    this.waiters = pipe.waiters;
  }

  read(_task: Task, into: Uint8Array): number | Errno {
    const { buffer, waiters, hasWriter } = this.#pipe;
    if (into.length === 0) return 0;
    if (buffer.length === 0) return hasWriter ? "EAGAIN" : 0;
    const bytes = buffer.read(into);
    waiters.wake(POLLOUT);
    return bytes;
  }

  write(): Errno {
    return "EBADF";
  }

  poll(): number {
    return (this.#pipe.buffer.length > 0 ? POLLIN : 0) | (this.#pipe.hasWriter ? 0 : POLLHUP);
  }

  release(): void {
    this.#pipe.hasReader = false;
    this.#pipe.waiters.wake(POLLOUT | POLLERR);
  }

  describe(): FileDescription {
    return this.#pipe.describe();
  }

  inspect(): ObjectDetails {
    return this.#pipe.inspect();
  }
}

class WriteEnd implements FileOps {
  readonly #pipe: Pipe;
  readonly waiters: WaitQueue;

  constructor(pipe: Pipe) {
    this.#pipe = pipe;
    this.waiters = pipe.waiters;
  }

  read(): Errno {
    return "EBADF";
  }

  write(_task: Task, from: Uint8Array): number | Errno {
    const { buffer, waiters, hasReader } = this.#pipe;
    if (from.length === 0) return 0;
    if (!hasReader) return "EPIPE";
    // POSIX write(): up to PIPE_BUF bytes go in as one piece or not at all.
    if (from.length <= PIPE_BUF && buffer.space < from.length) return "EAGAIN";
    const bytes = buffer.write(from);
    if (bytes === 0) return "EAGAIN";
    waiters.wake(POLLIN);
    return bytes;
  }

  poll(): number {
    const writable = this.#pipe.buffer.space >= PIPE_BUF ? POLLOUT : 0;
    return writable | (this.#pipe.hasReader ? 0 : POLLERR);
  }

  release(): void {
    this.#pipe.hasWriter = false;
    this.#pipe.waiters.wake(POLLIN | POLLHUP);
  }

  describe(): FileDescription {
    return this.#pipe.describe();
  }

  inspect(): ObjectDetails {
    return this.#pipe.inspect();
  }
}

/** pipe(2): the two ends of a new pipe. The number tells pipes of one host apart. */
export function createPipe(inode: number): { readonly readEnd: FileOps; readonly writeEnd: FileOps } {
  const pipe = new Pipe(inode);
  return { readEnd: new ReadEnd(pipe), writeEnd: new WriteEnd(pipe) };
}
