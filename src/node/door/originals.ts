/**
 * What Node had before the door replaced it: the door itself, and code outside virtual processes, use these.
 */
import timers from "node:timers";

interface Originals {
  readonly setTimeout: typeof timers.setTimeout;
  readonly setInterval: typeof timers.setInterval;
  readonly setImmediate: typeof timers.setImmediate;
  readonly clearTimeout: typeof timers.clearTimeout;
  readonly clearInterval: typeof timers.clearInterval;
  readonly clearImmediate: typeof timers.clearImmediate;
  readonly Date: typeof globalThis.Date;
  readonly kill: typeof process.kill;
}

export const originals: Originals = {
  setTimeout: timers.setTimeout,
  setInterval: timers.setInterval,
  setImmediate: timers.setImmediate,
  clearTimeout: timers.clearTimeout,
  clearInterval: timers.clearInterval,
  clearImmediate: timers.clearImmediate,
  Date: globalThis.Date,
  kill: process.kill,
};
