/**
 * When the last bit of a frame leaves, at a rate of so many bits a second.
 *
 * The clock counts whole nanoseconds and most frames do not last a whole number of them: 1518 bytes at 1 Gbit/s do
 * (12,144), at 3 Mbit/s they do not (4,048,000), and at 7 Mbit/s it is 1,734,857 and a seventh. Rounding each frame
 * would make a rate that is not the one asked for. So the part that was cut off is kept, in fractions of which the rate
 * is the denominator, and given to the next frame; a train of frames lasts what it should to the nanosecond.
 *
 *     bits · 10⁹ + rest(before)  =  duration · rate + rest(after)          0 ≤ rest < rate, all of them integers
 *
 * Every number stays below 2^53: bits · 10⁹ ≤ 5.3·10¹⁴ for 65,549 bytes, the rate and the rest ≤ 10¹⁵.
 */

const NS_PER_SECOND = 1_000_000_000;

export class Pacer {
  #freeNs = -1;
  #rest = 0;
  #rateBitsPerSecond = 0;

  /** When the last bit leaves of a frame whose first bit leaves now. */
  finish(nowNs: number, lengthBytes: number, rateBitsPerSecond: number): number {
    if (rateBitsPerSecond === Number.POSITIVE_INFINITY) return nowNs;
    if (nowNs !== this.#freeNs || rateBitsPerSecond !== this.#rateBitsPerSecond) {
      // The line was idle, or counts in other fractions from now on.
      this.#rest = 0;
      this.#rateBitsPerSecond = rateBitsPerSecond;
    }
    const scaledBits = lengthBytes * 8 * NS_PER_SECOND + this.#rest;
    // The quotient of integers below 2^53 is never rounded up to an integer, so this is exact; and quicker than `%`.
    const durationNs = Math.floor(scaledBits / rateBitsPerSecond);
    this.#rest = scaledBits - durationNs * rateBitsPerSecond;
    this.#freeNs = nowNs + durationNs;
    return this.#freeNs;
  }
}
