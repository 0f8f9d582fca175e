import * as fc from "fast-check";
import { expect, test } from "vitest";
import { IpAddress } from "./ip-address.ts";
import * as options from "./ipv4-options.ts";
import { addressV4, bytes, hexOf, uint32, viewOf } from "./wire.fixture.ts";

const scan = (hex: string) => {
  const data = bytes(hex);
  return options.scan(viewOf(data, 3), 3, data.length);
};
const EMPTY = { hasSourceRoute: false, hasRouterAlert: false, recordRoute: -1, timestamp: -1 };
const TEN = IpAddress.parse("10.0.0.9") as IpAddress;
const who = { address: TEN, timeMs: 0x0102_0304, isOurs: (address: IpAddress) => address.equals(TEN) };

/** The options after one host has written itself down. */
const stamped = (hex: string): string | false => {
  const data = bytes(hex);
  const view = viewOf(data);
  const contents = options.scan(view, 0, data.length);
  if (typeof contents === "number") throw new Error(`octet ${contents} is at fault`);
  return options.stamp(view, 0, contents, who) ? hexOf(view) : false;
};

test.each([
  ["01 94 04 00 00 00", { ...EMPTY, hasRouterAlert: true }],
  ["07 07 04 00000000 00", { ...EMPTY, recordRoute: 0 }],
  ["01 44 08 05 00 00000000", { ...EMPTY, timestamp: 1 }],
  ["83 07 04 0a000001 00", { ...EMPTY, hasSourceRoute: true }],
  ["00 ff ff ff", EMPTY],
  ["1e 04 01 02", EMPTY],
])("%s says what it says", (hex, contents) => {
  expect(scan(hex)).toEqual(contents);
});

test.each([
  ["07", 0, "ends before its length"],
  ["07 01 04 00", 0, "shorter than its own head"],
  ["07 08 04 00", 0, "longer than the header"],
  ["07 07 03 00000000", 2, "a pointer into the head"],
  ["07 06 04 000000", 2, "no room for an address"],
  ["44 08 04 00 00000000", 2, "a timestamp's pointer into the head"],
  ["44 08 05 02 00000000", 3, "an unknown flag"],
  ["44 08 05 01 00000000", 2, "no room for address and time"],
  ["44 04 05 f0", 3, "more hosts than can be counted"],
  ["94 03 00", 1, "a short router alert"],
  ["07 03 04 07 03 04", 3, "two of one kind"],
])("%s: octet %i is at fault: %s", (hex, fault) => {
  expect(scan(hex)).toBe(fault);
});

test.each<[string, string | false, string]>([
  ["07 07 04 00000000", "07 07 08 0a 00 00 09", "a record of the route"],
  ["07 07 08 0a000001", false, "a full one"],
  ["44 08 05 00 00000000", "44 08 09 00 01 02 03 04", "times alone"],
  ["44 08 09 00 00000001", "44 08 09 10 00 00 00 01", "a full one, which counts"],
  ["44 0c 05 01 0000000000000000", "44 0c 0d 01 0a 00 00 09 01 02 03 04", "with addresses"],
  ["44 0c 05 03 0a00000900000000", "44 0c 0d 03 0a 00 00 09 01 02 03 04", "given addresses, ours"],
  ["44 0c 05 03 0a00000800000000", false, "given addresses, another's"],
])("%s becomes %s: %s", (hex, after) => {
  expect(stamped(hex)).toBe(after);
});

test("in later fragments an option that is not copied is blanked", () => {
  const view = viewOf(bytes(`48 ${"00".repeat(19)} 07 07 04 01020304 94 04 00 00 00`));
  options.blankUncopied(view, 0);
  expect(hexOf(view, 20)).toBe("01 01 01 01 01 01 01 94 04 00 00 00");
});

test.each([
  ["94 04 00 00", "RA"],
  ["07 0b 08 0a000001 00000000 00", "RR 10.0.0.1^ 0.0.0.0,EOL"],
  ["44 08 05 10 00000007", "TS{TSONLY 7 [1 hops not recorded]}"],
  ["44 0c 05 01 0a00000100000007", "TS{TS+ADDR 7@10.0.0.1}"],
  ["01 89 07 04 0a000001", "NOP,SSRR 10.0.0.1"],
  ["1e 04 01 02", "unknown 30"],
  ["07 09 04", "[bad length 9]"],
])("%s is shown as %s", (hex, shown) => {
  const data = bytes(hex);
  expect(options.text(viewOf(data, 2), 2, data.length)).toBe(shown);
});

test("whatever bytes there are, nothing is read or written behind them", () => {
  const property = fc.property(fc.uint8Array({ maxLength: 40 }), addressV4, uint32, (data, address, timeMs) => {
    const view = viewOf(data);
    options.text(view, 0, data.length);
    const contents = options.scan(view, 0, data.length);
    if (typeof contents === "number") expect(contents).toBeLessThan(data.length);
    else options.stamp(view, 0, contents, { address, timeMs, isOurs: () => true });
  });
  fc.assert(property, { numRuns: 2000 });
});
