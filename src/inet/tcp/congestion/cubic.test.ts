/** CUBIC's window on a path of the test's own: RFC 9438 §4; and HyStart++: RFC 9406 §4. */
import { describe, expect, test } from "vitest";
import { AckNews } from "../ack-news.ts";
import type { Window } from "./congestion.ts";
import { cubic } from "./cubic.ts";
import { newReno } from "./newreno.ts";

const MSS = 1000;
const MS = 1_000_000;
const C = 0.4;
const BETA = 0.7;

/** A window that is always full: each round trip all of it is acknowledged, segment by segment. */
class Flow implements Window {
  cwnd = 10 * MSS;
  ssthresh: number = Number.POSITIVE_INFINITY;
  readonly mss: number = MSS;
  readonly initialCwnd: number = 10 * MSS;
  srttNs = 100 * MS;
  nowNs = 0;
  readonly snd = { una: 0, nxt: 0 };
  pacingRate: number = Number.POSITIVE_INFINITY;
  memory: unknown = null;
  readonly isAppLimited: boolean = false;
  readonly #algorithm: typeof cubic;

  constructor(algorithm: typeof cubic = cubic) {
    this.#algorithm = algorithm;
    algorithm.start(this);
  }
  noteAppLimited(): void {}
  below(): number {
    return 0;
  }
  get segments(): number {
    return this.cwnd / MSS;
  }

  /** A round trip of so many milliseconds. */
  round(rttMs = this.srttNs / MS): this {
    this.srttNs = rttMs * MS;
    this.nowNs += this.srttNs;
    const count = Math.floor(this.segments);
    this.snd.nxt = this.snd.una + count * MSS;
    const news = new AckNews();
    news.ackedBytes = MSS;
    for (let n = 0; n < count; n++) {
      this.snd.una += MSS;
      this.#algorithm.measured?.(this, this.srttNs);
      // The next round's segments are on their way by now.
      this.snd.nxt += MSS;
      this.#algorithm.acknowledged(this, news);
    }
    return this;
  }

  rounds(count: number): this {
    for (let n = 0; n < count; n++) this.round();
    return this;
  }

  /** A loss, and its recovery. */
  loss(): this {
    this.ssthresh = this.#algorithm.thresholdAfterLoss(this, this.cwnd);
    this.cwnd = this.ssthresh;
    return this;
  }

  /** In congestion avoidance, with so many segments. */
  at(segments: number): this {
    this.cwnd = segments * MSS;
    this.ssthresh = this.cwnd;
    return this;
  }
}

describe("CUBIC", () => {
  // @rfc 9438 4.6 REC
  test("§4.6: 0.7 of the window is left after a loss, and never less than two segments", () => {
    expect(new Flow().at(1000).loss().segments).toBe(700);
    expect(new Flow().at(2).loss().segments).toBe(2);
  });

  // @rfc 9438 4.2 REC
  test("§4.2 and §4.4: concave up to the window of the loss, which it reaches at K", () => {
    const flow = new Flow().at(1000).loss();
    const k = (300 / C) ** (1 / 3);
    const seen: number[] = [];
    while (flow.nowNs / 1e9 < k) seen.push(flow.round().segments);
    expect(flow.segments / 1000).toBeCloseTo(1, 1);
    // Each step is smaller than the one before.
    const steps = seen.slice(1).map((each, index) => each - (seen[index] as number));
    const half = steps.length >> 1;
    const mean = (of: readonly number[]) => of.reduce((sum, each) => sum + each, 0) / of.length;
    expect(mean(steps.slice(0, half))).toBeGreaterThan(4 * mean(steps.slice(half)));
    // W(t) = C·(t − K)³ + W_max, a round trip ahead.
    const atNs = flow.nowNs;
    expect(seen[9] as number).toBeGreaterThan(C * (1.0 - k) ** 3 + 1000 - 30);
    expect(seen[9] as number).toBeLessThan(C * (1.2 - k) ** 3 + 1000 + 1);
    expect(atNs).toBeGreaterThan(0);
  });

  // @rfc 9438 4.2 REC
  test("§4.5: convex beyond it, ever faster", () => {
    const flow = new Flow().at(1000).loss();
    const k = (300 / C) ** (1 / 3);
    while (flow.nowNs / 1e9 < k) flow.round();
    const before = flow.segments;
    const first = flow.rounds(20).segments - before;
    const second = flow.rounds(20).segments - before - first;
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(3 * first);
  });

  // @rfc 9438 4.2 REC-2
  test("§4.4: never by more than half of the window in a round trip", () => {
    const flow = new Flow().at(10_000).loss();
    const before = flow.segments;
    // Long after K the cubic function is far away.
    flow.nowNs += 60e9;
    flow.round();
    expect(flow.segments / before).toBeLessThanOrEqual(1.5);
  });

  // @rfc 9438 4.3 REC
  test("§4.3: on a short path no slower than Reno would be", () => {
    const flow = new Flow().at(20).loss();
    flow.srttNs = 10 * MS;
    const before = flow.segments;
    flow.rounds(10);
    // α = 3·(1 − β)/(1 + β) segments in each round trip: Reno's average.
    const alpha = (3 * (1 - BETA)) / (1 + BETA);
    expect((flow.segments - before) / (10 * alpha)).toBeGreaterThan(0.8);
    expect((flow.segments - before) / (10 * alpha)).toBeLessThan(1.3);
    // Above the window of the loss one segment in each, as Reno.
    while (flow.segments < 20) flow.round();
    const at = flow.segments;
    flow.rounds(5);
    expect(flow.segments - at).toBeGreaterThan(4);
  });

  // @rfc 9438 4.7 REC
  test("§4.7: fast convergence: a window that was smaller than the last leaves room for newcomers", () => {
    const shrunk = new Flow().at(1000).loss().at(800).loss();
    const grown = new Flow().at(600).loss().at(800).loss();
    // Where it turns from concave to convex: at 0.85 of the window, not at all of it.
    const turn = (flow: Flow) => {
      const seen = Array.from({ length: 160 }, () => flow.round().segments);
      const steps = seen.slice(1).map((each, index) => each - (seen[index] as number));
      return seen[steps.indexOf(Math.min(...steps))] as number;
    };
    const [small, large] = [turn(shrunk), turn(grown)];
    expect(small / 800).toBeLessThan(0.87);
    expect(large / 800).toBeGreaterThan(0.97);
  });

  // @rfc 9438 4.8 REC
  test("§4.8: a timeout begins a new epoch behind slow start", () => {
    const flow = new Flow().at(1000).loss();
    flow.rounds(20);
    cubic.thresholdAfterLoss(flow, flow.cwnd);
    cubic.timedOut(flow);
    flow.at(500);
    const before = flow.segments;
    flow.round();
    expect(flow.segments - before).toBeLessThan(60);
  });

  // @rfc 9438 4.9 REC
  test("§4.9: a loss that was none leaves the epoch as it was", () => {
    const [spurious, quiet] = [new Flow().at(1000).loss().rounds(10), new Flow().at(1000).loss().rounds(10)];
    const { cwnd, ssthresh } = spurious;
    spurious.loss();
    spurious.cwnd = cwnd;
    spurious.ssthresh = ssthresh;
    cubic.undone?.(spurious);
    expect(spurious.rounds(10).segments).toBe(quiet.rounds(10).segments);
  });

  // @rfc 9438 5.8 REC
  test("§5.8: time in which nothing is sent does not count", () => {
    const [idle, busy] = [new Flow().at(1000).loss().rounds(10), new Flow().at(1000).loss().rounds(10)];
    idle.nowNs += 30e9;
    cubic.idle?.(idle, 30e9);
    expect(idle.rounds(10).segments).toBeCloseTo(busy.rounds(10).segments, 6);
  });
});

