/** BBR on a path of the test's own: each phase, how it begins and how it ends. draft-ietf-ccwg-bbr §5.3. */
import { describe, expect, test } from "vitest";
import { bbr } from "./bbr.ts";
import {
  bandwidth,
  extraAcked,
  type Model,
  maxBw,
  maxInflight,
  modelOf,
  type Phase,
  sendQuantum,
} from "./bbr-model.ts";
import type { Sample, Window } from "./congestion.ts";

const MSS = 1000;
const MS = 1_000_000;

interface Packet {
  readonly sentNs: number;
  readonly deliveredBefore: number;
  readonly deliveredAtNs: number;
  readonly lostBefore: number;
  readonly txInFlight: number;
  readonly isAppLimited: boolean;
  /** When its ACK comes; null: it is lost, and that is known at `knownNs`. */
  readonly ackNs: number | null;
  readonly knownNs: number;
}

/** A sender with BBR and a bottleneck, packet by packet: rate, round trip, a queue that drops what does not fit. */
class Path implements Window {
  cwnd = 10 * MSS;
  ssthresh: number = Number.POSITIVE_INFINITY;
  readonly mss: number = MSS;
  readonly initialCwnd: number = 10 * MSS;
  srttNs = 0;
  nowNs = 0;
  readonly snd = { una: 0, nxt: 0 };
  pacingRate: number = Number.POSITIVE_INFINITY;
  memory: unknown = null;
  rate: number;
  rttNs: number;
  queueBytes: number;
  /** The user sends no faster; infinite: as fast as it goes. */
  userRate: number = Number.POSITIVE_INFINITY;
  /** Each n-th packet is lost; 0: none. */
  lossEvery = 0;
  delivered = 0;
  lost = 0;
  /** When each phase began. */
  readonly history: { phase: Phase; atMs: number; pipe: number; cwnd: number }[] = [];
  #flight: Packet[] = [];
  #freeNs = 0;
  #nextSendNs = 0;
  #appLimitedUntil = 0;
  #deliveredAtNs = 0;
  #count = 0;

  constructor(rateMbps: number, rttMs: number, queuePackets: number) {
    this.rate = (rateMbps * 1e6) / 8;
    this.rttNs = rttMs * MS;
    // The handshake has measured it.
    this.srttNs = this.rttNs;
    this.queueBytes = queuePackets * MSS;
    bbr.start(this);
    this.#note();
  }

  get model(): Model {
    return modelOf(this);
  }
  get bdp(): number {
    return (this.rate * this.rttNs) / 1e9;
  }
  get isAppLimited(): boolean {
    return this.#appLimitedUntil > 0;
  }
  get phases(): readonly Phase[] {
    return this.history.map(({ phase }) => phase);
  }
  noteAppLimited(): void {
    this.#appLimitedUntil = Math.max(1, this.delivered + this.#pipe);
  }
  below(bound: number): number {
    return Math.floor(bound / 2);
  }

  /** Lets so many milliseconds pass. */
  run(ms: number): this {
    const endNs = this.nowNs + ms * MS;
    for (;;) {
      const sendNs = this.#pipe + MSS > this.cwnd ? Number.POSITIVE_INFINITY : Math.max(this.#nextSendNs, this.nowNs);
      const ackNs = this.#flight.reduce((first, { knownNs }) => Math.min(first, knownNs), Number.POSITIVE_INFINITY);
      const nextNs = Math.min(sendNs, ackNs);
      if (nextNs > endNs) break;
      this.nowNs = nextNs;
      if (ackNs <= sendNs) this.#ack();
      else this.#send();
    }
    this.nowNs = endNs;
    return this;
  }

  /** When the phase was entered for the n-th time, in milliseconds. */
  entered(phase: Phase, n = 0): number {
    return this.history.filter((each) => each.phase === phase)[n]?.atMs ?? Number.NaN;
  }

