/** Local time and world time lead to each other. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HostClock } from "./host-clock.ts";

const DAY_NS = 86_400e9;
const drifts = fc.oneof(fc.integer({ min: -100_000, max: 100_000 }), fc.double({ min: -500, max: 500, noNaN: true }));
const times = fc.integer({ min: 0, max: 80 * DAY_NS });

describe("HostClock", () => {
  test("without drift it is the world's", () => {
    const clock = new HostClock(1000, { skewMs: -300 });
    expect([clock.epochMs, clock.localNs(5), clock.worldNs(5), clock.after(5, 7)]).toEqual([700, 5, 5, 12]);
  });

  test("50 ppm are 4.32 s a day", () => {
    expect(new HostClock(0, { driftPpm: 50 }).localNs(DAY_NS) - DAY_NS).toBe(4.32e9);
    expect(new HostClock(0, { driftPpm: -50 }).localNs(DAY_NS) - DAY_NS).toBe(-4.32e9);
  });

  test("it never goes back, and worldNs() is the first moment that has the local time", () => {
    fc.assert(
      fc.property(drifts, times, (driftPpm, ns) => {
        const clock = new HostClock(0, { driftPpm });
        expect(clock.localNs(ns + 1)).toBeGreaterThanOrEqual(clock.localNs(ns));
        const worldNs = clock.worldNs(ns);
        expect(clock.localNs(worldNs)).toBeGreaterThanOrEqual(ns);
        if (worldNs > 0) expect(clock.localNs(worldNs - 1)).toBeLessThan(ns);
      }),
    );
  });

  test("whoever waits for a time finds that it has passed", () => {
    fc.assert(
      fc.property(drifts, times, fc.integer({ min: 0, max: 1e12 }), (driftPpm, nowNs, delayNs) => {
        const clock = new HostClock(0, { driftPpm });
        expect(clock.localNs(clock.after(nowNs, delayNs)) - clock.localNs(nowNs)).toBeGreaterThanOrEqual(delayNs);
      }),
    );
  });

  test("no deadline stays none", () => {
    expect(new HostClock(0, { driftPpm: 9 }).after(5, Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  });

  test("what is no clock is refused", () => {
    expect(() => new HostClock(0, { skewMs: 0.5 })).toThrow("skewMs is a whole number");
    expect(() => new HostClock(0, { skewMs: -1 })).toThrow("after 1970");
    expect(() => new HostClock(0, { driftPpm: Number.NaN })).toThrow("driftPpm is a number within ±100000");
  });
});
