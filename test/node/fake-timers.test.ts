/** Fake timers of a test framework stand in the way of virtual time: a process says so, and waits for nothing. */
import "netloom/register";
import { World } from "netloom";
import { afterEach, expect, test, vi } from "vitest";

afterEach(() => void vi.useRealTimers());

const wait = () => new Promise((resolve) => setTimeout(() => resolve(performance.now()), 1000));

test("a process that starts under fake timers says what to do", async () => {
  vi.useFakeTimers();
  await expect(new World().host("a").run(wait)).rejects.toThrow("call vi.useRealTimers()");
});

test("it has virtual time when they are gone, and when they leave setTimeout alone", async () => {
  vi.useFakeTimers();
  vi.useRealTimers();
  expect(await new World().host("a").run(wait)).toBe(1000);
  vi.useFakeTimers({ toFake: ["setInterval"] });
  expect(await new World().host("a").run(wait)).toBe(1000);
});