  get #pipe(): number {
    return this.#flight.length * MSS;
  }

  #send(): void {
    const { nowNs } = this;
    if (this.#pipe === 0) {
      this.#deliveredAtNs = nowNs;
      if (this.#count > 0) bbr.idle?.(this, nowNs);
    }
    const waits = Math.max(0, this.#freeNs - nowNs);
    const isLost =
      (this.lossEvery > 0 && ++this.#count % this.lossEvery === 0) || (waits * this.rate) / 1e9 > this.queueBytes;
    if (this.lossEvery === 0) this.#count++;
    const leavesNs = Math.max(this.#freeNs, nowNs) + (MSS * 1e9) / this.rate;
    if (!isLost) this.#freeNs = leavesNs;
    this.#flight.push({
      sentNs: nowNs,
      deliveredBefore: this.delivered,
      deliveredAtNs: this.#deliveredAtNs,
      lostBefore: this.lost,
      txInFlight: this.#pipe + MSS,
      isAppLimited: this.isAppLimited,
      ackNs: isLost ? null : leavesNs + this.rttNs,
      knownNs: leavesNs + this.rttNs + (isLost ? MS : 0),
    });
    const rate = Math.min(this.pacingRate, this.userRate);
    this.#nextSendNs = nowNs + Math.ceil((MSS * 1e9) / rate);
    if (this.userRate < this.pacingRate) this.noteAppLimited();
  }

  #ack(): void {
    const index = this.#flight.findIndex(({ knownNs }) => knownNs === this.nowNs);
    const [packet] = this.#flight.splice(index, 1) as [Packet];
    if (packet.ackNs === null) {
      this.lost += MSS;
      bbr.lost?.(this, {
        bytes: MSS,
        txInFlightBytes: packet.txInFlight,
        lostSinceBytes: this.lost - packet.lostBefore,
        isAppLimited: packet.isAppLimited,
        isNewRange: true,
        deliveredTotalBytes: this.delivered,
      });
    } else {
      this.#delivered(packet);
    }
    this.#note();
  }

  #delivered(packet: Packet): void {
    this.delivered += MSS;
    this.#deliveredAtNs = this.nowNs;
    if (this.#appLimitedUntil > 0 && this.delivered > this.#appLimitedUntil) this.#appLimitedUntil = 0;
    const sampleBytes = this.delivered - packet.deliveredBefore;
    bbr.control?.(this, {
      ...SAMPLE,
      bytesPerSecond: (sampleBytes * 1e9) / (this.nowNs - packet.deliveredAtNs),
      sampleBytes,
      sampleLostBytes: this.lost - packet.lostBefore,
      txInFlightBytes: packet.txInFlight,
      isAppLimited: packet.isAppLimited,
      priorDeliveredBytes: packet.deliveredBefore,
      deliveredTotalBytes: this.delivered,
      pipeBytes: this.#pipe,
      rttNs: this.nowNs - packet.sentNs,
      isCwndLimited: this.#pipe + MSS >= this.cwnd,
      isRecovering: this.lost > packet.lostBefore,
    });
    this.srttNs = this.nowNs - packet.sentNs;
  }

  #note(): void {
    const { phase } = this.model;
    if (this.history.at(-1)?.phase === phase) return;
    this.history.push({ phase, atMs: this.nowNs / MS, pipe: this.#pipe, cwnd: this.cwnd });
  }
}

const SAMPLE: Sample = {
  bytesPerSecond: 0,
  sampleBytes: 0,
  sampleLostBytes: 0,
  txInFlightBytes: 0,
  isAppLimited: false,
  priorDeliveredBytes: -1,
  deliveredTotalBytes: 0,
  deliveredBytes: MSS,
  lostBytes: 0,
  pipeBytes: 0,
  rttNs: -1,
  isMarked: false,
  isCwndLimited: false,
  isRecovering: false,
  isFastRecovery: false,
};

/** 8 Mbit/s, 40 ms: 40 packets fill it. */
const path = (queuePackets = 200) => new Path(8, 40, queuePackets);

