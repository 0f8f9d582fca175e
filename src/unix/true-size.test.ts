/** True sizes: figures that Linux 6.18 gave (SIOCOUTQ after one send of so many bytes on a fresh pair). */
import { expect, test } from "vitest";
import { pieceBytes, pieceMaxBytes, recordBytes } from "./true-size.ts";

const LENGTHS = [1, 192, 193, 704, 705, 1728, 1729, 3776, 3777, 5000, 8192, 16_064, 16_065, 20_000, 36_544];

test("a piece of a stream", () => {
  expect(LENGTHS.map(pieceBytes)).toEqual([
    768, 768, 1280, 1280, 2304, 2304, 4352, 4352, 4864, 6400, 8960, 16_640, 17_152, 20_736, 37_120,
  ]);
});

test("a datagram", () => {
  expect([0, ...LENGTHS, 65_536, 100_000].map(recordBytes)).toEqual([
    768, 768, 768, 1280, 1280, 2304, 2304, 4352, 4352, 8448, 8448, 16_640, 16_640, 20_736, 20_736, 37_120, 69_888,
    102_656,
  ]);
});

test("pieces are of 36,544 bytes, or less where the send buffer is small", () => {
  expect([212_992, 4608].map(pieceMaxBytes)).toEqual([36_544, 2240]);
});
