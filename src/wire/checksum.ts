/**
 * The Internet checksum: the ones' complement of the ones' complement sum of 16-bit words.
 *
 * Read first: RFC 1071 §1–2, RFC 1624 §3.
 * Order: sum() over each piece, one's result being the next one's `initial` → fold() → finish().
 * A sum that is not folded yet is a plain number: 2¹⁶ ≡ 1 modulo 2¹⁶-1, so words of 32 bits may be added as they stand,
 * and a double holds 2²¹ of them (8 MiB) exactly before anything has to be carried around.
 */
import type { IpAddress } from "./ip-address.ts";

/** Exact, and quicker than a division. */
const PER_WORD = 1 / 0x1_0000_0000;

/**
 * Adds the words of a stretch of bytes to `initial`. An odd length is padded with a zero octet (RFC 1071 §1), so only
 * the last piece of what is summed may have one.
 */
export function sum(view: DataView, offset: number, length: number, initial: number): number {
  let total = initial;
  let at = offset;
  // Four reads a turn: 20 ns for 64 bytes and 250 ns for 1460, where one 32-bit read a turn takes 45 and 750, and one
  // 16-bit read 65 and 1150. Splitting the words to stay in 32-bit integers was not faster.
  for (const end = offset + (length & ~15); at < end; at += 16) {
    total += view.getUint32(at) + view.getUint32(at + 4) + view.getUint32(at + 8) + view.getUint32(at + 12);
  }
  for (const end = offset + (length & ~3); at < end; at += 4) total += view.getUint32(at);
  if ((length & 2) !== 0) {
    total += view.getUint16(at);
    at += 2;
  }
  return (length & 1) === 0 ? total : total + view.getUint8(at) * 256;
}

/** Carries a sum around until it has 16 bits. Over data with a right checksum in it, the result is 0xffff. */
export function fold(total: number): number {
  const high = Math.floor(total * PER_WORD);
  const low = total >>> 0;
  const once = (high >>> 16) + (high & 0xffff) + (low >>> 16) + (low & 0xffff);
  const twice = (once >>> 16) + (once & 0xffff);
  return (twice >>> 16) + (twice & 0xffff);
}

/** The sum of a stretch that begins in the middle of a word: RFC 1071 §2 (B), byte order independence. */
export function swap(total: number): number {
  const folded = fold(total);
  return ((folded & 0xff) << 8) | (folded >>> 8);
}

/** The checksum of a sum: what goes into the header. */
export function finish(total: number): number {
  return ~fold(total) & 0xffff;
}

/**
 * The sum of the pseudo-header that TCP, UDP and ICMPv6 put in front of their own: RFC 768, RFC 9293 §3.1, RFC 8200 §8.1.
 * One function serves both families, because the prefix of a mapped IPv4 address adds 0xffff, which is zero here.
 */
export function pseudoHeader(source: IpAddress, destination: IpAddress, protocol: number, length: number): number {
  const addresses =
    source.w0 + source.w1 + source.w2 + source.w3 + destination.w0 + destination.w1 + destination.w2 + destination.w3;
  return addresses + protocol + length;
}

/** The checksum after one 16-bit word under it has changed: RFC 1624 §3, equation 3, HC' = ~(~HC + ~m + m'). */
export function update(checksum: number, oldWord: number, newWord: number): number {
  return finish((~checksum & 0xffff) + (~oldWord & 0xffff) + newWord);
}
