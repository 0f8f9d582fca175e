/** Frames of HTTP/2 are found wherever reads have cut them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameEnds } from "./http2-frames.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

function frame(length: number, flags = 0): number[] {
  const header = [length >> 16, (length >> 8) & 0xff, length & 0xff, 0, flags, 0, 0, 0, 1];
  return [...header, ...Array.from({ length }, (_, index) => index & 0xff)];
}

const lengths = fc.array(fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(300)), { maxLength: 8 });

test("one read: a piece for each frame", () => {
  fc.assert(
    fc.property(lengths, fc.boolean(), (sizes, isServer) => {
      const preface = isServer ? [[...Buffer.from(PREFACE)]] : [];
      const frames = [...preface, ...sizes.map((size) => frame(size))];
      const pieces = [...new FrameEnds(isServer).split(Uint8Array.from(frames.flat()))];
      expect(pieces.map((piece) => [...piece])).toEqual(frames);
    }),
  );
});

test("several reads: nothing is lost, and no piece goes beyond the end of a frame", () => {
  fc.assert(
    fc.property(lengths, fc.array(fc.nat({ max: 40 }), { maxLength: 40 }), (sizes, reads) => {
      const whole = Uint8Array.from(sizes.flatMap((size) => frame(size)));
      let sum = 0;
      const ends = new Set(sizes.map((size) => (sum += size + 9)));
      const finder = new FrameEnds(false);
      const given: number[] = [];
      for (let at = 0, index = 0; at < whole.length; index++) {
        const read = whole.subarray(at, at + (reads[index] ?? whole.length));
        at += read.length;
        for (const piece of finder.split(read)) {
          const before = given.length;
          given.push(...piece);
          for (let i = before + 1; i < given.length; i++) expect(ends.has(i)).toBe(false);
        }
      }
      expect(given).toEqual([...whole]);
    }),
  );
});

test("the end of a stream is a frame of its own", () => {
  const read = Uint8Array.from([...frame(2, 1), ...frame(0, 1), ...frame(3)]);
  const pieces = [...new FrameEnds(false).split(read)].map((piece) => [...piece]);
  expect(pieces).toEqual([frame(2), frame(0, 1), frame(0, 1), frame(3)]);
});
