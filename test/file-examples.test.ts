/** The examples on named pipes and shared files do what their head comments say. */
import { World } from "netloom";
import { expect, test } from "vitest";
import namedPipe from "../examples/named-pipe.ts";
import sharedFile from "../examples/shared-file.ts";

/** What an example prints, and what names it leaves in /tmp. */
async function run(example: (world: World) => Promise<void>): Promise<{ printed: string; left: readonly string[] }> {
  const printed: string[] = [];
  const world = new World({ console: ({ text }) => printed.push(text) });
  await example(world);
  let left: readonly string[] = [];
  world.hosts.get("alice")?.spawn("ls", (sys) => {
    left = sys.readdir("/tmp");
  });
  const { crashes } = await world.run();
  expect(crashes).toEqual([]);
  return { printed: printed.join(""), left };
}

test("a file shared under a lock loses no deposit; without one, deposits are lost", async () => {
  const { printed } = await run(sharedFile);
  expect(printed).toBe("locked: 100 deposits, the balance is 100\nunlocked: 100 deposits, the balance is 25\n");
});

test("a named pipe between unrelated processes: everybody is answered, and nothing stays", async () => {
  const { printed, left } = await run(namedPipe);
  expect(printed.trimEnd().split("\n").sort()).toEqual([
    'user 1000 asked for "hello" and got "HELLO"',
    'user 1001 asked for "world" and got "WORLD"',
  ]);
  expect(left).toEqual([]);
});
