/**
 * Addresses of both Internet families in one form, and their text.
 *
 * Read first: RFC 4291 §2.2 and §2.5.5.2 (text; IPv4-mapped addresses), RFC 5952 §4 (the canonical text).
 * An IPv4 address a.b.c.d is kept as ::ffff:a.b.c.d, as a dual-stack socket shows it, so everything above IP is
 * written once: it compares four words and asks for `family` only where the families really differ.
 * The price: this class can't tell an IPv6 packet addressed to ::ffff:a.b.c.d from an IPv4 one. No such packet
 * belongs on a wire (RFC 6890 §2.2.3, table 20), so whoever reads IPv6 headers refuses it.
 *
 *     w0        w1        w2        w3
 *     00000000  00000000  0000ffff  aabbccdd      IPv4
 *     20010db8  00000000  00000000  00000001      2001:db8::1
 */
import { assert } from "../base/assert.ts";

const MAPPED = 0x0000_ffff;
const LINK_LOCAL_PREFIX = 0xfe80 >>> 6;

export class IpAddress {
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
  readonly family: 4 | 6;

  private constructor(w0: number, w1: number, w2: number, w3: number) {
    this.w0 = w0 >>> 0;
    this.w1 = w1 >>> 0;
    this.w2 = w2 >>> 0;
    this.w3 = w3 >>> 0;
    this.family = this.w2 === MAPPED && this.w1 === 0 && this.w0 === 0 ? 4 : 6;
  }

  /** The IPv4 address with these 32 bits: 0x0a000001 is 10.0.0.1. */
  static v4(bits: number): IpAddress {
    return new IpAddress(0, 0, MAPPED, bits);
  }

  /** The IPv6 address with these four 32-bit words, the first one sent first. */
  static v6(w0: number, w1: number, w2: number, w3: number): IpAddress {
    return new IpAddress(w0, w1, w2, w3);
  }

  /**
   * Reads a strict dotted quad (no leading zeros, as inet_pton(3)) or any text form of RFC 4291 §2.2. `::ffff:10.0.0.1`
   * is the IPv4 address 10.0.0.1. A zone (`fe80::1%eth0`) is not part of an address and is refused.
   */
  static parse(text: string): IpAddress | undefined {
    if (!text.includes(":")) {
      const bits = parseDottedQuad(text);
      return bits === undefined ? undefined : IpAddress.v4(bits);
    }
    const groups = parseGroups(text);
    if (groups === undefined) return undefined;
    const word = (index: number): number => (groups[index] as number) * 0x1_0000 + (groups[index + 1] as number);
    return new IpAddress(word(0), word(2), word(4), word(6));
  }

  /** The 32 bits of an IPv4 address. */
  get v4(): number {
    assert(this.family === 4, "only an IPv4 address has 32 bits");
    return this.w3;
  }

  equals(other: IpAddress): boolean {
    return this.w3 === other.w3 && this.w2 === other.w2 && this.w1 === other.w1 && this.w0 === other.w0;
  }

  /** 0.0.0.0 or :: */
  get isUnspecified(): boolean {
    return this.equals(this.family === 4 ? ANY_V4 : ANY_V6);
  }

  /** 127.0.0.0/8 or ::1 */
  get isLoopback(): boolean {
    return this.family === 4 ? this.w3 >>> 24 === 127 : this.equals(LOOPBACK_V6);
  }

  /** 224.0.0.0/4 or ff00::/8 */
  get isMulticast(): boolean {
    return this.family === 4 ? this.w3 >>> 28 === 0xe : this.w0 >>> 24 === 0xff;
  }

  /** fe80::/10. What 169.254.0.0/16 is to IPv4 has no meaning to the layers below. */
  get isLinkLocal(): boolean {
    return this.w0 >>> 22 === LINK_LOCAL_PREFIX;
  }

  /** Only the limited broadcast, 255.255.255.255: a directed one takes a prefix to recognise. */
  get isBroadcast(): boolean {
    return this.equals(BROADCAST_V4);
  }

  /** A dotted quad for IPv4, the canonical text of RFC 5952 for IPv6. */
  toString(): string {
    return this.family === 4 ? formatDottedQuad(this.w3) : formatGroups([this.w0, this.w1, this.w2, this.w3]);
  }
}

