/** The generator: golden values that pin version 1, the shapes of the distributions, independent streams. */

import { describe, expect, test } from "vitest";
import { PRNG_VERSION, Prng } from "./prng.ts";

const words = (prng: Prng, count: number): number[] => Array.from({ length: count }, () => prng.nextU32());

/** Σ (observed − expected)² / expected. Its mean is the number of degrees of freedom f, its variance 2f. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** All seeds here are fixed, so a result that a fair generator gives once in a million times is a fault. */
function expectFair(counts: readonly number[]): void {
  const freedom = counts.length - 1;
  expect(Math.abs(chiSquare(counts) - freedom)).toBeLessThan(5 * Math.sqrt(2 * freedom));
}

function histogram(bins: number, samples: number, draw: () => number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < samples; i++) {
    const bin = draw();
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

describe("version 1 draws these numbers, for ever", () => {
  test.each([
    [1, "a", [0x890980ca, 0x3b80e50f, 0x07af2bc2, 0x088a5989, 0x470a09e1]],
    ["netloom", "link/0", [0xce7883f7, 0x028fc489, 0xb53659e7, 0x90396451, 0xdf9c478b]],
    [0, "", [0x51fcd617, 0x4df19153, 0x1f9a90f4, 0xe86b705d, 0x0741b4aa]],
  ])("seed %s, stream %o", (seed, name, expected) => {
    expect(PRNG_VERSION).toBe(1);
    expect(words(Prng.stream(seed, name), 5)).toEqual(expected);
  });

  test("each kind of draw", () => {
    const prng = Prng.stream(1, "golden");
    const bytes = new Uint8Array(7);
    prng.fill(bytes);
    expect([...bytes]).toEqual([252, 172, 169, 244, 66, 135, 131]);
    expect([prng.below(6), prng.below(6), prng.below(1e12), prng.below(2 ** 53 - 1)]).toEqual([
      5, 5, 719042607905, 1717154959462780,
    ]);
    expect(prng.nextFloat()).toBe(0.9810936488847196);
    expect(prng.uniform(-1, 1)).toBe(0.827832583658265);
    expect(prng.exponential(10)).toBe(15.778176396253496);
    expect(prng.pick(["a", "b", "c"])).toBe("b");
    const digits = [..."0123456789"];
    prng.shuffle(digits);
    expect(digits.join("")).toBe("0587931624");
    expect([0, 1, 2, 3].map(() => prng.chance(0.5))).toEqual([true, false, true, false]);
    expect(prng.nextU32()).toBe(3607264276);
  });
});

describe("streams", () => {
  test("are the same for a number and its digits", () => {
    expect(words(Prng.stream(42, "x"), 4)).toEqual(words(Prng.stream("42", "x"), 4));
  });

  test("do not confuse where the seed ends and the name begins", () => {
    expect(words(Prng.stream("1", "2x"), 4)).not.toEqual(words(Prng.stream("12", "x"), 4));
  });

  test("refuse a number that is no safe integer", () => {
    expect(() => Prng.stream(0.5, "x")).toThrow("seed");
    expect(() => Prng.stream(Number.NaN, "x")).toThrow("seed");
    expect(() => Prng.stream(2 ** 53, "x")).toThrow("seed");
  });

  test("of neighbouring seeds and names are not correlated, and have every bit set half of the time", () => {
    const neighbours = [
      ...Array.from({ length: 40 }, (_, seed) => Prng.stream(seed, "link/0")),
      ...Array.from({ length: 40 }, (_, link) => Prng.stream(1, `link/${link + 1}`)),
    ];
    const samples = neighbours.map((prng) => Array.from({ length: 1000 }, () => prng.nextFloat() - 0.5));
    for (let i = 1; i < samples.length; i++) {
      const sum = (samples[i] as number[]).reduce((total, x, at) => total + x * (samples[i - 1]?.[at] as number), 0);
      // A product of two such numbers has variance 1/144.
      expect(Math.abs(sum)).toBeLessThan(5 * Math.sqrt(1000 / 144));
    }
    const firstWords = Array.from({ length: 4000 }, (_, seed) => Prng.stream(seed, "x").nextU32());
    for (let bit = 0; bit < 32; bit++) {
      const ones = firstWords.filter((word) => (word >>> bit) & 1).length;
      expect(Math.abs(ones - 2000)).toBeLessThan(5 * Math.sqrt(1000));
    }
    expect(new Set(firstWords).size).toBeGreaterThan(3997);
  });
});

describe("distributions", () => {
  test("bytes, at each place in a word", () => {
    const prng = Prng.stream(1, "bytes");
    const bytes = new Uint8Array(400_000);
    prng.fill(bytes);
    for (let place = 0; place < 4; place++) {
      let word = 0;
      expectFair(histogram(256, 100_000, () => bytes[4 * word++ + place] as number));
    }
  });

  test("pairs of successive draws", () => {
    const prng = Prng.stream(1, "pairs");
    expectFair(histogram(256, 100_000, () => (prng.nextU32() >>> 28) * 16 + (prng.nextU32() >>> 28)));
  });

  test.each([1, 2, 3, 6, 7, 10, 100, 255])("below(%d)", (bound) => {
    const prng = Prng.stream(1, "below");
    expectFair([...histogram(bound, 20_000, () => prng.below(bound)), ...(bound === 1 ? [20_000] : [])]);
  });

  test.each([3 * 2 ** 30, 3 * 2 ** 51])("below(%d), where the remainder of a draw would be biased", (bound) => {
    // Without rejection the lowest third would be drawn half of the time.
    const prng = Prng.stream(1, "below");
    expectFair(histogram(3, 30_000, () => Math.floor(prng.below(bound) / (bound / 3))));
  });

  test("below() with the greatest bounds", () => {
    const prng = Prng.stream(1, "below");
    for (const bound of [2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]) {
      const drawn = Array.from({ length: 1000 }, () => prng.below(bound));
      expect(drawn.every((value) => Number.isInteger(value) && value >= 0 && value < bound)).toBe(true);
      expect(Math.max(...drawn)).toBeGreaterThan(0.98 * bound);
    }
    for (const bound of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
      expect(() => prng.below(bound)).toThrow("bound");
    }
    expect(() => prng.pick([])).toThrow("bound");
  });

  test("nextFloat fills [0, 1) evenly, and its last bits too", () => {
    const prng = Prng.stream(1, "float");
    expectFair(histogram(100, 50_000, () => Math.floor(prng.nextFloat() * 100)));
    expectFair(histogram(64, 50_000, () => (prng.nextFloat() * 2 ** 53) % 64));
  });

  test("chance", () => {
    const prng = Prng.stream(1, "chance");
    const hits = histogram(2, 100_000, () => (prng.chance(0.01) ? 1 : 0))[1] as number;
    expect(Math.abs(hits - 1000)).toBeLessThan(5 * Math.sqrt(990));
    expect(histogram(2, 1000, () => (prng.chance(0) ? 1 : 0))).toEqual([1000, 0]);
    expect(histogram(2, 1000, () => (prng.chance(1) ? 1 : 0))).toEqual([0, 1000]);
  });

  test("a certain answer takes as many draws as an uncertain one", () => {
    const nextAfter = (rate: number): number => {
      const prng = Prng.stream(1, "chance");
      prng.chance(rate);
      return prng.nextU32();
    };
    expect(new Set([nextAfter(0), nextAfter(0.5), nextAfter(1)]).size).toBe(1);
  });

  test("uniform", () => {
    const prng = Prng.stream(1, "uniform");
    expectFair(histogram(50, 50_000, () => Math.floor(prng.uniform(-25, 25)) + 25));
    expect(prng.uniform(3, 3)).toBe(3);
    // So narrow that low + (high − low)·x rounds to high half of the time.
    const narrow = Array.from({ length: 100 }, () => prng.uniform(1, 1 + Number.EPSILON));
    expect(new Set(narrow)).toEqual(new Set([1]));
  });

  test("exponential: mean, variance, and the shares of its quartiles", () => {
    const prng = Prng.stream(1, "exponential");
    const drawn = Array.from({ length: 40_000 }, () => prng.exponential(5));
    const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
    const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
    expect(Math.abs(mean - 5)).toBeLessThan(0.125);
    expect(Math.abs(variance - 25)).toBeLessThan(1.8);
    // −5·log of ¾, ½ and ¼.
    const bounds = [1.4384103622589042, 3.4657359027997265, 6.931471805599453];
    const quartile = (x: number): number => bounds.filter((bound) => x > bound).length;
    let next = 0;
    expectFair(histogram(4, drawn.length, () => quartile(drawn[next++] as number)));
  });

  test("shuffle: each of the 24 orders of four values", () => {
    const prng = Prng.stream(1, "shuffle");
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const values = [..."abcd"];
      prng.shuffle(values);
      counts.set(values.join(""), (counts.get(values.join("")) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expectFair([...counts.values()]);
  });

  test("pick", () => {
    const prng = Prng.stream(1, "pick");
    const values = ["a", "b", "c"];
    expectFair(histogram(3, 30_000, () => values.indexOf(prng.pick(values))));
  });
});
