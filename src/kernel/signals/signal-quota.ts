/**
 * How many signals are queued for each user of a host: RLIMIT_SIGPENDING bounds them. Read first: getrlimit(2).
 *
 * As in __sigqueue_alloc on Linux, a signal counts for the real user that its target has when it is sent, until it is taken.
 */
export class SignalQuota {
  readonly #queued: Map<number, number> = new Map();

  queued(uid: number): number {
    return this.#queued.get(uid) ?? 0;
  }

  charge(uid: number): void {
    this.#queued.set(uid, this.queued(uid) + 1);
  }

  release(uid: number): void {
    const rest = this.queued(uid) - 1;
    if (rest > 0) this.#queued.set(uid, rest);
    else this.#queued.delete(uid);
  }
}
