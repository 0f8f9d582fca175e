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

  /** The hash of one text, for what is mixed in often. */
  static ofString(text: string): number {
    scratch.reset();
    scratch.mixString(text);
    return scratch.value32;
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
    // The steps of mix(), with the state in variables: through the array each one would wait for the one before.
    const { lanes } = this;
    let first = lanes[0] as number;
    let second = lanes[1] as number;
    for (; index + 3 < end; index += 4) {
      const word = view.getInt32(index, true);
      first ^= Math.imul(word, 0x9e3779b1);
      second ^= Math.imul(word, 0xc2b2ae3d);
      first = (Math.imul((first << 15) | (first >>> 17), 0x85ebca77) + 0x52dce729) | 0;
      second = (Math.imul((second << 13) | (second >>> 19), 0x27d4eb2f) + first) | 0;
    }
    lanes[0] = first;
    lanes[1] = second;
    if (index < end) {
      let word = 0;
      for (let shift = 0; index < end; index++, shift += 8) {
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
    for (; index + 3 < length; index += 4) {
      const low = (bytes[index] as number) | ((bytes[index + 1] as number) << 8);
      const word = low | ((bytes[index + 2] as number) << 16) | ((bytes[index + 3] as number) << 24);
      first ^= Math.imul(word, 0x9e3779b1);
      second ^= Math.imul(word, 0xc2b2ae3d);
      first = (Math.imul((first << 15) | (first >>> 17), 0x85ebca77) + 0x52dce729) | 0;
      second = (Math.imul((second << 13) | (second >>> 19), 0x27d4eb2f) + first) | 0;
    }
    lanes[0] = first;
    lanes[1] = second;
    if (index < length) {
      let word = 0;
      for (let shift = 0; index < length; index++, shift += 8) {
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
