/**
 * The data of a segment in a stream's queue: the packet that it came in, by reference.
 *
 * A packet in a long queue gets memory of its own size, so that it does not hold on to the memory of others.
 */
import type { Packet } from "../wire/packet.ts";
import { StreamPiece } from "./stream-piece.ts";

export class PacketPiece extends StreamPiece {
  readonly #packet: Packet;
  #from = 0;

  /** The packet has no headers any more. */
  constructor(packet: Packet) {
    super();
    this.#packet = packet;
  }

  override get length(): number {
    return this.#packet.length - this.#from;
  }

  override copyTo(target: Uint8Array, at: number = 0): number {
    return this.#packet.copyTo(at === 0 ? target : target.subarray(at), this.#from);
  }

  override consume(count: number): void {
    this.#from += count;
  }

  override release(): void {
    this.#packet.release();
    this.#packet.giveBackMemory();
  }
}
