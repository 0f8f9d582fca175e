/** DNS messages: what is asked, and what damage does not do. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { emitQuestion, parseResponse, TYPES } from "./dns.ts";

const HEADER = [0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
const QUESTION = [1, 97, 0, 0, 5, 0, 1];

test("a question", () => {
  expect(emitQuestion(0x1234, "ab.c.", TYPES.MX)).toEqual(
    Uint8Array.of(0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 97, 98, 1, 99, 0, 0, 15, 0, 1),
  );
  for (const name of ["", "a..b", `${"x".repeat(64)}.test`])
    expect(emitQuestion(1, name, TYPES.A), name).toBeUndefined();
});

test("an answer whose name goes on elsewhere", () => {
  const record = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 4, 1, 98, 0xc0, 12];
  expect(parseResponse(Uint8Array.of(...HEADER, ...QUESTION, ...record))).toEqual({
    id: 7,
    isTruncated: false,
    rcode: 0,
    answers: [{ type: "CNAME", value: "b.a" }],
  });
});

test("a name that leads to itself is no message; nor is a question", () => {
  expect(parseResponse(Uint8Array.of(...HEADER, 0xc0, 12, 0, 5, 0, 1))).toBeUndefined();
  expect(parseResponse(emitQuestion(1, "a", TYPES.A) as Uint8Array)).toBeUndefined();
});

test("no bytes make it throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(...Object.values(TYPES)), (bytes, type) => {
      parseResponse(bytes);
      parseResponse(Uint8Array.of(...HEADER, ...QUESTION, 0xc0, 12, type >> 8, type & 0xff, 0, 1, ...bytes));
    }),
  );
});
