/**
 * timers.enroll(), active() and their like, in virtual time: a program's own object is its timer. Not every Node still has them.
 *
 * Read first: lib/timers.js of Node 20. enroll() writes the delay into `_idleTimeout` of the object, active() begins anew,
 * and when the delay has passed `_onTimeout` of the object is called.
 */
import timers from "node:timers";
import { current } from "./context.ts";
import type { Patches } from "./patch.ts";
import { VirtualTimeout } from "./timers.ts";

interface Item {
  readonly _idleTimeout?: number;
  readonly _onTimeout?: () => void;
}
type Act = (item: Item, ...args: unknown[]) => unknown;

export function patchLegacyTimers(patches: Patches): void {
  const module = timers as unknown as Record<string, Act>;
  const running = new WeakMap<Item, VirtualTimeout>();
  const clear = (item: Item): void => (item instanceof VirtualTimeout ? item : running.get(item))?.clear();
  const begins =
    (isReferenced: boolean) =>
    (original: Act | undefined): Act =>
    (item, ...args) => {
      const owner = current();
      const delayMs = item?._idleTimeout;
      if (owner === undefined || delayMs === undefined) return original?.(item, ...args);
      clear(item);
      if (delayMs < 0) return undefined;
      const timer = new VirtualTimeout(owner, () => item._onTimeout?.(), delayMs, [], false);
      if (!isReferenced) timer.unref();
      running.set(item, timer);
      return undefined;
    };
  const ends = (original: Act | undefined): Act => {
    return (item, ...args) => {
      if (typeof item === "object" && item !== null) clear(item);
      return original?.(item, ...args);
    };
  };
  if ("active" in module) patches.replace(module, "active", begins(true));
  if ("_unrefActive" in module) patches.replace(module, "_unrefActive", begins(false));
  for (const name of ["enroll", "unenroll"]) if (name in module) patches.replace(module, name, ends);
}
