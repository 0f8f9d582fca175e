/**
 * The event queue of a world: everything that will happen at a known instant of virtual time.
 *
 * Order is (time, sequence number): events of one instant run in the order in which they were scheduled, so a run is
 * a function of its seed alone. Time is integer nanoseconds since the world's start, below 2^53 (104 days).
 *
 * Owners keep their event objects and arm them again and again; the queue allocates nothing per call. The run loop
 * calls pop() and then the event's action; the queue itself calls nobody.
 *
 * Memory: a heap in which every node has four children. What moves when the heap is put in order is numbers only; an
 * event object stays where its id says until it leaves the queue.
 *
 *     keys     | time seq | time seq | time seq | …    by slot; slot 0 comes first       children of i: 4i+1 … 4i+4
 *     ids      |    2     |    0     |    1     | …    by slot; beyond the heap: free ids    parent: (i−1) >> 2
 *     slots    |    1     |    2     |    0     | …    by id: the inverse of ids
 *     events   |    ▪     |    ▪     |    ▪     | …    by id
 *
 * The four children's keys are 64 adjacent bytes. Of the layouts we measured (two, four or eight children; keys
 * together, apart, or in the objects) this is the quickest with 100,000 pending, and level with the best at 1,000.
 * All events are of one class, and owners have them instead of being them: where objects of many classes are mixed, each
 * access to one costs the engine a look-up of its shape. The arrays never shrink: 32 bytes for each of the most events ever
 * pending.
 */

import { assert } from "./assert.ts";

const NOT_QUEUED = -1;
const CAPACITY_MIN = 64;

/** Something that happens at an instant: what is done then, which its owner says once. */
export class TimedEvent {
  /** Names the event in the trace and in the determinism hash. */
  readonly label: string;
  /** A background event (a periodic refresh, say) does not count as something that can still happen. */
  readonly background: boolean;
  /** Called by whoever popped the event, which is by then no longer queued and may be scheduled again. */
  readonly action: () => void;
  /** When it is due, or, after pop(), when it was due. Means nothing before the first schedule() or after cancel(). */
  timeNs: number = Number.POSITIVE_INFINITY;
  /** What the queue knows it by. Only the queue reads and writes this. */
  id: number = NOT_QUEUED;
  /** It keeps its place and is not to happen: EventQueue.idle(). Only the queue writes this. */
  isIdle = false;

  constructor(label: string, action: () => void, background: boolean = false) {
    this.label = label;
    this.action = action;
    this.background = background;
  }

  get queued(): boolean {
    return this.id !== NOT_QUEUED;
  }
}

export class EventQueue {
  private capacity = 0;
  private keys: Float64Array = new Float64Array(0);
  private ids: Int32Array = new Int32Array(0);
  private slots: Int32Array = new Int32Array(0);
  private readonly events: (TimedEvent | undefined)[] = [];

  /** Slots of the heap that are in use, the vacant one included. */
  private count = 0;
  /** The first slot is that of an event that was popped: the next one that is scheduled takes it, which saves putting the heap in order twice. */
  private isFirstVacant = false;
  private idleCount = 0;
  private foregroundCount = 0;
  private sequence = 0;

  constructor() {
    this.grow(CAPACITY_MIN);
  }

  /** How many events are queued and will happen. */
  get size(): number {
    return this.count - this.idleCount - Number(this.isFirstVacant);
  }

  /** How many queued events are not background. */
  get foreground(): number {
    return this.foregroundCount;
  }

  /** When the next event is due; Infinity when there is none. */
  get nextTimeNs(): number {
    this.settle();
    return this.count === 0 ? Number.POSITIVE_INFINITY : (this.keys[0] as number);
  }

