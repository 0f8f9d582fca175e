/**
 * Calls that wait for signals: sigwait(3), sigwaitinfo(2), sigtimedwait(2), sigsuspend(2), pause(2).
 */

import type { Errno } from "../../abi/errno.ts";
import { POLLIN } from "../../abi/poll.ts";
import type { Attempt, Sleeper } from "../operation.ts";
import type { Process } from "../process.ts";
import type { SigInfo } from "../signals/siginfo.ts";
import type { SignalSet } from "../signals/signal-set.ts";

/** Takes a pending signal of the set; EAGAIN at the deadline. Signals of the set are not handled while it waits. */
export class SigwaitAttempt implements Attempt<SigInfo> {
  readonly call: string;
  readonly #process: Process;
  readonly #set: SignalSet;

  constructor(call: string, process: Process, set: SignalSet) {
    this.call = call;
    this.#process = process;
    this.#set = set;
  }

  attempt(): SigInfo | Errno {
    return this.#process.signals.takeFrom(this.#set) ?? "EAGAIN";
  }

  isReady(): boolean {
    return this.#process.signals.pending.hasAny(this.#set);
  }

  enlist(sleeper: Sleeper): void {
    const { signals } = this.#process;
    signals.await(this.#set);
    sleeper.enlist(signals.waiters, POLLIN);
  }

  expired(): Errno {
    return "EAGAIN";
  }

  on(): string {
    return "signals";
  }

  end(): void {
    this.#process.signals.awaitNoLonger(this.#set);
  }
}

/** Waits until a handler has run; sigsuspend(2) does so with another mask. */
export class SuspendAttempt implements Attempt<never> {
  readonly call: string;
  readonly #process: Process;
  readonly #mask: SignalSet | null;

  constructor(call: string, process: Process, mask: SignalSet | null) {
    this.call = call;
    this.#process = process;
    this.#mask = mask;
  }

  attempt(): Errno {
    return "EAGAIN";
  }

  isReady(): boolean {
    return false;
  }

  enlist(): void {
    if (this.#mask !== null) this.#process.signals.suspend(this.#mask);
  }

  expired(): Errno {
    return "EAGAIN";
  }

  on(): string {
    return "a signal";
  }

  end(): void {
    if (this.#mask !== null) this.#process.signals.endSuspension();
  }
}
