/** ICMP messages: known bytes, the round trip, each reason of check(), flipped bits, and bytes that nobody meant. */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as icmpv4 from "./icmpv4.ts";
import {
  addressV4,
  bytes,
  emitted,
  expectRoundTrip,
  expectSafe,
  hexOf,
  uint8,
  uint16,
  uint32,
  viewOf,
  withBitFlipped,
} from "./wire.fixture.ts";

const KNOWN_TYPES: readonly number[] = [
  icmpv4.ECHO_REPLY,
  icmpv4.DESTINATION_UNREACHABLE,
  icmpv4.ECHO_REQUEST,
  icmpv4.TIME_EXCEEDED,
  icmpv4.PARAMETER_PROBLEM,
  icmpv4.REDIRECT,
  icmpv4.TIMESTAMP_REQUEST,
  icmpv4.TIMESTAMP_REPLY,
];

const messages: fc.Arbitrary<icmpv4.Message> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("echo-request" as const, "echo-reply" as const),
    identifier: uint16,
    sequence: uint16,
  }),
  fc.record({ kind: fc.constant("destination-unreachable" as const), code: uint8, nextHopMtu: uint16 }),
  fc.record({ kind: fc.constant("time-exceeded" as const), code: uint8 }),
  fc.record({ kind: fc.constant("parameter-problem" as const), code: uint8, pointer: uint8 }),
  fc.record({ kind: fc.constant("redirect" as const), code: uint8, gateway: addressV4 }),
  fc.record({
    kind: fc.constantFrom("timestamp-request" as const, "timestamp-reply" as const),
    identifier: uint16,
    sequence: uint16,
  }),
  fc.record({
    kind: fc.constant("other" as const),
    type: uint8.filter((type) => !KNOWN_TYPES.includes(type)),
    code: uint8,
    rest: uint32,
  }),
);

/** A header that errors may quote, and eight bytes. */
const QUOTE = bytes("45 00 00 2e 00 01 40 00 40 11 26 bc 0a 00 00 01 0a 00 00 02 9c 40 00 07 00 1a 00 00");

function whole(message: icmpv4.Message, data: Uint8Array): Uint8Array {
  const packet = Uint8Array.of(...emitted(icmpv4.emit, message, icmpv4.HEADER_LENGTH), ...data);
  const view = viewOf(packet);
  icmpv4.fillChecksum(view, 0, packet.length);
  return new Uint8Array(view.buffer);
}

const check = (data: Uint8Array): true | icmpv4.Reason => icmpv4.check(viewOf(data), 0, data.length);

const wholes = fc
  .tuple(messages, fc.uint8Array({ maxLength: 40 }))
  .map(([message, data]) => whole(message, Uint8Array.of(...QUOTE, ...data)));

describe("known bytes", () => {
  // Hand-made.
  test.each<[string, icmpv4.Message, Uint8Array, string]>([
    [
      "an echo request",
      { kind: "echo-request", identifier: 1, sequence: 2 },
      bytes("70 69 6e 67"),
      "08 00 19 2c 00 01 00 02 70 69 6e 67",
    ],
    [
      "fragmentation needed, next-hop MTU 1500 (RFC 1191 §4)",
      { kind: "destination-unreachable", code: icmpv4.FRAGMENTATION_NEEDED, nextHopMtu: 1500 },
      bytes(`${hexOf(viewOf(QUOTE), 0, 20)} ${"78".repeat(8)}`),
      `03 04 15 3e 00 00 05 dc ${hexOf(viewOf(QUOTE), 0, 20)} 78 78 78 78 78 78 78 78`,
    ],
  ])("%s", (_name, message, data, hex) => {
    expect(hexOf(viewOf(whole(message, data)))).toBe(hex);
    expect(check(bytes(hex))).toBe(true);
    expect(icmpv4.parse(viewOf(bytes(hex)), 0)).toEqual(message);
  });

  test("the pointer of a parameter problem is the first octet of its word", () => {
    const data = emitted(icmpv4.emit, { kind: "parameter-problem", code: 0, pointer: 20 }, icmpv4.HEADER_LENGTH);
    expect(hexOf(viewOf(data))).toBe("0c 00 00 00 14 00 00 00");
  });
});

test("parse(emit(message)) equals the message", () =>
  expectRoundTrip(icmpv4.emit, icmpv4.parse, messages, () => icmpv4.HEADER_LENGTH));

test("check() passes whole messages, and finds every flipped bit", () => {
  const property = fc.property(wholes, fc.nat(), (data, place) => {
    expect(check(data)).toBe(true);
    expect(check(withBitFlipped(data, place % (data.length * 8)))).not.toBe(true);
  });
  fc.assert(property, { numRuns: 1000 });
});

test("each reason has a message", () => {
  const broken: Record<icmpv4.Reason, Uint8Array> = {
    truncated: bytes("08 00 f7 fe 00 00 00"),
    "bad-checksum": bytes("08 00 19 2d 00 01 00 02 70 69 6e 67"),
    "bad-quote": whole({ kind: "time-exceeded", code: 0 }, QUOTE.slice(0, 19)),
  };
  for (const [reason, data] of Object.entries(broken)) expect(check(data)).toBe(reason);
});

test.each([
  [3, true],
  [4, true],
  [5, true],
  [11, true],
  [12, true],
  [0, false],
  [8, false],
  [13, false],
])("type %i is an error: %s", (type, expected) => {
  expect(icmpv4.isError(type)).toBe(expected);
  // Only an error has to quote a header.
  expect(check(whole({ kind: "other", type, code: 0, rest: 0 }, new Uint8Array(0)))).toBe(
    expected ? "bad-quote" : true,
  );
});

test("fillChecksum() does not mind what stands in its place", () => {
  const hex = "08 00 19 2c 00 01 00 02 70 69 6e 67";
  const view = viewOf(bytes(hex.replace("19 2c", "12 34")));
  icmpv4.fillChecksum(view, 0, view.byteLength);
  expect(hexOf(view)).toBe(hex);
});

test("the quoted packet is what follows the header", () => {
  const data = whole({ kind: "time-exceeded", code: icmpv4.TTL_EXCEEDED }, QUOTE);
  const { offset, length } = icmpv4.quote(0, data.length);
  expect(data.subarray(offset, offset + length)).toEqual(QUOTE);
  expect(icmpv4.type(viewOf(data, 3), 3)).toBe(icmpv4.TIME_EXCEEDED);
});

test("no bytes make it throw", () => expectSafe(icmpv4.check, icmpv4.parse, wholes));
