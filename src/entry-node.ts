/**
 * The package's door in Node: World, driven by Node's event loop, and what programs and scenarios need.
 */
import { nodePlatform } from "./node/platform.ts";
import { registeredRuntimes } from "./node/runtimes.ts";
import { World as CoreWorld, type WorldOptions } from "./world/world.ts";

export * from "./world/public.ts";
export * from "./world/public-ipc.ts";
export * from "./world/public-names.ts";
export * from "./world/public-netlink.ts";

/** One experiment: a clock, a seed, hosts, links, a trace. */
export class World extends CoreWorld {
  constructor(options: WorldOptions = {}) {
    super(options, nodePlatform);
    for (const runtime of registeredRuntimes) this.runtimes.add(runtime);
  }
}
