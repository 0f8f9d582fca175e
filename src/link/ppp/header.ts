/**
 * PPP's frame header on the line, where it may be shorter than between an interface and its device.
 *
 * Read first: RFC 1661 §6.5 and §6.6, RFC 1662 §3.2. Order: expand() what has arrived, compress() what leaves.
 */
import { Packet } from "../../wire/packet.ts";
import * as ppp from "../../wire/ppp.ts";
import type { Permission } from "./lcp.ts";

/** The frame with its whole header, or undefined when it has no protocol. Short headers are understood unasked. */
export function expand(frame: Uint8Array): Packet | undefined {
  const isWhole = frame[0] === ppp.ALL_STATIONS && frame[1] === ppp.UNNUMBERED;
  const at = isWhole ? 2 : 0;
  const first = frame[at];
  if (first === undefined) return undefined;
  // RFC 1661 §2: a protocol's last byte is odd and the one before even, so an odd first byte stands alone.
  const isShort = (first & 1) === 1;
  const last = isShort ? first : frame[at + 1];
  if (last === undefined || (last & 1) === 0) return undefined;
  const informationAt = at + (isShort ? 1 : 2);
  const packet = Packet.allocate(ppp.HEADER_LENGTH + frame.length - informationAt);
  ppp.emit(packet.view, packet.start, isShort ? last : first * 256 + last);
  packet.bytes.set(frame.subarray(informationAt), packet.start + ppp.HEADER_LENGTH);
  return packet;
}

/** The frame with as much of its header as the peer wants to see. LCP's are always whole. */
export function compress(frame: Uint8Array, permission: Permission): Uint8Array {
  const protocol = (frame[2] as number) * 256 + (frame[3] as number);
  if (protocol === ppp.PROTOCOL_LCP) return frame;
  const isShort = permission.compressProtocol && protocol < 256;
  if (permission.compressAddress) return frame.subarray(isShort ? 3 : 2);
  return isShort ? Uint8Array.of(ppp.ALL_STATIONS, ppp.UNNUMBERED, ...frame.subarray(3)) : frame;
}
