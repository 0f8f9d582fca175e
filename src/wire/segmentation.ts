/**
 * A large TCP segment is cut into those that go on a wire: what a network card with TSO does, and Linux itself for others.
 *
 * Read first: Linux's Documentation/networking/segmentation-offloads.rst, inet_gso_segment, ipv6_gso_segment, tcp_gso_segment.
 *
 *     | link | IP | TCP | payload ······························ |           segmentBytes: 1448
 *     | link | IP | TCP | 1448 |   | link | IP | TCP | 1448 |   | link | IP | TCP | the rest |
 *
 * Each piece has the headers of the whole, with its own length and sequence number, and over IPv4 its own identification.
 * FIN and PSH go with the last one, CWR with the first. Payload in the tail of a packet is not copied.
 */
import * as checksum from "./checksum.ts";
import * as ipv4 from "./ipv4.ts";
import * as ipv6 from "./ipv6.ts";
import type { Packet } from "./packet.ts";
import * as tcp from "./tcp.ts";

/**
 * Hands on the pieces of a large segment, in order; the packet is consumed. The header of IP lies `networkOffset` bytes
 * behind the packet's start. A packet that is no large segment is handed on as it is.
 */
export function cut(packet: Packet, networkOffset: number, send: (piece: Packet) => void): void {
  if (packet.segments === 1) {
    packet.segmentBytes = 0;
    send(packet);
    return;
  }
  const { segments, segmentBytes } = packet;
  const headersLength = packet.payloadStart - packet.start;
  const payloadLength = packet.length - headersLength;
  for (let index = 0; index < segments; index++) {
    const offset = index * segmentBytes;
    const length = Math.min(segmentBytes, payloadLength - offset);
    const piece = packet.takePart(headersLength + offset, length);
    const start = piece.prepend(headersLength);
    piece.bytes.set(packet.bytes.subarray(packet.start, packet.payloadStart), start);
    fixNetworkHeader(piece, start + networkOffset, index);
    fixTransportHeader(packet, piece, offset, index === segments - 1);
    send(piece);
  }
  packet.release();
}

function fixNetworkHeader({ view, start, length }: Packet, at: number, index: number): void {
  const ipLength = length - (at - start);
  if (ipv4.version(view, at) === 6) ipv6.setPayloadLength(view, at, ipLength - ipv6.HEADER_LENGTH);
  else ipv4.setSegment(view, at, ipLength, index);
}

function fixTransportHeader(whole: Packet, piece: Packet, offset: number, isLast: boolean): void {
  const { view, start } = piece;
  const at = start + whole.checksumStart - whole.start;
  piece.checksumStart = at;
  piece.checksumField = whole.checksumField;
  tcp.setSegment(view, at, offset, isLast);
  // What is still to be filled in holds the sum of the pseudo-header, in which the length has changed.
  const field = at + whole.checksumField;
  view.setUint16(field, checksum.fold(view.getUint16(field) + 0xffff - ((whole.length - piece.length) % 0xffff)));
}
