/** How busy the machine is decides when the run loop gives the platform a turn, and nothing else. */
import "netloom/register";
import dgram from "node:dgram";
import { expect, test } from "vitest";
import { nodePlatform } from "../../src/node/platform.ts";
import { registeredRuntimes } from "../../src/node/runtimes.ts";
import { World } from "../../src/world/world.ts";

const MANY = 300;

/** The hash of a run in which so much real time passes between two looks at the clock. */
async function hashAt(lookNs: number, play: (world: World) => Promise<unknown>): Promise<string> {
  let realNs = 0;
  const monotonicNs = (): number => {
    realNs += lookNs;
    return realNs;
  };
  const world = new World({ console: () => {} }, { ...nodePlatform, monotonicNs });
  for (const runtime of registeredRuntimes) world.runtimes.add(runtime);
  await play(world);
  return world.hash;
}

/** Many wake at one instant, and each of them sends at once. */
const PLAYS: Record<string, (world: World) => Promise<unknown>> = {
  "Node programs": (world) =>
    world.host("a").run(async () => {
      const receiver = dgram.createSocket("udp4");
      await new Promise<void>((resolve) => receiver.bind(9, "127.0.0.1", resolve));
      const sender = dgram.createSocket("udp4");
      let received = 0;
      await new Promise<void>((resolve) => {
        receiver.on("message", () => ++received === 3 * MANY && resolve());
        for (let i = 0; i < MANY; i++) {
          for (const delayMs of [1, 2, 3]) setTimeout(() => sender.send(`${i}`, 9, "127.0.0.1"), delayMs);
        }
      });
      receiver.close();
      sender.close();
    }),
  "functions that call the kernel": async (world) => {
    const host = world.host("a");
    for (let i = 0; i < MANY; i++) {
      host.spawn(`program ${i}`, async (sys) => {
        for (const delayMs of [1, 1, 1]) {
          await sys.sleep(delayMs);
          const [from, to] = sys.pipe();
          await sys.write(to, new Uint8Array(4));
          await sys.read(from, new Uint8Array(4));
        }
      });
    }
    await world.run();
  },
};

test.each(Object.entries(PLAYS))("%s act in the same order on a quick machine and on a busy one", async (_, play) => {
  const quick = await hashAt(0, play);
  expect(await hashAt(20_000_000, play)).toBe(quick);
  expect(await hashAt(3_000_000, play)).toBe(quick);
});
