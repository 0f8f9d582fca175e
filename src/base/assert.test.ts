/** Assertions stay in production and carry their message. */

import { expect, test } from "vitest";
import { AssertionError, assert, unreachable } from "./assert.ts";

test("a true condition passes", () => {
  expect(() => assert(1 + 1 === 2, "arithmetic")).not.toThrow();
});

test.each([false, 0, "", null, undefined, Number.NaN])("the condition %o throws the message", (condition) => {
  expect(() => assert(condition, "the queue is empty")).toThrow(new AssertionError("the queue is empty"));
});

test("the error is an Error of its own class and name", () => {
  const error = new AssertionError("message");
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toBe("AssertionError: message");
});

test("an unreachable value is named", () => {
  expect(() => unreachable("LISTEN" as never)).toThrow("unreachable value: LISTEN");
});
