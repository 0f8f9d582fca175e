/**
 * A first-in first-out queue of objects: packets of an interface, connections that wait for accept(), things that are
 * due now.
 *
 * Two running totals say everything: how many were ever shifted and how many were ever pushed. They never wrap, so the
 * queue is empty when they are equal and full when they differ by the bound; no element is lost to tell the two apart.
 *
 *     slots   |  ·  |  ·  |  c  |  d  |  e  |  ·  |  ·  |  ·  |     a power of two; doubled when full
 *                         ↑                 ↑
 *                   head & mask       tail & mask                   head = 2 shifted, tail = 5 pushed
 */

const SLOTS_MIN = 8;

export class Ring<T> {
  /** The most that it holds. */
  readonly capacity: number;
  /** None before the first one comes: most rings of most sockets never hold anything. */
  private slots: (T | undefined)[] = [];
  private mask = -1;
  private head = 0;
  private tail = 0;

  /** Without a capacity the ring is as long as memory. */
  constructor(capacity: number = Number.POSITIVE_INFINITY) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.tail - this.head;
  }

  /** Adds at the end. False, and nothing is added, when the ring is full. */
  push(value: T): boolean {
    const { length } = this;
    if (length >= this.capacity) {
      return false;
    }
    if (length > this.mask) {
      this.grow();
    }
    this.slots[this.tail & this.mask] = value;
    this.tail++;
    return true;
  }

  /** Takes the first one out. */
  shift(): T | undefined {
    if (this.head === this.tail) {
      return undefined;
    }
    const slot = this.head & this.mask;
    const value = this.slots[slot];
    // A slot that kept its object would keep a packet of 64 KiB alive until the ring came round.
    this.slots[slot] = undefined;
    this.head++;
    return value;
  }

  /** The first one, which stays. */
  peek(): T | undefined {
    return this.head === this.tail ? undefined : this.slots[this.head & this.mask];
  }

  /** Forgets all, and gives back the memory. */
  clear(): void {
    this.slots = [];
    this.mask = -1;
    this.head = this.tail;
  }

  /** From the first to the last, without taking them out; what is pushed or shifted meanwhile is heeded. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let index = this.head; index < this.tail; index++) {
      if (index >= this.head) {
        yield this.slots[index & this.mask] as T;
      }
    }
  }

  private grow(): void {
    const slots = emptySlots<T>(Math.max(SLOTS_MIN, 2 * this.slots.length));
    const mask = slots.length - 1;
    for (let index = this.head; index < this.tail; index++) {
      slots[index & mask] = this.slots[index & this.mask];
    }
    this.slots = slots;
    this.mask = mask;
  }
}

function emptySlots<T>(length: number): (T | undefined)[] {
  return new Array<T | undefined>(length).fill(undefined);
}
