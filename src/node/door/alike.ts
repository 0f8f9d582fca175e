/**
 * Makes a replacement look like what of Node's it replaces: util.promisify() finds its way by properties, libraries know an
 * object's class by `constructor`.
 */
import { types } from "node:util";

type Call = (this: unknown, ...args: unknown[]) => unknown;

/** What each function has of its own: here the original's counts. */
const OF_EACH: ReadonlySet<PropertyKey> = new Set(["name", "length", "prototype"]);

/** Gives a replacement every property of the original, Node's internal symbols, too. What it has of its own it keeps. */
export function alike(replacement: Call, original: Call): Call {
  for (const key of Reflect.ownKeys(original)) {
    if (Object.hasOwn(replacement, key) && !OF_EACH.has(key)) continue;
    Object.defineProperty(replacement, key, Object.getOwnPropertyDescriptor(original, key) as PropertyDescriptor);
  }
  return replacement;
}

/**
 * Does the same for whatever replaces something. A class that is a Proxy has the original's properties: there the prototype's
 * `constructor` is made to be the Proxy. Gives what undoes that.
 */
export function standIn(replacement: unknown, original: unknown): (() => void) | undefined {
  if (typeof replacement !== "function" || typeof original !== "function" || replacement === original) return undefined;
  if (!types.isProxy(replacement)) {
    alike(replacement as Call, original as Call);
    return undefined;
  }
  const prototype = original.prototype as object | undefined;
  const before = prototype && Object.getOwnPropertyDescriptor(prototype, "constructor");
  if (before === undefined) return undefined;
  Object.defineProperty(prototype, "constructor", { ...before, value: replacement });
  return () => void Object.defineProperty(prototype, "constructor", before);
}
