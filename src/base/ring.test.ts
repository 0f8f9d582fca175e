/** The ring of objects, against an array as the model. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Ring } from "./ring.ts";

function slotsOf(ring: Ring<unknown>): unknown[] {
  return (ring as unknown as { slots: unknown[] }).slots;
}

test("first in, first out, over many turns", () => {
  const ring = new Ring<number>();
  let expected = 0;
  for (let value = 0; value < 1000; value += 2) {
    ring.push(value);
    ring.push(value + 1);
    expect(ring.shift()).toBe(expected++);
  }
  expect(ring.length).toBe(500);
  expect([...ring]).toEqual(Array.from({ length: 500 }, (_, index) => 500 + index));
});

test("an empty ring gives undefined, and a ring may hold undefined", () => {
  const ring = new Ring<number | undefined>();
  expect([ring.peek(), ring.shift(), ring.length]).toEqual([undefined, undefined, 0]);
  ring.push(undefined);
  ring.push(1);
  expect([ring.length, ring.shift(), ring.length, ring.shift()]).toEqual([2, undefined, 1, 1]);
});

test("a full ring refuses, and takes again after a shift", () => {
  const ring = new Ring<string>(3);
  expect(["a", "b", "c", "d"].map((value) => ring.push(value))).toEqual([true, true, true, false]);
  expect([...ring]).toEqual(["a", "b", "c"]);
  ring.shift();
  expect(ring.push("e")).toBe(true);
  expect([...ring]).toEqual(["b", "c", "e"]);
  expect(new Ring<string>(0).push("a")).toBe(false);
});

test("what was shifted or cleared is not held", () => {
  const ring = new Ring<object>();
  for (let i = 0; i < 40; i++) {
    ring.push({});
  }
  const last = {};
  ring.push(last);
  for (let i = 0; i < 40; i++) {
    ring.shift();
  }
  expect(slotsOf(ring).filter((slot) => slot !== undefined)).toEqual([last]);
  ring.clear();
  expect(slotsOf(ring).every((slot) => slot === undefined)).toBe(true);
  expect(slotsOf(ring).length).toBe(0);
  expect([ring.length, ring.peek()]).toEqual([0, undefined]);
});

test("an iteration heeds what is pushed, shifted and cleared meanwhile", () => {
  const ring = new Ring<number>();
  for (let value = 0; value < 4; value++) {
    ring.push(value);
  }
  const seen: number[] = [];
  for (const value of ring) {
    seen.push(value);
    if (value === 0) {
      for (let added = 4; added < 12; added++) {
        ring.push(added);
      }
      for (let count = 0; count < 3; count++) {
        ring.shift();
      }
    }
    if (value === 10) {
      ring.clear();
    }
  }
  expect(seen).toEqual([0, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("the totals may pass 2^31 and 2^32", () => {
  for (const start of [2 ** 31 - 3, 2 ** 32 - 3]) {
    const ring = new Ring<number>();
    Object.assign(ring, { head: start, tail: start });
    for (let value = 0; value < 20; value++) {
      ring.push(value);
    }
    expect([...ring]).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(Array.from({ length: 20 }, () => ring.shift())).toEqual(Array.from({ length: 20 }, (_, index) => index));
  }
});

test("any sequence of calls gives what an array gives", () => {
  const step = fc.constantFrom("push", "push", "push", "shift", "shift", "peek", "clear", "list");
  fc.assert(
    fc.property(
      fc.constantFrom(1, 3, 8, 20, Number.POSITIVE_INFINITY),
      fc.array(step, { maxLength: 200, size: "max" }),
      (capacity, steps) => {
        const ring = new Ring<number>(capacity);
        let model: number[] = [];
        let rareClear = 0;
        steps.forEach((call, value) => {
          if (call === "push") {
            expect(ring.push(value)).toBe(model.length < capacity);
            model = model.length < capacity ? [...model, value] : model;
          } else if (call === "shift") {
            expect(ring.shift()).toBe(model.shift());
          } else if (call === "peek") {
            expect(ring.peek()).toBe(model[0]);
          } else if (call === "list") {
            expect([...ring]).toEqual(model);
          } else if (rareClear++ % 8 === 7) {
            ring.clear();
            model = [];
          }
          expect(ring.length).toBe(model.length);
        });
        expect([...ring]).toEqual(model);
      },
    ),
  );
});
