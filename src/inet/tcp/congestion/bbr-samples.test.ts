/** BBR, fed with samples: when it takes the pipe for full, how long it probes, what clumps of ACKs add. */
import { expect, test } from "vitest";
import { bbr } from "./bbr.ts";
import { extraAcked, modelOf } from "./bbr-model.ts";
import type { Window } from "./congestion.ts";

const NS_PER_MS = 1_000_000;
const MSS = 1000;
const RTT_NS = 10 * NS_PER_MS;
const MEGABYTE = 1_000_000;

/** A connection whose samples the test makes up: four ACKs in each round of 10 ms. */
class Flow {
  readonly window: Window & { nowNs: number } = {
    cwnd: 10 * MSS,
    ssthresh: Number.POSITIVE_INFINITY,
    mss: MSS,
    srttNs: RTT_NS,
    nowNs: 0,
    snd: { una: 1, nxt: 1 },
    pacingRate: Number.POSITIVE_INFINITY,
    memory: undefined,
    initialCwnd: 10 * MSS,
    isAppLimited: false,
    noteAppLimited: () => {},
    below: (bound) => bound >> 1,
  };
  #delivered = 0;
  #roundStart = 0;
  pipeBytes = 0;

  constructor() {
    bbr.start(this.window);
  }

  /** One round, with these delivery rates, the first of which begins it. */
  round(...rates: readonly number[]): this {
    const begun = this.#delivered;
    for (const bytesPerSecond of rates) {
      this.window.nowNs += RTT_NS / rates.length;
      const deliveredBytes = (bytesPerSecond * RTT_NS) / rates.length / 1e9;
      this.#delivered += deliveredBytes;
      bbr.control?.(this.window, {
        bytesPerSecond,
        isAppLimited: false,
        priorDeliveredBytes: this.#roundStart,
        deliveredTotalBytes: this.#delivered,
        deliveredBytes,
        lostBytes: 0,
        pipeBytes: this.pipeBytes,
        rttNs: RTT_NS,
        sampleBytes: deliveredBytes,
        sampleLostBytes: 0,
        txInFlightBytes: this.pipeBytes,
        isMarked: false,
        isCwndLimited: false,
        isRecovering: false,
        isFastRecovery: false,
      });
    }
    this.#roundStart = begun + (this.#delivered - begun) / rates.length;
    return this;
  }

  /** The gain that it paces with, of that bandwidth. */
  gain(bytesPerSecond: number): number {
    return this.window.pacingRate / 0.99 / bytesPerSecond;
  }
}

/** Startup until the bandwidth has stood at 1 MB/s for long enough, then Drain. */
function full(): Flow {
  const flow = new Flow();
  flow.pipeBytes = 1e9;
  for (let round = 0; round < 5; round++) flow.round(MEGABYTE, MEGABYTE);
  return flow;
}

test("Startup ends after three rounds without growth", () => {
  const flow = new Flow()
    .round(MEGABYTE / 2, MEGABYTE)
    .round(MEGABYTE)
    .round(MEGABYTE);
  expect(flow.gain(MEGABYTE)).toBeGreaterThan(2);
  expect(full().gain(MEGABYTE)).toBeCloseTo(0.5);
});

test("growth in any sample of a round keeps Startup going", () => {
  const flow = new Flow();
  // The sample that begins the round is always a poor one, as where ACKs come in clumps.
  for (let round = 0, rate = MEGABYTE; round < 8; round++, rate *= 1.3) flow.round(MEGABYTE / 10, rate, rate / 2);
  expect(flow.gain(MEGABYTE * 1.3 ** 7)).toBeGreaterThan(2);
});

test("a probe of the bandwidth goes on while it finds more, whatever the queue", () => {
  const flow = full();
  flow.pipeBytes = 1000;
  // Drain, Down, Cruise; two or three seconds later Refill for a round, then Up.
  while (flow.gain(MEGABYTE) < 1.2) flow.round(MEGABYTE, MEGABYTE);
  flow.pipeBytes = 5000;
  const begunNs = flow.window.nowNs;
  let rate = MEGABYTE;
  for (let round = 0; round < 10; round++) {
    rate *= 1.26;
    flow.round(rate, rate);
    expect(flow.gain(rate)).toBeCloseTo(1.25);
  }
  // The path has no more: three rounds later it lets the queue drain.
  for (let round = 0; round < 4; round++) flow.round(rate, rate);
  expect(flow.gain(rate)).toBeLessThan(1.01);
  expect(flow.window.nowNs - begunNs).toBeLessThan(20 * RTT_NS);
});

test("what arrives in clumps is added to the window, and forgotten ten rounds later", () => {
  const flow = full();
  flow.pipeBytes = 1000;
  for (let round = 0; round < 5; round++) flow.round(MEGABYTE);
  expect(extraAcked(modelOf(flow.window))).toBeGreaterThan(9000);
  // Smoothly from now on, a little slower.
  const smooth = new Array<number>(10).fill(0.9 * MEGABYTE);
  for (let round = 0; round < 30; round++) flow.round(...smooth);
  expect(extraAcked(modelOf(flow.window))).toBeLessThan(2000);
});
