/**
 * The record locks of fcntl(2): on ranges of bytes, held by a process.
 *
 * Read first: fcntl(2), "Advisory record locking". The owner is the descriptor table, as in Linux: closing any
 * descriptor of the file in it gives back all its locks on that file, and fork's copy owns none. set() replaces what the
 * owner held in the range; pieces at both sides stay, neighbours of one kind become one:
 *
 *     held    |WWWWWWWWWWWWWWWW|            set(unlock)    |WWWW|        |WWWW|
 *                  ↑ unlock ↑
 *
 * Whoever waits notes in LockWaits for whom, so that a circle of waiting owners is seen: EDEADLK.
 */
import { F_UNLCK, F_WRLCK } from "../abi/fcntl.ts";
import { LOCK_CHANGED } from "./flock.ts";
import type { Inode } from "./inode.ts";

/** Ranges on one inode; ENOLCK beyond. */
const RANGES_MAX = 4096;
/** So many owners Linux goes along when it looks for a circle. */
const CIRCLE_MAX = 10;

/** A range of bytes, both ends included; the end of the longest is Infinity. */
export interface LockRange {
  readonly type: number;
  readonly start: number;
  readonly end: number;
  readonly pid: number;
}

export class RecordLockTable {
  /** By owner, in the order in which they came; sorted by start, without overlaps. */
  readonly #owners: Map<object, readonly LockRange[]> = new Map<object, readonly LockRange[]>();

  /** The first lock of another owner in the way of this one. */
  conflict(owner: object, wanted: LockRange): { readonly owner: object; readonly range: LockRange } | null {
    for (const [holder, ranges] of this.#owners) {
      if (holder === owner) continue;
      for (const range of ranges) {
        const overlaps = range.start <= wanted.end && wanted.start <= range.end;
        if (overlaps && (range.type === F_WRLCK || wanted.type === F_WRLCK)) return { owner: holder, range };
      }
    }
    return null;
  }

  /** Sets or clears a range for its owner; nothing is in the way. False: too many ranges. */
  set(inode: Inode, owner: object, wanted: LockRange): boolean {
    const held = this.#owners.get(owner) ?? [];
    const ranges = merged([
      ...held.flatMap((range) => without(range, wanted)),
      ...(wanted.type === F_UNLCK ? [] : [wanted]),
    ]);
    if (ranges.length > held.length && this.#count() - held.length + ranges.length > RANGES_MAX) return false;
    this.#put(owner, ranges);
    if (held.length > 0) inode.lockWaiters.wake(LOCK_CHANGED);
    return true;
  }

  /** A descriptor of the file was closed: all of the owner's locks go. */
  release(inode: Inode, owner: object): void {
    if (this.#owners.delete(owner)) inode.lockWaiters.wake(LOCK_CHANGED);
  }

  #put(owner: object, ranges: readonly LockRange[]): void {
    if (ranges.length === 0) this.#owners.delete(owner);
    else this.#owners.set(owner, ranges);
  }

  #count(): number {
    let count = 0;
    for (const ranges of this.#owners.values()) count += ranges.length;
    return count;
  }
}

/** What is left of a range outside another. */
function without(range: LockRange, cut: LockRange): LockRange[] {
  if (range.end < cut.start || range.start > cut.end) return [range];
  const left = range.start < cut.start ? [{ ...range, end: cut.start - 1 }] : [];
  const right = range.end > cut.end ? [{ ...range, start: cut.end + 1 }] : [];
  return [...left, ...right];
}

/** Sorted, with neighbours of one kind as one. */
function merged(ranges: readonly LockRange[]): LockRange[] {
  const result: LockRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && last.type === range.type && last.end + 1 >= range.start) {
      result[result.length - 1] = { ...last, end: range.end };
    } else {
      result.push(range);
    }
  }
  return result;
}

/** One owner that waits for another. */
export interface LockWait {
  readonly owner: object;
  readonly blocker: object;
}

/** Who waits for whom, on one host. */
export class LockWaits {
  readonly #waits: Set<LockWait> = new Set<LockWait>();

  /** Would the owner wait, by way of others, for itself? */
  isCircle(owner: object, blocker: object): boolean {
    let next = blocker;
    for (let i = 0; i < CIRCLE_MAX; i++) {
      if (next === owner) return true;
      const wait = this.#waitOf(next);
      if (wait === null) return false;
      next = wait.blocker;
    }
    return false;
  }

  add(wait: LockWait): void {
    this.#waits.add(wait);
  }

  remove(wait: LockWait): void {
    this.#waits.delete(wait);
  }

  #waitOf(owner: object): LockWait | null {
    for (const wait of this.#waits) if (wait.owner === owner) return wait;
    return null;
  }
}
