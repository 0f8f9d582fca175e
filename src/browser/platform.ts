/**
 * The Platform record for browsers.
 */
import type { Platform } from "../base/platform.ts";

/** Posting to oneself is the cheapest macrotask of a browser: timers are clamped to 4 ms. */
const channel = new MessageChannel();
const tasks: (() => void)[] = [];
channel.port1.onmessage = () => tasks.shift()?.();

function macrotask(task: () => void): void {
  tasks.push(task);
  channel.port2.postMessage(null);
}

/** A browser's macrotask, clock, timers and console. */
export const browserPlatform: Platform = {
  name: "browser",
  macrotask,
  // Nothing cheaper tells that the microtask queue is empty.
  drained: macrotask,
  monotonicNs: () => Math.round(performance.now() * 1e6),
  wallMs: () => Date.now(),
  timer: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
  // A page never ends by itself: the watchdog's timer has to do.
  onExhausted: () => ({ [Symbol.dispose]: () => {} }),
  outside: (run) => run(),
  print: (text) => {
    console.log(text.replace(/\n$/, ""));
  },
  warn: (text) => {
    console.warn(`netloom: ${text}`);
  },
};
