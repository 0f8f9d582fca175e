/** Two hosts, "a", whose clock may be wrong, and "b", on a cable: what tests of the Node door run on. */
import { type Cable, type ClockOptions, type Host, World, type WorldOptions } from "netloom";

export interface TwoHosts {
  readonly world: World;
  readonly wire: Cable;
  readonly a: Host;
  readonly b: Host;
}

export function twoHosts(
  options: WorldOptions & { readonly delayMs?: number; readonly lossRate?: number; readonly clock?: ClockOptions } = {},
): TwoHosts {
  const { delayMs = 10, lossRate = 0, clock = {}, ...worldOptions } = options;
  const world = new World({ console: () => {}, ...worldOptions });
  const wire = world.cable({ delayMs, lossRate });
  const [a, b] = [world.host("a", { clock }), world.host("b")];
  a.attach(wire, "10.0.0.1/24");
  b.attach(wire, "10.0.0.2/24");
  return { world, wire, a, b };
}
