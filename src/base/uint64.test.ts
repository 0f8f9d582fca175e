import fc from "fast-check";
import { expect, test } from "vitest";
import * as uint64 from "./uint64.ts";

const MODULUS = 2n ** 64n;
const big = ({ high, low }: uint64.Uint64) => BigInt(high) * 2n ** 32n + BigInt(low);
const small = (value: bigint): uint64.Uint64 => ({ high: Number(value >> 32n), low: Number(value & 0xffff_ffffn) });
const value = fc.oneof(
  fc.constantFrom(0n, 1n, 2n ** 32n - 1n, 2n ** 32n, MODULUS - 2n, MODULUS - 1n),
  fc.bigInt(0n, MODULUS - 1n),
);

test("sums, differences and comparisons are those of BigInt, modulo 2^64", () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(big(uint64.add(small(a), small(b)))).toBe((a + b) % MODULUS);
      expect(big(uint64.subtract(small(a), small(b)))).toBe((a - b + MODULUS) % MODULUS);
      expect(Math.sign(uint64.compare(small(a), small(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});

test("eight bytes hold a value, the low ones first, wherever they stand", () => {
  fc.assert(
    fc.property(value, (a) => {
      const bytes = new Uint8Array(12).subarray(3, 11);
      uint64.write(bytes, small(a));
      expect(new DataView(bytes.buffer).getBigUint64(3, true)).toBe(a);
      expect(big(uint64.read(bytes))).toBe(a);
    }),
  );
});

test("integers of JavaScript become exact halves", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (number) => {
      expect(big(uint64.fromNumber(number))).toBe(BigInt(number));
    }),
  );
});
