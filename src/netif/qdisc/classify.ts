/**
 * What queue disciplines look at in a frame: which flow it belongs to, its type of service, and its ECN bits.
 *
 * Read first: RFC 3168 §5, RFC 8290 §4.1.1. Frames come from this host's own protocols, but raw sockets send what they like:
 * every field is read after a look at how many bytes there are.
 */
import { IPPROTO_TCP, IPPROTO_UDP } from "../../abi/socket.ts";
import type { LinkType } from "../../link/device.ts";
import * as ethernet from "../../wire/ethernet.ts";
import type { Packet } from "../../wire/packet.ts";
import * as ppp from "../../wire/ppp.ts";

const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
/** RFC 3168 §5: the two bits, and "congestion experienced". */
const ECN_MASK = 3;
const CE = 3;

/** Offset of the IP header in the view; -1 when there is none that can be read. */
function ipOffset(packet: Packet, linkType: LinkType): number {
  const { view, start, headLength } = packet;
  const skipped = linkHeaderBytes(packet, linkType);
  if (skipped < 0 || headLength < skipped + IPV4_HEADER_BYTES) return -1;
  const version = view.getUint8(start + skipped) >>> 4;
  if (version === 4) return start + skipped;
  return version === 6 && headLength >= skipped + IPV6_HEADER_BYTES ? start + skipped : -1;
}

function linkHeaderBytes({ view, start, headLength }: Packet, linkType: LinkType): number {
  if (linkType === "raw-ip") return 0;
  if (linkType === "ppp") return headLength < ppp.HEADER_LENGTH ? -1 : ppp.HEADER_LENGTH;
  if (headLength < ethernet.HEADER_LENGTH) return -1;
  const etherType = ethernet.etherType(view, start);
  const isIp = etherType === ethernet.ETHERTYPE_IPV4 || etherType === ethernet.ETHERTYPE_IPV6;
  return isIp ? ethernet.HEADER_LENGTH : -1;
}

/** A hash of addresses, protocol and ports: equal for the packets of one flow. What is not IP is one flow. */
export function flowHash(packet: Packet, linkType: LinkType, perturbation: number): number {
  const offset = ipOffset(packet, linkType);
  let hash = perturbation;
  if (offset < 0) return mix(hash, 0);
  const { view, end } = packet;
  const isV4 = view.getUint8(offset) >>> 4 === 4;
  const addressesAt = offset + (isV4 ? 12 : 8);
  for (let at = addressesAt; at < addressesAt + (isV4 ? 8 : 32); at += 4) hash = mix(hash, view.getUint32(at));
  const protocol = view.getUint8(offset + (isV4 ? 9 : 6));
  hash = mix(hash, protocol);
  const transportAt = offset + (isV4 ? 4 * (view.getUint8(offset) & 15) : IPV6_HEADER_BYTES);
  const isFragment = isV4 && (view.getUint16(offset + 6) & 0x3fff) !== 0;
  const hasPorts = protocol === IPPROTO_TCP || protocol === IPPROTO_UDP;
  if (hasPorts && !isFragment && transportAt + 4 <= end) hash = mix(hash, view.getUint32(transportAt));
  return hash;
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e37_79b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** The type of service, or traffic class, with the ECN bits; 0 when it is not IP. */
export function typeOfService(packet: Packet, linkType: LinkType): number {
  const offset = ipOffset(packet, linkType);
  if (offset < 0) return 0;
  const first = packet.view.getUint16(offset);
  return first >>> 12 === 4 ? first & 0xff : (first >>> 4) & 0xff;
}

/** Writes "congestion experienced" where the sender has said that it understands it; false where it has not. */
export function markCongestion(packet: Packet, linkType: LinkType): boolean {
  if (ipOffset(packet, linkType) < 0 || (typeOfService(packet, linkType) & ECN_MASK) === 0) return false;
  // The bytes may be in a retransmission queue too.
  packet.own();
  const { view } = packet;
  const offset = ipOffset(packet, linkType);
  const before = view.getUint16(offset);
  if (before >>> 12 === 6) {
    view.setUint16(offset, before | (CE << 4));
    return true;
  }
  view.setUint16(offset, before | CE);
  // RFC 1624: HC' = ~(~HC + ~m + m').
  const sum = (~view.getUint16(offset + 10) & 0xffff) + (~before & 0xffff) + (before | CE);
  const folded = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(offset + 10, ~((folded & 0xffff) + (folded >>> 16)) & 0xffff);
  return true;
}