describe("the phases", () => {
  test("§5.3.1: Startup doubles in each round, and ends three rounds after the bandwidth has stopped to grow", () => {
    const p = path().run(1000);
    expect(p.phases.slice(0, 2)).toEqual(["startup", "drain"]);
    // 10, 20 and 40 segments take three rounds, three more show that it does not grow; the queue makes them longer.
    expect(p.entered("drain") / 40).toBeGreaterThan(4);
    expect(p.entered("drain") / 40).toBeLessThan(12);
    expect(maxBw(p.model) / p.rate).toBeCloseTo(1, 1);
    expect(p.model.minRttNs / p.rttNs).toBeCloseTo(1, 1);
  });

  test("§5.3.1.3: losses in six places of a round end Startup, and say how much may be in flight", () => {
    const p = path(20).run(400);
    expect(p.phases.slice(0, 2)).toEqual(["startup", "drain"]);
    expect(Number.isFinite(p.model.inflightLongterm)).toBe(true);
    expect(p.model.inflightLongterm).toBeGreaterThanOrEqual(0.9 * p.bdp);
    const { entered } = p;
    expect(entered.call(p, "drain")).toBeLessThan(path().run(1000).entered("drain"));
  });

  test("§5.3.2: Drain empties the queue that Startup made", () => {
    const p = path().run(1000);
    const [, drain, cruise] = p.history;
    expect(drain?.pipe).toBeGreaterThan(1.5 * p.bdp);
    // Down has nothing left to do.
    expect(cruise?.phase).toBe("cruise");
    expect(cruise?.pipe).toBeLessThanOrEqual(p.bdp * 1.05);
  });

  test("§5.3.3: Down, Cruise, Refill, Up, and again", () => {
    const p = path().run(4500);
    expect(p.phases.slice(2, 7)).toEqual(["cruise", "refill", "up", "down", "cruise"]);
    // A pipe of 40 segments: Reno would have filled it again in as many rounds.
    const cycleMs = p.entered("refill") - p.entered("cruise");
    expect(cycleMs).toBeGreaterThan(1400);
    expect(cycleMs).toBeLessThan(2600);
    // Refill is one round.
    expect(p.entered("up") - p.entered("refill")).toBeGreaterThanOrEqual(39);
    expect(p.entered("up") - p.entered("refill")).toBeLessThan(100);
  });

  test("§5.3.3.5.3: on a large pipe the probe comes after two to three seconds, whatever Reno would do", () => {
    const p = new Path(40, 100, 2000).run(9000);
    const cycleMs = p.entered("refill") - p.entered("cruise");
    expect(cycleMs).toBeGreaterThan(2000);
    expect(cycleMs).toBeLessThan(3100);
  });

  test("§5.3.3.4: Up finds bandwidth that has become free", () => {
    const p = path().run(3500);
    p.rate *= 2;
    p.run(9000);
    expect(maxBw(p.model) / p.rate).toBeGreaterThan(0.9);
  });

  test("§5.5.6: bandwidth that is gone is forgotten after two cycles", () => {
    const p = path().run(3500);
    p.rate /= 2;
    p.run(15_000);
    expect(bandwidth(p.model) / p.rate).toBeLessThan(1.15);
  });

  test("§5.3.3.6: what is lost while probing bounds what is in flight, and ends the probe", () => {
    const p = path(10).run(6000);
    expect(p.phases).toContain("up");
    // BDP and queue.
    expect(p.model.inflightLongterm).toBeLessThan(p.bdp + 14 * MSS);
    expect(p.model.inflightLongterm).toBeGreaterThan(0.7 * p.bdp);
    expect(p.lost / (p.lost + p.delivered)).toBeLessThan(0.02);
  });

  test("§5.3.4: after five seconds without a shorter round trip half a pipe for 200 ms; then the window is back", () => {
    const p = path().run(7000);
    const enteredMs = p.entered("probe-rtt");
    expect(enteredMs).toBeGreaterThan(5000);
    expect(enteredMs).toBeLessThan(5400);
    const after = p.history[p.phases.indexOf("probe-rtt") + 1];
    expect(after?.phase).toBe("cruise");
    expect(Number(after?.atMs) - enteredMs).toBeGreaterThan(200);
    expect(Number(after?.atMs) - enteredMs).toBeLessThan(350);
    expect(after?.cwnd).toBeGreaterThan(p.bdp);
  });

  test("§5.3.4: a path that has become longer is known after ten seconds", () => {
    const p = path().run(3000);
    p.rttNs = 80 * MS;
    p.run(18_000);
    expect(p.model.minRttNs / MS).toBeGreaterThan(79);
    expect(p.model.minRttNs / MS).toBeLessThan(90);
  });
});

describe("what leaves together", () => {
  test("§5.6.3: a millisecond's worth at the pacing rate, two segments at least, 64 KiB at most", () => {
    const p = path();
    const quantum = (rateMbps: number) => {
      p.pacingRate = (rateMbps * 1e6) / 8;
      return sendQuantum(p);
    };
    expect([1, 100, 1000].map(quantum)).toEqual([2 * MSS, 12_500, 65_536]);
  });

  test("§5.5.8: on a short path there is room for three of them", () => {
    const p = new Path(100, 1, 100).run(400);
    expect(maxInflight(p, p.model)).toBeGreaterThanOrEqual(3 * sendQuantum(p));
    expect(3 * sendQuantum(p)).toBeGreaterThan(2 * p.bdp);
  });
});

