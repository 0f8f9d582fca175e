/** Addresses: the RFCs' examples of text, Node and the URL standard as referees, what kind an address is, prefixes. */

import { isIP } from "node:net";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ANY_V4,
  ANY_V6,
  BROADCAST_V4,
  IpAddress,
  LOOPBACK_V4,
  LOOPBACK_V6,
  maskV4,
  parsePrefix,
  prefixLengthV4,
} from "./ip-address.ts";
import { addressAny, uint32 } from "./wire.fixture.ts";

const ip = (text: string): IpAddress => {
  const address = IpAddress.parse(text);
  if (address === undefined) throw new Error(`${text} was refused`);
  return address;
};

/** How the URL standard, an implementation that is not ours, writes an IPv6 address. */
const canonicalByUrl = (text: string): string => new URL(`http://[${text}]`).hostname.slice(1, -1);

describe("text", () => {
  test.each([
    // RFC 4291 §2.2
    ["ABCD:EF01:2345:6789:ABCD:EF01:2345:6789", "abcd:ef01:2345:6789:abcd:ef01:2345:6789"],
    ["2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"],
    ["FF01:0:0:0:0:0:0:101", "ff01::101"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["::", "::"],
    ["0:0:0:0:0:0:13.1.68.3", "::d01:4403"],
    ["::FFFF:129.144.52.38", "129.144.52.38"],
    // RFC 5952 §4.2
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["1:0:0:0:0:0:0:0", "1::"],
    // Hand-made
    ["10.0.0.1", "10.0.0.1"],
    ["255.255.255.255", "255.255.255.255"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ])("%s is written %s", (text, canonical) => expect(ip(text).toString()).toBe(canonical));

  test.each([
    "",
    "10.0.0",
    "10.0.0.1.2",
    "10.0.0.256",
    "10.0.0.01",
    "10.0.0.-1",
    "0x0a.0.0.1",
    " 10.0.0.1",
    "10.0.0.1\n",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    ":::",
    ":1::2",
    "1::2:",
    "1:2:3:4::5:6:7:8",
    "12345::",
    "g::",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "::1.2.3",
    "1:2:3:4:5:6:7:1.2.3.4",
    "fe80::1%eth0",
    "[::1]",
  ])("%j is not an address", (text) => expect(IpAddress.parse(text)).toBeUndefined());

  test("gives back every address", () => {
    const property = fc.property(addressAny, (address) => {
      expect(ip(address.toString())).toEqual(address);
    });
    fc.assert(property);
  });

  test("is what the URL standard makes of it", () => {
    const property = fc.property(addressAny, (address) => {
      if (address.family === 6) expect(address.toString()).toBe(canonicalByUrl(address.toString()));
    });
    fc.assert(property, { numRuns: 1000 });
  });

  test("is accepted when Node accepts it, and means the same", () => {
    const almost = fc
      .tuple(
        fc.oneof(fc.ipV6(), fc.ipV4()),
        fc.nat(),
        fc.nat(2),
        fc.constantFrom("", "", "0", ":", "::", ".", "f", "12"),
      )
      .map(([text, index, removed, added]) => {
        const at = index % (text.length + 1);
        return text.slice(0, at) + added + text.slice(at + removed);
      });
    const property = fc.property(almost, (text) => {
      const address = IpAddress.parse(text);
      expect(address !== undefined).toBe(isIP(text) !== 0);
      if (isIP(text) === 6) expect(ip(canonicalByUrl(text))).toEqual(address);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

describe("the two families", () => {
  test("an IPv4 address is its mapped form", () => {
    const address = IpAddress.v4(0x0a00_0001);
    expect([address.w0, address.w1, address.w2, address.w3]).toEqual([0, 0, 0xffff, 0x0a00_0001]);
    expect(address.family).toBe(4);
    expect(address.v4).toBe(0x0a00_0001);
    expect(address.equals(IpAddress.v6(0, 0, 0xffff, 0x0a00_0001))).toBe(true);
    expect(address.equals(ip("::10.0.0.1"))).toBe(false);
  });

  test("words are unsigned, also when given as signed", () => {
    expect(IpAddress.v4(-1)).toEqual(BROADCAST_V4);
    expect(IpAddress.v6(-1, -1, -1, -1).toString()).toBe("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  });

  test("an IPv6 address has no 32 bits", () => expect(() => LOOPBACK_V6.v4).toThrow("only an IPv4 address"));

  test("two addresses are equal when all words are", () => {
    const property = fc.property(addressAny, fc.nat(127), (address, bit) => {
      const words = [address.w0, address.w1, address.w2, address.w3] as [number, number, number, number];
      expect(address.equals(IpAddress.v6(...words))).toBe(true);
      words[bit >>> 5] = (words[bit >>> 5] as number) ^ (1 << (bit & 31));
      expect(address.equals(IpAddress.v6(...words))).toBe(false);
    });
    fc.assert(property);
  });
});

test.each([
  [ANY_V4, "0.0.0.0", "unspecified"],
  [ANY_V6, "::", "unspecified"],
  [LOOPBACK_V4, "127.0.0.1", "loopback"],
  [LOOPBACK_V6, "::1", "loopback"],
  [BROADCAST_V4, "255.255.255.255", "broadcast"],
  [ip("127.255.255.255"), "127.255.255.255", "loopback"],
  [ip("128.0.0.1"), "128.0.0.1", ""],
  [ip("224.0.0.1"), "224.0.0.1", "multicast"],
  [ip("239.255.255.255"), "239.255.255.255", "multicast"],
  [ip("240.0.0.0"), "240.0.0.0", ""],
  [ip("10.0.0.255"), "10.0.0.255", ""],
  [ip("ff02::1"), "ff02::1", "multicast"],
  [ip("fe80::1"), "fe80::1", ""],
  [ip("::2"), "::2", ""],
  [ip("::127.0.0.1"), "::7f00:1", ""],
])("%s is %s and %s", (address, text, kind) => {
  const { isUnspecified, isLoopback, isMulticast, isBroadcast } = address;
  expect(address.toString()).toBe(text);
  expect({ isUnspecified, isLoopback, isMulticast, isBroadcast }).toEqual({
    isUnspecified: kind === "unspecified",
    isLoopback: kind === "loopback",
    isMulticast: kind === "multicast",
    isBroadcast: kind === "broadcast",
  });
});

describe("prefixes", () => {
  test.each([
    ["10.0.0.1/24", "10.0.0.1", 24],
    ["0.0.0.0/0", "0.0.0.0", 0],
    ["10.0.0.1/32", "10.0.0.1", 32],
    ["2001:db8::1/64", "2001:db8::1", 64],
    ["::/0", "::", 0],
    ["::1/128", "::1", 128],
  ])("%s", (text, address, prefixLength) => {
    expect(parsePrefix(text)).toEqual({ address: ip(address), prefixLength });
  });

  test.each([
    "10.0.0.1",
    "10.0.0.1/",
    "10.0.0.1/33",
    "10.0.0.1/-1",
    "10.0.0.1/024",
    "/24",
    "::1/129",
    "::ffff:1.2.3.4/64",
  ])("%j is not a prefix", (text) => expect(parsePrefix(text)).toBeUndefined());

  test.each([
    [0, 0],
    [1, 0x8000_0000],
    [8, 0xff00_0000],
    [24, 0xffff_ff00],
    [31, 0xffff_fffe],
    [32, 0xffff_ffff],
  ])("the mask of /%i", (prefixLength, mask) => {
    expect(maskV4(prefixLength)).toBe(mask);
    expect(prefixLengthV4(mask)).toBe(prefixLength);
  });

  test("a mask has its ones in front", () => {
    expect(prefixLengthV4(0xff00_ff00)).toBeUndefined();
    expect(prefixLengthV4(0x0000_00ff)).toBeUndefined();
    const property = fc.property(uint32, (mask) => {
      const ones = /^(1*)0*$/.exec(mask.toString(2).padStart(32, "0"));
      expect(prefixLengthV4(mask)).toBe(ones?.[1]?.length);
    });
    fc.assert(property);
  });
});
