/**
 * Attempts on an open file: what read, write, send, receive have in common when they may have to wait.
 *
 * While a call sleeps, it refers to the open file description, not to the descriptor: a descriptor that is closed
 * meanwhile does not take the object away under it.
 */
import type { Errno } from "../../abi/errno.ts";
import { POLLERR, POLLHUP } from "../../abi/poll.ts";
import type { OpenFile } from "../../file/open-file.ts";
import type { Attempt, Sleeper } from "../operation.ts";
import type { Process } from "../process.ts";

export abstract class FileAttempt<R> implements Attempt<R> {
  // One is made for each call, of many derived classes: engines define fields, and private names above all, by a slow path where
  // a constructor has seen many of these. Those that are assigned cost nothing.
  declare readonly call: string;
  declare readonly process: Process;
  declare readonly file: OpenFile;
  declare private readonly events: number;
  declare private isHeld: boolean;
  declare private sleeper: Sleeper | null;

  constructor(call: string, process: Process, file: OpenFile, events: number) {
    this.call = call;
    this.process = process;
    this.file = file;
    this.events = events | POLLERR | POLLHUP;
    this.isHeld = false;
    this.sleeper = null;
  }

  abstract attempt(): R | Errno;

  isReady(): boolean {
    return (this.file.ops.poll() & this.events) !== 0;
  }

  enlist(sleeper: Sleeper): void {
    this.file.reference();
    this.isHeld = true;
    this.sleeper = sleeper;
    sleeper.enlist(this.file.ops.waiters, this.events);
  }

  expired(): R | Errno {
    return "EAGAIN";
  }

  isNonBlocking(): boolean {
    return this.file.nonBlocking;
  }

  on(): string {
    const { type, name } = this.file.ops.describe();
    return `${type} ${name}`;
  }

  end(): void {
    if (this.isHeld) this.file.unreference();
    this.isHeld = false;
    this.sleeper = null;
  }

  /** While it sleeps: others who wait for the same come first now. */
  protected goToEnd(): void {
    this.sleeper?.goToEnd();
  }
}
