/**
 * ppoll(2), pselect(2), epoll_pwait(2): waiting for many with another signal mask.
 *
 * The mask is set in one step with going to sleep, so that no signal is lost between the two: it holds from enlist() until a
 * handler has run or the call ends. A call that has its answer at once leaves signals as they are, as on Linux.
 */
import type { Errno } from "../../abi/errno.ts";
import type { Attempt, Sleeper } from "../operation.ts";
import type { Process } from "../process.ts";
import type { SignalSet } from "../signals/signal-set.ts";

export class MaskedAttempt<R> implements Attempt<R> {
  readonly call: string;
  readonly #process: Process;
  readonly #inner: Attempt<R>;
  readonly #mask: SignalSet;

  constructor(call: string, process: Process, inner: Attempt<R>, mask: SignalSet) {
    this.call = call;
    this.#process = process;
    this.#inner = inner;
    this.#mask = mask;
  }

  attempt(): R | Errno {
    return this.#inner.attempt();
  }

  isReady(): boolean {
    return this.#inner.isReady();
  }

  enlist(sleeper: Sleeper): void {
    this.#inner.enlist(sleeper);
    this.#process.signals.suspend(this.#mask);
  }

  expired(): R | Errno {
    return this.#inner.expired();
  }

  on(): string {
    return this.#inner.on();
  }

  end(): void {
    this.#inner.end();
    this.#process.signals.endSuspension();
  }
}
