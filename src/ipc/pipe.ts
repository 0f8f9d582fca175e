/**
 * Pipes: a bounded byte stream in the kernel with a read end and a write end.
 *
 * Read first: pipe(7). createPipe() → two FileOps; write() appends and wakes readers, read() takes and wakes writers;
 * release() of the last end of a kind tells the other side.
 */
import type { Errno } from "../abi/errno.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from "../abi/poll.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import type { FileDescription, FileOps } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";
import { PipeBuffer } from "./pipe-buffer.ts";

/** Pages that a new pipe has room for, as on Linux: PIPE_DEF_BUFFERS. */
const PIPE_PAGES = 16;

/** What both ends share. */
class Pipe {
  readonly inode: number;
  readonly buffer: PipeBuffer = new PipeBuffer(PIPE_PAGES);
  readonly waiters: WaitQueue = new WaitQueue();
  hasReader = true;
  hasWriter = true;

  constructor(inode: number) {
    this.inode = inode;
  }

  describe(): FileDescription {
    return { type: "FIFO", node: String(this.inode), name: "pipe" };
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
    if (buffer.isEmpty) return hasWriter ? "EAGAIN" : 0;
    const wasFull = buffer.isFull;
    const bytes = buffer.read(into);
    if (wasFull && !buffer.isFull) waiters.wake(POLLOUT);
    return bytes;
  }

  write(): Errno {
    return "EBADF";
  }

  poll(): number {
    return (this.#pipe.buffer.isEmpty ? 0 : POLLIN) | (this.#pipe.hasWriter ? 0 : POLLHUP);
  }

  release(): void {
    this.#pipe.hasReader = false;
    this.#pipe.waiters.wake(POLLOUT | POLLERR);
  }

  describe(): FileDescription {
    return this.#pipe.describe();
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

  write(_task: Task, from: Uint8Array, isRest: boolean = false): number | Errno {
    const { buffer, waiters, hasReader } = this.#pipe;
    if (from.length === 0) return 0;
    if (!hasReader) return "EPIPE";
    const bytes = buffer.write(from, isRest);
    if (bytes === 0) return "EAGAIN";
    waiters.wake(POLLIN);
    return bytes;
  }

  poll(): number {
    return (this.#pipe.buffer.isFull ? 0 : POLLOUT) | (this.#pipe.hasReader ? 0 : POLLERR);
  }

  release(): void {
    this.#pipe.hasWriter = false;
    this.#pipe.waiters.wake(POLLIN | POLLHUP);
  }

  describe(): FileDescription {
    return this.#pipe.describe();
  }
}

/** pipe(2): the two ends of a new pipe. The number tells pipes of one host apart. */
export function createPipe(inode: number): { readonly readEnd: FileOps; readonly writeEnd: FileOps } {
  const pipe = new Pipe(inode);
  return { readEnd: new ReadEnd(pipe), writeEnd: new WriteEnd(pipe) };
}
