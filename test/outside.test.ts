/** Sources outside of a world: they hold it open, and bring things at the present time. */

import { DeadlockError } from "netloom";
import { expect, test } from "vitest";
import { oneHost, watchedWorld } from "./support/world.ts";

/** A world whose one process reads a pipe that only the outside writes to, by closing its end. */
function waitingWorld(time: "real" | "virtual") {
  const made = oneHost({ time });
  const got: string[] = [];
  const process = made.alice.spawn("waiter", async (sys) => {
    sys.sigaction(10, { handler: () => void got.push(`signal at ${Math.floor(made.world.nowNs / 1e9)} s`) });
    await sys.pause().catch(() => {});
  });
  return { ...made, process, got };
}

test("a source in virtual time holds a world open that would be deadlocked, and ends the wait", async () => {
  const { world, process, got } = waitingWorld("virtual");
  await expect(waitingWorld("virtual").world.run()).rejects.toThrow(DeadlockError);
  const source = world.outside("test", () => {
    process.kill("SIGUSR1");
    source[Symbol.dispose]();
  });
  const running = world.run();
  setImmediate(() => setImmediate(() => source.raise()));
  await running;
  expect(got).toEqual(["signal at 0 s"]);
});

test("raises before the turn of the source are one call", async () => {
  const { world, process } = waitingWorld("virtual");
  let calls = 0;
  const source = world.outside("test", () => {
    calls++;
    process.kill("SIGUSR1");
    source[Symbol.dispose]();
  });
  const running = world.run();
  for (let i = 0; i < 1000; i++) source.raise();
  await running;
  expect(calls).toBe(1);
});

test("in real time what was due before comes first, and the clock is that of the wall", async () => {
  const { world, process, got } = waitingWorld("real");
  const source = world.outside("test", () => {
    process.kill("SIGUSR1");
    source[Symbol.dispose]();
  });
  const running = world.run();
  setImmediate(() => source.raise());
  await running;
  expect(got).toEqual(["signal at 0 s"]);
  expect(world.nowNs).toBeGreaterThan(0);
});

test("a world that waits for the outside is not reported as one whose clock stands still", async () => {
  const { world, warnings, exhausted } = watchedWorld({ watchdogMs: 0 });
  const process = world.host("alice").spawn("waiter", async (sys) => void (await sys.pause().catch(() => {})));
  const source = world.outside("test", () => process.kill());
  const running = world.run();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(exhausted).toEqual([]);
  source.raise();
  source[Symbol.dispose]();
  process.kill();
  await running;
  expect(warnings).toEqual([]);
});

test("in real time the clock goes on beside a program that never waits", async () => {
  const { world, alice } = oneHost({ time: "real", livelockCalls: 100_000 });
  const calling = alice.spawn("busy", async (sys) => {
    for (;;) await sys.poll([], 0);
  });
  alice.spawn("sleeper", async (sys) => {
    await sys.sleep(0.2);
    calling.kill();
  });
  const { nowNs, calls } = await world.run();
  expect(nowNs).toBeGreaterThanOrEqual(2e8);
  expect(calls).toBeGreaterThan(1000);
});
