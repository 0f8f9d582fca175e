/**
 * Bytes in a socket's queue that never were a packet: a private copy, of which the front may have been read already.
 *
 * Whoever has sent them pays for them until they are released.
 */
import type { Payer } from "../wire/packet.ts";
import type { SocketAddress } from "./address.ts";
import type { Ancillary } from "./ancillary.ts";
import type { StreamPiece } from "./stream-piece.ts";

/** Up to so many bytes a loop is quicker than making a view. */
const LOOP_MAX_BYTES = 24;

export class Chunk implements StreamPiece {
  source: SocketAddress | null = null;
  ancillary: Ancillary | null = null;
  readonly #bytes: Uint8Array;
  readonly #chargedBytes: number;
  #payer: Payer | null;
  #from = 0;

  constructor(bytes: Uint8Array, payer: Payer, chargedBytes: number) {
    this.#bytes = bytes;
    this.#payer = payer;
    this.#chargedBytes = chargedBytes;
  }

  /** Bytes that have not been consumed. */
  get length(): number {
    return this.#bytes.length - this.#from;
  }

  /** Copies to target[at …] what is there and fits, and says how many bytes that were. */
  copyTo(target: Uint8Array, at: number = 0): number {
    const count = Math.min(this.length, target.length - at);
    const from = this.#from;
    if (count <= LOOP_MAX_BYTES) {
      for (let i = 0; i < count; i++) target[at + i] = this.#bytes[from + i] as number;
    } else {
      // Mostly all of it is read at once, and no view is needed.
      target.set(count === this.#bytes.length ? this.#bytes : this.#bytes.subarray(from, from + count), at);
    }
    return count;
  }

  /** So many bytes have been read for good. */
  consume(count: number): void {
    this.#from += count;
  }

  /** It has left the queue: the sender has its room back. */
  release(): void {
    const payer = this.#payer;
    this.#payer = null;
    payer?.uncharge(this.#chargedBytes);
  }
}
