/**
 * Wait queues: where sleepers enlist on an object, and how the object wakes them.
 *
 * An object changes its state first and wakes its queue afterwards, so that a sleeper which tries again at once sees
 * the new state. A sleeper that finds nothing stays enlisted, at its old place: first come, first served.
 * `wake` must not run anything by itself: a Waiter only marks itself as ready (see kernel/operation.ts).
 */
import { assert } from "./assert.ts";

/** Somebody who can be woken. */
export interface Waiter {
  /** These events may have come. Called within the object that changed: take note, and act later. */
  wake(events: number): void;
}

/** One waiter's place in one queue. A waiter that watches many objects has an entry in the queue of each. */
export class WaitEntry {
  readonly waiter: Waiter;
  /** The readiness bits (abi/poll.ts) that this waiter wants to hear of. */
  readonly events: number;
  queue: WaitQueue | null = null;
  previous: WaitEntry | null = null;
  next: WaitEntry | null = null;

  constructor(waiter: Waiter, events: number) {
    this.waiter = waiter;
    this.events = events;
  }
}

/** The sleepers of one object, in the order in which they came. */
export class WaitQueue {
  #first: WaitEntry | null = null;
  #last: WaitEntry | null = null;

  /** Does anybody wait? */
  get isEmpty(): boolean {
    return this.#first === null;
  }

  /** Takes a place at the end. */
  enlist(entry: WaitEntry): void {
    assert(entry.queue === null, "a wait entry stands in one queue at a time");
    entry.queue = this;
    entry.previous = this.#last;
    if (this.#last === null) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
  }

  /** Leaves the queue; does nothing when the entry stands in none. */
  static delist(entry: WaitEntry): void {
    const queue = entry.queue;
    if (queue === null) return;
    if (entry.previous === null) queue.#first = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === null) queue.#last = entry.previous;
    else entry.next.previous = entry.previous;
    entry.queue = null;
    entry.previous = null;
    entry.next = null;
  }

  /** Gives up the entry's place for one at the end; does nothing when it stands in no queue. */
  static goToEnd(entry: WaitEntry): void {
    const { queue } = entry;
    if (queue === null || queue.#last === entry) return;
    WaitQueue.delist(entry);
    queue.enlist(entry);
  }

  /** The first who waits for any of these events was woken for nothing: it has its place at the end from now on. */
  turnAway(events: number): void {
    let entry = this.#first;
    while (entry !== null && (entry.events & events) === 0) entry = entry.next;
    if (entry !== null) WaitQueue.goToEnd(entry);
  }

  /** Wakes all who wait for any of these events. Errors and hang-ups concern everybody: pass them along. */
  wake(events: number): void {
    let entry = this.#first;
    while (entry !== null) {
      const next = entry.next;
      if ((entry.events & events) !== 0) entry.waiter.wake(events);
      entry = next;
    }
  }
}
