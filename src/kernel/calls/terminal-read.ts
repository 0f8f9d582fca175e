/** read(2) of a terminal, for a caller that waits. Read first: tty/reading.ts. */
import type { Errno } from "../../abi/errno.ts";
import { POLLIN, READ_TURN } from "../../abi/poll.ts";
import type { OpenFile } from "../../file/open-file.ts";
import type { TerminalRead } from "../../tty/reading.ts";
import type { Process } from "../process.ts";
import { FileAttempt } from "./file-attempt.ts";

export class TerminalReadAttempt extends FileAttempt<number> {
  readonly #read: TerminalRead;

  constructor(process: Process, file: OpenFile, read: TerminalRead) {
    super("read", process, file, POLLIN | READ_TURN);
    this.#read = read;
  }

  override attempt(): number | Errno {
    const result = this.#read.attempt();
    if (typeof result === "number" && result > 0) this.process.runState.progress();
    return result;
  }

  /** Whether it has enough, and may read at all, it finds out itself. */
  override isReady(): boolean {
    return true;
  }

  /** As n_tty_read on Linux: O_NONBLOCK that was set while it slept ends it when it wakes and finds nothing. */
  isRefused(): boolean {
    return this.#read.isReading && this.file.nonBlocking;
  }

  override expired(): number | Errno {
    return this.#read.taken > 0 ? this.#read.taken : "EAGAIN";
  }

  withdraw(): void {
    this.#read.withdraw();
  }

  /** O_NONBLOCK is looked at before the signal. */
  interrupted(): number | Errno {
    return this.#read.taken > 0 || this.isRefused() ? this.expired() : "EINTR";
  }

  override end(): void {
    this.#read.end();
    super.end();
  }
}
