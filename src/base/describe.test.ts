/** Showing what can't be shown. */
import { expect, test } from "vitest";
import { describe } from "./describe.ts";

test("anything becomes a short text, and nothing throws", () => {
  const throwing = {
    toString() {
      throw new Error("no");
    },
  };
  expect([new TypeError("x"), Symbol("s"), 5n, undefined].map(describe)).toEqual([
    "TypeError: x",
    "Symbol(s)",
    "5",
    "undefined",
  ]);
  for (const value of [Object.create(null), throwing])
    expect(describe(value)).toBe("something that can't be shown (object)");
  expect(describe("x".repeat(1000))).toHaveLength(201);
});
