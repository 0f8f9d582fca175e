/** TCP headers and their options: known bytes, the round trip, reasons of check(), flipped bits, what options mean. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type AddressPair, IpAddress } from "./ip-address.ts";
import * as tcp from "./tcp.ts";
import * as tcpOptions from "./tcp-options.ts";
import { flagLetters } from "./tcpdump-tcp.ts";
import {
  addressAny,
  bytes,
  emitted,
  expectRoundTrip,
  expectSafe,
  uint8,
  uint16,
  uint32,
  viewOf,
  withBitFlipped,
} from "./wire.fixture.ts";

const V4: AddressPair = { source: IpAddress.v4(0x0a00_0001), destination: IpAddress.v4(0x0a00_0002) };

const headers: fc.Arbitrary<tcp.Header> = fc.record({
  sourcePort: uint16,
  destinationPort: uint16,
  sequence: uint32,
  acknowledgment: uint32,
  headerLength: fc.integer({ min: 5, max: 15 }).map((words) => words * 4),
  flags: uint8,
  window: uint16,
  checksum: uint16,
  urgentPointer: uint16,
});

function segment(header: tcp.Header, data: Uint8Array, addresses: AddressPair = V4): Uint8Array {
  const head = emitted(tcp.emit, { ...header, headerLength: 20 }, tcp.HEADER_LENGTH);
  const whole = Uint8Array.of(...head, ...data);
  tcp.fillChecksum(viewOf(whole), 0, whole.length, addresses);
  const view = viewOf(whole);
  tcp.fillChecksum(view, 0, whole.length, addresses);
  return new Uint8Array(view.buffer);
}

const check = (data: Uint8Array, addresses: AddressPair | "offloaded" = V4) =>
  tcp.check(viewOf(data), 0, data.length, addresses);

const segments = fc.tuple(headers, fc.uint8Array({ maxLength: 40 })).map(([header, data]) => segment(header, data));

test("parse(emit(header)) equals the header", () =>
  expectRoundTrip(tcp.emit, tcp.parse, headers, () => tcp.HEADER_LENGTH));

test("check() true means that nothing throws", () =>
  expectSafe(
    (view, offset, length) => tcp.check(view, offset, length, "offloaded"),
    (view, offset) => {
      const { headerLength } = tcp.parse(view, offset);
      tcpOptions.parse(view, offset + 20, headerLength - 20, tcpOptions.noOptions());
    },
    segments,
  ));

// @rfc 9293 3.1 MUST-2, MUST-3
test("H36: a flipped bit, or another address, is found", () => {
  fc.assert(
    fc.property(segments, fc.nat(), (data, bit) => {
      expect(check(data)).toBe(true);
      expect(check(withBitFlipped(data, bit % (data.length * 8)))).not.toBe(true);
    }),
  );
  fc.assert(
    fc.property(headers, addressAny, addressAny, (header, source, destination) => {
      const data = segment(header, new Uint8Array(3), { source, destination });
      expect(check(data, { source, destination })).toBe(true);
    }),
  );
});

test("what is no header", () => {
  expect(check(new Uint8Array(19))).toBe("truncated");
  expect(check(new Uint8Array(20))).toBe("bad-header-length");
  const long = new Uint8Array(20);
  long[12] = 0xf0;
  expect(check(long)).toBe("truncated");
});

test("flags as tcpdump writes them", () => {
  expect([0, 2, 0x12, 0x18, 0x11, 4, 0xff].map(flagLetters)).toEqual(["none", "S", "S.", "P.", "F.", "R", "FSRP.UEW"]);
});

const NO_SYN = { mss: 0, windowScale: -1, sackPermitted: false, fastOpenCookie: null };
/** RFC 7413 §4.1.1: none, or 4 to 16 bytes. */
const evenCookie = (half: Uint8Array): Uint8Array => Uint8Array.from(half[0] === 0 ? [] : [...half, ...half]);
const blocks = fc.array(fc.record({ start: uint32, end: uint32 }), { maxLength: 3 });
const options: fc.Arbitrary<tcpOptions.Options> = fc
  .record({
    mss: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 0xffff })),
    windowScale: fc.integer({ min: -1, max: 255 }),
    sackPermitted: fc.boolean(),
    hasTimestamps: fc.boolean(),
    timestampValue: uint32,
    timestampEcho: uint32,
    sackBlocks: blocks,
    fastOpenCookie: fc.option(fc.uint8Array({ minLength: 2, maxLength: 8 }).map(evenCookie)),
  })
  .map((each) => (each.hasTimestamps ? each : { ...each, timestampValue: 0, timestampEcho: 0 }))
  // SYN has no blocks, and the others have neither MSS nor scale.
  .map((each) => (each.sackBlocks.length === 0 ? each : { ...each, ...NO_SYN }));

// @rfc 9293 3.1 MUST-4, MUST-68, MUST-69
test("options: parse(emit(options)) equals the options", () => {
  fc.assert(
    fc.property(options, (each) => {
      const length = tcpOptions.lengthOf(each);
      expect(length % 4).toBe(0);
      expect(length).toBeLessThanOrEqual(40);
      const parsed = tcpOptions.noOptions();
      expect(tcpOptions.parse(viewOf(emitted(tcpOptions.emit, each, length)), 0, length, parsed)).toBe(true);
      expect(parsed).toEqual(each);
    }),
  );
});

// @rfc 9293 3.1 MUST-6, MUST-7
test("options: whatever the bytes, parse() does not throw, and the last one of a kind counts", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (data) => {
      tcpOptions.parse(viewOf(data), 0, data.length, tcpOptions.noOptions());
    }),
    { numRuns: 1000 },
  );
  const parsed = tcpOptions.noOptions();
  // An unknown one is passed over, one that runs over the end ends it.
  const odd = bytes("fd 04 aa bb 02 04 05 b4 01 03 03 07 08 0a 00");
  expect(tcpOptions.parse(viewOf(odd), 0, odd.length, parsed)).toBe(false);
  expect(parsed).toMatchObject({ mss: 1460, windowScale: 7, hasTimestamps: false });
});
