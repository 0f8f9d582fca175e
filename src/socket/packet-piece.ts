/**
 * The data of a segment in a stream's queue: the packet that it came in, by reference.
 *
 * A packet in a long queue gets memory of its own size, so that it does not hold on to the memory of others.
 */
import type { Packet } from "../wire/packet.ts";
import type { SocketAddress } from "./address.ts";
import type { Ancillary } from "./ancillary.ts";
import type { StreamPiece } from "./stream-piece.ts";

export class PacketPiece implements StreamPiece {
  source: SocketAddress | null = null;
  ancillary: Ancillary | null = null;
  readonly #packet: Packet;
  #from = 0;

  /** The packet has no headers any more. */
  constructor(packet: Packet) {
    this.#packet = packet;
  }

  get length(): number {
    return this.#packet.length - this.#from;
  }

  copyTo(target: Uint8Array, at: number = 0): number {
    return this.#packet.copyTo(target, this.#from, at);
  }

  consume(count: number): void {
    this.#from += count;
  }

  release(): void {
    this.#packet.release();
    this.#packet.giveBackMemory();
  }
}
