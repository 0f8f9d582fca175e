/**
 * Attempts on an open file: what read, write, send, receive have in common when they may have to wait.
 *
 * The attempt holds a reference to the open file description, not to the descriptor: a descriptor that is closed while
 * a call sleeps does not take the object away under it.
 */
import type { Errno } from "../../abi/errno.ts";
import { POLLERR, POLLHUP } from "../../abi/poll.ts";
import type { OpenFile } from "../../file/open-file.ts";
import type { Attempt, Sleeper } from "../operation.ts";
import type { Process } from "../process.ts";

export abstract class FileAttempt<R> implements Attempt<R> {
  readonly call: string;
  readonly process: Process;
  readonly file: OpenFile;
  readonly #events: number;

  constructor(call: string, process: Process, file: OpenFile, events: number) {
    this.call = call;
    this.process = process;
    this.file = file.reference();
    this.#events = events | POLLERR | POLLHUP;
  }

  abstract attempt(): R | Errno;

  enlist(sleeper: Sleeper): void {
    sleeper.enlist(this.file.ops.waiters, this.#events);
  }

  expired(): R | Errno {
    return "EAGAIN";
  }

  on(): string {
    const { type, name } = this.file.ops.describe();
    return `${type} ${name}`;
  }

  end(): void {
    this.file.unreference();
  }
}
