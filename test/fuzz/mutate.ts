/**
 * Frames that nearly mean something: bytes are changed, cut off, doubled, put behind those of another frame.
 */
import type { Prng } from "../../src/base/prng.ts";

/** Octets that tend to be at an edge. */
const EDGES = [0, 1, 0x7f, 0x80, 0xfe, 0xff, 0x45, 0x60];

/** A changed copy. `other` is a frame to take bytes from. */
export function mutate(chance: Prng, frame: Uint8Array, other: Uint8Array): Uint8Array {
  let result: Uint8Array = frame.slice();
  for (let count = chance.below(4); count >= 0; count--) result = step(chance, result, other);
  return result;
}

function step(chance: Prng, frame: Uint8Array, other: Uint8Array): Uint8Array {
  if (frame.length === 0) return frame;
  const at = chance.below(frame.length);
  switch (chance.below(8)) {
    case 0:
      return frame.slice(0, at);
    case 1:
      return Uint8Array.of(...frame, ...random(chance, chance.below(64)));
    case 2:
      return Uint8Array.of(...frame.subarray(0, at), ...other.subarray(Math.min(at, other.length)));
    case 3:
      return Uint8Array.of(...frame.subarray(0, at), ...frame.subarray(at, at + 8), ...frame.subarray(at));
    case 4: {
      const bit = chance.below(8);
      frame[at] = (frame[at] ?? 0) ^ (1 << bit);
      return frame;
    }
    case 5:
      frame[at] = chance.pick(EDGES);
      return frame;
    default:
      frame[at] = chance.below(256);
      return frame;
  }
}

export function random(chance: Prng, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  chance.fill(bytes);
  return bytes;
}
