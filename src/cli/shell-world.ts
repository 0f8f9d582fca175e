/**
 * The world of `netloom shell` without a scenario: three hosts on a switch.
 */
import type { World } from "../entry-node.ts";

/** Builds it: alice, bob and carol are 10.0.0.1, .2 and .3, and fd00::1, 2 and 3; the latter two have the small services. */
export function threeHosts(world: World): void {
  const lan = world.segment("lan", { delayMs: 1, rateMbps: 100 });
  for (const [index, name] of ["alice", "bob", "carol"].entries()) {
    const host = world.host(name);
    host.attach(lan, `10.0.0.${index + 1}/24`, `fd00::${index + 1}/64`);
    if (index > 0)
      host.spawn("inetd", "/bin/inetd", {
        args: ["echo", "discard", "daytime", "chargen", "time", "systat"],
        daemon: true,
      });
  }
}
