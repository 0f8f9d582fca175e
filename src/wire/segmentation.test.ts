import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IPPROTO_TCP } from "../abi/socket.ts";
import * as checksum from "./checksum.ts";
import * as ethernet from "./ethernet.ts";
import { IpAddress } from "./ip-address.ts";
import * as ipv4 from "./ipv4.ts";
import * as ipv6 from "./ipv6.ts";
import { Packet } from "./packet.ts";
import { cut } from "./segmentation.ts";
import * as tcp from "./tcp.ts";

const ADDRESSES = {
  4: { source: IpAddress.v4(0x0a00_0001), destination: IpAddress.v4(0x0a00_0002) },
  6: { source: IpAddress.v6(0xfd00_0000, 0, 0, 1), destination: IpAddress.v6(0xfd00_0000, 0, 0, 2) },
} as const;

interface Shape {
  readonly family: 4 | 6;
  readonly inHead: number;
  readonly inTail: number;
  readonly segmentBytes: number;
  readonly sequence: number;
  readonly identification: number;
  readonly flags: number;
}

const payloadOf = ({ inHead, inTail }: Shape): Uint8Array =>
  Uint8Array.from({ length: inHead + inTail }, (_, i) => (i * 7 + (i >> 8)) & 0xff);

/** A large segment as TCP, IP and the interface make it, with an Ethernet header. */
function large(shape: Shape): Packet {
  const { family, inHead, inTail, segmentBytes, sequence, identification, flags } = shape;
  const payload = payloadOf(shape);
  const packet = Packet.from(payload.subarray(0, inHead));
  if (inTail > 0) packet.tail = payload.slice(inHead);
  packet.segmentBytes = segmentBytes;
  packet.payloadStart = packet.start;
  const at = packet.prepend(tcp.HEADER_LENGTH);
  const { length } = packet;
  const { source, destination } = ADDRESSES[family];
  packet.checksumStart = at;
  packet.checksumField = tcp.CHECKSUM;
  tcp.emit(packet.view, at, {
    sourcePort: 1,
    destinationPort: 2,
    sequence,
    acknowledgment: 77,
    headerLength: tcp.HEADER_LENGTH,
    flags,
    window: 1000,
    checksum: checksum.fold(checksum.pseudoHeader(source, destination, IPPROTO_TCP, length)),
    urgentPointer: 0,
  });
  if (family === 4) {
    const header = { dscp: 0, ecn: 0, dontFragment: true, moreFragments: false, fragmentOffset: 0, timeToLive: 64 };
    const protocol = IPPROTO_TCP;
    const totalLength = length + ipv4.HEADER_LENGTH;
    const options = new Uint8Array(0);
    const start = packet.prepend(ipv4.HEADER_LENGTH);
    ipv4.emit(packet.view, start, { ...header, protocol, identification, totalLength, source, destination, options });
  } else {
    const header = { trafficClass: 0, flowLabel: 0, payloadLength: length, nextHeader: IPPROTO_TCP, hopLimit: 64 };
    ipv6.emit(packet.view, packet.prepend(ipv6.HEADER_LENGTH), { ...header, source, destination });
  }
  const etherType = family === 4 ? ethernet.ETHERTYPE_IPV4 : ethernet.ETHERTYPE_IPV6;
  ethernet.emit(packet.view, packet.prepend(ethernet.HEADER_LENGTH), { destination: 1, source: 2, etherType });
  return packet;
}

const shapes = fc.record({
  family: fc.constantFrom<4 | 6>(4, 6),
  inHead: fc.integer({ min: 0, max: 2000 }),
  inTail: fc.integer({ min: 0, max: 8000 }),
  segmentBytes: fc.integer({ min: 1, max: 1460 }).map((bytes) => Math.max(bytes, 100)),
  sequence: fc.integer({ min: 0, max: 0xffff_ffff }),
  identification: fc.integer({ min: 0, max: 0xffff }),
  flags: fc.constantFrom(
    tcp.ACK,
    tcp.ACK | tcp.PSH,
    tcp.ACK | tcp.PSH | tcp.FIN | tcp.CWR,
    tcp.ACK | tcp.ECE | tcp.CWR,
  ),
});

/** The pieces as they stand on a wire. */
function pieces(shape: Shape): Uint8Array[] {
  const found: Uint8Array[] = [];
  cut(large(shape), ethernet.HEADER_LENGTH, (piece) => found.push(piece.copyBytes()));
  return found;
}

const headersOf = ({ family }: Shape): number =>
  ethernet.HEADER_LENGTH + (family === 4 ? ipv4.HEADER_LENGTH : ipv6.HEADER_LENGTH);

describe("a large segment is cut", () => {
  test("into the bytes that it had, in order, with sums and lengths that are right", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const data: number[] = [];
        for (const bytes of pieces(shape)) {
          const view = new DataView(bytes.buffer);
          const at = headersOf(shape);
          const length = bytes.length - at;
          expect(tcp.check(view, at, length, ADDRESSES[shape.family])).toBe(true);
          if (shape.family === 4) {
            expect(ipv4.check(view, ethernet.HEADER_LENGTH, bytes.length - ethernet.HEADER_LENGTH)).toBe(true);
            expect(ipv4.totalLength(view, ethernet.HEADER_LENGTH)).toBe(bytes.length - ethernet.HEADER_LENGTH);
          } else {
            expect(ipv6.payloadLength(view, ethernet.HEADER_LENGTH)).toBe(length);
          }
          expect(tcp.sequence(view, at)).toBe((shape.sequence + data.length) >>> 0);
          data.push(...bytes.subarray(at + tcp.HEADER_LENGTH));
        }
        expect(Buffer.compare(Uint8Array.from(data), payloadOf(shape))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test("into as many as it says, of which only the last is shorter, and has the FIN", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const whole = large(shape);
        const { segments, wireBytes, wireLength } = whole;
        const found = pieces(shape);
        expect(found.length).toBe(segments);
        expect(found.reduce((sum, { length }) => sum + length, 0)).toBe(wireBytes);
        expect(Math.max(...found.map(({ length }) => length))).toBe(wireLength);
        found.forEach((bytes, index) => {
          const flags = tcp.flags(new DataView(bytes.buffer), headersOf(shape));
          const isLast = index === found.length - 1;
          if (!isLast) expect(bytes.length).toBe(wireLength);
          expect(flags & (tcp.FIN | tcp.PSH)).toBe(isLast ? shape.flags & (tcp.FIN | tcp.PSH) : 0);
          expect(flags & tcp.CWR).toBe(index === 0 ? shape.flags & tcp.CWR : 0);
          expect(flags & tcp.ECE).toBe(shape.flags & tcp.ECE);
        });
      }),
      { numRuns: 60 },
    );
  });

  test("with identifications that count on, over IPv4", () => {
    const shape = { family: 4, inHead: 0, inTail: 3000, segmentBytes: 1448, sequence: 0, flags: tcp.ACK } as const;
    const found = pieces({ ...shape, identification: 0xffff });
    const ids = found.map((bytes) => ipv4.identification(new DataView(bytes.buffer), ethernet.HEADER_LENGTH));
    expect(ids).toEqual([0xffff, 0, 1]);
  });

  test("a packet that is none passes as it is", () => {
    const packet = Packet.from(new Uint8Array(100));
    const found: Packet[] = [];
    cut(packet, ethernet.HEADER_LENGTH, (piece) => found.push(piece));
    expect(found).toEqual([packet]);
  });
});
