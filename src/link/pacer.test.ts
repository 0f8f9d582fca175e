/** The time that frames take at a rate, against the same sum in big integers. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Pacer } from "./pacer.ts";

test("each frame of a train ends where the rate says, rounded down once and not each time", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 65_549 }), { minLength: 1, maxLength: 50 }),
      fc.oneof(fc.integer({ min: 1, max: 1e15 }), fc.integer({ min: 1, max: 1e10 })),
      fc.integer({ min: 0, max: 1e15 }),
      (lengths, rate, startNs) => {
        const pacer = new Pacer();
        let nowNs = startNs;
        let bits = 0n;
        for (const length of lengths) {
          bits += BigInt(length) * 8n;
          nowNs = pacer.finish(nowNs, length, rate);
          if (nowNs > 2 ** 53) return;
          expect(BigInt(nowNs)).toBe(BigInt(startNs) + (bits * 1_000_000_000n) / BigInt(rate));
        }
      },
    ),
  );
});

test("after a pause a frame does not profit from what was cut off before", () => {
  const pacer = new Pacer();
  // A byte at 3 bits a second: 2,666,666,666 and two thirds of a nanosecond.
  expect(pacer.finish(0, 1, 3)).toBe(2_666_666_666);
  expect(pacer.finish(5_000_000_000, 1, 3)).toBe(7_666_666_666);
  // Back to back the thirds add up.
  expect(pacer.finish(7_666_666_666, 1, 3)).toBe(10_333_333_333);
});

test("a rate that changes starts afresh, and Infinity takes no time", () => {
  const pacer = new Pacer();
  const first = pacer.finish(0, 1, 3);
  expect(pacer.finish(first, 1, 7) - first).toBe(1_142_857_142);
  expect(pacer.finish(42, 65_000, Number.POSITIVE_INFINITY)).toBe(42);
  expect(pacer.finish(42, 1, 1_000_000_000)).toBe(50);
});
