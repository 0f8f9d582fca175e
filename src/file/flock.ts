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

export class FlockTable {
  readonly #holders: Map<object, FlockKind> = new Map<object, FlockKind>();

  /** True when it is done, false when another description's lock is in the way. */
  set(inode: Inode, owner: object, kind: FlockKind): boolean {
    const held = this.#holders.get(owner);
    if (held === kind) return true;
    if (held !== undefined) this.release(inode, owner);
    if (kind === LOCK_UN) return true;
    if (this.isRefused(owner, kind)) return false;
    this.#holders.set(owner, kind);
    return true;
  }

  /** Is another description's lock in the way? */
  isRefused(owner: object, kind: FlockKind): boolean {
    for (const [holder, held] of this.#holders) {
      if (holder !== owner && (kind === LOCK_EX || held === LOCK_EX)) return true;
    }
    return false;
  }

  /** Gives a lock back, if there is one. */
  release(inode: Inode, owner: object): void {
    if (this.#holders.delete(owner)) inode.lockWaiters.wake(LOCK_CHANGED);
  }
}
