/**
 * Claims: those who wait in the list of an IPC object, to whom the object itself hands the outcome.
 *
 * Linux's message queues and semaphores decide who gets what when something comes, not when the sleeper runs: a message
 * is given to the receiver that waits longest, past all who call meanwhile. So the object keeps a list of claims; it takes
 * one out and settles it, and the sleeper finds the outcome when it has its turn (kernel/calls/claim-attempt.ts).
 */
import { WaitQueue } from "../base/wait-queue.ts";

/** The readiness bit by which a claim wakes. */
export const SETTLED = 1;

/** Somebody who waits for an outcome. */
export class Claim<R> {
  /** Where the sleeper sleeps. */
  readonly waiters: WaitQueue = new WaitQueue();
  /** What the object has decided, if it has. */
  outcome: R | undefined = undefined;
  /** Does it stand in the object's list? */
  isListed = false;

  /** Hands over the outcome. */
  settle(outcome: R): void {
    this.isListed = false;
    this.outcome = outcome;
    this.waiters.wake(SETTLED);
  }

  /** It is worth trying again. */
  retry(): void {
    this.isListed = false;
    this.waiters.wake(SETTLED);
  }
}

/** The claims on one thing, oldest first. */
export class ClaimList<C extends Claim<unknown>> {
  #claims: C[] = [];

  get isEmpty(): boolean {
    return this.#claims.length === 0;
  }

  get length(): number {
    return this.#claims.length;
  }

  /** The claims as they stand now. */
  all(): readonly C[] {
    return this.#claims;
  }

  add(claim: C): void {
    claim.isListed = true;
    this.#claims.push(claim);
  }

  /** The oldest, which leaves the list. */
  shift(): C | undefined {
    const claim = this.#claims.shift();
    if (claim !== undefined) claim.isListed = false;
    return claim;
  }

  remove(claim: C): void {
    const index = this.#claims.indexOf(claim);
    if (index === -1) return;
    this.#claims.splice(index, 1);
    claim.isListed = false;
  }

  /** All leave the list. */
  takeAll(): C[] {
    const claims = this.#claims;
    this.#claims = [];
    for (const claim of claims) claim.isListed = false;
    return claims;
  }

  /** Puts these before the others. */
  prepend(claims: readonly C[]): void {
    for (const claim of claims) claim.isListed = true;
    this.#claims = [...claims, ...this.#claims];
  }
}
