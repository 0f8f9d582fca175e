/**
 * Attempts that wait by a claim (ipc/claim.ts): the object decides who is next, and hands over.
 *
 * tryNow() does it at once or answers "EAGAIN"; join() puts the claim into the object's list, leave() takes it out. While a
 * signal handler runs or the process is stopped, nothing is handed to it: it leaves the list, and when the call is begun
 * again it tries anew and joins at the end, as on Linux.
 */
import type { Errno } from "../../abi/errno.ts";
import { type Claim, SETTLED } from "../../ipc/claim.ts";
import type { Attempt, Sleeper } from "../operation.ts";
import type { Process } from "../process.ts";

export abstract class ClaimAttempt<R, O = R> implements Attempt<R> {
  readonly call: string;
  protected readonly process: Process;
  /** What the call ends with when its deadline passes: "EAGAIN" where it does not wait, else "ETIMEDOUT" mostly. */
  readonly #lateAnswer: R | Errno;
  #isAsleep = false;

  constructor(call: string, process: Process, lateAnswer: R | Errno) {
    this.call = call;
    this.process = process;
    this.#lateAnswer = lateAnswer;
  }

  protected abstract readonly claim: Claim<O | Errno>;
  protected abstract tryNow(): O | Errno;
  protected abstract join(): void;
  protected abstract leave(): void;
  abstract on(): string;

  attempt(): R | Errno {
    const { claim } = this;
    if (claim.outcome !== undefined) return this.#answer(claim.outcome);
    if (claim.isListed) return "EAGAIN";
    const outcome = this.tryNow();
    if (outcome === "EAGAIN" && this.#isAsleep) this.join();
    return this.#answer(outcome);
  }

  /** What the call answers when it has this: where a message is to be copied into the caller's buffer. */
  protected answer(outcome: O): R {
    return outcome as unknown as R;
  }

  /** It is asked only of a call that begins while the process is stopped: then it is tried when that goes on. */
  isReady(): boolean {
    return true;
  }

  enlist(sleeper: Sleeper): void {
    this.#isAsleep = true;
    sleeper.enlist(this.claim.waiters, SETTLED);
    if (!this.process.isStopped) this.join();
  }

  withdraw(): void {
    if (this.claim.isListed) this.leave();
  }

  /** The object has answered "EAGAIN" itself. */
  isRefused(): boolean {
    return this.claim.outcome === "EAGAIN";
  }

  expired(): R | Errno {
    return this.isRefused() ? "EAGAIN" : this.#lateAnswer;
  }

  end(): void {
    this.withdraw();
    this.#isAsleep = false;
  }

  #answer(outcome: O | Errno): R | Errno {
    return typeof outcome === "string" ? (outcome as Errno) : this.answer(outcome as O);
  }
}
