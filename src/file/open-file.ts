/**
 * Open file descriptions, and FileOps, the table of what a descriptor can do.
 *
 * Read first: open(2), "Open file descriptions". Descriptors of one or several processes refer to a description; the
 * description refers to an object (pipe end, socket, …) through FileOps. All calls are synchronous and never wait:
 * "EAGAIN" means "not yet", and whoever wants to wait enlists on `waiters` (kernel/operation.ts does).
 * To add a kind of descriptor, implement FileOps and install it with `kernel.install(process, ops, flags)`.
 */
import type { Errno } from "../abi/errno.ts";
import { O_ACCMODE, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from "../abi/fcntl.ts";
import { assert } from "../base/assert.ts";
import type { WaitQueue } from "../base/wait-queue.ts";
import type { Inode } from "./inode.ts";
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

/** What pictures show of an object (host/lsof-tree.ts). Everything may be left out. */
export interface ObjectDetails {
  /** What several descriptions lead to, such as the pipe of which they are ends. Default: the FileOps itself. */
  readonly shared?: object;
  /** What it holds now, and the most it can hold. */
  readonly bytes?: { readonly held: number; readonly max: number };
  /** What waits in it, oldest first: the connection requests of a listening socket, say. */
  readonly queue?: { readonly title: string; readonly entries: readonly string[]; readonly max: number };
  /** The `shared` of the object at its other end: the peer of a connected socket. */
  readonly peer?: object;
}

/** Somebody who wants to hear of the end of an open file description without holding it open: epoll. */
export interface ReleaseListener {
  released(file: OpenFile): void;
}

/** What a descriptor can do: the table between descriptors and the objects behind them. */
export interface FileOps {
  /** Woken with readiness bits (abi/poll.ts) after the object's state has changed. */
  readonly waiters: WaitQueue;
  /** read(2): fills `into` as far as there are bytes; 0 is end-of-file; "EAGAIN" when there are none yet. */
  read(task: Task, into: Uint8Array): number | Errno;
  /**
   * write(2): takes as many bytes as there is room for, by copying them; "EAGAIN" when there is none. `isRest`: the call
   * has waited already, and these are the bytes that it could not place before.
   */
  write(task: Task, from: Uint8Array, isRest?: boolean): number | Errno;
  /** False where poll() never changes, as with regular files: epoll refuses these (EPERM). */
  readonly pollable?: boolean;
  /** The readiness bits that hold now. */
  poll(): number;
  /** True where nothing is read or written but numbers, as from an eventfd(2): no POLLRDNORM beside POLLIN. */
  readonly isPlain?: boolean;
  /** The last reference is gone. */
  release(): void;
  describe(): FileDescription;
  /** What a name in the file tree leads to, where there is one: for fstat, chmod, and locks. */
  readonly named?: Inode;
  /** The device that a name leads to, where there is one: calls on terminals look for theirs. */
  readonly device?: FileOps;
  /** The description that refers to it, told once; who asks its flags (O_APPEND) keeps it. */
  opened?(file: OpenFile): void;
  /** A descriptor of this table was closed, not the last one perhaps: the table's record locks go. */
  flush?(table: object): void;
  /** lseek(2): the new offset. Without it ESPIPE. */
  seek?(offset: number, whence: number): number | Errno;
  /** pread(2), which leaves the offset alone. Without it ESPIPE. */
  readAt?(task: Task, into: Uint8Array, offset: number): number | Errno;
  /** pwrite(2). Without it ESPIPE. */
  writeAt?(task: Task, from: Uint8Array, offset: number): number | Errno;
  /** ioctl(2): a number, or a record where C fills a struct. Without it ENOTTY. */
  ioctl?(task: Task, request: number, argument: unknown): number | object | Errno;
  /**
   * For O_ASYNC, which nothing has that has not this: the one readiness bit of which the owner is told when the queue was
   * woken for these events, 0 when it is no news.
   */
  band?(events: number): number;
  /** For O_ASYNC, when nobody has named an owner: a group by its negative number, 0 for who sets it. Without it nobody. */
  asyncOwner?(): number;
  /** For pictures: what there is to show beside its description. */
  inspect?(): ObjectDetails;
}

/** An open file description: what `open`, `pipe`, `socket` make and `dup` and `fork` share. */
export class OpenFile {
  readonly ops: FileOps;
  /** Access mode and status flags (O_NONBLOCK). */
  flags: number;
  /** Told when the last reference is gone; null as long as nobody has asked. */
  releaseListeners: Set<ReleaseListener> | null = null;
  /** Who is sent signals about it (kernel/signals/file-owner.ts); null as long as nobody has asked. */
  owner: ReleaseListener | null = null;
  /** Is what is written to it enciphered with randomness that has no seed? Then the bytes stay out of the determinism hash. */
  isSealed = false;
  #references = 0;

  constructor(ops: FileOps, flags: number) {
    this.ops = ops;
    this.flags = flags;
    ops.opened?.(this);
  }

  get nonBlocking(): boolean {
    return (this.flags & O_NONBLOCK) !== 0;
  }

  get readable(): boolean {
    const access = this.flags & O_ACCMODE;
    return access === O_RDONLY || access === O_RDWR;
  }

  get writable(): boolean {
    const access = this.flags & O_ACCMODE;
    return access === O_WRONLY || access === O_RDWR;
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
    if (this.#references > 0) return;
    for (const listener of this.releaseListeners ?? []) listener.released(this);
    this.releaseListeners = null;
    this.owner?.released(this);
    this.owner = null;
    this.ops.release();
  }
}
