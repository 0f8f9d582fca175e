/**
 * A datagram that is larger than what it has to pass through is cut into fragments.
 *
 * Read first: RFC 791 §3.2 ("An Example Fragmentation Procedure"), Linux's ip_do_fragment. Both ways come here: what this
 * host sends, and what it forwards, which may be a fragment already.
 *
 *     | header | payload ······································ |      MTU 1500: 1480 bytes of payload each
 *     | header | offset 0, MF | | header' | offset 1480, MF | | header' | offset 2960 |
 *
 * Each piece but the last carries a multiple of eight bytes. Options that are not to be copied are blanked in header',
 * as Linux does, which keeps its length.
 */
import * as ipv4 from "../../wire/ipv4.ts";
import * as options from "../../wire/ipv4-options.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Ip } from "../ip/ip.ts";

/** Cuts the packet, which starts with its IP header and is consumed, and hands on each piece. */
export function fragment(ip: Ip, packet: Packet, mtu: number, send: (piece: Packet) => void): void {
  const { counters } = ip.machine;
  const headerLength = ipv4.headerLength(packet.view, packet.start);
  const room = (mtu - headerLength) & ~7;
  if (room < 8) {
    counters.bump("IpFragFails");
    packet.release();
    return;
  }
  // No half-made checksum can be finished in pieces.
  packet.completeChecksum();
  const { view, start } = packet;
  const payloadLength = packet.length - headerLength;
  const before = ipv4.fragmentOffset(view, start);
  const moreBehind = ipv4.moreFragments(view, start);
  for (let offset = 0; offset < payloadLength; offset += room) {
    const length = Math.min(room, payloadLength - offset);
    const isLast = offset + length === payloadLength;
    const piece = packet.takePart(headerLength + offset, length);
    const at = piece.prepend(headerLength);
    piece.bytes.set(packet.bytes.subarray(start, start + headerLength), at);
    if (offset > 0) options.blankUncopied(piece.view, at);
    ipv4.setFragment(piece.view, at, headerLength + length, before + offset, moreBehind || !isLast);
    counters.bump("IpFragCreates");
    send(piece);
  }
  counters.bump("IpFragOKs");
  packet.release();
}
