/** MAC addresses: bytes, text, and the group bit. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as mac from "./mac-address.ts";
import { bytes, hexOf, macAddress, viewOf } from "./wire.fixture.ts";

test("is read and written with the first octet on top", () => {
  const view = viewOf(bytes("02 00 00 00 00 01 ff ee dd cc bb aa"));
  expect(mac.read(view, 0)).toBe(0x02_00_00_00_00_01);
  expect(mac.read(view, 6)).toBe(0xff_ee_dd_cc_bb_aa);
  mac.write(view, 0, 0x0a_0b_0c_0d_0e_0f);
  expect(hexOf(view)).toBe("0a 0b 0c 0d 0e 0f ff ee dd cc bb aa");
});

test("text is six pairs of digits", () => {
  expect(mac.format(0x02_00_00_00_00_01)).toBe("02:00:00:00:00:01");
  expect(mac.format(mac.BROADCAST)).toBe("ff:ff:ff:ff:ff:ff");
  expect(mac.format(0)).toBe("00:00:00:00:00:00");
  expect(mac.parse("02:00:00:00:00:01")).toBe(0x02_00_00_00_00_01);
  expect(mac.parse("FF:ff:Ff:fF:FF:FF")).toBe(mac.BROADCAST);
});

test.each([
  "",
  "02:00:00:00:00",
  "02:00:00:00:00:01:02",
  "2:0:0:0:0:1",
  "02-00-00-00-00-01",
  "020000000001",
  "02:00:00:00:00:0g",
  " 02:00:00:00:00:01",
  "02:00:00:00:00:01\n",
])("%j is not an address", (text) => expect(mac.parse(text)).toBeUndefined());

test("text and bytes give back every address", () => {
  const property = fc.property(macAddress, (address) => {
    expect(mac.parse(mac.format(address))).toBe(address);
    const view = new DataView(new ArrayBuffer(8));
    mac.write(view, 1, address);
    expect(mac.read(view, 1)).toBe(address);
    expect([view.getUint8(0), view.getUint8(7)]).toEqual([0, 0]);
  });
  fc.assert(property);
});

test.each([
  ["ff:ff:ff:ff:ff:ff", true],
  ["01:00:5e:00:00:01", true],
  ["33:33:00:00:00:01", true],
  ["02:00:00:00:00:01", false],
  ["fe:ff:ff:ff:ff:ff", false],
])("%s: group address? %s", (text, expected) => expect(mac.isMulticast(mac.parse(text) ?? -1)).toBe(expected));
