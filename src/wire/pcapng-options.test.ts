/** Options: known bytes, the round trip, ends and cuts, and the values that they hold. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as options from "./pcapng-options.ts";
import { bytes, expectSafe, hexOf, uint32, viewOf } from "./wire.fixture.ts";

const lists: fc.Arbitrary<options.Options> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 0xffff }), fc.uint8Array({ maxLength: 9 })), { maxLength: 5 })
  .map((entries) => new Map(entries));

/** Characters of one to four octets, the zero, and the byte order mark, which a decoder may swallow. */
const texts = fc.array(fc.constantFrom("a", "é", "世", "😀", "\0", "\ufeff")).map((characters) => characters.join(""));

function emit(list: options.Options): Uint8Array {
  const view = new DataView(new ArrayBuffer(options.size(list)));
  options.emit(view, 0, list);
  return new Uint8Array(view.buffer);
}

test("known bytes", () => {
  // Hand-made: code 2, length 4, "eth0"; code 9, length 1, 9 and padding; the end.
  const list = options.collect([2, options.fromText("eth0")], [3, undefined], [9, Uint8Array.of(9)]);
  expect(hexOf(viewOf(emit(list)))).toBe("02 00 04 00 65 74 68 30 09 00 01 00 09 00 00 00 00 00 00 00");
});

test("no options take no bytes, not even an end", () => {
  expect(options.size(options.collect([1, undefined]))).toBe(0);
  expect(options.parse(new DataView(new ArrayBuffer(0)), 0, 0)).toEqual(new Map());
});

test("parse(emit(options)) equals the options, and check() passes them", () => {
  const property = fc.property(lists, fc.nat(5), (list, offset) => {
    const data = emit(list);
    const view = viewOf(data, offset);
    expect(options.check(view, offset, data.length)).toBe(true);
    expect(options.parse(view, offset, data.length)).toEqual(list);
  });
  fc.assert(property);
});

test("a list that fills its room needs no end mark; behind the mark nothing counts", () => {
  const withoutEnd = viewOf(bytes("01 00 02 00 68 69 00 00"));
  expect(options.check(withoutEnd, 0, 8)).toBe(true);
  expect(options.toText(options.parse(withoutEnd, 0, 8).get(1))).toBe("hi");
  const behindEnd = viewOf(bytes("00 00 00 00 01 00 ff ff"));
  expect(options.check(behindEnd, 0, 8)).toBe(true);
  expect(options.parse(behindEnd, 0, 8)).toEqual(new Map());
});

test.each(["01 00", "01 00 05 00 68 69 00 00", "01 00 04 00"])("%s is a bad option", (hex) => {
  const view = viewOf(bytes(hex));
  expect(options.check(view, 0, view.byteLength)).toBe("bad-option");
});

test("no bytes make it throw", () => expectSafe(options.check, options.parse, lists.map(emit)));

test("values", () => {
  const property = fc.property(texts, uint32, fc.maxSafeNat(), (text, word, counter) => {
    expect(options.toText(options.fromText(text))).toBe(text);
    expect(options.toUint32(options.fromUint32(word))).toBe(word);
    expect(options.toUint64(options.fromUint64(counter))).toBe(counter);
  });
  fc.assert(property);
});

test("a number of another length, as a file may hold, is none", () => {
  expect(options.toUint32(new Uint8Array(3))).toBeUndefined();
  expect(options.toUint64(new Uint8Array(4))).toBeUndefined();
});

test("a text too long for an option is cut between characters", () => {
  const value = options.fromText("é".repeat(40_000));
  expect(value?.length).toBe(65_534);
  expect(options.toText(value)).toBe("é".repeat(32_767));
});
