import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ACCM_ALL, Deframer, encode, type FramingFault } from "./hdlc.ts";

function deframer(maxBytes = 100): { input(bytes: Uint8Array): void; frames: number[][]; faults: FramingFault[] } {
  const frames: number[][] = [];
  const faults: FramingFault[] = [];
  const client = {
    frame: (bytes: Uint8Array) => frames.push([...bytes]),
    fault: (fault: FramingFault) => faults.push(fault),
  };
  const made = new Deframer(client, maxBytes);
  return { input: (bytes) => made.input(bytes), frames, faults };
}

test("a frame as RFC 1662 §C.2 and an LCP request of pppd have it on the line", () => {
  // ff 03 c0 21 01 01 00 04: FCS d1 b5.
  const line = encode(Uint8Array.of(0xff, 0x03, 0xc0, 0x21, 1, 1, 0, 4), ACCM_ALL);
  const hex = [...line].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  expect(hex).toBe("7eff7d23c0217d217d217d207d24d1b57e");
});

test("the map says which control characters are escaped; flag and escape always are", () => {
  const frame = Uint8Array.of(0x11, 0x12, 0x7e, 0x7d, 0x20);
  expect([...encode(frame, 1 << 0x11)].slice(0, 8)).toEqual([0x7e, 0x7d, 0x31, 0x12, 0x7d, 0x5e, 0x7d, 0x5d]);
});

test("whatever the frames, the map and the pieces, what was sent comes out", () => {
  const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 6 });
  const property = fc.property(frames, fc.integer(), fc.integer({ min: 1, max: 20 }), (sent, accm, piece) => {
    const line = Uint8Array.from(sent.flatMap((frame) => [...encode(frame, accm)]));
    const far = deframer();
    for (let at = 0; at < line.length; at += piece) far.input(line.subarray(at, at + piece));
    expect(far.frames).toEqual(sent.map((frame) => [...frame]));
    expect(far.faults).toEqual([]);
  });
  fc.assert(property);
});

test("faults: damaged, cut short, too long, aborted; the next frame is whole", () => {
  const good = encode(Uint8Array.of(1, 2, 3), 0);
  const damaged = good.slice();
  damaged[2] = 0x40;
  const far = deframer(10);
  far.input(damaged);
  far.input(Uint8Array.of(1, 0x7e));
  far.input(encode(new Uint8Array(11).fill(0x40), 0));
  far.input(Uint8Array.of(1, 2, 3, 0x7d, 0x7e));
  far.input(good);
  expect(far.faults).toEqual(["bad-fcs", "too-short", "too-long", "aborted"]);
  expect(far.frames).toEqual([[1, 2, 3]]);
});

test("noise never throws, and one frame comes through after a flag", () => {
  const property = fc.property(fc.uint8Array({ maxLength: 2000 }), (noise) => {
    const far = deframer(50);
    far.input(noise);
    far.input(Uint8Array.of(0x7e));
    far.input(encode(Uint8Array.of(7, 7), 0));
    expect(far.frames.at(-1)).toEqual([7, 7]);
    expect(far.frames.every((frame) => frame.length <= 50)).toBe(true);
  });
  fc.assert(property);
});
