/** Sequence arithmetic around 0, 2^31 and 2^32, and its laws. */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as seq32 from "./seq32.ts";

const HALF = 0x8000_0000;
const LAST = 0xffff_ffff;
const uint32 = fc.oneof(fc.integer({ min: 0, max: LAST }), fc.constantFrom(0, 1, HALF - 1, HALF, HALF + 1, LAST));

describe("order", () => {
  test.each([
    // a, b, steps from b forward to a
    [1, 0, 1],
    [0, LAST, 1],
    [5, LAST - 4, 10],
    [HALF, HALF - 1, 1],
    [HALF + 1, HALF - 1, 2],
    [HALF - 1, 0, HALF - 1],
    [HALF - 2, LAST, HALF - 1],
    [LAST, HALF, HALF - 1],
  ])("%d is ahead of %d by %d", (a, b, steps) => {
    expect(seq32.diff(a, b)).toBe(steps);
    expect(seq32.diff(b, a)).toBe(-steps);
    expect([seq32.gt(a, b), seq32.geq(a, b), seq32.lt(a, b), seq32.leq(a, b)]).toEqual([true, true, false, false]);
    expect([seq32.gt(b, a), seq32.geq(b, a), seq32.lt(b, a), seq32.leq(b, a)]).toEqual([false, false, true, true]);
    expect([seq32.max(a, b), seq32.max(b, a)]).toEqual([a, a]);
    expect([seq32.min(a, b), seq32.min(b, a)]).toEqual([b, b]);
    expect(seq32.add(b, steps)).toBe(a);
    expect(seq32.add(a, -steps)).toBe(b);
  });

  test.each([0, 1, HALF, LAST])("%d equals itself", (a) => {
    expect([seq32.lt(a, a), seq32.leq(a, a), seq32.gt(a, a), seq32.geq(a, a)]).toEqual([false, true, false, true]);
    expect([seq32.diff(a, a), seq32.max(a, a), seq32.min(a, a)]).toEqual([0, a, a]);
  });

  test("half a turn apart, each is less than the other and neither is greater", () => {
    for (const [a, b] of [
      [0, HALF],
      [5, HALF + 5],
      [LAST, HALF - 1],
    ] as const) {
      expect([seq32.lt(a, b), seq32.lt(b, a), seq32.gt(a, b), seq32.gt(b, a)]).toEqual([true, true, false, false]);
      expect([seq32.diff(a, b), seq32.diff(b, a)]).toEqual([-HALF, -HALF]);
    }
  });
});

test("the laws hold for all numbers", () => {
  fc.assert(
    fc.property(uint32, uint32, fc.integer({ min: -HALF, max: HALF - 1 }), (a, b, delta) => {
      expect(seq32.lt(a, b)).toBe(!seq32.geq(a, b));
      expect(seq32.leq(a, b)).toBe(!seq32.gt(a, b));
      expect(seq32.leq(a, b)).toBe(seq32.lt(a, b) || a === b);
      expect(seq32.add(b, seq32.diff(a, b))).toBe(a);
      expect(seq32.diff(seq32.add(a, delta), a)).toBe(delta);
      expect(seq32.add(a, b)).toBe((a + b) % 2 ** 32);
    }),
  );
});

describe("stretches", () => {
  test.each([
    [10, 10, 20, true],
    [10, 20, 20, true],
    [10, 21, 20, false],
    [10, 9, 20, false],
    [LAST, 0, 1, true],
    [LAST, LAST, 1, true],
    [LAST, 2, 1, false],
    [LAST - 1, LAST - 2, 1, false],
    [HALF - 1, HALF, HALF + 1, true],
    [7, 7, 7, true],
    [7, 8, 7, false],
    [0, LAST, LAST, true],
  ])("between(%d, %d, %d) is %s", (low, value, high, expected) => {
    expect(seq32.between(low, value, high)).toBe(expected);
  });

  test.each([
    [10, 10, 5, true],
    [14, 10, 5, true],
    [15, 10, 5, false],
    [9, 10, 5, false],
    [10, 10, 0, false],
    [LAST, LAST, 2, true],
    [0, LAST, 2, true],
    [1, LAST, 2, false],
    [HALF, HALF - 1, 2, true],
    [HALF + 1, HALF - 1, 2, false],
  ])("inWindow(%d, %d, %d) is %s", (value, start, size, expected) => {
    expect(seq32.inWindow(value, start, size)).toBe(expected);
  });

  test("a window of any size holds its first and last number and not the next", () => {
    fc.assert(
      fc.property(uint32, fc.integer({ min: 1, max: LAST }), (start, size) => {
        expect(seq32.inWindow(start, start, size)).toBe(true);
        expect(seq32.inWindow(seq32.add(start, size - 1), start, size)).toBe(true);
        expect(seq32.inWindow(seq32.add(start, size), start, size)).toBe(false);
        expect(seq32.between(start, seq32.add(start, size), seq32.add(start, size))).toBe(true);
      }),
    );
  });
});
