/**
 * Futexes: where processes sleep on a word of memory that they share, until another wakes them.
 *
 * Read first: futex(2), futex(7). The word itself is the program's: the kernel looks at it once, before it lets the caller
 * sleep. A futex is known by the memory and the offset in it, not by an address. wake() takes those that wait longest.
 */
import type { Errno } from "../abi/errno.ts";
import { Claim, ClaimList } from "./claim.ts";

/** FUTEX_BITSET_MATCH_ANY. */
export const ANY_BIT = 0xffff_ffff;

/** A word of memory. */
export interface FutexKey {
  readonly memory: object;
  readonly offset: number;
}

/** Somebody who sleeps on a word. */
export class FutexClaim extends Claim<0 | Errno> {
  /** Where; FUTEX_REQUEUE changes it. */
  key: FutexKey;
  readonly bits: number;

  constructor(key: FutexKey, bits: number = ANY_BIT) {
    super();
    this.key = key;
    this.bits = bits;
  }

  /** It is woken: its wait is over. */
  woken(): void {
    this.settle(0);
  }
}

export class FutexTable {
  readonly #lists: Map<object, Map<number, ClaimList<FutexClaim>>> = new Map();

  wait(claim: FutexClaim): void {
    this.#make(claim.key).add(claim);
  }

  /** It sleeps no longer. */
  leave(claim: FutexClaim): void {
    this.#find(claim.key)?.remove(claim);
    this.#tidy(claim.key);
  }

  /** FUTEX_WAKE, FUTEX_WAKE_BITSET: so many at most, which share a bit; answers how many. */
  wake(key: FutexKey, count: number, bits: number = ANY_BIT): number {
    const list = this.#find(key);
    if (list === undefined) return 0;
    let woken = 0;
    for (const claim of [...list.all()]) {
      if (woken >= count) break;
      if ((claim.bits & bits) === 0) continue;
      list.remove(claim);
      claim.woken();
      woken++;
    }
    this.#tidy(key);
    return woken;
  }

  /** FUTEX_REQUEUE: wakes some and lets others sleep on another word; answers how many were woken or moved. */
  requeue(from: FutexKey, to: FutexKey, wakeCount: number, moveCount: number): number {
    const woken = this.wake(from, wakeCount);
    const list = this.#find(from);
    let moved = 0;
    for (const claim of [...(list?.all() ?? [])]) {
      if (moved >= moveCount) break;
      list?.remove(claim);
      claim.key = to;
      this.#make(to).add(claim);
      moved++;
    }
    this.#tidy(from);
    return woken + moved;
  }

  #find({ memory, offset }: FutexKey): ClaimList<FutexClaim> | undefined {
    return this.#lists.get(memory)?.get(offset);
  }

  #make({ memory, offset }: FutexKey): ClaimList<FutexClaim> {
    let words = this.#lists.get(memory);
    if (words === undefined) {
      words = new Map();
      this.#lists.set(memory, words);
    }
    let list = words.get(offset);
    if (list === undefined) {
      list = new ClaimList();
      words.set(offset, list);
    }
    return list;
  }

  #tidy({ memory, offset }: FutexKey): void {
    const words = this.#lists.get(memory);
    if (words?.get(offset)?.isEmpty !== true) return;
    words.delete(offset);
    if (words.size === 0) this.#lists.delete(memory);
  }
}
