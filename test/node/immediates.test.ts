/** An immediate without a reference does not hold its process: one that nothing else holds ends before it would run. */
import "netloom/register";
import { World } from "netloom";
import { expect, test } from "vitest";

async function ran(act: () => void, alsoMs?: number): Promise<number> {
  const world = new World();
  let endedMs = -1;
  world.host("a").start({
    main() {
      act();
      if (alsoMs !== undefined) setTimeout(() => {}, alsoMs);
      process.on("exit", () => (endedMs = performance.now()));
    },
  });
  await world.run({ until: "10s" });
  return endedMs;
}

test("it does not run where nothing else holds the process", async () => {
  const seen: string[] = [];
  await ran(() => setImmediate(() => seen.push("alone")).unref());
  await ran(() => setImmediate(() => seen.push("with a timer")).unref(), 5);
  await ran(() =>
    setImmediate(() => seen.push("referenced"))
      .unref()
      .ref(),
  );
  await ran(() => clearImmediate(setImmediate(() => seen.push("cleared"))));
  expect(seen).toEqual(["with a timer", "referenced"]);
});

test("it holds no process up, nor lets one end too early", async () => {
  expect(await ran(() => setImmediate(() => {}).unref(), 5)).toBe(5);
  expect(await ran(() => setImmediate(() => setTimeout(() => {}, 7)))).toBe(7);
});
