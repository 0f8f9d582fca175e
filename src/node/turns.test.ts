/** Turns: what Node promises between two callbacks holds between two turns. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { inTurn, useNative } from "./turns.ts";

/** Runs the tasks as turns, and answers when all of them and what they led to have run. */
async function play(...tasks: (() => void)[]): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const run of tasks) inTurn({ run });
    inTurn({ run: resolve });
  });
}

test("a turn begins when ticks and microtasks of the one before have run, and those that they led to", async () => {
  const seen: string[] = [];
  const note = (name: string) => () => void seen.push(name);
  const microtask = (run: () => void) => void Promise.resolve().then(run);
  await play(() => {
    note("one")();
    microtask(() => {
      note("microtask")();
      process.nextTick(() => {
        note("tick of a microtask")();
        microtask(() => process.nextTick(note("tick of a microtask of that tick")));
      });
    });
    process.nextTick(note("tick"));
  }, note("two"));
  expect(seen).toEqual(["one", "tick", "microtask", "tick of a microtask", "tick of a microtask of that tick", "two"]);
});

test("many turns pass without one of the event loop, but none of them for as long as they please", async () => {
  let isTurned = false;
  let turns = 0;
  const again = (): void => {
    if (isTurned) return;
    turns++;
    inTurn({ run: again });
  };
  await play(() => {
    setTimeout(() => {
      isTurned = true;
    }, 1);
    again();
  });
  while (!isTurned) await new Promise((resolve) => setImmediate(resolve));
  // The real clock is looked at now and then only; how many come in a millisecond is the machine's business.
  expect(turns).toBeGreaterThan(10);
});

test("while native code is at work, what comes up in a turn waits for the event loop", async () => {
  const order: string[] = [];
  const endUse = useNative();
  await new Promise<void>((resolve) => {
    inTurn({
      run: () => {
        setImmediate(() => order.push("event loop"));
        inTurn({
          run: () => {
            order.push("turn");
            resolve();
          },
        });
      },
    });
  });
  endUse();
  endUse();
  expect(order).toEqual(["event loop", "turn"]);
});

test("what a tick throws is told by Node, as it is of any tick, and the turns behind it come", () => {
  const script = `
    import { AsyncLocalStorage } from "node:async_hooks";
    import { inTurn } from ${JSON.stringify(new URL("../../dist/node/turns.js", import.meta.url).href)};
    const storage = new AsyncLocalStorage();
    process.on("uncaughtException", (error) => console.log(error.message, "by", storage.getStore()));
    for (const name of ["a", "b", "c"]) {
      const fail = () => { throw new Error("failed in " + name); };
      inTurn({ run: () => storage.run(name, () => (name === "a" ? process.nextTick(fail) : fail())) });
    }
    inTurn({ run: () => console.log("and goes on,", storage.getStore()) });
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(stdout.split("\n").slice(0, 4)).toEqual([
    "failed in a by a",
    "failed in b by undefined",
    "failed in c by undefined",
    "and goes on, undefined",
  ]);
});
