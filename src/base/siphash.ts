/**
 * A keyed hash that who does not know the key can't predict: HalfSipHash-2-4, with two words of key for each half.
 *
 * Read first: Aumasson and Bernstein, "SipHash: a fast short-input PRF"; Linux's hsiphash. The 32-bit form suits an engine
 * that multiplies and adds 32-bit integers quickly. The third and fourth words of the key are mixed in at the end.
 */

/** 32 bits, unsigned, of some words under a key of four words. */
export function siphash(key: Int32Array, words: Int32Array): number {
  const k0 = key[0] as number;
  const k1 = key[1] as number;
  let v0 = k0;
  let v1 = k1;
  let v2 = 0x6c796765 ^ k0;
  let v3 = 0x74656462 ^ k1;
  const { length } = words;
  // The words, the rest of the key, and at the end nothing. One loop, as closures over the state cost more than the rounds.
  for (let index = 0; index <= length + 2; index++) {
    let word = 0;
    let rounds = 2;
    if (index < length) {
      word = words[index] as number;
    } else if (index === length) {
      word = (key[2] ?? 0) ^ (length << 26);
    } else if (index === length + 1) {
      word = key[3] ?? 0;
    } else {
      v2 ^= 0xff;
      rounds = 4;
    }
    v3 ^= word;
    for (; rounds > 0; rounds--) {
      v0 = (v0 + v1) | 0;
      v1 = rotate(v1, 5) ^ v0;
      v0 = rotate(v0, 16);
      v2 = (v2 + v3) | 0;
      v3 = rotate(v3, 8) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = rotate(v3, 7) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = rotate(v1, 13) ^ v2;
      v2 = rotate(v2, 16);
    }
    v0 ^= word;
  }
  return (v1 ^ v3) >>> 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
