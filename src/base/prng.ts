/**
 * Chance, from the seed of a world.
 *
 * Read first: Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators" (xoshiro128**); Steele, Lea and
 * Flood, "Fast Splittable Pseudorandom Number Generators" (splitmix64).
 *
 * Streams are named, one for each link, host and purpose: stream(seed, name) hashes both to 64 bits, splitmix64 makes
 * of them the 128 bits of state. So a new consumer of chance does not shift what the others draw.
 *
 * Everything is integer arithmetic, or floating point that IEEE 754 fixes, so every engine draws the same. The number
 * of draws that a call takes does not depend on its parameters (except that below() and its callers may reject a draw,
 * and bounds above 2^32 take two): a scenario with lossRate 0.02 instead of 0.01 sees the same dice.
 *
 * What a seed means is part of what users write down: any change to the numbers is a new PRNG_VERSION.
 */

import { assert } from "./assert.ts";
import { RollingHash } from "./hash.ts";
import * as maths from "./maths.ts";

export const PRNG_VERSION = 1;

const TWO_32 = 0x1_0000_0000;
const TWO_53 = 0x20_0000_0000_0000;

export class Prng {
  // A typed array, as an engine may allocate an object for a field of 32 bits (its small integers may have 31).
  private readonly state: Int32Array;

  private constructor(state: Int32Array) {
    this.state = state;
  }

  /** The seed 7 is the seed "7", so that a seed can come from a command line. */
  static stream(seed: number | string, name: string): Prng {
    assert(typeof seed === "string" || Number.isSafeInteger(seed), "a seed is a string or an integer below 2^53");
    const hash = new RollingHash();
    hash.mix(PRNG_VERSION);
    hash.mixString(String(seed));
    hash.mixString(name);
    return new Prng(splitmix(BigInt(`0x${hash.digest()}`)));
  }

  /** An integer in [0, 2^32). */
  nextU32(): number {
    const { state } = this;
    const s0 = state[0] as number;
    const s1 = state[1] as number;
    const s2 = (state[2] as number) ^ s0;
    const s3 = (state[3] as number) ^ s1;
    state[0] = s0 ^ s3;
    state[1] = s1 ^ s2;
    state[2] = s2 ^ (s1 << 9);
    state[3] = rotateLeft(s3, 11);
    return Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
  }

  /** A multiple of 2^−53 in [0, 1). */
  nextFloat(): number {
    return this.next53() / TWO_53;
  }

  /** An integer in [0, bound), each as likely as the others. */
  below(bound: number): number {
    assert(Number.isSafeInteger(bound) && bound > 0, "a bound is a positive integer below 2^53");
    // Of the range of the generator only whole multiples of the bound may count: in the remainder at its end the low
    // results would get one more chance.
    for (;;) {
      const drawn = bound <= TWO_32 ? this.nextU32() : this.next53();
      const result = drawn % bound;
      if (drawn - result <= (bound <= TWO_32 ? TWO_32 : TWO_53) - bound) {
        return result;
      }
    }
  }

  /** True with the given probability. It draws even where the answer is certain. */
  chance(rate: number): boolean {
    return this.nextFloat() < rate;
  }

  /** A number in [low, high). */
  uniform(low: number, high: number): number {
    const drawn = low + (high - low) * this.nextFloat();
    // The sum may round up to the bound.
    return drawn < high ? drawn : low;
  }

  /** A number ≥ 0 of the exponential distribution: the time between events that happen independently. */
  exponential(mean: number): number {
    return -mean * maths.log(1 - this.nextFloat());
  }

  /** One of the values, each as likely as the others. */
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  /** Puts the values in random order, in place: each order is as likely as the others. */
  shuffle<T>(values: T[]): void {
    for (let last = values.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const value = values[last] as T;
      values[last] = values[other] as T;
      values[other] = value;
    }
  }

  /** Fills the bytes, four from each draw, the low ones first. */
  fill(bytes: Uint8Array): void {
    let word = 0;
    for (let index = 0; index < bytes.length; index++) {
      word = index % 4 === 0 ? this.nextU32() : word >>> 8;
      bytes[index] = word;
    }
  }

  /** An integer in [0, 2^53). */
  private next53(): number {
    const high = this.nextU32() >>> 11;
    return high * TWO_32 + this.nextU32();
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** 128 bits of state from 64: two outputs of splitmix64. They differ, so never are all bits zero, which is forbidden. */
function splitmix(seed: bigint): Int32Array {
  const gamma = 0x9e3779b97f4a7c15n;
  const first = mix64(seed + gamma);
  const second = mix64(seed + 2n * gamma);
  return Int32Array.from([first, first >> 32n, second, second >> 32n], (word) => Number(BigInt.asIntN(32, word)));
}

function mix64(value: bigint): bigint {
  let mixed = BigInt.asUintN(64, value);
  mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
  mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
  return mixed ^ (mixed >> 31n);
}
