/**
 * Many small segments in a stream's queue as one piece: what a peer sends byte by byte does not cost an object for each.
 *
 * Read first: Linux's tcp_try_coalesce. Small data that nobody waits for are copied together, as long as there is room.
 */
import type { Packet } from "../wire/packet.ts";
import type { SocketAddress } from "./address.ts";
import type { Ancillary } from "./ancillary.ts";
import type { StreamPiece } from "./stream-piece.ts";

/** Data of at most so many bytes are merged. */
export const MERGED_MAX_BYTES = 512;
const CAPACITY_BYTES = 2048;

export class MergedPiece implements StreamPiece {
  source: SocketAddress | null = null;
  ancillary: Ancillary | null = null;
  readonly #bytes: Uint8Array = new Uint8Array(CAPACITY_BYTES);
  #from = 0;
  #to = 0;

  get length(): number {
    return this.#to - this.#from;
  }

  /** Takes the data of a packet over; false when there is no room. */
  append(packet: Packet): boolean {
    const { length } = packet;
    if (this.#to + length > CAPACITY_BYTES) return false;
    packet.copyTo(this.#bytes.subarray(this.#to, this.#to + length));
    this.#to += length;
    packet.giveBackMemory();
    return true;
  }

  copyTo(target: Uint8Array, at: number = 0): number {
    const count = Math.min(this.length, target.length - at);
    target.set(this.#bytes.subarray(this.#from, this.#from + count), at);
    return count;
  }

  consume(count: number): void {
    this.#from += count;
  }

  release(): void {}
}
