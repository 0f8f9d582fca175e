/** Blocks: known bytes of each, the round trip, whole files, each reason of check(), and bytes that nobody meant. */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as pcapng from "./pcapng.ts";
import { bytes, expectSafe, hexOf, uint16, uint32, viewOf } from "./wire.fixture.ts";

const text = fc.option(fc.string({ maxLength: 12 }), { nil: undefined });
const counter = fc.option(fc.maxSafeNat(), { nil: undefined });
const timeNs = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });

const blocks: fc.Arbitrary<pcapng.Block> = fc.oneof(
  fc.record({
    type: fc.constant("section-header" as const),
    hardware: text,
    os: text,
    application: text,
    comment: text,
  }),
  fc.record({
    type: fc.constant("interface-description" as const),
    linkType: uint16,
    snapLength: uint32,
    name: text,
    description: text,
    comment: text,
  }),
  fc.record({
    type: fc.constant("enhanced-packet" as const),
    interfaceId: uint32,
    timeNs,
    captured: fc.uint8Array({ maxLength: 30 }),
    originalLength: uint32,
    direction: fc.constantFrom("inbound" as const, "outbound" as const, undefined),
    comment: text,
  }),
  fc.record({
    type: fc.constant("interface-statistics" as const),
    interfaceId: uint32,
    timeNs,
    receivedPackets: counter,
    droppedPackets: counter,
    comment: text,
  }),
);

const check = (data: Uint8Array): true | pcapng.Reason => pcapng.check(viewOf(data), 0, data.length);

/** Hand-made after the figures of the draft, one for each block. */
const KNOWN: readonly (readonly [pcapng.Block, string])[] = [
  [
    { type: "section-header", application: "netloom" },
    `0a 0d 0d 0a  2c 00 00 00  4d 3c 2b 1a  01 00 00 00  ff ff ff ff ff ff ff ff
     04 00 07 00  6e 65 74 6c 6f 6f 6d 00  00 00 00 00  2c 00 00 00`,
  ],
  [
    { type: "interface-description", linkType: pcapng.LINKTYPE_ETHERNET, snapLength: 0, name: "eth0" },
    `01 00 00 00  28 00 00 00  01 00 00 00  00 00 00 00
     02 00 04 00  65 74 68 30  09 00 01 00  09 00 00 00  00 00 00 00  28 00 00 00`,
  ],
  [
    {
      type: "enhanced-packet",
      interfaceId: 1,
      timeNs: 0x0102_0304_0506_0708n,
      captured: bytes("aa bb cc dd ee"),
      originalLength: 60,
      direction: "outbound",
      comment: "lost",
    },
    `06 00 00 00  3c 00 00 00  01 00 00 00  04 03 02 01  08 07 06 05  05 00 00 00  3c 00 00 00
     aa bb cc dd  ee 00 00 00  01 00 04 00  6c 6f 73 74  02 00 04 00  02 00 00 00  00 00 00 00  3c 00 00 00`,
  ],
  [
    { type: "interface-statistics", interfaceId: 0, timeNs: 1n, receivedPackets: 3 },
    `05 00 00 00  28 00 00 00  00 00 00 00  00 00 00 00  01 00 00 00
     04 00 08 00  03 00 00 00  00 00 00 00  00 00 00 00  28 00 00 00`,
  ],
];

const [SECTION, INTERFACE, PACKET] = KNOWN.map(([, hex]) => bytes(hex)) as [Uint8Array, Uint8Array, Uint8Array];

/** The bytes with others in their place from `offset`. */
function patched(data: Uint8Array, offset: number, hex: string): Uint8Array {
  const copy = data.slice();
  copy.set(bytes(hex), offset);
  return copy;
}

test.each(KNOWN)("known bytes of $type", (block, hex) => {
  expect(hexOf(viewOf(pcapng.emit(block)))).toBe(hexOf(viewOf(bytes(hex))));
  expect(check(bytes(hex))).toBe(true);
  expect(pcapng.parse(viewOf(bytes(hex)), 0)).toEqual(block);
});

test("parse(emit(block)) equals the block, and check() passes it", () => {
  const property = fc.property(blocks, fc.nat(5), (block, offset) => {
    const data = pcapng.emit(block);
    expect(data.length % 4).toBe(0);
    expect(check(data)).toBe(true);
    expect(pcapng.parse(viewOf(data, offset), offset)).toEqual(block);
  });
  fc.assert(property);
});

test("a file is its blocks, one after the other", () => {
  const property = fc.property(fc.array(blocks, { maxLength: 6 }), (written) => {
    const view = viewOf(Uint8Array.from(written.flatMap((block) => [...pcapng.emit(block)])));
    const read: pcapng.Block[] = [];
    for (let at = 0; at < view.byteLength; at += pcapng.blockLength(view, at)) {
      expect(pcapng.check(view, at, view.byteLength - at)).toBe(true);
      read.push(pcapng.parse(view, at));
    }
    expect(read).toEqual(written);
  });
  fc.assert(property);
});

describe("check()", () => {
  test("each reason has a block", () => {
    const broken: Record<pcapng.Reason, Uint8Array> = {
      truncated: PACKET.slice(0, -4),
      // A big-endian section.
      "bad-magic": patched(SECTION, 8, "1a 2b 3c 4d"),
      "bad-length": patched(PACKET, PACKET.length - 4, "40"),
      "bad-version": patched(SECTION, 12, "02"),
      // The option's text reaches behind the block.
      "bad-option": patched(SECTION, 26, "18"),
      "unknown-type": patched(PACKET, 0, "0b"),
      // Microseconds.
      "not-nanoseconds": patched(INTERFACE, 28, "06"),
    };
    for (const [reason, data] of Object.entries(broken)) expect(check(data)).toBe(reason);
  });

  test.each([
    ["a block too short for its fields", patched(PACKET, 4, "10")],
    ["a length that is no whole words", patched(patched(PACKET, 4, "39"), 53, "39 00 00 00")],
    ["a length of zero", patched(PACKET, 4, "00")],
    ["more data than the block", patched(PACKET, 20, "1d")],
  ])("%s has a bad length", (_name, data) => expect(check(data)).toBe("bad-length"));

  test("without the option a file counts microseconds", () => {
    expect(check(patched(INTERFACE, 24, "0a"))).toBe("not-nanoseconds");
  });

  test("no bytes make it throw", () =>
    expectSafe(
      pcapng.check,
      pcapng.parse,
      blocks.map((block) => pcapng.emit(block)),
    ));
});
