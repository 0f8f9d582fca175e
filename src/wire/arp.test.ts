/** ARP messages: known bytes, the round trip, each reason of check(), and bytes that nobody meant. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as arp from "./arp.ts";
import { IpAddress } from "./ip-address.ts";
import {
  addressV4,
  bytes,
  emitted,
  expectRoundTrip,
  expectSafe,
  hexOf,
  macAddress,
  uint16,
  viewOf,
} from "./wire.fixture.ts";

const messages: fc.Arbitrary<arp.Message> = fc.record({
  op: uint16,
  sha: macAddress,
  spa: addressV4,
  tha: macAddress,
  tpa: addressV4,
});

// Hand-made: 10.0.0.1 at 02:00:00:00:00:01 asks for 10.0.0.2.
const BYTES = "00 01 08 00 06 04 00 01 02 00 00 00 00 01 0a 00 00 01 00 00 00 00 00 00 0a 00 00 02";
const MESSAGE: arp.Message = {
  op: arp.REQUEST,
  sha: 0x02_00_00_00_00_01,
  spa: IpAddress.v4(0x0a00_0001),
  tha: 0,
  tpa: IpAddress.v4(0x0a00_0002),
};

test("known bytes", () => {
  const view = viewOf(bytes(BYTES));
  expect(arp.check(view, 0, view.byteLength)).toBe(true);
  expect(arp.parse(view, 0)).toEqual(MESSAGE);
  expect(hexOf(viewOf(emitted(arp.emit, MESSAGE, arp.MESSAGE_LENGTH)))).toBe(BYTES);
});

test("link padding behind the message is no fault", () => {
  const view = viewOf(bytes(`${BYTES} ${"00".repeat(18)}`));
  expect(arp.check(view, 0, view.byteLength)).toBe(true);
});

test("parse(emit(message)) equals the message, and check() passes it", () => {
  expectRoundTrip(arp.emit, arp.parse, messages, () => arp.MESSAGE_LENGTH);
  const property = fc.property(messages, (message) => {
    expect(arp.check(viewOf(emitted(arp.emit, message, arp.MESSAGE_LENGTH)), 0, arp.MESSAGE_LENGTH)).toBe(true);
  });
  fc.assert(property);
});

test("each reason has a message", () => {
  const rest = BYTES.slice("00 01 08 00 06 04".length);
  const broken: Record<arp.Reason, string> = {
    truncated: BYTES.slice(0, -3),
    "bad-hardware-type": `00 06 08 00 06 04${rest}`,
    "bad-protocol-type": `00 01 86 dd 06 04${rest}`,
    "bad-address-length": `00 01 08 00 08 04${rest}`,
  };
  for (const [reason, hex] of Object.entries(broken)) {
    const view = viewOf(bytes(hex));
    expect(arp.check(view, 0, view.byteLength)).toBe(reason);
  }
  expect(arp.check(viewOf(bytes(`00 01 08 00 06 10${rest}`)), 0, arp.MESSAGE_LENGTH)).toBe("bad-address-length");
});

test("no bytes make it throw", () =>
  expectSafe(
    arp.check,
    arp.parse,
    messages.map((message) => emitted(arp.emit, message, arp.MESSAGE_LENGTH)),
  ));
