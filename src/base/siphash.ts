/**
 * A keyed hash that who does not know the key can't predict: HalfSipHash-2-4, with two words of key for each half.
 *
 * Read first: Aumasson and Bernstein, "SipHash: a fast short-input PRF"; Linux's hsiphash. The 32-bit form suits an engine
 * that multiplies and adds 32-bit integers quickly. The third and fourth words of the key are mixed in at the end.
 */

/** Where a hash under a key of four words begins. */
export function sipStart(key: Int32Array): Int32Array {
  const [k0 = 0, k1 = 0] = key;
  return Int32Array.of(k0, k1, 0x6c796765 ^ k0, 0x74656462 ^ k1);
}

/** 32 bits, unsigned, of some words under a key of four words. */
export function siphash(key: Int32Array, words: Int32Array): number {
  return sipEnd(key, words, 0, sipStart(key));
}

/** Takes in words[0], … words[count − 1], with which many begin: `state` is where these go on. */
export function sipPrefix(words: Int32Array, count: number, state: Int32Array): void {
  run(words, 0, count, null, state);
}

/** 32 bits, unsigned, of all words, of which the first `from` have led to `state`. */
export function sipEnd(key: Int32Array, words: Int32Array, from: number, state: Int32Array): number {
  return run(words, from, words.length, key, state);
}

/** The rounds for words[from], … words[length − 1]; with a key those that end it, else the state is kept. */
function run(words: Int32Array, from: number, length: number, key: Int32Array | null, state: Int32Array): number {
  let v0 = state[0] as number;
  let v1 = state[1] as number;
  let v2 = state[2] as number;
  let v3 = state[3] as number;
  const end = key === null ? length - 1 : length + 2;
  // The words, the rest of the key, and at the end nothing. One loop, as closures over the state cost more than the rounds.
  for (let index = from; index <= end; index++) {
    let word = 0;
    let rounds = 2;
    if (index < length) {
      word = words[index] as number;
    } else if (index === length) {
      word = (key?.[2] ?? 0) ^ (length << 26);
    } else if (index === length + 1) {
      word = key?.[3] ?? 0;
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
  if (key === null) {
    state[0] = v0;
    state[1] = v1;
    state[2] = v2;
    state[3] = v3;
  }
  return (v1 ^ v3) >>> 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
