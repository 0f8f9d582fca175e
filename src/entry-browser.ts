/**
 * The package's door in browsers: World, driven by the page's event loop, and what programs and scenarios need.
 */
import { browserPlatform } from "./browser/platform.ts";
import { World as CoreWorld, type WorldOptions } from "./world/world.ts";

export * from "./world/public.ts";
export * from "./world/public-ipc.ts";
export * from "./world/public-names.ts";
export * from "./world/public-netlink.ts";

/** One experiment: a clock, a seed, hosts, links, a trace. */
export class World extends CoreWorld {
  constructor(options: WorldOptions = {}) {
    super(options, browserPlatform);
  }
}
