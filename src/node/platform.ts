/**
 * The Platform record for Node.
 */
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import type { Platform } from "../base/platform.ts";

// Taken now, so that whoever replaces them later, to put programs into virtual time, does not move our own clock.
const { nextTick } = process;
const now = performance.now.bind(performance);

/** Node's macrotask, clock, timers and standard error. */
export const nodePlatform: Platform = {
  name: "node",
  macrotask: (task) => {
    setImmediate(task);
  },
  // Node empties the microtask queue before it looks at ticks again, so a tick that is set from a microtask comes when
  // all of them have run. A turn of the event loop says the same at ten times the price.
  drained: (task) => {
    queueMicrotask(() => nextTick(task));
  },
  monotonicNs: () => Math.round(now() * 1e6),
  timer: (delayMs, task, weak = false) => {
    const timer = setTimeout(task, delayMs);
    if (weak) timer.unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
  // Node tells when its event loop has run dry: then no promise of the outside will ever be settled.
  onExhausted: (task) => {
    process.once("beforeExit", task);
    return {
      [Symbol.dispose]: () => {
        process.off("beforeExit", task);
      },
    };
  },
  print: (text) => {
    process.stdout.write(text);
  },
  warn: (text) => {
    process.stderr.write(`netloom: ${text}\n`);
  },
};