describe("signals", () => {
  test("§5.5.6: a user who sends little does not make the path look slow", () => {
    const p = path().run(2000);
    const before = maxBw(p.model);
    p.userRate = p.rate / 10;
    p.run(1500);
    expect(maxBw(p.model)).toBe(before);
  });

  test("§5.5.10: losses between probes lower the short-term bounds, and Refill lifts them", () => {
    const p = path().run(1000);
    expect([p.model.phase, p.model.bwShortterm]).toEqual(["cruise", Number.POSITIVE_INFINITY]);
    p.lossEvery = 5;
    p.run(120);
    expect(p.model.bwShortterm).toBeLessThan(maxBw(p.model));
    expect(p.model.inflightShortterm).toBeLessThan(2 * p.bdp);
    p.lossEvery = 0;
    while (p.model.phase !== "refill") p.run(10);
    expect([p.model.bwShortterm, p.model.inflightShortterm]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });

  test("§5.5.10.3: losses that were none are undone", () => {
    const p = path().run(1000);
    p.lossEvery = 5;
    p.run(120);
    expect(Number.isFinite(p.model.bwShortterm)).toBe(true);
    p.model.beforeLoss = {
      phase: "cruise",
      bwShortterm: Number.POSITIVE_INFINITY,
      inflightShortterm: Number.POSITIVE_INFINITY,
      inflightLongterm: Number.POSITIVE_INFINITY,
    };
    bbr.undone?.(p);
    expect([p.model.bwShortterm, p.model.inflightShortterm]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });

  test("§5.5.10.3: Startup that ended by losses that were none goes on", () => {
    const p = path(20);
    while (p.model.phase === "startup") p.run(1);
    bbr.undone?.(p);
    expect([p.model.phase, p.model.isFullBwReached, p.model.inflightLongterm]).toEqual([
      "startup",
      false,
      Number.POSITIVE_INFINITY,
    ]);
  });

  test("§5.5.9: ACKs that come in bunches get a larger window", () => {
    const p = path().run(1000);
    const before = extraAcked(p.model);
    for (let n = 0; n < 20; n++) bbr.control?.(p, { ...SAMPLE, deliveredTotalBytes: p.delivered });
    expect(extraAcked(p.model)).toBeGreaterThan(before + 10 * MSS);
  });

  test("RFC 3168: marks are heeded as losses are", () => {
    const p = path().run(1000);
    bbr.control?.(p, { ...SAMPLE, isMarked: true, deliveredTotalBytes: p.delivered });
    p.run(100);
    expect(p.model.bwShortterm).toBeLessThan(maxBw(p.model) * 1.01);
    expect(Number.isFinite(p.model.inflightShortterm)).toBe(true);
  });

  test("§5.4.1: after a pause the pipe is filled at its rate, and not looked at as empty", () => {
    const p = path().run(1000);
    p.noteAppLimited();
    p.pacingRate = 1.25 * bandwidth(p.model);
    bbr.idle?.(p, 1e9);
    expect(p.pacingRate / bandwidth(p.model)).toBeCloseTo(0.99, 2);
    expect(p.model.isIdleRestart).toBe(true);
  });
});

describe("recovery", () => {
  test("§5.6.4.4: the first round sends what arrives, its end brings the window back, as far as the model goes", () => {
    const p = path().run(1000);
    const { cwnd } = p;
    expect(bbr.thresholdAfterLoss(p, 40 * MSS)).toBe(Number.POSITIVE_INFINITY);
    const recovering: Sample = {
      ...SAMPLE,
      isRecovering: true,
      isFastRecovery: true,
      lostBytes: MSS,
      pipeBytes: 30 * MSS,
      deliveredTotalBytes: p.delivered,
    };
    bbr.control?.(p, recovering);
    expect(p.cwnd).toBe(31 * MSS);
    bbr.control?.(p, { ...recovering, lostBytes: 0, pipeBytes: 29 * MSS });
    expect(p.cwnd).toBe(31 * MSS);
    bbr.control?.(p, { ...SAMPLE, deliveredTotalBytes: p.delivered });
    expect(p.cwnd).toBeGreaterThanOrEqual(Math.min(cwnd, p.bdp));
  });

  test("RTO: slow start from what recovery.ts leaves, and the window comes back", () => {
    const p = path().run(1000);
    const { cwnd } = p;
    bbr.timedOut(p);
    p.cwnd = 1 * MSS;
    bbr.control?.(p, { ...SAMPLE, isRecovering: true, deliveredTotalBytes: p.delivered });
    expect(p.cwnd).toBe(4 * MSS);
    bbr.control?.(p, { ...SAMPLE, deliveredTotalBytes: p.delivered });
    expect(p.cwnd).toBeGreaterThanOrEqual(Math.min(cwnd, p.bdp));
  });
});
