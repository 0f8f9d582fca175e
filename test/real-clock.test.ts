/** The clock of the machine decides when the platform has its turn, and nothing else: a slow machine gives the same hash. */
import { World } from "netloom";
import { describe, expect, test } from "vitest";
import { nodePlatform } from "../src/node/platform.ts";
import { World as PlatformWorld } from "../src/world/world.ts";

/** Hosts whose programs wake at the same instants, and then act. */
async function hashOf(world: PlatformWorld): Promise<string> {
  for (let number = 0; number < 20; number++) {
    world.host(`host${number}`).spawn("program", async (sys) => {
      for (let i = 0; i < 50; i++) {
        await sys.sleep(0.001);
        sys.getpid();
      }
    });
  }
  await world.run();
  return world.hash;
}

describe("a machine on which the platform has its turn", () => {
  test.each([
    ["never", 0],
    ["after some events", 1_000_000],
    ["whenever the clock is looked at", 10_000_000],
  ])("%s", async (_when, perLookNs) => {
    let realNs = 0;
    const monotonicNs = (): number => {
      realNs += perLookNs;
      return realNs;
    };
    const slow = new PlatformWorld({}, { ...nodePlatform, monotonicNs });
    expect(await hashOf(slow)).toBe(await hashOf(new World()));
  });
});
