/**
 * The world of `netloom shell` without a scenario: three hosts on a switch, each with a web of addresses of its own.
 */
import type { World } from "../entry-node.ts";

/** Builds it: alice, bob and carol are 10.0.0.1, .2 and .3. */
export function threeHosts(world: World): void {
  const lan = world.segment("lan", { delayMs: 1, rateMbps: 100 });
  for (const [index, name] of ["alice", "bob", "carol"].entries()) {
    world.host(name).attach(lan, `10.0.0.${index + 1}/24`);
  }
}
