/**
 * Addresses in numbers, in all the forms that people type: inet_aton(3) for IPv4 (127.1, 0x7f.0.0.1, 2130706433), and what
 * RFC 4291 §2.2 allows for IPv6.
 */
import { IpAddress } from "../../wire/ip-address.ts";

/** The address, or undefined when the text is none. */
export function parseNumeric(text: string): IpAddress | undefined {
  return text.includes(":") ? IpAddress.parse(text) : parseLoose(text);
}

/** How many addresses there are behind so many bytes. */
const ROOM = [0x1_0000_0000, 0x100_0000, 0x1_0000, 0x100];

/** inet_aton(3): one to four numbers, decimal, octal (0…) or hexadecimal (0x…); the last one fills the bytes that are left. */
function parseLoose(text: string): IpAddress | undefined {
  const parts = text.split(".");
  if (parts.length > 4 || !parts.every((part) => /^(0[xX][\da-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(part))) return undefined;
  const numbers = parts.map((part) => (/^0[0-7]+$/.test(part) ? Number.parseInt(part, 8) : Number(part)));
  const last = numbers.pop() as number;
  if (numbers.some((number) => number > 255)) return undefined;
  if (last >= (ROOM[numbers.length] as number)) return undefined;
  return IpAddress.v4(numbers.reduce((sum, number, index) => sum + number * (ROOM[index + 1] as number), last));
}
