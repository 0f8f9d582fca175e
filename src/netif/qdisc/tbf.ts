/**
 * A token bucket: packets leave at a rate, after bursts of so many bytes; what waits longer than the latency is dropped.
 *
 * Read first: tc-tbf(8). The bucket holds `burst` bytes of tokens and fills at the rate; a packet takes as many as it is
 * long. So that the rate is exact to the nanosecond, tokens are counted in integers: with g the greatest common divisor
 * of 8·10⁹ and the rate in bits a second,
 *
 *     a byte costs 8·10⁹ / g,   a nanosecond brings rate / g,   burst · 8·10⁹ / g < 2^53
 */
import { assert } from "../../base/assert.ts";
import { Ring } from "../../base/ring.ts";
import type { Packet } from "../../wire/packet.ts";
import { Qdisc, type QdiscOwner } from "./qdisc.ts";

const BIT_NS_PER_BYTE = 8_000_000_000;

export interface TbfSettings {
  readonly rateBitsPerSecond: number;
  readonly burstBytes: number;
  /** How many bytes wait at most: rate times latency, and a burst. */
  readonly limitBytes: number;
}

/** What a byte costs and a nanosecond brings. */
function scale(rateBitsPerSecond: number): { perByte: number; perNs: number } {
  const divisor = greatestCommonDivisor(BIT_NS_PER_BYTE, rateBitsPerSecond);
  return { perByte: BIT_NS_PER_BYTE / divisor, perNs: rateBitsPerSecond / divisor };
}

/** The largest burst that can be counted at that rate. */
export function burstMaxBytes(rateBitsPerSecond: number): number {
  return Math.floor(Number.MAX_SAFE_INTEGER / 2 / scale(rateBitsPerSecond).perByte);
}

export class Tbf extends Qdisc {
  override readonly kind = "tbf";
  // A packet that comes past would take no tokens.
  override readonly canBypass = false;
  readonly #settings: TbfSettings;
  readonly #perByte: number;
  readonly #perNs: number;
  readonly #full: number;
  readonly #packets: Ring<Packet> = new Ring<Packet>();
  #tokens: number;
  #filledNs = 0;

  constructor(owner: QdiscOwner, settings: TbfSettings) {
    super(owner);
    assert(settings.burstBytes <= burstMaxBytes(settings.rateBitsPerSecond), "tokens are counted exactly");
    const { perByte, perNs } = scale(settings.rateBitsPerSecond);
    this.#settings = settings;
    this.#perByte = perByte;
    this.#perNs = perNs;
    this.#full = settings.burstBytes * perByte;
    this.#tokens = this.#full;
  }

  override enqueue(packet: Packet): void {
    const { burstBytes, limitBytes } = this.#settings;
    // What is larger than the bucket would never go.
    const isTaken =
      packet.length <= burstBytes && this.backlogBytes + packet.length <= limitBytes && this.#packets.push(packet);
    if (isTaken) this.came(packet);
    else this.drop(packet);
  }

  protected override next(nowNs: number): Packet | undefined {
    const packet = this.#packets.peek();
    if (packet === undefined) return undefined;
    this.#fill(nowNs);
    const cost = packet.length * this.#perByte;
    if (cost > this.#tokens) {
      this.overlimits++;
      return undefined;
    }
    this.#tokens -= cost;
    this.#packets.shift();
    this.went(packet);
    return packet;
  }

  override nextTimeNs(nowNs: number): number {
    const packet = this.#packets.peek();
    if (packet === undefined) return Number.POSITIVE_INFINITY;
    this.#fill(nowNs);
    return nowNs + Math.max(0, Math.ceil((packet.length * this.#perByte - this.#tokens) / this.#perNs));
  }

  protected override takeAny(): Packet | undefined {
    const packet = this.#packets.shift();
    if (packet !== undefined) this.went(packet);
    return packet;
  }

  protected override parameters(): Readonly<Record<string, string>> {
    const { rateBitsPerSecond, burstBytes, limitBytes } = this.#settings;
    return { rate: `${rateBitsPerSecond}bit`, burst: `${burstBytes}b`, limit: `${limitBytes}b` };
  }

  #fill(nowNs: number): void {
    const elapsedNs = nowNs - this.#filledNs;
    this.#filledNs = nowNs;
    // A long idle time would bring more than can be counted.
    if (elapsedNs >= (this.#full - this.#tokens) / this.#perNs) this.#tokens = this.#full;
    else this.#tokens += elapsedNs * this.#perNs;
  }
}

function greatestCommonDivisor(one: number, other: number): number {
  let [a, b] = [one, other];
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
