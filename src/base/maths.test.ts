/** The functions against the platform's, their exact and special cases, and the bits that every engine must give. */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RollingHash } from "./hash.ts";
import { cbrt, exp, log, log2, pow } from "./maths.ts";
import { Prng } from "./prng.ts";

/** What the core may not use: its last bit is the engine's affair. Here it is the yardstick. */
const platform: Math = globalThis.Math;
const maths = { cbrt, exp, log, log2, pow };

const bits = new DataView(new ArrayBuffer(8));

function bitsOf(value: number): bigint {
  bits.setFloat64(0, value);
  return bits.getBigInt64(0);
}

/** How many doubles lie between the two, counted from the one to the other. */
function stepsBetween(a: number, b: number): number {
  const ordinal = (value: number): bigint => {
    const pattern = bitsOf(value);
    return pattern < 0n ? -(pattern & 0x7fff_ffff_ffff_ffffn) : pattern;
  };
  const steps = ordinal(a) - ordinal(b);
  return Number(steps < 0n ? -steps : steps);
}

function expectClose(ours: number, theirs: number): void {
  if (Number.isNaN(theirs)) {
    expect(ours).toBeNaN();
  } else {
    expect(stepsBetween(ours, theirs)).toBeLessThanOrEqual(2);
  }
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const any = fc.double();
const nearOne = fc.double({ min: 0.5, max: 2, noNaN: true });
const subnormal = fc.double({ min: 5e-324, max: 2.3e-308, noNaN: true });

describe("at most two units in the last place from the platform's", () => {
  const check = (name: "exp" | "log" | "log2" | "cbrt", ...inputs: fc.Arbitrary<number>[]): void => {
    fc.assert(
      fc.property(fc.oneof(...inputs), (x) => expectClose(maths[name](x), platform[name](x))),
      { numRuns: 2000 },
    );
  };

  test("exp", () => check("exp", any, fc.double({ min: -746, max: 710 }), fc.double({ min: -1, max: 1 })));
  test("log", () => check("log", any, nearOne, subnormal));
  test("log2", () => check("log2", any, nearOne, subnormal));
  test("cbrt", () => check("cbrt", any, subnormal, fc.double({ min: -1000, max: 1000 })));

  test("pow", () => {
    const pairs = fc.oneof(
      fc.tuple(any, any),
      fc.tuple(finite, fc.integer({ min: -40, max: 40 })),
      fc.tuple(fc.double({ min: 0, max: 100 }), fc.double({ min: -160, max: 160 })),
      fc.tuple(nearOne, fc.double({ min: -2000, max: 2000 })),
    );
    fc.assert(
      fc.property(pairs, ([x, y]) => expectClose(maths.pow(x, y), platform.pow(x, y))),
      { numRuns: 5000 },
    );
  });
});

describe("exact where a double can be", () => {
  test("log2 of every power of two, and two to every integer", () => {
    for (let exponent = -1074, power = 5e-324; exponent <= 1023; exponent++, power *= 2) {
      expect(maths.log2(power)).toBe(exponent);
      expect(maths.pow(2, exponent)).toBe(power);
      expect(maths.pow(0.5, -exponent)).toBe(power);
    }
    expect(maths.pow(2, 1024)).toBe(Infinity);
    expect(maths.pow(2, -1075)).toBe(0);
  });

  test("powers of integers up to 2^53", () => {
    for (let base = 2; base <= 1000; base++) {
      for (let exponent = 1, power = base; power <= 2 ** 53; exponent++, power *= base) {
        expect(maths.pow(base, exponent)).toBe(power);
        expect(maths.pow(-base, exponent)).toBe(exponent % 2 === 0 ? power : -power);
      }
    }
  });

  test("powers of ten that a double holds, and square roots", () => {
    for (let exponent = 0; exponent <= 22; exponent++) {
      expect(maths.pow(10, exponent)).toBe(Number(`1e${exponent}`));
    }
    for (let root = 0; root <= 2000; root++) {
      expect(maths.pow(root * root, 0.5)).toBe(root);
      expect(maths.pow(root * root, 1.5)).toBe(root * root * root);
    }
  });

  test("cube roots of cubes", () => {
    for (let root = 1; root <= 208_063; root += 7) {
      const cube = root * root * root;
      expect(maths.cbrt(cube)).toBe(root);
      expect(maths.cbrt(-cube / 512)).toBe(-root / 8);
    }
    expect(maths.cbrt(27)).toBe(3);
    expect(maths.cbrt(2 ** -1074)).toBe(2 ** -358);
  });

  test("the powers zero and one", () => {
    fc.assert(
      fc.property(any, (x) => {
        expect(maths.pow(x, 0)).toBe(1);
        expect(maths.pow(x, 1)).toBe(x);
        expectClose(maths.pow(x, -1), 1 / x);
      }),
    );
  });
});

describe("special values", () => {
  const specials = [
    Number.NaN,
    0,
    -0,
    1,
    -1,
    Infinity,
    -Infinity,
    5e-324,
    -5e-324,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
  ];
  const exponents = [
    ...specials,
    2,
    -2,
    3,
    -3,
    0.5,
    -0.5,
    1.5,
    2 ** 53,
    2 ** 53 - 1,
    -(2 ** 53 - 1),
    1e19,
    -1e300,
    1e300,
  ];

  test.each(["exp", "log", "log2", "cbrt"] as const)("%s", (name) => {
    for (const x of specials) {
      expectClose(maths[name](x), platform[name](x));
    }
    expect(maths[name](-0)).toBe(platform[name](-0));
  });

  test("pow, as Math.pow of ECMAScript in every combination", () => {
    for (const x of [...specials, 2, -2, 0.5, -0.5, 1 + Number.EPSILON, 1 - Number.EPSILON]) {
      for (const y of exponents) {
        expectClose(maths.pow(x, y), platform.pow(x, y));
      }
    }
    expect(maths.pow(-0, 3)).toBe(-0);
    expect(maths.pow(1, Infinity)).toBeNaN();
    expect(maths.pow(-8, 1 / 3)).toBeNaN();
  });

  test("exp at the edges of the range", () => {
    expect(maths.exp(709.782712893384)).toBe(1.7976931348622732e308);
    expect(maths.exp(709.7827128933841)).toBe(Infinity);
    expect(maths.exp(-745.1332191019411)).toBe(5e-324);
    expect(maths.exp(-745.1332191019412)).toBe(0);
  });
});

describe("the same bits in every engine", () => {
  // Computed with 200 digits and rounded to the nearest double.
  test.each([
    ["exp(1)", maths.exp(1), "4005bf0a8b145769"],
    ["exp(-1)", maths.exp(-1), "3fd78b56362cef38"],
    ["exp(0.1)", maths.exp(0.1), "3ff1aec7b35a00d4"],
    ["exp(-0.5)", maths.exp(-0.5), "3fe368b2fc6f960a"],
    ["exp(10)", maths.exp(10), "40d5829dcf950560"],
    ["exp(700.5)", maths.exp(700.5), "7f18625c7d4f56c2"],
    ["exp(-700.5)", maths.exp(-700.5), "c4ff475c68ca02"],
    ["log(2)", maths.log(2), "3fe62e42fefa39ef"],
    ["log(3)", maths.log(3), "3ff193ea7aad030b"],
    ["log(10)", maths.log(10), "40026bb1bbb55516"],
    ["log(0.1)", maths.log(0.1), "c0026bb1bbb55515"],
    ["log(1.0000001)", maths.log(1.0000001), "3e7ad7f2847b6492"],
    ["log(1e300)", maths.log(1e300), "4085963447f87fb5"],
    ["log(5e-324)", maths.log(5e-324), "c0874385446d71c3"],
    ["log2(3)", maths.log2(3), "3ff95c01a39fbd68"],
    ["log2(10)", maths.log2(10), "400a934f0979a371"],
    ["log2(0.1)", maths.log2(0.1), "c00a934f0979a371"],
    ["log2(1.0000001)", maths.log2(1.0000001), "3e835d0fea5fccb7"],
    ["log2(1e300)", maths.log2(1e300), "408f24a09f1a8b89"],
    ["cbrt(2)", maths.cbrt(2), "3ff428a2f98d728b"],
    ["cbrt(3)", maths.cbrt(3), "3ff7137449123ef6"],
    ["cbrt(0.4)", maths.cbrt(0.4), "3fe793eace1a3426"],
    ["cbrt(100)", maths.cbrt(100), "401290fca9c761f8"],
    ["cbrt(1e300)", maths.cbrt(1e300), "54b249ad2594c37d"],
    ["cbrt(5e-324)", maths.cbrt(5e-324), "2990000000000000"],
    ["pow(2, 0.5)", maths.pow(2, 0.5), "3ff6a09e667f3bcd"],
    ["pow(3, 0.7)", maths.pow(3, 0.7), "400142e81c889914"],
    ["pow(10, -3)", maths.pow(10, -3), "3f50624dd2f1a9fc"],
    ["pow(0.9, 1000)", maths.pow(0.9, 1000), "366fee7413dac341"],
    ["pow(1.0000001, 1e9)", maths.pow(1.0000001, 1e9), "48f349445c228792"],
    ["pow(7, -300)", maths.pow(7, -300), "b4bbb9b4e610170"],
  ] as const)("%s", (_, ours, expected) => {
    expect(BigInt.asUintN(64, bitsOf(ours)).toString(16)).toBe(expected);
  });

  test("a hundred thousand results", () => {
    const prng = Prng.stream(1, "maths");
    const hash = new RollingHash();
    const mix = (value: number): void => {
      bits.setFloat64(0, value);
      hash.mixBytes(bits, 0, 8);
    };
    for (let i = 0; i < 20_000; i++) {
      const anyPositive = prng.uniform(0.5, 1) * maths.pow(2, prng.below(2040) - 1020);
      const small = prng.uniform(0, 8);
      mix(maths.exp(prng.uniform(-745, 709)));
      mix(maths.log(i % 2 === 0 ? anyPositive : small));
      mix(maths.log2(i % 2 === 0 ? anyPositive : small));
      mix(maths.cbrt(i % 2 === 0 ? anyPositive : -small));
      mix(maths.pow(small, prng.uniform(-300, 300)));
    }
    expect(hash.digest()).toBe("ee3c163ebda8383a");
  });
});
