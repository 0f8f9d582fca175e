/** The bytes of a pipe, against an array as the model; its bound, its growth, and pieces that cross its end. */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteRing } from "./byte-ring.ts";

function storageBytes(ring: ByteRing): number {
  return (ring as unknown as { storage: Uint8Array }).storage.length;
}

/** `length` bytes that count up from `first`. */
function counting(first: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => first + index);
}

function readAll(ring: ByteRing): number[] {
  const into = new Uint8Array(ring.length);
  expect(ring.read(into)).toBe(into.length);
  return [...into];
}

describe("the bound", () => {
  test("is 64 KiB unless told otherwise", () => {
    const ring = new ByteRing();
    expect(ring.write(new Uint8Array(100_000))).toBe(65_536);
    expect([ring.capacity, ring.length, ring.space, ring.write(new Uint8Array(1))]).toEqual([65_536, 65_536, 0, 0]);
  });

  test("may be any number of bytes", () => {
    const ring = new ByteRing(1000);
    expect(ring.write(counting(0, 700))).toBe(700);
    expect(ring.write(counting(700, 700))).toBe(300);
    expect([ring.length, ring.space]).toEqual([1000, 0]);
    expect(readAll(ring)).toEqual([...counting(0, 1000)]);
  });

  test("can be moved, but not below what the ring holds", () => {
    const ring = new ByteRing(600);
    ring.write(counting(0, 600));
    expect(ring.resize(599)).toBe(false);
    expect(ring.capacity).toBe(600);
    expect(ring.resize(5000)).toBe(true);
    expect(ring.write(counting(600, 5000))).toBe(4400);
    expect(readAll(ring)).toEqual([...counting(0, 5000)]);
    expect(ring.resize(0)).toBe(true);
    expect(ring.write(counting(0, 1))).toBe(0);
  });
});

describe("memory", () => {
  test("comes with the first byte and grows with the content", () => {
    const ring = new ByteRing();
    expect(storageBytes(ring)).toBe(0);
    ring.write(new Uint8Array(1));
    expect(storageBytes(ring)).toBe(512);
    ring.write(new Uint8Array(600));
    expect(storageBytes(ring)).toBe(1024);
    ring.write(new Uint8Array(70_000));
    expect(storageBytes(ring)).toBe(65_536);
  });

  test("does not grow when small pieces pass through", () => {
    const ring = new ByteRing();
    for (let i = 0; i < 10_000; i++) {
      ring.write(counting(i, 100));
      expect(readAll(ring)).toEqual([...counting(i, 100)]);
    }
    expect(storageBytes(ring)).toBe(512);
  });

  test("is given back when the bound comes down", () => {
    const ring = new ByteRing();
    ring.write(new Uint8Array(65_536));
    ring.read(new Uint8Array(65_526));
    ring.write(counting(0, 20));
    expect(ring.resize(4096)).toBe(true);
    expect(storageBytes(ring)).toBe(4096);
    expect(readAll(ring)).toEqual([...new Uint8Array(10), ...counting(0, 20)]);
  });
});

test.each([1, 2, 23, 24, 25, 26, 100, 511, 512])("pieces of %d bytes cross the end of the storage", (length) => {
  const ring = new ByteRing(512);
  for (let first = 0; first < 200; first++) {
    expect(ring.write(counting(first, length))).toBe(length);
    expect(readAll(ring)).toEqual([...counting(first, length)]);
  }
});

test("offset and length choose a part, and the rest of the memory is left alone", () => {
  for (const length of [3, 40]) {
    const ring = new ByteRing();
    const into = new Uint8Array(100).fill(255);
    expect(ring.write(counting(0, 100), 10, length)).toBe(length);
    expect(ring.read(into, 5, 2)).toBe(2);
    expect(ring.read(into, 7)).toBe(length - 2);
    const expected = new Uint8Array(100).fill(255);
    expected.set(counting(10, length), 5);
    expect(into).toEqual(expected);
  }
});

test("a part that lies outside is refused", () => {
  const ring = new ByteRing();
  const bytes = new Uint8Array(4);
  for (const [offset, length] of [
    [0, 5],
    [3, 2],
    [-1, 2],
    [5, -1],
    [0, Number.NaN],
  ] as const) {
    expect(() => ring.write(bytes, offset, length)).toThrow("outside");
    expect(() => ring.read(bytes, offset, length)).toThrow("outside");
  }
});

test("the totals may pass 2^31 and 2^32", () => {
  for (const start of [2 ** 31 - 300, 2 ** 32 - 300]) {
    const ring = new ByteRing();
    ring.write(new Uint8Array(1));
    ring.read(new Uint8Array(1));
    Object.assign(ring, { bytesRead: start, bytesWritten: start });
    for (let first = 0; first < 10; first++) {
      ring.write(counting(first, 100));
      expect(readAll(ring)).toEqual([...counting(first, 100)]);
    }
  }
});

test("any sequence of calls gives what an array gives", () => {
  const size = fc.oneof(fc.nat(30), fc.nat(3000));
  const step = fc.oneof(
    fc.record({ call: fc.constant("write" as const), size }),
    fc.record({ call: fc.constant("read" as const), size }),
    fc.record({ call: fc.constant("resize" as const), size }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.array(step, { maxLength: 60, size: "max" }), (bound, steps) => {
      const ring = new ByteRing(bound);
      let capacity = bound;
      let model: number[] = [];
      let next = 0;
      for (const { call, size } of steps) {
        if (call === "write") {
          const count = Math.min(size, capacity - model.length);
          const bytes = counting(next, size);
          expect(ring.write(bytes)).toBe(count);
          model = model.concat([...bytes.subarray(0, count)]);
          next += count;
        } else if (call === "read") {
          const into = new Uint8Array(size);
          const count = ring.read(into);
          expect([...into.subarray(0, count)]).toEqual(model.slice(0, size));
          model = model.slice(size);
        } else {
          expect(ring.resize(size)).toBe(size >= model.length);
          capacity = size >= model.length ? size : capacity;
        }
        expect([ring.length, ring.space, ring.capacity]).toEqual([model.length, capacity - model.length, capacity]);
      }
      expect(readAll(ring)).toEqual(model);
    }),
  );
});
