/**
 * The frames that are under way in one direction of a wire, in the order in which they will arrive.
 *
 * A queue of pairs (packet, time of arrival): the packets in one array and the times in another of plain doubles, so
 * that a time costs no object. Running totals as in base/ring.ts.
 *
 *     packets   |  ·  |  p₂  |  p₃  |  ·  |      ring of a power of two
 *     times     |  ·  |  t₂  |  t₃  |  ·  |      t₂ ≤ t₃: push() refuses an arrival before the last one
 *                        ↑ taken       ↑ put
 */
import { assert } from "../base/assert.ts";
import type { Packet } from "../wire/packet.ts";

const SLOTS_MIN = 8;

export class Flight {
  #packets: (Packet | undefined)[] = new Array<Packet | undefined>(SLOTS_MIN).fill(undefined);
  #arrivalsNs: Float64Array = new Float64Array(SLOTS_MIN);
  #taken = 0;
  #put = 0;
  #lastArrivalNs = 0;

  get length(): number {
    return this.#put - this.#taken;
  }

  /** When the frame that entered last arrives, or arrived. */
  get lastArrivalNs(): number {
    return this.#lastArrivalNs;
  }

  /** When the next frame arrives. */
  get nextArrivalNs(): number {
    assert(this.#put !== this.#taken, "a frame is under way");
    return this.#arrivalsNs[this.#taken & (this.#packets.length - 1)] as number;
  }

  push(packet: Packet, arrivalNs: number): void {
    assert(arrivalNs >= this.#lastArrivalNs, "frames arrive in the order in which they entered");
    if (this.#put - this.#taken === this.#packets.length) this.#grow();
    const slot = this.#put & (this.#packets.length - 1);
    this.#packets[slot] = packet;
    this.#arrivalsNs[slot] = arrivalNs;
    this.#lastArrivalNs = arrivalNs;
    this.#put++;
  }

  shift(): Packet {
    const slot = this.#taken & (this.#packets.length - 1);
    const packet = this.#packets[slot];
    assert(packet !== undefined, "a frame is under way");
    this.#packets[slot] = undefined;
    this.#taken++;
    return packet;
  }

  #grow(): void {
    const { length } = this.#packets;
    const packets = new Array<Packet | undefined>(2 * length).fill(undefined);
    const arrivalsNs = new Float64Array(2 * length);
    for (let index = this.#taken; index < this.#put; index++) {
      packets[index & (2 * length - 1)] = this.#packets[index & (length - 1)];
      arrivalsNs[index & (2 * length - 1)] = this.#arrivalsNs[index & (length - 1)] as number;
    }
    this.#packets = packets;
    this.#arrivalsNs = arrivalsNs;
  }
}
