/**
 * node:timers/promises in virtual time: setTimeout, setInterval, setImmediate, scheduler.wait() and scheduler.yield().
 *
 * Read first: lib/timers/promises.js of Node. What is wrong with arguments Node says itself: faultOf() gives such to its own function,
 * with a signal that is aborted already, so that it begins nothing.
 */
import timersPromises from "node:timers/promises";
import { current, outside } from "./context.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";
import { VirtualImmediate, VirtualTimeout } from "./timers.ts";

type Call = (...args: unknown[]) => unknown;

interface WaitOptions {
  readonly ref?: boolean;
  readonly signal?: AbortSignal;
}

/** Both kinds of timers, as far as a promise of one needs them. */
interface Timer {
  unref(): unknown;
  clear(): void;
}

export function patchTimerPromises(patches: Patches): void {
  const target = timersPromises as unknown as Record<string, Call>;
  const { setTimeout, setInterval } = target as Record<"setTimeout" | "setInterval", Call>;
  const wait = (owner: NodeProcess, delay: unknown, value: unknown, options: unknown): Promise<unknown> => {
    const start = () => once((finish) => new VirtualTimeout(owner, finish, delay, [], false), value, options);
    if (isDelay(delay) && areOptions(options)) return start();
    return unless(
      faultOf((tried) => setTimeout(delay, value, tried), options),
      start,
    );
  };
  patches.replace(target, "setTimeout", (original) => (delay, value, options) => {
    const owner = current();
    return owner === undefined ? original?.(delay, value, options) : wait(owner, delay, value, options);
  });
  patches.replace(target, "setImmediate", (original) => (value, options) => {
    const owner = current();
    if (owner === undefined) return original?.(value, options);
    const start = () => once((finish) => new VirtualImmediate(owner, finish, []), value, options);
    if (areOptions(options)) return start();
    return unless(
      faultOf((tried) => original?.(value, tried), options),
      start,
    );
  });
  patches.replace(target, "setInterval", (original) => (delay, value, options) => {
    const owner = current();
    if (owner === undefined) return original?.(delay, value, options);
    if (isDelay(delay) && areOptions(options)) return repeatedly(owner, delay, value, options as WaitOptions);
    const first = (tried: unknown): unknown => (setInterval(delay, value, tried) as AsyncGenerator).next();
    return unlessAsked(
      () => faultOf(first, options),
      () => repeatedly(owner, delay, value, options as WaitOptions),
    );
  });
  const scheduler = timersPromises.scheduler as unknown as Record<string, Call>;
  patches.replace(scheduler, "wait", (original) => (delay, options) => {
    const owner = current();
    return owner === undefined ? original?.call(scheduler, delay, options) : wait(owner, delay, undefined, options);
  });
  patches.replace(scheduler, "yield", (original) => () => {
    const owner = current();
    if (owner === undefined) return original?.call(scheduler);
    return once((finish) => new VirtualImmediate(owner, finish, []), undefined, undefined);
  });
}

async function unless(fault: Promise<unknown>, start: () => Promise<unknown>): Promise<unknown> {
  const error = await fault;
  if (error !== undefined) throw error;
  return start();
}

/** As Node's own, it looks at its arguments when its first value is asked for. */
async function* unlessAsked(
  ask: () => Promise<unknown>,
  start: () => AsyncGenerator<unknown>,
): AsyncGenerator<unknown> {
  const error = await ask();
  if (error !== undefined) throw error;
  yield* start();
}

const isDelay = (delay: unknown): boolean => delay === undefined || typeof delay === "number";

/** Is there nothing in these options that Node would complain of? */
function areOptions(options: unknown): boolean {
  if (options === undefined) return true;
  if (typeof options !== "object" || options === null || Array.isArray(options)) return false;
  const { ref, signal } = options as WaitOptions;
  return (ref === undefined || typeof ref === "boolean") && (signal === undefined || isSignal(signal));
}

const isSignal = (signal: unknown): boolean => typeof signal === "object" && signal !== null && "aborted" in signal;

/** What Node says of arguments that are unusual; undefined when this Node takes them. */
async function faultOf(attempt: (options: unknown) => unknown, options: unknown): Promise<unknown> {
  const given = typeof options === "object" || options === undefined ? options : null;
  const signal = (given as WaitOptions | null | undefined)?.signal;
  const isTried = given !== null && !Array.isArray(given) && (signal === undefined || isSignal(signal));
  try {
    await outside(() => attempt(isTried ? { ...given, signal: AbortSignal.abort() } : options));
  } catch (error) {
    return (error as { code?: unknown }).code === "ABORT_ERR" ? undefined : error;
  }
  return undefined;
}

/** A promise of what a timer gives, which a signal may end before. */
function once(start: (finish: () => void) => Timer, value: unknown, options: unknown): Promise<unknown> {
  const { ref = true, signal } = (options ?? {}) as WaitOptions;
  if (signal?.aborted) return Promise.reject(new AbortError(signal.reason));
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      timer.clear();
      reject(new AbortError(signal?.reason));
    };
    const timer = start(() => {
      signal?.removeEventListener("abort", aborted);
      resolve(value);
    });
    if (!ref) timer.unref();
    signal?.addEventListener("abort", aborted, { once: true });
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
  const tick = (): void => {
    due++;
    wake();
  };
  const aborted = (): void => wake();
  const timer = new VirtualTimeout(owner, tick, delay, [], true);
  if (!ref) timer.unref();
  signal?.addEventListener("abort", aborted, { once: true });
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
    signal?.removeEventListener("abort", aborted);
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
