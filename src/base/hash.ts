/**
 * The determinism hash: whatever decides a run (event, time, packet, random seed) is mixed in as it happens, and two
 * runs are the same when their digests are.
 *
 * Two lanes of 32 bits, because JavaScript multiplies 32-bit integers quickly and longer ones slowly. Each step is, for
 * a given input, a bijection of the 64 bits of state: what once differed cannot become equal again by the same inputs.
 * For a given state it is a bijection of the input word: one changed word always changes the digest. The constants are
 * odd numbers with about as many ones as zeros; none has a meaning. This is not for cryptography: who chooses the input
 * can find collisions.
 *
 * The digest is part of what users write down. A change here changes every digest: the golden values in the test pin it.
 */

/** What is left of a number without its last 32 bits: exact, and quicker than a division. */
const PER_WORD = 1 / 0x1_0000_0000;

export class RollingHash {
  // A typed array, as an engine may allocate an object for a field of 32 bits (its small integers may have 31).
  private readonly lanes: Int32Array = Int32Array.of(0x2545f491, 0x6a09e667);

  /** As if it were new. */
  private reset(): void {
    this.lanes[0] = 0x2545f491;
    this.lanes[1] = 0x6a09e667;
  }

  /** Mixes in one integer of 32 bits, signed or not. */
  mix(word: number): void {
    const { lanes } = this;
    const first = (lanes[0] as number) ^ Math.imul(word, 0x9e3779b1);
    const second = (lanes[1] as number) ^ Math.imul(word, 0xc2b2ae3d);
    const firstNext = Math.imul((first << 15) | (first >>> 17), 0x85ebca77) + 0x52dce729;
    lanes[0] = firstNext;
    lanes[1] = Math.imul((second << 13) | (second >>> 19), 0x27d4eb2f) + firstNext;
  }

  /** The hash of one text, for what is mixed in often: the names of calls. It is remembered for as long as no other one takes its slot. */
  static ofString(text: string): number {
    const { length } = text;
    const slot =
      length === 0 ? 0 : (length + (text.charCodeAt(0) << 3) + (text.charCodeAt(length - 1) << 1)) & (REMEMBERED - 1);
    if (texts[slot] === text) return textHashes[slot] as number;
    scratch.reset();
    scratch.mixString(text);
    texts[slot] = text;
    textHashes[slot] = scratch.value32;
    return scratch.value32;
  }

  /** As mix() of two words and mixNumber(), with the state in variables: what is mixed in for each step of a run. */
  mixStep(subject: number, what: number, value: number): void {
    const { lanes } = this;
    let first = (lanes[0] as number) ^ Math.imul(subject, 0x9e3779b1);
    let second = (lanes[1] as number) ^ Math.imul(subject, 0xc2b2ae3d);
    first = (Math.imul((first << 15) | (first >>> 17), 0x85ebca77) + 0x52dce729) | 0;
    second = (Math.imul((second << 13) | (second >>> 19), 0x27d4eb2f) + first) | 0;
    first ^= Math.imul(what, 0x9e3779b1);
    second ^= Math.imul(what, 0xc2b2ae3d);
    first = (Math.imul((first << 15) | (first >>> 17), 0x85ebca77) + 0x52dce729) | 0;
    second = (Math.imul((second << 13) | (second >>> 19), 0x27d4eb2f) + first) | 0;
    lanes[0] = first;
    lanes[1] = second;
    this.mixNumber(value);
  }

  /** Mixes in an integer of up to 53 bits, signed or not: a time, say. It counts as two words. */
  mixNumber(value: number): void {
    this.mix(value | 0);
    this.mix(Math.floor(value * PER_WORD));
  }

  /** Mixes in the length and the UTF-16 code units of a string. */
  mixString(text: string): void {
    const { length } = text;
    this.mix(length);
    let index = 0;
    for (; index + 1 < length; index += 2) {
      this.mix(text.charCodeAt(index) | (text.charCodeAt(index + 1) << 16));
    }
    if (index < length) {
      this.mix(text.charCodeAt(index));
    }
  }

  /** Mixes in the length and the bytes view[offset], … view[offset + length − 1]. */
  mixBytes(view: DataView, offset: number, length: number): void {
    this.mix(length);
    const end = offset + length;
    let index = offset;
    // One word for each lane, and the lanes into each other: still a bijection, at half the price of mix() for each word.
    const { lanes } = this;
    let first = lanes[0] as number;
    let second = lanes[1] as number;
    for (; index + 7 < end; index += 8) {
      first ^= Math.imul(view.getInt32(index, true), 0x9e3779b1);
      second ^= Math.imul(view.getInt32(index + 4, true), 0xc2b2ae3d);
      first = (Math.imul((first << 15) | (first >>> 17), 0x85ebca77) + 0x52dce729) | 0;
      second = (Math.imul((second << 13) | (second >>> 19), 0x27d4eb2f) + first) | 0;
      first = (first + second) | 0;
    }
    lanes[0] = first;
    lanes[1] = second;
    while (index < end) {
      let word = 0;
      for (let shift = 0; shift < 32 && index < end; index++, shift += 8) {
        word |= view.getUint8(index) << shift;
      }
      this.mix(word);
    }
  }

  /** As mixBytes() of bytes[0], … bytes[length − 1], for who has no view of them. */
  mixArray(bytes: Uint8Array, length: number): void {
    this.mix(length);
    let index = 0;
    const { lanes } = this;
    let first = lanes[0] as number;
    let second = lanes[1] as number;
    for (; index + 7 < length; index += 8) {
      first ^= Math.imul(wordAt(bytes, index), 0x9e3779b1);
      second ^= Math.imul(wordAt(bytes, index + 4), 0xc2b2ae3d);
      first = (Math.imul((first << 15) | (first >>> 17), 0x85ebca77) + 0x52dce729) | 0;
      second = (Math.imul((second << 13) | (second >>> 19), 0x27d4eb2f) + first) | 0;
      first = (first + second) | 0;
    }
    lanes[0] = first;
    lanes[1] = second;
    while (index < length) {
      let word = 0;
      for (let shift = 0; shift < 32 && index < length; index++, shift += 8) {
        word |= (bytes[index] as number) << shift;
      }
      this.mix(word);
    }
  }

  /** 32 bits of the hash so far. */
  get value32(): number {
    return avalanche((this.lanes[0] as number) ^ avalanche(this.lanes[1] as number)) >>> 0;
  }

  /** The 64 bits of the hash so far, as 16 hexadecimal digits. Mixing may go on afterwards. */
  digest(): string {
    // The second half must not be a function of value32, or the digest would have 32 bits.
    const second = avalanche((this.lanes[1] as number) + 0x3c6ef372) >>> 0;
    return hexadecimal(this.value32) + hexadecimal(second);
  }
}

/** For hashes of one text. */
const scratch: RollingHash = new RollingHash();
/** Texts that were hashed lately, each in the slot that its length and letters say, and their hashes. A power of two. */
const REMEMBERED = 256;
const texts: (string | null)[] = new Array<string | null>(REMEMBERED).fill(null);
const textHashes: number[] = new Array<number>(REMEMBERED).fill(0);

/** Four bytes as a little-endian word. */
function wordAt(bytes: Uint8Array, index: number): number {
  const low = (bytes[index] as number) | ((bytes[index + 1] as number) << 8);
  return low | ((bytes[index + 2] as number) << 16) | ((bytes[index + 3] as number) << 24);
}

/** A bijection of 32 bits in which every input bit reaches every output bit. */
function avalanche(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}

function hexadecimal(word: number): string {
  return word.toString(16).padStart(8, "0");
}
