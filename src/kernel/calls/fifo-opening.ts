/**
 * open(2) of a FIFO, which waits until the other side has opened it too. Read first: fifo(7), ipc/fifo.ts.
 *
 * While it waits, its own end counts already: that is what the other side waits for. A signal interrupts it: then its end
 * does not count, until the call begins again, perhaps on the pipe of others who have come meanwhile.
 */
import type { Errno } from "../../abi/errno.ts";
import type { WaitQueue } from "../../base/wait-queue.ts";
import type { Fifo } from "../../file/inode.ts";
import type { FileOps } from "../../file/open-file.ts";
import { type FifoEnd, openFifo } from "../../ipc/fifo.ts";
import { END_OPENED } from "../../ipc/pipe.ts";
import type { Attempt, Sleeper } from "../operation.ts";
import type { Process } from "../process.ts";

export class FifoOpening implements Attempt<number> {
  readonly call = "open";
  readonly #process: Process;
  readonly #fifo: Fifo;
  readonly #path: string;
  readonly #flags: number;
  readonly #install: (ops: FileOps) => number | Errno;
  /** Its end, until it is a descriptor's. */
  #end: FifoEnd | null = null;
  #sleeper: Sleeper | null = null;
  /** Where it has a place. */
  #queue: WaitQueue | null = null;

  constructor(process: Process, fifo: Fifo, path: string, flags: number, install: (ops: FileOps) => number | Errno) {
    this.#process = process;
    this.#fifo = fifo;
    this.#path = path;
    this.#flags = flags;
    this.#install = install;
  }

  attempt(): number | Errno {
    const end = this.#end ?? openFifo(this.#fifo, this.#path, this.#flags);
    if (typeof end === "string") return end;
    this.#end = end;
    if (!end.isMet) {
      this.#takePlace();
      return "EAGAIN";
    }
    this.#end = null;
    this.#process.runState.progress();
    return this.#install(end);
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
  }

  expired(): Errno {
    return "EAGAIN";
  }

  on(): string {
    return `FIFO ${this.#path}`;
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
