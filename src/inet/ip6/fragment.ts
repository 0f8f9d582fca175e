/**
 * A packet of this host that is larger than the path takes is cut into fragments. Gateways cut nothing in IPv6.
 *
 * Read first: RFC 8200 §4.5; Linux's ip6_fragment.
 *
 *     | IPv6 header, hop-by-hop | payload ················ |
 *     | IPv6 header, hop-by-hop | fragment header: 0, M | payload ···· |   | … | fragment header: 1448 | payload ···· |
 *       └── unfragmentable ──┘
 *
 * Each piece but the last carries a multiple of eight bytes.
 */
import * as ipv6 from "../../wire/ipv6.ts";
import * as extension from "../../wire/ipv6-extension.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Ip } from "../ip/ip.ts";

/** Cuts the packet, which starts with its IPv6 header and is consumed, and hands on each piece. */
export function fragment(
  ip: Ip,
  packet: Packet,
  unfragmentable: number,
  mtu: number,
  send: (piece: Packet) => void,
): void {
  const { counters } = ip.machine;
  // No half-made checksum can be finished in pieces.
  packet.completeChecksum();
  const { view, start } = packet;
  const nextHeaderField = start + (unfragmentable === ipv6.HEADER_LENGTH ? 6 : ipv6.HEADER_LENGTH);
  const nextHeader = view.getUint8(nextHeaderField);
  view.setUint8(nextHeaderField, extension.FRAGMENT);
  const headers = unfragmentable + extension.FRAGMENT_LENGTH;
  const room = (mtu - headers) & ~7;
  const payloadLength = packet.length - unfragmentable;
  const identification = ip.v6.takeIdentification();
  for (let fragmentOffset = 0; fragmentOffset < payloadLength; fragmentOffset += room) {
    const length = Math.min(room, payloadLength - fragmentOffset);
    const moreFragments = fragmentOffset + length < payloadLength;
    const piece = packet.takePart(unfragmentable + fragmentOffset, length);
    const at = piece.prepend(headers);
    piece.bytes.set(packet.bytes.subarray(start, start + unfragmentable), at);
    ipv6.setPayloadLength(piece.view, at, headers - ipv6.HEADER_LENGTH + length);
    const header = { nextHeader, fragmentOffset, moreFragments, identification };
    extension.emitFragment(piece.view, at + unfragmentable, header);
    counters.bump("Ip6FragCreates");
    send(piece);
  }
  counters.bump("Ip6FragOKs");
  packet.release();
}
