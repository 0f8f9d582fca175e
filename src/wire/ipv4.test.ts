/** IPv4 headers: known bytes, the round trip, each reason of check(), flipped bits, and the time to live in place. */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IPPROTO_UDP } from "../abi/socket.ts";
import * as checksum from "./checksum.ts";
import { IpAddress } from "./ip-address.ts";
import * as ipv4 from "./ipv4.ts";
import {
  addressV4,
  bytes,
  emitted,
  expectRoundTrip,
  expectSafe,
  hexOf,
  uint8,
  uint16,
  viewOf,
  withBitFlipped,
} from "./wire.fixture.ts";

const options = fc.nat(10).chain((words) => fc.uint8Array({ minLength: words * 4, maxLength: words * 4 }));

const headers: fc.Arbitrary<ipv4.Header> = fc.record({
  dscp: fc.nat(63),
  ecn: fc.nat(3),
  totalLength: uint16,
  identification: uint16,
  dontFragment: fc.boolean(),
  moreFragments: fc.boolean(),
  fragmentOffset: fc.nat(0x1fff).map((units) => units * 8),
  timeToLive: uint8,
  protocol: uint8,
  source: addressV4,
  destination: addressV4,
  options,
});

const lengthOf = (header: ipv4.Header): number => ipv4.HEADER_LENGTH + header.options.length;
const emit = (header: ipv4.Header): Uint8Array => emitted(ipv4.emit, header, lengthOf(header));
const check = (data: Uint8Array): true | ipv4.Reason => ipv4.check(viewOf(data), 0, data.length);

/** Datagrams that are a header and nothing else. */
const bareHeaders = headers.map((header) => ({ ...header, totalLength: lengthOf(header) }));
const plainHeaders = bareHeaders.map((header) => ({
  ...header,
  options: new Uint8Array(0),
  totalLength: ipv4.HEADER_LENGTH,
}));

// Hand-made: 10.0.0.1 sends 18 bytes of UDP data to 10.0.0.2, time to live 64, DF, identification 1.
const BYTES = "45 00 00 2e 00 01 40 00 40 11 26 bc 0a 00 00 01 0a 00 00 02";
const HEADER: ipv4.Header = {
  dscp: 0,
  ecn: 0,
  totalLength: 46,
  identification: 1,
  dontFragment: true,
  moreFragments: false,
  fragmentOffset: 0,
  timeToLive: 64,
  protocol: IPPROTO_UDP,
  source: IpAddress.v4(0x0a00_0001),
  destination: IpAddress.v4(0x0a00_0002),
  options: new Uint8Array(0),
};

describe("known bytes", () => {
  test("without options", () => {
    expect(ipv4.parse(viewOf(bytes(BYTES)), 0)).toEqual(HEADER);
    expect(hexOf(viewOf(emit(HEADER)))).toBe(BYTES);
    expect(ipv4.check(viewOf(bytes(BYTES)), 0, 46)).toBe(true);
  });

  test("a last fragment with options, and all bits of the first word", () => {
    const header = {
      ...HEADER,
      dscp: 46,
      ecn: 3,
      dontFragment: false,
      fragmentOffset: 1480,
      options: bytes("94 04 00 00"),
    };
    expect(hexOf(viewOf(emit(header)), 0, 10)).toBe("46 bb 00 2e 00 01 00 b9 40 11");
    expect(hexOf(viewOf(emit(header)), 20)).toBe("94 04 00 00");
  });
});

test("emitPlain() writes what emit() writes of a whole datagram without options", () =>
  fc.assert(
    fc.property(headers, (any) => {
      const header = { ...any, moreFragments: false, fragmentOffset: 0, options: new Uint8Array(0) };
      const plain = viewOf(new Uint8Array(ipv4.HEADER_LENGTH));
      const { dscp, ecn, totalLength, identification, dontFragment, timeToLive, protocol, source, destination } =
        header;
      const service = (dscp << 2) | ecn;
      ipv4.emitPlain(
        plain,
        0,
        service,
        totalLength,
        identification,
        dontFragment,
        timeToLive,
        protocol,
        source,
        destination,
      );
      expect(hexOf(plain)).toBe(hexOf(viewOf(emit(header))));
    }),
  ));

test("parse(emit(header)) equals the header", () => expectRoundTrip(ipv4.emit, ipv4.parse, headers, lengthOf));

test("check() passes what emit() writes, with or without link padding", () => {
  const property = fc.property(bareHeaders, fc.nat(20), (header, padding) => {
    expect(check(Uint8Array.of(...emit(header), ...new Uint8Array(padding)))).toBe(true);
  });
  fc.assert(property);
});