export const ANY_V4: IpAddress = IpAddress.v4(0);
export const LOOPBACK_V4: IpAddress = IpAddress.v4(0x7f00_0001);
export const BROADCAST_V4: IpAddress = IpAddress.v4(0xffff_ffff);
export const ANY_V6: IpAddress = IpAddress.v6(0, 0, 0, 0);
export const LOOPBACK_V6: IpAddress = IpAddress.v6(0, 0, 0, 1);

/** The two addresses of a datagram: what a transport's checksum covers of the layer below. */
export interface AddressPair {
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

/** An address on a network: 10.0.0.1/24. The bits behind the prefix are kept. */
export interface Prefix {
  readonly address: IpAddress;
  readonly prefixLength: number;
}

/** Reads "10.0.0.1/24" or "2001:db8::1/64"; the length is never left out. */
export function parsePrefix(text: string): Prefix | undefined {
  const [, addressText, lengthText] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  if (addressText === undefined || lengthText === undefined) return undefined;
  const address = IpAddress.parse(addressText);
  const prefixLength = Number(lengthText);
  if (address === undefined || prefixLength > (address.family === 4 ? 32 : 128)) return undefined;
  return { address, prefixLength };
}

/** The IPv4 netmask of a prefix length: 24 gives 0xffffff00. */
export function maskV4(prefixLength: number): number {
  // JavaScript shifts by the count modulo 32, so a shift by 32 would give all ones.
  return prefixLength === 0 ? 0 : (-1 << (32 - prefixLength)) >>> 0;
}

/** The prefix length of an IPv4 netmask; undefined when its ones are not all in front. */
export function prefixLengthV4(mask: number): number | undefined {
  const prefixLength = Math.clz32(~mask);
  return maskV4(prefixLength) === mask >>> 0 ? prefixLength : undefined;
}

const DOT = 0x2e;
const ZERO = 0x30;

function parseDottedQuad(text: string): number | undefined {
  let bits = 0;
  let octets = 0;
  let octet = -1;
  // By characters: each connect() of a program names its address anew. One more than there are ends the last octet.
  for (let index = 0; index <= text.length; index++) {
    const code = index === text.length ? DOT : text.charCodeAt(index);
    if (code === DOT) {
      if (octet < 0 || ++octets > 4) return undefined;
      bits = bits * 256 + octet;
      octet = -1;
    } else {
      const digit = code - ZERO;
      // A leading zero would be octal to some.
      if (digit < 0 || digit > 9 || octet === 0) return undefined;
      octet = octet < 0 ? digit : octet * 10 + digit;
      if (octet > 255) return undefined;
    }
  }
  return octets === 4 ? bits : undefined;
}

function formatDottedQuad(bits: number): string {
  return `${bits >>> 24}.${(bits >>> 16) & 0xff}.${(bits >>> 8) & 0xff}.${bits & 0xff}`;
}

/** The eight 16-bit groups of an IPv6 address. */
function parseGroups(text: string): readonly number[] | undefined {
  const [left, right, ...more] = text.split("::");
  if (left === undefined || more.length > 0) return undefined;
  if (right === undefined) {
    const groups = parseRun(left, true);
    return groups?.length === 8 ? groups : undefined;
  }
  const before = parseRun(left, false);
  const after = parseRun(right, true);
  if (before === undefined || after === undefined) return undefined;
  // RFC 4291 §2.2: "::" stands for one or more groups of zeros.
  const zeros = 8 - before.length - after.length;
  return zeros < 1 ? undefined : [...before, ...new Array<number>(zeros).fill(0), ...after];
}

/** Groups between single colons; the last of an address may be a dotted quad, which makes two. */
function parseRun(text: string, endsAddress: boolean): readonly number[] | undefined {
  const groups: number[] = [];
  if (text === "") return groups;
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const bits = endsAddress && index === parts.length - 1 ? parseDottedQuad(part) : undefined;
    if (bits !== undefined) groups.push(bits >>> 16, bits & 0xffff);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function formatGroups(words: readonly number[]): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  const { start, length } = longestZeros(groups);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  // RFC 5952 §4.2.2: "::" never stands for a single group.
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

/** RFC 5952 §4.2.3: the longest run of zero groups is shortened, and the first of equals. */
function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { start: index + 1 - length, length };
  }
  return longest;
}