describe("HyStart++", () => {
  // @rfc 9438 4.10 REC
  test("RFC 9406 §4.2: slow start doubles while the round trip stays", () => {
    const flow = new Flow();
    expect(flow.round().segments).toBe(20);
    expect(flow.round().segments).toBe(40);
    expect(flow.ssthresh).toBe(Number.POSITIVE_INFINITY);
  });

  // @rfc 9406 4.2 REC-3
  test("a round trip that grows by an eighth: a quarter of the pace, and after five rounds congestion avoidance", () => {
    const flow = new Flow().rounds(3);
    flow.round(113);
    const paced = flow.segments;
    expect(flow.round(113).segments / paced).toBeCloseTo(1.25, 1);
    for (let n = 0; n < 5; n++) flow.round(113);
    expect(flow.ssthresh).toBeLessThan(Number.POSITIVE_INFINITY);
    const before = flow.segments;
    expect(flow.round(113).segments / before).toBeLessThan(1.2);
  });

  // @rfc 9406 4.2 REC-4
  test("a round trip that shrinks again was noise: slow start goes on", () => {
    const flow = new Flow().rounds(3);
    flow.round(113);
    const paced = flow.round(113).segments;
    // The first samples of the next round show it.
    const after = flow.round(100).segments;
    expect(after / paced).toBeGreaterThan(1.7);
    expect(flow.ssthresh).toBe(Number.POSITIVE_INFINITY);
    expect(flow.round(100).segments / after).toBeCloseTo(2, 1);
  });

  // @rfc 9406 4.2 REC-1
  test("the threshold is an eighth of the round trip, between 4 and 16 ms", () => {
    const grows = (rttMs: number, byMs: number) => {
      const flow = new Flow();
      for (let n = 0; n < 3; n++) flow.round(rttMs);
      const before = flow.round(rttMs + byMs).segments;
      return flow.round(rttMs + byMs).segments / before < 1.5;
    };
    expect([grows(10, 3.9), grows(10, 4.1)]).toEqual([false, true]);
    expect([grows(80, 9.9), grows(80, 10.1)]).toEqual([false, true]);
    expect([grows(400, 15.9), grows(400, 16.1)]).toEqual([false, true]);
  });

  // @rfc 9406 4.2 REC-2
  test("RFC 9406 §4.2: fewer than eight samples in a round say nothing", () => {
    const flow = new Flow();
    flow.cwnd = 4 * MSS;
    flow.round(100);
    flow.cwnd = 4 * MSS;
    flow.round(200);
    flow.cwnd = 4 * MSS;
    expect(flow.round(200).segments).toBe(8);
  });
});

describe("NewReno", () => {
  // @rfc 5681 3.1 MUST-1, MUST-3
  test("RFC 5681 §3.1: one segment in each round trip, and half of what is in flight after a loss", () => {
    const flow = new Flow(newReno).at(20);
    expect(flow.round().segments).toBe(21);
    expect(flow.loss().segments).toBe(10.5);
  });

  test("RFC 3465 §2.3: an ACK of many segments adds no more than two in slow start", () => {
    const flow = new Flow(newReno);
    const news = new AckNews();
    news.ackedBytes = 8 * MSS;
    newReno.acknowledged(flow, news);
    expect(flow.segments).toBe(12);
  });
});