test("single fields are those of the record", () => {
  const property = fc.property(headers, (header) => {
    const view = viewOf(emit(header), 4);
    expect({
      version: ipv4.version(view, 4),
      headerLength: ipv4.headerLength(view, 4),
      isFragment: ipv4.isFragment(view, 4),
    }).toEqual({
      version: 4,
      headerLength: lengthOf(header),
      isFragment: header.moreFragments || header.fragmentOffset > 0,
    });
    expect(ipv4.parse(view, 4)).toMatchObject({
      totalLength: ipv4.totalLength(view, 4),
      moreFragments: ipv4.moreFragments(view, 4),
      fragmentOffset: ipv4.fragmentOffset(view, 4),
      timeToLive: ipv4.timeToLive(view, 4),
      protocol: ipv4.protocol(view, 4),
      source: ipv4.source(view, 4),
      destination: ipv4.destination(view, 4),
    });
  });
  fc.assert(property);
});

test("options are a copy, which outlives the packet", () => {
  const view = viewOf(emit({ ...HEADER, options: bytes("94 04 00 00") }));
  const header = ipv4.parse(view, 0);
  view.setUint32(ipv4.HEADER_LENGTH, 0);
  expect(header.options).toEqual(bytes("94 04 00 00"));
});

describe("check()", () => {
  test("each reason has a header", () => {
    const broken: Record<ipv4.Reason, string> = {
      truncated: BYTES,
      "bad-version": `65 ${BYTES.slice(3)}`,
      "bad-header-length": `44 ${BYTES.slice(3)}`,
      "bad-total-length": "45 00 00 13 00 01 40 00 40 11 26 d7 0a 00 00 01 0a 00 00 02",
      "bad-checksum": BYTES.replace("26 bc", "26 bd"),
    };
    for (const [reason, hex] of Object.entries(broken)) expect(check(bytes(hex))).toBe(reason);
  });

  test.each([0, 1, 19])("%i bytes are truncated", (length) => {
    expect(check(bytes(BYTES).slice(0, length))).toBe("truncated");
  });

  test("options that end behind the bytes are truncated", () => {
    expect(check(bytes(`46 ${BYTES.slice(3)}`))).toBe("truncated");
  });

  test("a quoted header may promise more than came along", () => {
    expect(ipv4.checkHeader(viewOf(bytes(BYTES)), 0, 20)).toBe(true);
    expect(ipv4.check(viewOf(bytes(BYTES)), 0, 20)).toBe("truncated");
  });

  test("finds every flipped bit of a header without options", () => {
    const property = fc.property(plainHeaders, fc.nat(ipv4.HEADER_LENGTH * 8 - 1), (header, bit) => {
      expect(check(withBitFlipped(emit(header), bit))).not.toBe(true);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  // A flip in the first octet changes how many options are summed, which the checksum finds in all but 1 of 65,536 cases.
  test("finds every flipped bit behind the first octet of a header with options", () => {
    const property = fc.property(bareHeaders, fc.nat(), (header, place) => {
      const bit = 8 + (place % (lengthOf(header) * 8 - 8));
      expect(check(withBitFlipped(emit(header), bit))).not.toBe(true);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  test("no bytes make it throw", () => expectSafe(ipv4.check, ipv4.parse, bareHeaders.map(emit)));
});

describe("setTimeToLive()", () => {
  test("changes the field and the checksum, as emit() would write them", () => {
    const property = fc.property(bareHeaders, uint8, (header, timeToLive) => {
      const view = viewOf(emit(header), 2);
      ipv4.setTimeToLive(view, 2, timeToLive);
      expect(hexOf(view, 2)).toBe(hexOf(viewOf(emit({ ...header, timeToLive }))));
    });
    fc.assert(property);
  });

  test("does not hide damage", () => {
    const view = viewOf(bytes(BYTES.replace("26 bc", "26 bd")));
    ipv4.setTimeToLive(view, 0, 63);
    expect(checksum.fold(checksum.sum(view, 0, 20, 0))).not.toBe(0xffff);
  });
});

test("what cannot stand in a header is a bug of the caller", () => {
  expect(() => emit({ ...HEADER, options: new Uint8Array(3) })).toThrow("whole words");
  expect(() => emit({ ...HEADER, options: new Uint8Array(44) })).toThrow("at most 40 bytes");
  expect(() => emit({ ...HEADER, fragmentOffset: 4 })).toThrow("multiple of eight");
});
