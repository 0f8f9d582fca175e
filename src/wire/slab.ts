/**
 * Memory for packets: many small ones share a slab, and a large payload has one to itself, which is used again.
 *
 * Read first: wire/packet.ts. A slab of small packets is left to the collector. One for a large payload is borrowed, and goes
 * back when the last of its users has given it back; whoever does not, or keeps() what others give back, leaves it to the
 * collector too. To fill memory that was in use a moment ago takes 2 µs for 64 KiB, fresh memory 13 µs.
 *
 *     borrow() ── a chunk of a send queue ── share() ── a packet ── a receive queue, read to its end ── giveBack()
 *                          └── acknowledged ── giveBack()                                                   │
 *                                                       the last of them: it waits for the next borrow() ───┘
 */

const SLAB_BYTES = 65_536;
/** The longest frame with all that may stand before it. */
const LARGE_BYTES = SLAB_BYTES + 128;
/** So many wait to be used again: as much as a large send buffer and a large receive buffer take. */
const WAITING_MAX = 64;

export class Slab {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Of a slab that small packets share. */
  used = 0;
  #users = 0;
  #isKept = false;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** One of LARGE_BYTES, not cleared, for one user. */
  static borrow(): Slab {
    const slab = waiting.pop() ?? new Slab(LARGE_BYTES);
    slab.#users = 1;
    return slab;
  }

  /** One more user. */
  share(): void {
    this.#users++;
  }

  /** A user has done with it. */
  giveBack(): void {
    if (--this.#users === 0 && !this.#isKept && waiting.length < WAITING_MAX) waiting.push(this);
  }

  /** Somebody may look at it as long as he likes: it is never used again. */
  keep(): void {
    this.#isKept = true;
  }
}

/** The one that was used last comes first: its bytes are near. */
const waiting: Slab[] = [];

let current: Slab = new Slab(SLAB_BYTES);

/** What a packet without a head refers to. */
export const EMPTY: Slab = new Slab(0);

/** Finds room for that many bytes. */
export function carve(size: number): { slab: Slab; origin: number } {
  if (size > SLAB_BYTES / 4) return { slab: new Slab(size), origin: 0 };
  if (current.used + size > SLAB_BYTES) current = new Slab(SLAB_BYTES);
  const origin = current.used;
  // Eight-byte alignment keeps the checksum's word reads aligned.
  current.used = (origin + size + 7) & ~7;
  return { slab: current, origin };
}
