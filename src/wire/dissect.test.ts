import fc from "fast-check";
import { expect, test } from "vitest";
import { dissect } from "./dissect.ts";
import * as ethernet from "./ethernet.ts";
import { IpAddress } from "./ip-address.ts";
import * as ipv4 from "./ipv4.ts";
import { LINKTYPE_ETHERNET, LINKTYPE_PPP, LINKTYPE_RAW } from "./pcapng.ts";
import * as udp from "./udp.ts";

/** "hello" in UDP in IPv4 in Ethernet, with padding behind it. */
function frame(): Uint8Array {
  const bytes = new Uint8Array(60);
  const view = new DataView(bytes.buffer);
  ethernet.emit(view, 0, { destination: 0x02_00_00_00_00_02, source: 0x02_00_00_00_00_01, etherType: 0x0800 });
  const [source, destination] = [IpAddress.v4(0x0a000001), IpAddress.v4(0x0a000002)];
  const options = new Uint8Array(0);
  ipv4.emit(view, 14, {
    dscp: 0,
    ecn: 0,
    totalLength: 33,
    identification: 1,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol: 17,
    source,
    destination,
    options,
  });
  udp.emit(view, 34, { sourcePort: 5000, destinationPort: 7, length: 13, checksum: 0x1234 });
  bytes.set(new TextEncoder().encode("hello"), 42);
  return bytes;
}

test("a datagram is taken apart layer by layer, and the link's padding is left out", () => {
  const layers = dissect(LINKTYPE_ETHERNET, frame());
  expect(layers.map(({ protocol, offset, length }) => [protocol, offset, length])).toEqual([
    ["Ethernet", 0, 14],
    ["IPv4", 14, 20],
    ["UDP", 34, 8],
    ["payload", 42, 5],
  ]);
  expect(Object.fromEntries(layers.flatMap(({ fields }) => fields))).toMatchObject({
    type: "0x0800 (IPv4)",
    "time to live": "64",
    protocol: "17 (UDP)",
    source: "10.0.0.1",
    "destination port": "7",
    checksum: "0x1234",
  });
});

test("without a link header the version says what comes first", () => {
  expect(dissect(LINKTYPE_RAW, frame().subarray(14)).map(({ protocol }) => protocol)).toEqual([
    "IPv4",
    "UDP",
    "payload",
  ]);
});

test("a PPP frame has a header of four bytes", () => {
  const bytes = Uint8Array.of(0xff, 0x03, 0x00, 0x21, ...frame().subarray(14));
  const layers = dissect(LINKTYPE_PPP, bytes);
  expect(layers.map(({ protocol, length }) => `${protocol} ${length}`)).toEqual([
    "PPP 4",
    "IPv4 20",
    "UDP 8",
    "payload 5",
  ]);
  expect(layers[0]?.fields).toContainEqual(["protocol", "0x0021 (IPv4)"]);
});

test("whatever the bytes are, layers follow each other and end with the frame", () => {
  const mutated = fc
    .tuple(fc.array(fc.tuple(fc.nat(59), fc.nat(255)), { maxLength: 8 }), fc.nat(60))
    .map(([changes, cut]) => {
      const bytes = frame();
      for (const [at, value] of changes) bytes[at] = value;
      return bytes.subarray(0, cut);
    });
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 100 }), mutated),
      fc.constantFrom(LINKTYPE_ETHERNET, LINKTYPE_RAW, LINKTYPE_PPP),
      (bytes, linkType) => {
        let end = 0;
        for (const { offset, length } of dissect(linkType, bytes)) {
          expect(offset).toBe(end);
          end = offset + length;
        }
        expect(end).toBeLessThanOrEqual(bytes.length);
      },
    ),
  );
});
