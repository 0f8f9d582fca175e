/** The determinism hash: golden digests, and that what differs hashes differently. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RollingHash } from "./hash.ts";

function digestOf(mixIn: (hash: RollingHash) => void): string {
  const hash = new RollingHash();
  mixIn(hash);
  return hash.digest();
}

test("the digests are those that users wrote down", () => {
  const hash = new RollingHash();
  expect([hash.digest(), hash.value32]).toEqual(["0a0dc345c8519e93", 0x0a0dc345]);
  hash.mix(0);
  expect(hash.digest()).toBe("5491a016b5d752ed");
  hash.mix(0xffff_ffff);
  expect(hash.digest()).toBe("b139a84dfa29ad9f");
  hash.mixNumber(Number.MAX_SAFE_INTEGER);
  expect(hash.digest()).toBe("8299c55d1316c67c");
  hash.mixNumber(-1);
  expect(hash.digest()).toBe("e60cb49a23426439");
  hash.mixString("tcp.rto/é");
  expect(hash.digest()).toBe("df5f6bd8316b3994");
  hash.mixBytes(new DataView(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10).buffer), 1, 7);
  expect([hash.digest(), hash.value32]).toEqual(["5232de1bdb55ea73", 0x5232de1b]);
});

test("order counts", () => {
  const both = (a: number, b: number): string =>
    digestOf((hash) => {
      hash.mix(a);
      hash.mix(b);
    });
  expect(both(1, 2)).not.toBe(both(2, 1));
});

test("a signed word and its unsigned twin are the same word", () => {
  expect(digestOf((hash) => hash.mix(-2))).toBe(digestOf((hash) => hash.mix(0xffff_fffe)));
});

test("where a string or a run of bytes ends counts", () => {
  const strings = (...texts: string[]): string =>
    digestOf((hash) => {
      for (const text of texts) {
        hash.mixString(text);
      }
    });
  expect(new Set([strings("abc", ""), strings("ab", "c"), strings("a", "bc"), strings("abc")]).size).toBe(4);
  expect(strings("a")).not.toBe(strings("a\0"));

  const view = new DataView(new ArrayBuffer(8));
  const zeros = (...lengths: number[]): string =>
    digestOf((hash) => {
      for (const length of lengths) {
        hash.mixBytes(view, 0, length);
      }
    });
  expect(new Set([zeros(3), zeros(4), zeros(5), zeros(4, 1), zeros(1, 4)]).size).toBe(5);
});

test("bytes hash alike wherever they lie", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(9), (bytes, offset) => {
      const moved = new Uint8Array(bytes.length + 20).fill(0xaa);
      moved.set(bytes, offset);
      const here = digestOf((hash) => hash.mixBytes(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length));
      const there = digestOf((hash) => hash.mixBytes(new DataView(moved.buffer), offset, bytes.length));
      expect(there).toBe(here);
    }),
  );
});

test("one flipped bit in any word changes about half of the digest's bits", () => {
  const words = Array.from({ length: 8 }, (_, index) => index * 0x0101_0101);
  const digest = (flippedWord: number, flippedBit: number): bigint => {
    const hash = new RollingHash();
    for (const [at, word] of words.entries()) {
      hash.mix(at === flippedWord ? word ^ flippedBit : word);
    }
    return BigInt(`0x${hash.digest()}`);
  };
  const original = digest(0, 0);
  let flipped = 0;
  for (let word = 0; word < 8; word++) {
    for (let bit = 0; bit < 32; bit++) {
      const changed = (digest(word, 1 << bit) ^ original).toString(2).replaceAll("0", "").length;
      expect(changed).toBeGreaterThan(8);
      flipped += changed;
    }
  }
  expect(flipped / (8 * 32)).toBeGreaterThan(31);
  expect(flipped / (8 * 32)).toBeLessThan(33);
});

test("times that are near each other do not collide, in 64 bits or in either half", () => {
  const digests = Array.from({ length: 20_000 }, (_, index) => digestOf((hash) => hash.mixNumber(1e12 + index)));
  expect(new Set(digests).size).toBe(20_000);
  // Of 20,000 random values of 32 bits, 0.05 pairs are expected to collide.
  expect(new Set(digests.map((digest) => digest.slice(0, 8))).size).toBeGreaterThan(19_997);
  expect(new Set(digests.map((digest) => digest.slice(8))).size).toBeGreaterThan(19_997);
});

test("asking for the digest changes nothing", () => {
  const hash = new RollingHash();
  hash.mix(1);
  const before = [hash.digest(), hash.value32];
  expect([hash.digest(), hash.value32]).toEqual(before);
});

test("bytes hash alike, with a view of them and without", () => {
  const property = fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(3), (bytes, before) => {
    const padded = new Uint8Array(before + bytes.length);
    padded.set(bytes, before);
    const viewed = digestOf((hash) => hash.mixBytes(new DataView(padded.buffer), before, bytes.length));
    expect(digestOf((hash) => hash.mixArray(bytes, bytes.length))).toBe(viewed);
  });
  fc.assert(property);
});
