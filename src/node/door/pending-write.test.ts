/** Writes of several pieces: what goes down is what was written, as few buffers. */
import { expect, test } from "vitest";
import { join, toBuffers } from "./pending-write.ts";

test("text in every encoding and bytes become one buffer", () => {
  const encodings: BufferEncoding[] = ["utf8", "latin1", "ascii", "utf16le", "hex", "base64", "base64url"];
  // Text in hex or base64 ends where it is none any more, so it is shorter than its length says.
  const texts = ["grüße", "00ff", "0f0f!!", "aGk=", "aGk", "aGk==x", "", "€"];
  for (const encoding of encodings) {
    const chunks = texts.flatMap((text) => [text, encoding, Buffer.from("-"), "buffer"]);
    const expected = Buffer.concat(texts.flatMap((text) => [Buffer.from(text, encoding), Buffer.from("-")]));
    const made = toBuffers(chunks, false);
    expect(made).toHaveLength(1);
    expect(Buffer.compare(made[0] as Uint8Array, expected)).toBe(0);
  }
});

test("much is not copied for it", () => {
  const large = Buffer.alloc(65_536, "x");
  const [first, second] = toBuffers([large, "buffer", "y", "latin1"], false);
  expect(first).toBe(large);
  expect(second).toEqual(Buffer.from("y"));
  const pieces = [large, Buffer.from("y")];
  expect(join(pieces)).toBe(pieces);
  expect(join([Buffer.from("a"), Buffer.from("b")])).toEqual([Buffer.from("ab")]);
});
