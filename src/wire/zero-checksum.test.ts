import { expect, test } from "vitest";
import { Packet } from "./packet.ts";

test.each([
  ["UDP, where zero would say that there is none", 6, 0xffff],
  ["TCP", 16, 0],
  ["ICMPv6", 2, 0],
])("a checksum that comes out as zero: %s", (_protocol, field, written) => {
  const packet = Packet.allocate(20);
  packet.bytes.fill(0, packet.start, packet.end);
  packet.checksumStart = packet.start;
  packet.checksumField = field;
  // The sum of the pseudo-header, whose complement is zero.
  packet.view.setUint16(packet.start + field, 0xffff);
  packet.completeChecksum();
  expect(packet.view.getUint16(packet.start + field)).toBe(written);
});
