/** Ethernet II headers: known bytes, the round trip, each reason of check(), and bytes that nobody meant. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as ethernet from "./ethernet.ts";
import { BROADCAST } from "./mac-address.ts";
import { bytes, emitted, expectRoundTrip, expectSafe, hexOf, macAddress, uint16, viewOf } from "./wire.fixture.ts";

const headers: fc.Arbitrary<ethernet.Header> = fc.record({
  destination: macAddress,
  source: macAddress,
  etherType: uint16,
});

// Hand-made.
const BYTES = "ff ff ff ff ff ff 02 00 00 00 00 01 08 06";
const HEADER: ethernet.Header = {
  destination: BROADCAST,
  source: 0x02_00_00_00_00_01,
  etherType: ethernet.ETHERTYPE_ARP,
};

test("known bytes", () => {
  expect(ethernet.parse(viewOf(bytes(BYTES)), 0)).toEqual(HEADER);
  expect(hexOf(viewOf(emitted(ethernet.emit, HEADER, ethernet.HEADER_LENGTH)))).toBe(BYTES);
});

test("parse(emit(header)) equals the header", () =>
  expectRoundTrip(ethernet.emit, ethernet.parse, headers, () => ethernet.HEADER_LENGTH));

test("single fields are those of the record", () => {
  const property = fc.property(headers, (header) => {
    const view = viewOf(emitted(ethernet.emit, header, ethernet.HEADER_LENGTH), 2);
    expect(header).toEqual({
      destination: ethernet.destination(view, 2),
      source: ethernet.source(view, 2),
      etherType: ethernet.etherType(view, 2),
    });
  });
  fc.assert(property);
});

test("check() passes EtherTypes and refuses IEEE 802.3 lengths", () => {
  const property = fc.property(headers, (header) => {
    const data = emitted(ethernet.emit, header, ethernet.HEADER_LENGTH);
    const expected = header.etherType < 1536 ? "not-ethernet-ii" : true;
    expect(ethernet.check(viewOf(data), 0, data.length)).toBe(expected);
  });
  fc.assert(property);
});

test("the smallest EtherType is 0x0600", () => {
  const header = { ...HEADER, etherType: ethernet.ETHERTYPE_MIN };
  expect(ethernet.check(viewOf(emitted(ethernet.emit, header, ethernet.HEADER_LENGTH)), 0, 14)).toBe(true);
  expect(ethernet.ETHERTYPE_MIN).toBe(0x0600);
});

test("each reason has a frame", () => {
  const frames: Record<ethernet.Reason, string> = {
    truncated: "ff ff ff ff ff ff 02 00 00 00 00 01 08",
    "not-ethernet-ii": "ff ff ff ff ff ff 02 00 00 00 00 01 05 ff",
  };
  for (const [reason, hex] of Object.entries(frames)) {
    const view = viewOf(bytes(hex));
    expect(ethernet.check(view, 0, view.byteLength)).toBe(reason);
  }
});

test("no bytes make it throw", () =>
  expectSafe(
    ethernet.check,
    ethernet.parse,
    headers.map((header) => emitted(ethernet.emit, header, ethernet.HEADER_LENGTH)),
  ));
