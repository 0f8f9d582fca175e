/**
 * The locks of flock(2): on the whole file, held by an open file description.
 *
 * Read first: flock(2). set() takes, converts or gives back a lock, or says that another is in the way; who waits sleeps
 * on the inode's `lockWaiters` and tries again. A conversion is not atomic: the old lock goes first, as on Linux.
 */
import { LOCK_EX, type LOCK_SH, LOCK_UN } from "../abi/fcntl.ts";
import type { Inode } from "./inode.ts";

/** The event of `lockWaiters`: a lock has gone, or become weaker. */
export const LOCK_CHANGED = 1;

/** What a description holds, or wants. */
export type FlockKind = typeof LOCK_SH | typeof LOCK_EX | typeof LOCK_UN;

/** A lock that is held. A conversion makes another one of it. */
export interface Flock {
  readonly owner: object;
  readonly kind: FlockKind;
}

export class FlockTable {
  readonly #held: Map<object, Flock> = new Map<object, Flock>();

  /** Null when it is done, else the lock of another description that is in the way. */
  set(inode: Inode, owner: object, kind: FlockKind): Flock | null {
    const held = this.#held.get(owner);
    if (held?.kind === kind) return null;
    if (held !== undefined) this.release(inode, owner);
    if (kind === LOCK_UN) return null;
    const inTheWay = this.conflict(owner, kind);
    if (inTheWay === null) this.#held.set(owner, { owner, kind });
    return inTheWay;
  }

  /** Whose lock is in the way? */
  conflict(owner: object, kind: FlockKind): Flock | null {
    for (const held of this.#held.values()) {
      if (held.owner !== owner && (kind === LOCK_EX || held.kind === LOCK_EX)) return held;
    }
    return null;
  }

  /** Is this lock still held? */
  isHeld(lock: Flock): boolean {
    return this.#held.get(lock.owner) === lock;
  }

  /** Gives a lock back, if there is one. */
  release(inode: Inode, owner: object): void {
    if (this.#held.delete(owner)) inode.lockWaiters.wake(LOCK_CHANGED);
  }
}
