import { expect, test } from "vitest";
import { escapeText, quote } from "./quote.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("text is quoted as C writes it", () => {
  expect(quote(bytes('say "hi"\\\n\t\0'))).toBe('"say \\"hi\\"\\\\\\n\\t\\0"');
  expect(quote(bytes("grüße"))).toBe('"grüße"');
  expect(quote(bytes(""))).toBe('""');
});

test("what is no text is written in hexadecimal digits", () => {
  expect(quote(new Uint8Array([0xff, 0xfe]))).toBe("0xfffe");
  expect(quote(new Uint8Array([0x41, 0x01]))).toBe("0x4101");
});

test("what is long is cut, and never in the middle of a character", () => {
  expect(quote(bytes("abcdef"), 4)).toBe('"abcd"…');
  expect(quote(bytes("abcü"), 4)).toBe('"abc"…');
  expect(quote(new Uint8Array(5).fill(0xff), 2)).toBe("0xffff…");
});

test("nothing reaches a terminal that it would obey", () => {
  expect(escapeText("\x1b[2J\u202e\u009b")).toBe("\\x1b[2J\\u{202e}\\u{9b}");
});
