/**
 * Arguments that are no numbers where numbers belong: a Symbol, a BigInt, an object without a value.
 *
 * JavaScript throws a TypeError when it is to compute with one. In C such a call does not compile; here it fails, as one
 * with a bad argument does: EINVAL, thrown by a call that answers at once, and in the promise of one that can wait. This is the one
 * place for all calls: each method of the door is wrapped.
 */
import type { Errno } from "../../abi/errno.ts";

/** What a wrapper needs of a door. */
export interface Refusing {
  /** Lets the call that was entered last fail: in its promise, or by throwing when it is one that can't wait. */
  refuse(code: Errno): Promise<never>;
}

type Method = (...args: unknown[]) => unknown;

/** Is it what JavaScript throws of an odd argument, and no failure of ours? */
function isOdd(error: unknown, args: readonly unknown[]): boolean {
  return error instanceof TypeError && (args[0] === undefined || args.some(holdsOdd));
}

function holdsOdd(value: unknown): boolean {
  if (typeof value === "symbol" || typeof value === "bigint" || value === null) return true;
  if (typeof value !== "object") return false;
  if (ArrayBuffer.isView(value)) return false;
  if (typeof (value as { valueOf?: unknown }).valueOf !== "function") return true;
  return Object.values(value).some(
    (each) => each !== value && (typeof each !== "object" || each === null) && holdsOdd(each),
  );
}

/** Wraps the methods of a door's classes, from `prototype` up to `last`. */
export function guard(prototype: object, last: object): void {
  for (let each = prototype; each !== last; each = Object.getPrototypeOf(each)) {
    for (const name of Object.getOwnPropertyNames(each)) {
      const method = Object.getOwnPropertyDescriptor(each, name)?.value;
      if (typeof method !== "function" || name === "constructor" || Object.hasOwn(prototype, name)) continue;
      const value = OPEN_ENDED.includes(name) ? guardedList(method) : guarded(method);
      Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
    }
  }
}

/** Calls that hand any number of arguments on to a program, which sees how many they are. */
const OPEN_ENDED: readonly string[] = ["fork", "exec"];

function guardedList(method: Method): Method {
  return function (this: Refusing, ...args: unknown[]): unknown {
    try {
      return method.apply(this, args);
    } catch (error) {
      if (!isOdd(error, args)) throw error;
      return this.refuse("EINVAL");
    }
  };
}

/** No other call has more than six arguments; a fixed number of them costs less than a list. */
function guarded(method: Method): Method {
  return function (
    this: Refusing,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown,
    e?: unknown,
    f?: unknown,
  ): unknown {
    try {
      return method.call(this, a, b, c, d, e, f);
    } catch (error) {
      if (!isOdd(error, [a, b, c, d, e, f])) throw error;
      return this.refuse("EINVAL");
    }
  };
}
