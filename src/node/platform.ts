/**
 * The Platform record for Node.
 */
import timers from "node:timers";
import type { Platform } from "../base/platform.ts";
import { outside } from "./door/context.ts";
import { afterEventLoop, inTurn, whenCalm } from "./turns.ts";

// Taken now, so that whoever replaces them later, to put programs into virtual time, does not move our own clock.
const { clearTimeout, setTimeout } = timers;
const now = performance.now.bind(performance);
const wallMs = Date.now;

/** Node's macrotask, clock, timers and standard error. */
export const nodePlatform: Platform = {
  name: "node",
  macrotask: (task) => whenCalm(task, afterEventLoop),
  drained: (task) => whenCalm(task, (run) => inTurn({ run })),
  monotonicNs: () => Math.round(now() * 1e6),
  wallMs,
  timer: (delayMs, task, weak = false) => {
    const timer = outside(() => setTimeout(task, delayMs));
    if (weak) timer.unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
  // Node tells when its event loop has run dry: then no promise of the outside will ever be settled.
  onExhausted: (task) => {
    outside(() => process.once("beforeExit", task));
    return {
      [Symbol.dispose]: () => {
        outside(() => process.off("beforeExit", task));
      },
    };
  },
  outside,
  print: (text) => {
    outside(() => process.stdout.write(text));
  },
  warn: (text) => {
    outside(() => process.stderr.write(`netloom: ${text}\n`));
  },
};
