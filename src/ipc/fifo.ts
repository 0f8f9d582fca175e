/**
 * FIFOs: pipes with a name, which processes that do not know each other open.
 *
 * Read first: fifo(7). openFifo() → a FifoEnd on the pipe behind the name; isMet says whether the other side has come,
 * which a blocking open waits for. The pipe is there while anybody has it open: what the last ones leave in it is lost.
 * The name stays until it is unlinked.
 */
import type { Errno } from "../abi/errno.ts";
import { O_ACCMODE, O_NONBLOCK, O_RDONLY, O_WRONLY } from "../abi/fcntl.ts";
import type { Fifo } from "../file/inode.ts";
import type { FileDescription } from "../file/open-file.ts";
import { Pipe, PipeEnd } from "./pipe.ts";

export class FifoEnd extends PipeEnd {
  readonly named: Fifo;
  readonly #path: string;
  /** Whom an opening waits for, as counted when it began. */
  readonly #readersBefore: number;
  readonly #writersBefore: number;
  readonly #flags: number;

  constructor(fifo: Fifo, pipe: Pipe, path: string, flags: number) {
    const access = flags & O_ACCMODE;
    const { readersEver, writersEver } = pipe;
    super(pipe, { reads: access !== O_WRONLY, writes: access !== O_RDONLY });
    this.named = fifo;
    this.#path = path;
    this.#flags = flags;
    this.#readersBefore = readersEver;
    this.#writersBefore = writersEver;
    fifo.opened();
  }

  /** Has the other side come, or need it not? Then the open is done. */
  get isMet(): boolean {
    const { pipe } = this;
    if ((this.#flags & O_NONBLOCK) !== 0) return true;
    switch (this.#flags & O_ACCMODE) {
      case O_RDONLY:
        return pipe.writers > 0 || pipe.writersEver !== this.#writersBefore;
      case O_WRONLY:
        return pipe.readers > 0 || pipe.readersEver !== this.#readersBefore;
      default:
        return true;
    }
  }

  flush(table: object): void {
    this.named.recordLocks?.release(this.named, table);
  }

  override release(): void {
    super.release();
    if (this.pipe.isAbandoned) this.named.queue = null;
    this.named.flocks?.release(this.named, this);
    this.named.closed();
  }

  override describe(): FileDescription {
    return { type: "FIFO", node: String(this.named.number), name: this.#path };
  }
}

/** open(2) of a FIFO, which is complete once it is met. ENXIO: for writing, with O_NONBLOCK, and nobody reads. */
export function openFifo(fifo: Fifo, path: string, flags: number): FifoEnd | Errno {
  if ((flags & O_ACCMODE) === O_ACCMODE) return "EINVAL";
  const pipe = fifo.queue instanceof Pipe ? fifo.queue : new Pipe(fifo.number);
  const writesOnly = (flags & O_ACCMODE) === O_WRONLY;
  if (writesOnly && (flags & O_NONBLOCK) !== 0 && pipe.readers === 0) return "ENXIO";
  fifo.queue = pipe;
  return new FifoEnd(fifo, pipe, path, flags);
}
