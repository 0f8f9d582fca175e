/**
 * Node's ways to the time, in virtual processes: timers, Date, performance.now(), process.hrtime(), process.uptime().
 *
 * Each replacement asks who calls: code outside of all virtual processes gets what Node gives.
 */
import { performance } from "node:perf_hooks";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { sinceStartMs } from "./clocks.ts";
import { current } from "./context.ts";
import type { NodeProcess } from "./node-process.ts";
import { originals } from "./originals.ts";
import type { Patches } from "./patch.ts";
import { timerOf, VirtualImmediate, VirtualTimeout } from "./timers.ts";

type Callback = (...args: unknown[]) => unknown;

export function patchTime(patches: Patches): void {
  patchTimers(patches);
  patchTimerPromises(patches);
  patchDate(patches);
  patchCounters(patches);
  patchAbortSignal(patches);
}

function patchAbortSignal(patches: Patches): void {
  patches.replace(AbortSignal, "timeout", (original) => {
    return (delayMs: number): AbortSignal => {
      const owner = current();
      if (owner === undefined) return original.call(AbortSignal, delayMs);
      const controller = new AbortController();
      const expired = (): void =>
        controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
      new VirtualTimeout(owner, expired, delayMs, [], false).unref();
      return controller.signal;
    };
  });
}

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

function patchTimerPromises(patches: Patches): void {
  const target = timersPromises as unknown as Record<string, Callback>;
  patches.replace(target, "setTimeout", (original) => {
    return (delay, value, options) => {
      const owner = current();
      return owner === undefined
        ? original?.(delay, value, options)
        : later(owner, delay, value, options as WaitOptions);
    };
  });
  patches.replace(target, "setImmediate", (original) => {
    return (value, options) => {
      const owner = current();
      if (owner === undefined) return original?.(value, options);
      return new Promise((resolve) => new VirtualImmediate(owner, () => resolve(value), []));
    };
  });
  patches.replace(target, "setInterval", (original) => {
    return (delay, value, options) => {
      const owner = current();
      return owner === undefined
        ? original?.(delay, value, options)
        : repeatedly(owner, delay, value, options as WaitOptions);
    };
  });
  patches.replace(timersPromises.scheduler as unknown as Record<string, Callback>, "wait", (original) => {
    return (delay, options) => {
      const owner = current();
      return owner === undefined
        ? original?.call(timersPromises.scheduler, delay, options)
        : later(owner, delay, undefined, options as WaitOptions);
    };
  });
}

interface WaitOptions {
  readonly ref?: boolean;
  readonly signal?: AbortSignal;
}

function later(
  owner: NodeProcess,
  delay: unknown,
  value: unknown,
  { ref = true, signal }: WaitOptions = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      timer.clear();
      reject(new AbortError(signal?.reason));
    };
    const timer = new VirtualTimeout(owner, () => finish(), delay, [], false);
    const finish = (): void => {
      signal?.removeEventListener("abort", aborted);
      resolve(value);
    };
    if (!ref) timer.unref();
    if (signal?.aborted) aborted();
    else signal?.addEventListener("abort", aborted, { once: true });
  });
}

/** Gives the value each time that the delay has passed; what was missed meanwhile is made up for. */
async function* repeatedly(
  owner: NodeProcess,
  delay: unknown,
  value: unknown,
  { ref = true, signal }: WaitOptions = {},
): AsyncGenerator<unknown> {
  let due = 0;
  let wake = (): void => {};
  const timer = new VirtualTimeout(
    owner,
    () => {
      due++;
      wake();
    },
    delay,
    [],
    true,
  );
  if (!ref) timer.unref();
  signal?.addEventListener("abort", () => wake(), { once: true });
  try {
    for (;;) {
      if (signal?.aborted) throw new AbortError(signal.reason);
      if (due === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else {
        due--;
        yield value;
      }
    }
  } finally {
    timer.clear();
  }
}

/** As Node's own. */
class AbortError extends Error {
  readonly code = "ABORT_ERR";

  constructor(cause: unknown) {
    super("The operation was aborted", { cause });
    this.name = "AbortError";
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
      if (owner === undefined) return original(previous);
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
