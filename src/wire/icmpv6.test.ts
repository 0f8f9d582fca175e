/** ICMPv6 with neighbour discovery and multicast listeners: round trips, reasons, and bytes that nobody meant. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as icmpv6 from "./icmpv6.ts";
import { IpAddress } from "./ip-address.ts";
import * as mld from "./mld.ts";
import * as nd from "./nd.ts";
import {
  addressAny,
  bytes,
  emitted,
  expectSafe,
  macAddress,
  uint8,
  uint16,
  uint32,
  viewOf,
  withBitFlipped,
} from "./wire.fixture.ts";

const addresses = {
  source: IpAddress.parse("fe80::1") as IpAddress,
  destination: IpAddress.parse("ff02::1") as IpAddress,
};

const code = uint8;
const messages: fc.Arbitrary<icmpv6.Message> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("echo-request" as const, "echo-reply" as const),
    identifier: uint16,
    sequence: uint16,
  }),
  fc.record({ kind: fc.constantFrom("destination-unreachable" as const, "time-exceeded" as const), code }),
  fc.record({ kind: fc.constant("packet-too-big" as const), code, mtu: uint32 }),
  fc.record({ kind: fc.constant("parameter-problem" as const), code, pointer: uint32 }),
  fc.record({ kind: fc.constant("other" as const), type: fc.integer({ min: 130, max: 255 }), code, rest: uint32 }),
);

const QUOTE = bytes(
  `60 00 00 00 00 00 3b 40 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01
   20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02`,
);

function whole(message: icmpv6.Message, data: Uint8Array = QUOTE): Uint8Array {
  const packet = Uint8Array.of(...emitted(icmpv6.emit, message, icmpv6.HEADER_LENGTH), ...data);
  const view = viewOf(packet);
  icmpv6.fillChecksum(view, 0, packet.length, addresses);
  return new Uint8Array(view.buffer);
}

const check = (data: Uint8Array): true | icmpv6.Reason => icmpv6.check(viewOf(data), 0, data.length, addresses);

describe("errors and echo", () => {
  test("round trip, with a right checksum", () => {
    const property = fc.property(messages, (message) => {
      const data = whole(message);
      expect(check(data)).toBe(true);
      expect(icmpv6.parse(viewOf(data), 0)).toEqual(message);
    });
    fc.assert(property);
  });

  test("each reason", () => {
    expect(check(QUOTE.subarray(0, 7))).toBe("truncated");
    expect(check(whole({ kind: "packet-too-big", code: 0, mtu: 1280 }, QUOTE.subarray(0, 39)))).toBe("bad-quote");
    expect(icmpv6.check(viewOf(whole({ kind: "time-exceeded", code: 0 })), 0, 48, "offloaded")).toBe(true);
  });

  test("a flipped bit is noticed", () => {
    const data = whole({ kind: "echo-request", identifier: 1, sequence: 2 });
    const property = fc.property(fc.integer({ min: 0, max: data.length * 8 - 1 }), (bit) => {
      expect(check(withBitFlipped(data, bit))).toBe("bad-checksum");
    });
    fc.assert(property);
  });
});

const link = fc.constantFrom("source-link-address" as const, "target-link-address" as const);
const options: fc.Arbitrary<nd.Message["options"]> = fc.array(
  fc.oneof(
    fc.record({ kind: link, macAddress }),
    fc.record({
      kind: fc.constant("prefix" as const),
      prefix: addressAny,
      prefixLength: uint8,
      isOnLink: fc.boolean(),
      isAutonomous: fc.boolean(),
      validSeconds: uint32,
      preferredSeconds: uint32,
    }),
    fc.record({ kind: fc.constant("mtu" as const), mtu: uint32 }),
    fc.record({ kind: fc.constant("redirected" as const), packet: fc.uint8Array({ minLength: 16, maxLength: 16 }) }),
    fc.record({
      kind: fc.constant("dns-servers" as const),
      lifetimeSeconds: uint32,
      servers: fc.array(addressAny, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("other" as const),
      type: fc.integer({ min: 100, max: 255 }),
      data: fc.uint8Array({ minLength: 14, maxLength: 14 }),
    }),
  ),
  { maxLength: 4 },
);

const discovery: fc.Arbitrary<nd.Message> = fc.oneof(
  fc.record({ kind: fc.constant("router-solicitation" as const), options }),
  fc.record({
    kind: fc.constant("router-advertisement" as const),
    hopLimit: uint8,
    isManaged: fc.boolean(),
    hasOtherConfiguration: fc.boolean(),
    preference: fc.constantFrom("low" as const, "medium" as const, "high" as const),
    lifetimeSeconds: uint16,
    reachableMs: uint32,
    retransmitMs: uint32,
    options,
  }),
  fc.record({ kind: fc.constant("neighbour-solicitation" as const), target: addressAny, options }),
  fc.record({
    kind: fc.constant("neighbour-advertisement" as const),
    isRouter: fc.boolean(),
    isSolicited: fc.boolean(),
    overrides: fc.boolean(),
    target: addressAny,
    options,
  }),
  fc.record({ kind: fc.constant("redirect" as const), target: addressAny, destination: addressAny, options }),
);

const discoveryBytes = discovery.map((message) => emitted(nd.emit, message, nd.lengthOf(message)));

describe("neighbour discovery", () => {
  test("round trip", () => {
    const property = fc.property(discovery, (message) => {
      const data = emitted(nd.emit, message, nd.lengthOf(message));
      expect(nd.check(viewOf(data), 0, data.length)).toBe(true);
      expect(nd.parse(viewOf(data), 0, data.length)).toEqual(message);
    });
    fc.assert(property);
  });

  test("bytes that nobody meant", () => {
    const typed = (view: DataView, offset: number, length: number): true | string =>
      length < 8 ? "truncated" : nd.check(view, offset, length);
    expectSafe(typed, nd.parse, discoveryBytes);
  });

  test("each reason", () => {
    const solicitation = { kind: "router-solicitation", options: [{ kind: "mtu", mtu: 1500 }] } as const;
    const data = emitted(nd.emit, solicitation, nd.lengthOf(solicitation));
    const verdict = (changed: Uint8Array): true | nd.Reason => nd.check(viewOf(changed), 0, changed.length);
    expect(verdict(data.with(1, 1))).toBe("bad-code");
    expect(verdict(data.with(9, 0))).toBe("bad-option");
    expect(verdict(data.with(9, 2))).toBe("bad-option");
    expect(verdict(data.with(0, nd.REDIRECT))).toBe("truncated");
    expect(verdict(data.with(0, 200))).toBe("truncated");
  });
});

const listener: fc.Arbitrary<mld.Message> = fc.oneof(
  fc.record({ kind: fc.constant("query" as const), maxResponseMs: uint16, group: addressAny }),
  fc.record({ kind: fc.constantFrom("report" as const, "done" as const), group: addressAny }),
  fc.record({
    kind: fc.constant("report-2" as const),
    records: fc.array(fc.record({ type: uint8, group: addressAny, sources: fc.array(addressAny, { maxLength: 3 }) }), {
      maxLength: 3,
    }),
  }),
);

describe("multicast listeners", () => {
  test("round trip", () => {
    const property = fc.property(listener, (message) => {
      const data = emitted(mld.emit, message, mld.lengthOf(message));
      expect(mld.check(viewOf(data), 0, data.length)).toBe(true);
      expect(mld.parse(viewOf(data), 0, data.length)).toEqual(message);
    });
    fc.assert(property);
  });

  test("bytes that nobody meant", () => {
    const typed = (view: DataView, offset: number, length: number): true | string =>
      length < 8 ? "truncated" : mld.check(view, offset, length);
    const valid = listener.map((message) => emitted(mld.emit, message, mld.lengthOf(message)));
    expectSafe(typed, mld.parse, valid);
  });

  test("a query of version 2 may write its time as a small floating-point number", () => {
    const data = new Uint8Array(28);
    data.set([mld.QUERY, 0, 0, 0, 0x80, 0x01]);
    expect(mld.parse(viewOf(data), 0, 28)).toMatchObject({ kind: "query", maxResponseMs: 0x1001 << 3 });
    expect(mld.parse(viewOf(data), 0, 24)).toMatchObject({ maxResponseMs: 0x8001 });
  });
});
