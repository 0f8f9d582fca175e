/**
 * open(2) of a FIFO, which waits until the other side has opened it too. Read first: fifo(7), ipc/fifo.ts.
 *
 * While it waits, its own end counts already: that is what the other side waits for. A signal interrupts it: then its end
 * does not count, until the call begins again: looks the path up, where something else may be now, and opens that.
 */
import type { Errno } from "../../abi/errno.ts";
import type { WaitQueue } from "../../base/wait-queue.ts";
import { Fifo, type Inode } from "../../file/inode.ts";
import type { FileOps } from "../../file/open-file.ts";
import { type FifoEnd, openFifo } from "../../ipc/fifo.ts";
import { END_OPENED } from "../../ipc/pipe.ts";
import type { Attempt, Sleeper } from "../operation.ts";
import type { Process } from "../process.ts";

/** The open that waits. */
export interface Opening {
  readonly path: string;
  readonly flags: number;
  /** Looks the path up: a call that begins again may find something else there. */
  find(): Inode | Errno;
  /** Opens what is no FIFO. */
  openOther(inode: Inode): number | Errno;
  /** Gives it a descriptor. */
  install(ops: FileOps): number | Errno;
}

export class FifoOpening implements Attempt<number> {
  readonly call = "open";
  readonly #process: Process;
  readonly #opening: Opening;
  /** Its end, until it is a descriptor's. */
  #end: FifoEnd | null = null;
  /** What was found; null when it has to be looked up again. */
  #inode: Inode | null;
  #sleeper: Sleeper | null = null;
  /** Where it has a place. */
  #queue: WaitQueue | null = null;

  constructor(process: Process, fifo: Fifo, opening: Opening) {
    this.#process = process;
    this.#inode = fifo;
    this.#opening = opening;
  }

  attempt(): number | Errno {
    const { path, flags, find, openOther } = this.#opening;
    const inode = this.#inode ?? find();
    if (typeof inode === "string") return inode;
    if (!(inode instanceof Fifo)) return openOther(inode);
    const end = this.#end ?? openFifo(inode, path, flags);
    if (typeof end === "string") return end;
    this.#inode = inode;
    this.#end = end;
    if (!end.isMet) {
      this.#takePlace();
      return "EAGAIN";
    }
    this.#end = null;
    this.#process.runState.progress();
    return this.#opening.install(end);
  }

  isReady(): boolean {
    return this.#end?.isMet ?? true;
  }

  enlist(sleeper: Sleeper): void {
    this.#sleeper = sleeper;
    this.#takePlace();
  }

  withdraw(): void {
    this.#end?.release();
    this.#end = null;
    this.#inode = null;
  }

  expired(): Errno {
    return "EAGAIN";
  }

  on(): string {
    return `FIFO ${this.#opening.path}`;
  }

  end(): void {
    this.withdraw();
    this.#sleeper = null;
    this.#queue = null;
  }

  #takePlace(): void {
    const queue = this.#end?.waiters ?? null;
    if (this.#sleeper === null || queue === null || queue === this.#queue) return;
    this.#queue = queue;
    this.#sleeper.enlist(queue, END_OPENED);
  }
}
