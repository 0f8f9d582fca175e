/**
 * What the tests of the formats share: bytes as text, arbitrary fields, and the three promises of every format.
 *
 * Read first: STYLE's rule for wire formats (parse(emit(r)) equals r; check() true means that no accessor throws).
 */
import * as fc from "fast-check";
import { expect } from "vitest";
import { IpAddress } from "./ip-address.ts";

/** Bytes from hexadecimal digits; white space is for the reader. */
export function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.replace(/\s/g, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** The bytes, and nothing behind them, at an offset into a view. */
export function viewOf(data: Uint8Array, offset: number = 0): DataView {
  const placed = new Uint8Array(offset + data.length);
  placed.set(data, offset);
  return new DataView(placed.buffer);
}

export function hexOf(view: DataView, offset: number = 0, length: number = view.byteLength - offset): string {
  return [...new Uint8Array(view.buffer, view.byteOffset + offset, length)]
    .map((octet) => octet.toString(16).padStart(2, "0"))
    .join(" ");
}

export const uint8: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xff });
export const uint16: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffff });
export const uint32: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffff_ffff });
export const macAddress: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffff_ffff_ffff });
export const addressV4: fc.Arbitrary<IpAddress> = uint32.map(IpAddress.v4);
/** Zero words are frequent, and now and then the result is a mapped IPv4 address. */
const word: fc.Arbitrary<number> = fc.oneof(uint32, uint16, fc.constantFrom(0, 0xffff, 0xffff_0000));
export const addressAny: fc.Arbitrary<IpAddress> = fc.oneof(
  addressV4,
  fc.tuple(word, word, word, word).map((words) => IpAddress.v6(...words)),
);

type Emit<Record> = (view: DataView, offset: number, record: Record) => void;
type Parse<Record> = (view: DataView, offset: number) => Record;

/** What emit() writes, as `length` bytes; it must write all of them and no others, whatever stood there. */
export function emitted<Record>(emit: Emit<Record>, record: Record, length: number): Uint8Array {
  const before = 3;
  const [first, second] = [0x00, 0x5a].map((filler) => {
    const room = new Uint8Array(before + length + 5).fill(filler);
    emit(new DataView(room.buffer), before, record);
    const outside = [...room.subarray(0, before), ...room.subarray(before + length)];
    expect(outside.every((octet) => octet === filler)).toBe(true);
    return room.slice(before, before + length);
  }) as [Uint8Array, Uint8Array];
  expect(first).toEqual(second);
  return first;
}

/** parse(emit(record)) equals the record. */
export function expectRoundTrip<Record>(
  emit: Emit<Record>,
  parse: Parse<Record>,
  records: fc.Arbitrary<Record>,
  lengthOf: (record: Record) => number,
): void {
  const property = fc.property(records, (record) => {
    expect(parse(viewOf(emitted(emit, record, lengthOf(record))), 0)).toEqual(record);
  });
  fc.assert(property);
}

/**
 * Whatever the bytes, check() does not throw, and neither does `read` after check() has passed. The bytes are noise, or
 * valid ones that are whole, cut short, or changed here and there; the view ends where they end.
 */
export function expectSafe(
  check: (view: DataView, offset: number, length: number) => true | string,
  read: (view: DataView, offset: number, length: number) => unknown,
  valid: fc.Arbitrary<Uint8Array>,
): void {
  const cut = fc.tuple(valid, fc.nat()).map(([data, length]) => data.slice(0, length % (data.length + 1)));
  const changes = fc.array(fc.tuple(fc.nat(), uint8), { minLength: 1, maxLength: 4 });
  const changed = fc.tuple(valid, changes).map(([data, places]) => {
    const copy = data.slice();
    for (const [index, octet] of places) copy[index % copy.length] = octet;
    return copy;
  });
  const noise = fc.uint8Array({ maxLength: 128 });
  const property = fc.property(fc.oneof(valid, cut, changed, noise), fc.nat(9), (data, offset) => {
    const view = viewOf(data, offset);
    if (check(view, offset, data.length) === true) read(view, offset, data.length);
  });
  fc.assert(property, { numRuns: 1000 });
}

/** The same bytes with one bit, counted from the first octet's highest, turned over. */
export function withBitFlipped(data: Uint8Array, bit: number): Uint8Array {
  const copy = data.slice();
  copy[bit >>> 3] = (copy[bit >>> 3] as number) ^ (0x80 >>> (bit & 7));
  return copy;
}
