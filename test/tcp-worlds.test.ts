/**
 * TCP in random worlds: whatever the link does, every byte arrives once and in order, and the same seed gives the same run.
 */
import * as fc from "fast-check";
import type { LinkOptions } from "netloom";
import { describe, expect, test } from "vitest";
import { connectStubbornly, listenOn, pattern, readAll, twoHosts, writeAll } from "./support/tcp.ts";
import { firstFailure } from "./worlds/worlds.ts";

interface Case {
  readonly link: LinkOptions;
  readonly seed: number;
  readonly there: number;
  readonly back: number;
  readonly piece: number;
}

/** Sends both ways at once; answers what arrived, and the hash of the run. */
async function exchange({ link, seed, there, back, piece }: Case) {
  const { world, a, b } = twoHosts(link, { seed });
  const arrived: { there: Uint8Array; back: Uint8Array } = { there: new Uint8Array(), back: new Uint8Array() };
  b.spawn("server", async (sys) => {
    const listener = listenOn(sys, 7);
    const { fd } = await sys.accept(listener);
    const reading = readAll(sys, fd);
    await writeAll(sys, fd, pattern(back, 7), piece);
    arrived.there = await reading;
    sys.close(fd);
  });
  a.spawn("client", async (sys) => {
    const fd = await connectStubbornly(sys);
    const reading = readAll(sys, fd, 1000);
    await writeAll(sys, fd, pattern(there), piece);
    arrived.back = await reading;
    sys.close(fd);
  });
  const result = await world.run();
  const crash = result.crashes[0];
  if (crash !== undefined) throw crash.error;
  return { arrived, hash: result.hash, timeNs: world.nowNs };
}

/** A comparison of a megabyte that does not take a second. */
function expectSame(arrived: Uint8Array, sent: Uint8Array): void {
  expect(arrived.length).toBe(sent.length);
  expect(Buffer.compare(arrived, sent)).toBe(0);
}

const links: fc.Arbitrary<LinkOptions> = fc.record({
  delayMs: fc.double({ min: 0, max: 50, noNaN: true }),
  jitterMs: fc.constant(0),
  lossRate: fc.double({ min: 0, max: 0.2, noNaN: true }),
  duplicateRate: fc.double({ min: 0, max: 0.2, noNaN: true }),
  corruptRate: fc.double({ min: 0, max: 0.05, noNaN: true }),
  reorderRate: fc.double({ min: 0, max: 0.2, noNaN: true }),
  mtu: fc.integer({ min: 600, max: 9000 }),
});

const cases: fc.Arbitrary<Case> = fc.record({
  link: links,
  seed: fc.integer({ min: 0, max: 1_000_000 }),
  there: fc.integer({ min: 0, max: 60_000 }),
  back: fc.integer({ min: 0, max: 20_000 }),
  piece: fc.integer({ min: 1, max: 20_000 }).map((piece) => Math.max(piece, 100)),
});

describe("random worlds", () => {
  test("whatever happens, each byte arrives once and in order or both sides learn of it, and nothing is left over", async () => {
    expect(await firstFailure({ seed: 1, count: 300, repeatEvery: 4 })).toBeNull();
  }, 120_000);

  test("every byte arrives once and in order, and a repeat has the same hash", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const { arrived, hash } = await exchange(one);
        expectSame(arrived.there, pattern(one.there));
        expectSame(arrived.back, pattern(one.back, 7));
        expect((await exchange(one)).hash).toBe(hash);
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  test("a megabyte over a cable", async () => {
    const one = { link: {}, seed: 1, there: 1_000_000, back: 1_000_000, piece: 65_536 };
    const { arrived, timeNs } = await exchange(one);
    expectSame(arrived.there, pattern(one.there));
    expectSame(arrived.back, pattern(one.back, 7));
    expect(timeNs / 1e9).toBeLessThan(0.1);
  });
});