  /** Queues an event that is not queued. */
  schedule(event: TimedEvent, timeNs: number): void {
    if (event.id !== NOT_QUEUED) {
      assert(false, `event "${event.label}" is queued already: reschedule() moves it`);
    }
    checkTime(event, timeNs);
    if (this.count === this.capacity) {
      this.grow(2 * this.capacity);
    }
    const slot = this.isFirstVacant ? 0 : this.count++;
    const id = this.ids[slot] as number;
    this.events[id] = event;
    event.id = id;
    if (!event.background) {
      this.foregroundCount++;
    }
    this.setKey(slot, event, timeNs);
    if (this.isFirstVacant) this.siftDown(0);
    else this.siftUp(slot);
    this.isFirstVacant = false;
  }

  /** Moves a queued event, or queues one that is not. Either way it comes after those already due at that time. */
  reschedule(event: TimedEvent, timeNs: number): void {
    if (event.id === NOT_QUEUED) {
      this.schedule(event, timeNs);
      return;
    }
    checkTime(event, timeNs);
    if (event.isIdle) this.revive(event);
    const slot = this.slotOf(event);
    this.setKey(slot, event, timeNs);
    this.restore(slot);
  }

  /** Takes an event out. False when it was not going to happen. */
  cancel(event: TimedEvent): boolean {
    if (event.id === NOT_QUEUED) {
      return false;
    }
    const wasIdle = event.isIdle;
    this.remove(this.slotOf(event), event);
    return !wasIdle;
  }

  /**
   * A queued event is not to happen, and keeps its place: for who is likely to want it again soon, and for no earlier time. Then
   * revive() costs nothing; else it goes when it would be due.
   */
  idle(event: TimedEvent): void {
    if (event.id === NOT_QUEUED || event.isIdle) return;
    event.isIdle = true;
    this.idleCount++;
    if (!event.background) this.foregroundCount--;
  }

  /** An idle event is to happen after all, when it would have happened. */
  revive(event: TimedEvent): void {
    event.isIdle = false;
    this.idleCount--;
    if (!event.background) this.foregroundCount++;
  }

  /** Takes out the event that is due first. */
  pop(): TimedEvent | undefined {
    this.settle();
    if (this.count === 0) return undefined;
    const id = this.ids[0] as number;
    const event = this.events[id] as TimedEvent;
    this.events[id] = undefined;
    event.id = NOT_QUEUED;
    if (!event.background) this.foregroundCount--;
    // Nothing comes before a vacant slot.
    this.keys[0] = Number.NEGATIVE_INFINITY;
    this.isFirstVacant = true;
    return event;
  }

  /** Whatever stands first is to happen: a vacant slot is filled, and what is idle goes. */
  private settle(): void {
    if (this.isFirstVacant) {
      this.isFirstVacant = false;
      this.close(0);
    }
    while (this.idleCount > 0 && this.count > 0) {
      const event = this.events[this.ids[0] as number] as TimedEvent;
      if (!event.isIdle) return;
      this.remove(0, event);
    }
  }

  private remove(slot: number, event: TimedEvent): void {
    this.close(slot);
    this.events[event.id] = undefined;
    event.id = NOT_QUEUED;
    if (event.isIdle) {
      event.isIdle = false;
      this.idleCount--;
    } else if (!event.background) {
      this.foregroundCount--;
    }
  }

  /** Fills the slot with the last one of the heap, which then finds its place; its id becomes the first free one. */
  private close(slot: number): void {
    const { keys, ids } = this;
    const last = --this.count;
    if (slot === last) return;
    const id = ids[slot] as number;
    keys[2 * slot] = keys[2 * last] as number;
    keys[2 * slot + 1] = keys[2 * last + 1] as number;
    ids[slot] = ids[last] as number;
    ids[last] = id;
    this.restore(slot);
  }

  private setKey(slot: number, event: TimedEvent, timeNs: number): void {
    event.timeNs = timeNs;
    this.keys[2 * slot] = timeNs;
    this.keys[2 * slot + 1] = this.sequence++;
  }

