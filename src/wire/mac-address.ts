/**
 * Ethernet (MAC) addresses as plain numbers.
 *
 * Read first: IEEE 802, clause 8 (the I/G bit). Forty-eight bits fit a JavaScript number exactly, so an address compares
 * with === and is a Map key as it stands. Nothing here keeps state.
 */

/** Forty-eight bits; the octet that is sent first is the most significant. */
export type MacAddress = number;

export const LENGTH = 6;
export const BROADCAST: MacAddress = 0xffff_ffff_ffff;

const TWO_TO_32 = 0x1_0000_0000;
const FORM = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;

export function read(view: DataView, offset: number): MacAddress {
  return view.getUint16(offset) * TWO_TO_32 + view.getUint32(offset + 2);
}

export function write(view: DataView, offset: number, address: MacAddress): void {
  view.setUint16(offset, Math.floor(address / TWO_TO_32));
  view.setUint32(offset + 2, address >>> 0);
}

/** Is it a group address? The broadcast address is one. */
export function isMulticast(address: MacAddress): boolean {
  // IEEE 802, clause 8: the I/G bit is the lowest bit of the first octet, bit 40 of the number.
  return (Math.floor(address / TWO_TO_32) & 0x0100) !== 0;
}

/** Where an IPv4 group lives on Ethernet: RFC 1112 §6.4, the low 23 bits behind 01:00:5e. The group is a number of 32 bits. */
export function multicastV4(group: number): MacAddress {
  return 0x0100_5e00_0000 + (group & 0x7f_ffff);
}

/** Where an IPv6 group lives on Ethernet: RFC 2464 §7, the low 32 bits, which are given, behind 33:33. */
export function multicastV6(group: number): MacAddress {
  return 0x3333_0000_0000 + group;
}

/** Six pairs of hexadecimal digits between colons, `02:00:00:00:00:01`; undefined for anything else. */
export function parse(text: string): MacAddress | undefined {
  return FORM.test(text) ? Number.parseInt(text.replaceAll(":", ""), 16) : undefined;
}

export function format(address: MacAddress): string {
  const digits = address.toString(16).padStart(2 * LENGTH, "0");
  return digits.replace(/..(?=.)/g, "$&:");
}
