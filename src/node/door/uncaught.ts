/**
 * Errors that nobody caught, as lib/internal/process/{execution,promises}.js of Node treats them, for each virtual process: capture
 * callbacks go before listeners of "uncaughtException", and a promise may be rejected with what is no error.
 */
import type { AsyncResource } from "node:async_hooks";
import { current } from "./context.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";
import { stateOf } from "./process-state.ts";

type Callback = (error: unknown) => unknown;
type Call = (...args: unknown[]) => unknown;

/** What a process has set to get its errors. */
export interface Capture {
  /** By setUncaughtExceptionCaptureCallback(): it gets every error. */
  callback: Callback | null;
  /** By addUncaughtExceptionCaptureCallback(), of newer Nodes: the last comer first, until one answers true. */
  readonly added: Callback[];
}

export function patchUncaught(patches: Patches): void {
  const target = process as unknown as Record<string, Call>;
  patches.replace(target, "setUncaughtExceptionCaptureCallback", (original) => (callback) => {
    const owner = current();
    if (owner === undefined) return original?.call(process, callback === null ? null : ofNobody(callback));
    // Node's own makes the error of what is no function.
    if (callback !== null && typeof callback !== "function") return original?.call(process, callback);
    const capture = captureOf(owner);
    if (callback !== null && capture.callback !== null) throw alreadySet(original as Call);
    capture.callback = callback as Callback | null;
    return undefined;
  });
  patches.replace(target, "hasUncaughtExceptionCaptureCallback", (original) => () => {
    const owner = current();
    return owner === undefined ? original?.call(process) : (owner.state.capture?.callback ?? null) !== null;
  });
  if (!("addUncaughtExceptionCaptureCallback" in process)) return;
  patches.replace(target, "addUncaughtExceptionCaptureCallback", (original) => (callback) => {
    const owner = current();
    if (owner === undefined) return original?.call(process, ofNobody(callback));
    if (typeof callback !== "function") return original?.call(process, callback);
    captureOf(owner).added.push(callback as Callback);
    return undefined;
  });
}

/** A callback of code outside: errors of virtual processes, of which Node tells it too, go to their process. */
function ofNobody(callback: unknown): unknown {
  if (typeof callback !== "function") return callback;
  return (error: unknown) => {
    const owner = current();
    if (owner === undefined) return callback(error);
    owner.uncaught(error);
    return true;
  };
}

/** The error that Node makes for a second callback. */
function alreadySet(set: Call): unknown {
  let isOurs = false;
  try {
    set.call(process, () => {});
    isOurs = true;
    set.call(process, () => {});
  } catch (error) {
    return error;
  } finally {
    if (isOurs) set.call(process, null);
  }
  return new Error("a capture callback is set already");
}

function captureOf(owner: NodeProcess): Capture {
  return stateOf(owner, "capture", () => ({ callback: null, added: [] }));
}

/** Gives the error to the callback that the process has set, if any. False when none takes it. */
export function captured({ state: { capture } }: NodeProcess, error: unknown): boolean {
  if (capture === undefined) return false;
  if (capture.callback !== null) {
    capture.callback(error);
    return true;
  }
  return capture.added.toReversed().some((callback) => callback(error) === true);
}

/**
 * Calls back in that scope. Where the process captures errors it is told of one before the scope is left, as Node does: a domain is
 * entered and left with it.
 */
export function inScope(
  owner: NodeProcess,
  scope: AsyncResource,
  callback: Call,
  self: unknown,
  args: readonly unknown[],
): void {
  if (owner.state.capture === undefined) {
    scope.runInAsyncScope(callback, self, ...args);
    return;
  }
  scope.runInAsyncScope(() => {
    try {
      callback.apply(self, args as unknown[]);
    } catch (error) {
      owner.uncaught(error);
    }
  });
}

/** The error of a promise that was rejected with this and that nobody handled: what is no error becomes one. */
export function errorOf(reason: unknown): unknown {
  const isError = typeof reason === "object" && reason !== null && Object.hasOwn(reason, "stack");
  return isError ? reason : new UnhandledPromiseRejection(reason);
}

class UnhandledPromiseRejection extends Error {
  readonly code = "ERR_UNHANDLED_REJECTION";

  constructor(reason: unknown) {
    super(
      "This error originated either by throwing inside of an async function without a catch block, " +
        `or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "${brief(reason)}".`,
    );
    this.name = "UnhandledPromiseRejection";
  }
}

/** As V8 writes a value without calling code of it. */
function brief(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const { toString: write, constructor: made } = value as { toString: unknown; constructor: unknown };
  if (write === Object.prototype.toString && typeof made === "function" && made.name !== "") return `#<${made.name}>`;
  return Object.prototype.toString.call(value);
}