  /** Restores the order above or below a slot that has just been given another key. */
  private restore(slot: number): void {
    if (slot > 0 && before(this.keys, slot, (slot - 1) >>> 2)) {
      this.siftUp(slot);
    } else {
      this.siftDown(slot);
    }
  }

  private siftUp(from: number): void {
    const { keys, ids, slots } = this;
    const timeNs = keys[2 * from] as number;
    const sequence = keys[2 * from + 1] as number;
    const id = ids[from] as number;
    let slot = from;
    while (slot > 0) {
      const parent = (slot - 1) >>> 2;
      const parentTimeNs = keys[2 * parent] as number;
      const parentSequence = keys[2 * parent + 1] as number;
      if (parentTimeNs < timeNs || (parentTimeNs === timeNs && parentSequence < sequence)) {
        break;
      }
      keys[2 * slot] = parentTimeNs;
      keys[2 * slot + 1] = parentSequence;
      seat(ids, slots, slot, ids[parent] as number);
      slot = parent;
    }
    keys[2 * slot] = timeNs;
    keys[2 * slot + 1] = sequence;
    seat(ids, slots, slot, id);
  }

  private siftDown(from: number): void {
    const { keys, ids, slots, count } = this;
    const timeNs = keys[2 * from] as number;
    const sequence = keys[2 * from + 1] as number;
    const id = ids[from] as number;
    let slot = from;
    for (;;) {
      const firstChild = 4 * slot + 1;
      if (firstChild >= count) {
        break;
      }
      const least = leastOf(keys, firstChild, Math.min(firstChild + 4, count));
      const leastTimeNs = keys[2 * least] as number;
      const leastSequence = keys[2 * least + 1] as number;
      if (timeNs < leastTimeNs || (timeNs === leastTimeNs && sequence < leastSequence)) {
        break;
      }
      keys[2 * slot] = leastTimeNs;
      keys[2 * slot + 1] = leastSequence;
      seat(ids, slots, slot, ids[least] as number);
      slot = least;
    }
    keys[2 * slot] = timeNs;
    keys[2 * slot + 1] = sequence;
    seat(ids, slots, slot, id);
  }

  private slotOf(event: TimedEvent): number {
    if (this.events[event.id] !== event) {
      assert(false, `event "${event.label}" belongs to another queue`);
    }
    return this.slots[event.id] as number;
  }

  private grow(capacity: number): void {
    const { keys, ids, slots } = this;
    this.keys = new Float64Array(2 * capacity);
    this.ids = new Int32Array(capacity);
    this.slots = new Int32Array(capacity);
    this.keys.set(keys);
    this.ids.set(ids);
    this.slots.set(slots);
    for (let id = this.capacity; id < capacity; id++) {
      this.ids[id] = id;
      this.events.push(undefined);
    }
    this.capacity = capacity;
  }
}

/** Whether the key at slot `a` comes before the one at slot `b`. */
function before(keys: Float64Array, a: number, b: number): boolean {
  const aTimeNs = keys[2 * a] as number;
  const bTimeNs = keys[2 * b] as number;
  return aTimeNs < bTimeNs || (aTimeNs === bTimeNs && (keys[2 * a + 1] as number) < (keys[2 * b + 1] as number));
}

/** The slot in [first, end) whose key comes first. */
function leastOf(keys: Float64Array, first: number, end: number): number {
  let least = first;
  for (let slot = first + 1; slot < end; slot++) {
    if (before(keys, slot, least)) {
      least = slot;
    }
  }
  return least;
}

function seat(ids: Int32Array, slots: Int32Array, slot: number, id: number): void {
  ids[slot] = id;
  slots[id] = slot;
}

function checkTime(event: TimedEvent, timeNs: number): void {
  if (!(Number.isSafeInteger(timeNs) && timeNs >= 0)) {
    assert(false, `event "${event.label}": ${timeNs} is not an integer number of nanoseconds in [0, 2^53)`);
  }
}
