/**
 * A range of addresses with a common prefix: 10.0.0.0/24, 2001:db8::/32.
 *
 * Both families are one here: IpAddress keeps 10.0.0.1 as ::ffff:10.0.0.1, so 10.0.0.0/24 is ::ffff:10.0.0.0/120, and
 * no IPv6 address is in it. Four words and four masks, compared without making anything.
 */
import { IpAddress, maskV4, type Prefix } from "../../wire/ip-address.ts";

export class Network {
  /** The first address: all bits behind the prefix are zero. */
  readonly address: IpAddress;
  /** As it is written for the family: 0 to 32, or 0 to 128. */
  readonly prefixLength: number;
  /** Of the prefix in the address's 128 bits: an IPv4 prefix of 24 bits is one of 120. */
  readonly bits: number;
  readonly #m0: number;
  readonly #m1: number;
  readonly #m2: number;
  readonly #m3: number;

  constructor({ address, prefixLength }: Prefix) {
    const bits = address.family === 4 ? 96 + prefixLength : prefixLength;
    this.prefixLength = prefixLength;
    this.bits = bits;
    this.#m0 = maskOfWord(bits, 0);
    this.#m1 = maskOfWord(bits, 1);
    this.#m2 = maskOfWord(bits, 2);
    this.#m3 = maskOfWord(bits, 3);
    const words = [address.w0 & this.#m0, address.w1 & this.#m1, address.w2 & this.#m2, address.w3 & this.#m3] as const;
    this.address = address.family === 4 ? IpAddress.v4(words[3]) : IpAddress.v6(...words);
  }

  contains(address: IpAddress): boolean {
    const first = this.address;
    return (
      ((address.w3 ^ first.w3) & this.#m3) === 0 &&
      ((address.w2 ^ first.w2) & this.#m2) === 0 &&
      ((address.w1 ^ first.w1) & this.#m1) === 0 &&
      ((address.w0 ^ first.w0) & this.#m0) === 0
    );
  }

  equals(other: Network): boolean {
    return this.prefixLength === other.prefixLength && this.address.equals(other.address);
  }

  /** The directed broadcast address of an IPv4 network; RFC 3021: one of two or one addresses has none. */
  get broadcast(): IpAddress | null {
    if (this.address.family !== 4 || this.prefixLength > 30) return null;
    return IpAddress.v4(this.address.w3 | ~this.#m3);
  }

  toString(): string {
    return `${this.address}/${this.prefixLength}`;
  }
}

function maskOfWord(bits: number, word: number): number {
  return maskV4(Math.max(0, Math.min(32, bits - 32 * word))) | 0;
}
