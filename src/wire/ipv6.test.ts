/** The IPv6 header and its extension headers: known bytes, round trips, reasons, and bytes that nobody meant. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IpAddress } from "./ip-address.ts";
import * as ipv6 from "./ipv6.ts";
import * as extension from "./ipv6-extension.ts";
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
} from "./wire.fixture.ts";

const addressV6: fc.Arbitrary<IpAddress> = addressAny.filter(({ family }) => family === 6);

const headers: fc.Arbitrary<ipv6.Header> = fc.record({
  trafficClass: uint8,
  flowLabel: fc.integer({ min: 0, max: 0xf_ffff }),
  payloadLength: uint16,
  nextHeader: uint8,
  hopLimit: uint8,
  source: addressV6,
  destination: addressV6,
});

const KNOWN = bytes(
  `6b 91 23 45 00 08 11 40 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01
   20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02 00 01 00 02 00 08 00 00`,
);

const check = (data: Uint8Array): true | ipv6.Reason => ipv6.check(viewOf(data), 0, data.length);

describe("the header", () => {
  test("known bytes", () => {
    expect(check(KNOWN)).toBe(true);
    expect(ipv6.parse(viewOf(KNOWN), 0)).toEqual({
      trafficClass: 0xb9,
      flowLabel: 0x1_2345,
      payloadLength: 8,
      nextHeader: 17,
      hopLimit: 64,
      source: IpAddress.parse("2001:db8::1"),
      destination: IpAddress.parse("2001:db8::2"),
    });
  });

  test("round trip", () => expectRoundTrip(ipv6.emit, ipv6.parse, headers, () => ipv6.HEADER_LENGTH));

  test("each reason", () => {
    expect(check(KNOWN.subarray(0, 39))).toBe("truncated");
    expect(check(KNOWN.subarray(0, 47))).toBe("truncated");
    expect(check(Uint8Array.of(0x45, ...KNOWN.subarray(1)))).toBe("bad-version");
    const mapped = KNOWN.slice();
    mapped.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1], 8);
    expect(check(mapped)).toBe("mapped-address");
  });

  test("bytes that nobody meant", () => {
    const valid = headers.map((header) => emitted(ipv6.emit, { ...header, payloadLength: 0 }, ipv6.HEADER_LENGTH));
    expectSafe(ipv6.check, ipv6.parse, valid);
  });

  test("single fields are changed in place", () => {
    const view = viewOf(KNOWN);
    ipv6.setHopLimit(view, 0, 7);
    ipv6.setPayloadLength(view, 0, 3);
    expect(ipv6.parse(view, 0)).toMatchObject({ hopLimit: 7, payloadLength: 3, nextHeader: 17 });
  });
});

describe("extension headers", () => {
  test("fragment: round trip", () => {
    const fragments = fc.record({
      nextHeader: uint8,
      fragmentOffset: fc.integer({ min: 0, max: 8191 }).map((units) => units * 8),
      moreFragments: fc.boolean(),
      identification: uint32,
    });
    expectRoundTrip(extension.emitFragment, extension.parseFragment, fragments, () => extension.FRAGMENT_LENGTH);
  });

  test("options, and one that reaches beyond its header", () => {
    const options = bytes("3a 00 00 05 02 00 00 00");
    expect(extension.options(viewOf(options), 0, 8)).toEqual([
      { type: extension.PAD_1, offset: 2, length: 0 },
      { type: extension.ROUTER_ALERT, offset: 3, length: 2 },
      { type: extension.PAD_1, offset: 7, length: 0 },
    ]);
    expect(extension.options(viewOf(bytes("3a 00 05 05 00 00 00 00")), 0, 8)).toBe("truncated");
    expect(extension.options(viewOf(bytes("3a 00 01 03 00 00 00 05")), 0, 8)).toBe("truncated");
  });

  test("the chain is followed to the transport, to a later fragment, or to where it is cut", () => {
    const chain = bytes("2c 00 01 04 00 00 00 00 3c 00 00 01 00 00 00 07 11 00 01 04 00 00 00 00 12 34");
    expect(extension.walk(viewOf(chain), 0, chain.length, 0)).toMatchObject({ protocol: 17, offset: 24, isCut: false });
    expect(extension.walk(viewOf(chain), 0, 20, 0)).toMatchObject({ protocol: 60, offset: 16, isCut: true });
    const later = bytes("11 00 00 09 00 00 00 07 aa bb");
    expect(extension.walk(viewOf(later), 0, 10, 44)).toMatchObject({ protocol: 17, fragment: { fragmentOffset: 8 } });
    const many = Uint8Array.from({ length: 80 }, (_, index) => (index % 8 === 0 ? 60 : index % 8 === 2 ? 1 : 0));
    expect(extension.walk(viewOf(many), 0, 80, 60)).toMatchObject({ protocol: 60, offset: 64, isCut: true });
  });

  test("no chain makes it throw", () => {
    const property = fc.property(
      fc.uint8Array({ maxLength: 120 }),
      fc.constantFrom(0, 43, 44, 51, 60),
      (data, first) => {
        const { offset } = extension.walk(viewOf(data), 0, data.length, first);
        expect(offset).toBeLessThanOrEqual(data.length);
      },
    );
    fc.assert(property);
  });
});
