/**
 * Node's ways to the time, in virtual processes: timers, Date, performance.now(), process.hrtime(), process.uptime().
 *
 * Each replacement asks who calls: code outside of all virtual processes gets what Node gives.
 */
import { performance } from "node:perf_hooks";
import timers from "node:timers";
import { sinceStartMs } from "./clocks.ts";
import { current } from "./context.ts";
import { patchLegacyTimers } from "./legacy-timers.ts";
import { originals } from "./originals.ts";
import type { Patches } from "./patch.ts";
import { patchTimerPromises } from "./timer-promises.ts";
import { timerOf, VirtualImmediate, VirtualTimeout } from "./timers.ts";

type Callback = (...args: unknown[]) => unknown;

export function patchTime(patches: Patches): void {
  patchTimers(patches);
  patchTimerPromises(patches);
  patchLegacyTimers(patches);
  patchDate(patches);
  patchCounters(patches);
  patchAbortSignal(patches);
}

function patchAbortSignal(patches: Patches): void {
  patches.replace(AbortSignal, "timeout", (original) => {
    return (delayMs: number): AbortSignal => {
      const owner = current();
      // What is no delay Node refuses.
      if (owner === undefined || !isUint32(delayMs)) return original.call(AbortSignal, delayMs);
      const controller = new AbortController();
      const expired = (): void =>
        controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
      new VirtualTimeout(owner, expired, delayMs, [], false).unref();
      return controller.signal;
    };
  });
}

const isUint32 = (value: unknown): boolean => typeof value === "number" && value >>> 0 === value;

function patchTimers(patches: Patches): void {
  const start = (repeats: boolean, original: Callback) => {
    return (callback: unknown, delay?: unknown, ...args: unknown[]): unknown => {
      const owner = current();
      if (owner === undefined || typeof callback !== "function") return original(callback, delay, ...args);
      return new VirtualTimeout(owner, callback as Callback, delay, args, repeats);
    };
  };
  const immediate = (callback: unknown, ...args: unknown[]): unknown => {
    const owner = current();
    if (owner === undefined || typeof callback !== "function")
      return originals.setImmediate(callback as Callback, ...args);
    return new VirtualImmediate(owner, callback as Callback, args);
  };
  const clear = (original: (timer: never) => void) => (timer: unknown) => {
    const ours = timer instanceof VirtualImmediate ? timer : timerOf(timer);
    if (ours === undefined) original(timer as never);
    else ours.clear();
  };
  const replacements = {
    setTimeout: start(false, originals.setTimeout as Callback),
    setInterval: start(true, originals.setInterval as Callback),
    setImmediate: immediate,
    clearTimeout: clear(originals.clearTimeout),
    clearInterval: clear(originals.clearInterval),
    clearImmediate: clear(originals.clearImmediate),
  };
  for (const [name, replacement] of Object.entries(replacements)) {
    for (const target of [globalThis, timers] as unknown as Record<string, Callback>[]) {
      patches.replace(target, name, () => replacement as Callback);
    }
  }
}

function patchDate(patches: Patches): void {
  patches.replace(globalThis, "Date", (Original) => {
    patches.replace(Original, "now", (original) => () => {
      const owner = current();
      return owner === undefined ? original() : Math.floor(owner.wallMs);
    });
    // A constructor that behaves as Date for `new`, for calls without it, and for instanceof.
    return new Proxy(Original, {
      construct(target, args, newTarget) {
        const owner = args.length === 0 ? current() : undefined;
        return Reflect.construct(target, owner === undefined ? args : [Math.floor(owner.wallMs)], newTarget);
      },
      apply(target, self, args) {
        const owner = current();
        return owner === undefined ? Reflect.apply(target, self, args) : new target(owner.wallMs).toString();
      },
    });
  });
}

function patchCounters(patches: Patches): void {
  patches.replace(performance, "now", (original) => () => {
    const owner = current();
    return owner === undefined ? original.call(performance) : sinceStartMs(owner);
  });
  patches.replace(process as { uptime: () => number }, "uptime", (original) => () => {
    const owner = current();
    return owner === undefined ? original.call(process) : (owner.nowNs - owner.startNs) / 1e9;
  });
  patches.replace(process as { hrtime: NodeJS.HRTime }, "hrtime", (original) => {
    const hrtime = (previous?: [number, number]): [number, number] => {
      const owner = current();
      // What is no time Node refuses.
      if (owner === undefined || !(previous === undefined || isTime(previous))) return original(previous);
      const [seconds, nanoseconds] = [Math.floor(owner.nowNs / 1e9), owner.nowNs % 1e9];
      if (previous === undefined) return [seconds, nanoseconds];
      const difference = owner.nowNs - (previous[0] * 1e9 + previous[1]);
      return [Math.floor(difference / 1e9), ((difference % 1e9) + 1e9) % 1e9];
    };
    hrtime.bigint = (): bigint => {
      const owner = current();
      return owner === undefined ? original.bigint() : BigInt(owner.nowNs);
    };
    return hrtime;
  });
}

const isTime = (value: unknown): boolean => Array.isArray(value) && value.length === 2;
