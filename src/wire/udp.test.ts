/** UDP headers: known bytes, the round trip, each reason of check(), flipped bits, and the three meanings of a checksum. */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IPPROTO_UDP } from "../abi/socket.ts";
import * as checksum from "./checksum.ts";
import { type AddressPair, IpAddress, LOOPBACK_V6 } from "./ip-address.ts";
import * as udp from "./udp.ts";
import {
  addressV4,
  bytes,
  emitted,
  expectRoundTrip,
  expectSafe,
  hexOf,
  uint16,
  viewOf,
  withBitFlipped,
} from "./wire.fixture.ts";

const headers: fc.Arbitrary<udp.Header> = fc.record({
  sourcePort: uint16,
  destinationPort: uint16,
  length: uint16,
  checksum: uint16,
});

const pairs: fc.Arbitrary<AddressPair> = fc.record({ source: addressV4, destination: addressV4 });

const V4: AddressPair = { source: IpAddress.v4(0x0a00_0001), destination: IpAddress.v4(0x0a00_0002) };
const V6: AddressPair = { source: LOOPBACK_V6, destination: LOOPBACK_V6 };

function datagram(header: Omit<udp.Header, "length">, data: Uint8Array, addresses: AddressPair): Uint8Array {
  const length = udp.HEADER_LENGTH + data.length;
  const view = viewOf(Uint8Array.of(...emitted(udp.emit, { ...header, length }, udp.HEADER_LENGTH), ...data));
  udp.fillChecksum(view, 0, addresses);
  return new Uint8Array(view.buffer);
}

const check = (data: Uint8Array, addresses: AddressPair | "offloaded"): true | udp.Reason =>
  udp.check(viewOf(data), 0, data.length, addresses);

const datagrams = fc
  .tuple(headers, fc.uint8Array({ maxLength: 40 }))
  .map(([header, data]) => datagram(header, data, V4));

// Hand-made: "hello" from 10.0.0.1 port 40000 to 10.0.0.2 port 7.
const BYTES = "9c 40 00 07 00 0d 0b b8 68 65 6c 6c 6f";
const HELLO = bytes("68 65 6c 6c 6f");

test("known bytes", () => {
  const data = datagram({ sourcePort: 40000, destinationPort: 7, checksum: 0 }, HELLO, V4);
  expect(hexOf(viewOf(data))).toBe(BYTES);
  expect(check(bytes(BYTES), V4)).toBe(true);
  const header = { sourcePort: 40000, destinationPort: 7, length: 13, checksum: 0x0bb8 };
  expect(udp.parse(viewOf(bytes(BYTES)), 0)).toEqual(header);
});

test("parse(emit(header)) equals the header", () =>
  expectRoundTrip(udp.emit, udp.parse, headers, () => udp.HEADER_LENGTH));

test("single fields are those of the record", () => {
  const property = fc.property(headers, (header) => {
    const view = viewOf(emitted(udp.emit, header, udp.HEADER_LENGTH), 2);
    expect(udp.parse(view, 2)).toEqual({
      sourcePort: udp.sourcePort(view, 2),
      destinationPort: udp.destinationPort(view, 2),
      length: udp.datagramLength(view, 2),
      checksum: view.getUint16(2 + udp.CHECKSUM),
    });
  });
  fc.assert(property);
});

describe("the checksum", () => {
  test("passes between the addresses it was made for", () => {
    const property = fc.property(headers, fc.uint8Array({ maxLength: 40 }), pairs, (header, data, addresses) => {
      expect(check(datagram(header, data, addresses), addresses)).toBe(true);
    });
    fc.assert(property);
  });

  test("finds every flipped bit of ports, checksum and data", () => {
    const property = fc.property(datagrams, fc.nat(), (data, place) => {
      // Bits 32 to 47 are the length, which says how much is summed: each has a test of its own below.
      const bit = place % (data.length * 8 - 16);
      const flipped = withBitFlipped(data, bit < 32 ? bit : bit + 16);
      // A checksum of a single one becomes "there is none", and no receiver can tell.
      const expected = viewOf(flipped).getUint16(udp.CHECKSUM) === 0 ? true : "bad-checksum";
      expect(check(flipped, V4)).toBe(expected);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  test.each(Array.from({ length: 16 }, (_, bit) => bit))("finds bit %i of the length flipped", (bit) => {
    expect(check(withBitFlipped(bytes(BYTES), 32 + bit), V4)).not.toBe(true);
  });

  test("covers the addresses", () => {
    expect(check(bytes(BYTES), { source: V4.source, destination: IpAddress.v4(0x0a00_0003) })).toBe("bad-checksum");
  });

  test("of zero is sent as all ones", () => {
    // With the checksum of the same datagram as its data, everything sums to all ones.
    const ports = { sourcePort: 40000, destinationPort: 7, checksum: 0 };
    const first = viewOf(datagram(ports, bytes("00 00"), V4)).getUint16(udp.CHECKSUM);
    const data = datagram(ports, Uint8Array.of(first >>> 8, first & 0xff), V4);
    expect(viewOf(data).getUint16(udp.CHECKSUM)).toBe(0xffff);
    expect(check(data, V4)).toBe(true);
  });

  test("may be missing over IPv4 and not over IPv6", () => {
    const data = bytes(BYTES.replace("0b b8", "00 00"));
    expect(check(data, V4)).toBe(true);
    expect(check(data, V6)).toBe("no-checksum");
    expect(check(datagram({ sourcePort: 1, destinationPort: 2, checksum: 0 }, HELLO, V6), V6)).toBe(true);
  });

  test("left for later is the folded pseudo-header, and the sum over header and data completes it", () => {
    const partial = checksum.fold(checksum.pseudoHeader(V4.source, V4.destination, IPPROTO_UDP, 13));
    const header = { sourcePort: 40000, destinationPort: 7, length: 13, checksum: partial };
    const data = Uint8Array.of(...emitted(udp.emit, header, udp.HEADER_LENGTH), ...HELLO);
    expect(check(data, "offloaded")).toBe(true);
    const view = viewOf(data);
    view.setUint16(udp.CHECKSUM, checksum.finish(checksum.sum(view, 0, data.length, 0)));
    expect(hexOf(view)).toBe(BYTES);
  });
});

describe("check()", () => {
  test("each reason has a datagram", () => {
    const broken: Record<udp.Reason, [string, AddressPair]> = {
      truncated: [BYTES.slice(0, -3), V4],
      "bad-length": ["9c 40 00 07 00 07 00 00", V4],
      "no-checksum": ["9c 40 00 07 00 08 00 00", V6],
      "bad-checksum": [BYTES.replace("0b b8", "0b b9"), V4],
    };
    for (const [reason, [hex, addresses]] of Object.entries(broken)) expect(check(bytes(hex), addresses)).toBe(reason);
  });

  test("bytes behind the datagram are not part of it", () => expect(check(bytes(`${BYTES} ff ff`), V4)).toBe(true));

  test("reads only the header of an offloaded datagram", () => {
    expect(udp.check(viewOf(bytes(BYTES).slice(0, 8)), 0, 13, "offloaded")).toBe(true);
    expect(udp.check(viewOf(bytes(BYTES).slice(0, 8)), 0, 12, "offloaded")).toBe("truncated");
  });

  test("no bytes make it throw", () => {
    const checkV4 = (view: DataView, offset: number, length: number): true | udp.Reason =>
      udp.check(view, offset, length, V4);
    expectSafe(checkV4, udp.parse, datagrams);
  });
});
