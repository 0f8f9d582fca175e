/** The sum against RFC 1071 to the letter, the RFCs' own examples, updates against summing again, the pseudo-header. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as checksum from "./checksum.ts";
import { IpAddress } from "./ip-address.ts";
import { addressAny, addressV4, bytes, uint8, uint16, viewOf } from "./wire.fixture.ts";

const PROTOCOL = 17;

/** RFC 1071 §1 to the letter: word by word, each carry added at once. */
function sumByTheBook(data: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < data.length; at += 2) {
    sum += (data[at] as number) * 256 + (data[at + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

const sumOf = (data: Uint8Array): number => checksum.sum(viewOf(data), 0, data.length, 0);

/** The sum over the bytes of an address pair and what follows it: 12 bytes over IPv4, 40 over IPv6. */
function pseudoHeaderBytes(source: IpAddress, destination: IpAddress, length: number): Uint8Array {
  const isV4 = source.family === 4 && destination.family === 4;
  const words = isV4
    ? [source.v4, destination.v4, PROTOCOL * 0x1_0000 + length]
    : [source, destination].flatMap(({ w0, w1, w2, w3 }) => [w0, w1, w2, w3]).concat(length, PROTOCOL);
  const view = new DataView(new ArrayBuffer(words.length * 4));
  for (const [index, word] of words.entries()) view.setUint32(index * 4, word);
  return new Uint8Array(view.buffer);
}

test("the example of RFC 1071 §3", () => {
  const total = sumOf(bytes("00 01 f2 03 f4 f5 f6 f7"));
  expect(checksum.fold(total)).toBe(0xddf2);
  expect(checksum.finish(total)).toBe(0x220d);
});

test("the example of RFC 1624 §4", () => expect(checksum.update(0xdd2f, 0x5555, 0x3285)).toBe(0x0000));

test.each([
  [0, 0, 0xffff],
  [0xffff, 0xffff, 0],
  [0x1_0000, 1, 0xfffe],
  [0x1_fffe, 0xffff, 0],
  [0xffff_ffff, 0xffff, 0],
  [0x1_0000_0000, 1, 0xfffe],
  [0x1_ffff_ffff, 1, 0xfffe],
  [Number.MAX_SAFE_INTEGER, 0x001f, 0xffe0],
])("%i folds to %i", (total, folded, finished) => {
  expect(checksum.fold(total)).toBe(folded);
  expect(checksum.finish(total)).toBe(finished);
});

test("the sum is that of the book, at every length and offset", () => {
  const property = fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(9), (data, offset) => {
    const total = checksum.sum(viewOf(data, offset), offset, data.length, 0);
    expect(checksum.fold(total)).toBe(sumByTheBook(data));
  });
  fc.assert(property, { numRuns: 1000 });
});

test("the longest datagram does not overflow", () => {
  const data = new Uint8Array(65535).fill(0xff);
  expect(checksum.fold(sumOf(data))).toBe(sumByTheBook(data));
});

test("pieces may be summed apart where the cut is even", () => {
  const property = fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(50), (data, half) => {
    const cut = Math.min(half * 2, data.length & ~1);
    const first = sumOf(data.subarray(0, cut));
    const both = checksum.sum(viewOf(data), cut, data.length - cut, first);
    expect(checksum.fold(both)).toBe(sumByTheBook(data));
  });
  fc.assert(property);
});

test("data with their checksum in place sum to all ones", () => {
  const property = fc.property(fc.uint8Array({ maxLength: 100 }), (data) => {
    const view = viewOf(Uint8Array.of(0, 0, ...data));
    view.setUint16(0, checksum.finish(checksum.sum(view, 0, view.byteLength, 0)));
    expect(checksum.fold(checksum.sum(view, 0, view.byteLength, 0))).toBe(0xffff);
  });
  fc.assert(property);
});

test("an update gives what summing again would give", () => {
  const property = fc.property(
    uint8,
    fc.uint8Array({ minLength: 2, maxLength: 40 }),
    fc.nat(),
    uint16,
    (one, data, place, word) => {
      // The first octet is never zero, as in every IP header: data of zeros alone have two checksums.
      const view = viewOf(Uint8Array.of(one | 1, 0, ...data, 0));
      const before = checksum.finish(checksum.sum(view, 0, view.byteLength, 0));
      const at = 2 + ((place % (data.length - 1)) & ~1);
      const oldWord = view.getUint16(at);
      view.setUint16(at, word);
      const after = checksum.finish(checksum.sum(view, 0, view.byteLength, 0));
      expect(checksum.update(before, oldWord, word)).toBe(after);
    },
  );
  fc.assert(property);
});

test("the pseudo-header of both families", () => {
  const pair = fc.oneof(fc.tuple(addressV4, addressV4), fc.tuple(addressAny, addressAny));
  const property = fc.property(pair, uint16, ([source, destination], length) => {
    const total = checksum.pseudoHeader(source, destination, PROTOCOL, length);
    expect(checksum.fold(total)).toBe(sumByTheBook(pseudoHeaderBytes(source, destination, length)));
  });
  fc.assert(property);
});

test("the pseudo-header of a known datagram", () => {
  // Hand-made: 0a00 + 0001 + 0a00 + 0002 + 0011 + 001a.
  const [source, destination] = [IpAddress.v4(0x0a00_0001), IpAddress.v4(0x0a00_0002)];
  expect(checksum.fold(checksum.pseudoHeader(source, destination, PROTOCOL, 26))).toBe(0x142e);
});
