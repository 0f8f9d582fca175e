/**
 * HyStart++: slow start ends when the round trip grows, before a queue overflows.
 *
 * Read first: RFC 9406 §4, whose names the constants have. When the least round trip of a round is clearly longer than that
 * of the one before, conservative slow start goes on at a quarter of the pace; if the round trip shrinks again, it was
 * noise, and slow start resumes; after five rounds congestion avoidance takes over.
 */
import { geq } from "../../../base/seq32.ts";
import type { Window } from "./congestion.ts";

const MIN_RTT_THRESH_NS = 4_000_000;
const MAX_RTT_THRESH_NS = 16_000_000;
const MIN_RTT_DIVISOR = 8;
const N_RTT_SAMPLE = 8;
const CSS_GROWTH_DIVISOR = 4;
const CSS_ROUNDS = 5;
/** RFC 9406 §4.2: so many segments an ACK may add, where sending is not paced. */
const L = 8;

const NEVER = Number.POSITIVE_INFINITY;

export class HyStart {
  #lastRoundMinNs = NEVER;
  #roundMinNs = NEVER;
  #samples = 0;
  /** SND.NXT when the round began. */
  #windowEnd: number | null = null;
  /** In conservative slow start: the round trip that it began with, and rounds since. */
  #cssBaselineNs: number | null = null;
  #cssRounds = 0;

  reset(): void {
    this.#lastRoundMinNs = NEVER;
    this.#roundMinNs = NEVER;
    this.#samples = 0;
    this.#windowEnd = null;
    this.#cssBaselineNs = null;
    this.#cssRounds = 0;
  }

  measured(rttNs: number): void {
    this.#samples++;
    if (rttNs < this.#roundMinNs) this.#roundMinNs = rttNs;
  }

  // @rfc 9406 4.2 REC-2
  /** Grows the window; what is left of `bytes` is for congestion avoidance. */
  acknowledged(window: Window, bytes: number): number {
    const windowEnd = this.#windowEnd ?? window.snd.nxt;
    this.#windowEnd = windowEnd;
    const counted = Math.min(bytes, L * window.mss);
    const growth = this.#cssBaselineNs === null ? counted : counted / CSS_GROWTH_DIVISOR;
    const used = Math.min(growth, window.ssthresh - window.cwnd);
    window.cwnd += used;
    if (this.#samples >= N_RTT_SAMPLE) this.#look();
    if (geq(window.snd.una, windowEnd)) this.#nextRound(window);
    return used < growth ? bytes - used : 0;
  }

  // @rfc 9406 4.2 REC-1, REC-4
  /** RFC 9406 §4.2: has the round trip grown, or, in conservative slow start, shrunk again? */
  #look(): void {
    if (this.#roundMinNs === NEVER) return;
    if (this.#cssBaselineNs !== null) {
      if (this.#roundMinNs < this.#cssBaselineNs) this.#cssBaselineNs = null;
      return;
    }
    if (this.#lastRoundMinNs === NEVER) return;
    const eighthNs = this.#lastRoundMinNs / MIN_RTT_DIVISOR;
    const thresholdNs = Math.max(MIN_RTT_THRESH_NS, Math.min(eighthNs, MAX_RTT_THRESH_NS));
    if (this.#roundMinNs < this.#lastRoundMinNs + thresholdNs) return;
    this.#cssBaselineNs = this.#roundMinNs;
    this.#cssRounds = 0;
  }

  // @rfc 9406 4.2 REC-3
  #nextRound(window: Window): void {
    this.#windowEnd = window.snd.nxt;
    this.#lastRoundMinNs = this.#roundMinNs;
    this.#roundMinNs = NEVER;
    this.#samples = 0;
    if (this.#cssBaselineNs === null) return;
    this.#cssRounds++;
    // It was no noise: this is what the path carries.
    if (this.#cssRounds >= CSS_ROUNDS) window.ssthresh = window.cwnd;
  }
}
