/**
 * Replacing things of Node's, and putting them back: the door leaves nothing behind when it is taken out.
 */
import { standIn } from "./alike.ts";

export class Patches {
  #undo: (() => void)[] = [];

  /** Replaces a property; `make` gets what was there. A function or class looks like the one that it replaces. */
  replace<T extends object, K extends keyof T>(target: T, name: K, make: (original: T[K]) => T[K]): void {
    const before = Object.getOwnPropertyDescriptor(target, name);
    const original = target[name];
    const value = make(original);
    const leave = standIn(value, original);
    if (leave !== undefined) this.#undo.push(leave);
    Object.defineProperty(target, name, {
      configurable: true,
      writable: true,
      enumerable: before?.enumerable ?? true,
      value,
    });
    this.#undo.push(() => restore(target, name, before));
  }

  /** Replaces a property by a getter, and a setter if there is one. */
  define<T extends object>(
    target: T,
    name: PropertyKey,
    get: (this: unknown) => unknown,
    set?: (value: unknown) => void,
  ): void {
    const before = Object.getOwnPropertyDescriptor(target, name);
    const accessors = set === undefined ? { get } : { get, set };
    Object.defineProperty(target, name, { configurable: true, enumerable: before?.enumerable ?? true, ...accessors });
    this.#undo.push(() => restore(target, name, before));
  }

  /** Something else to be undone. */
  add(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Puts everything back, the last replacement first. */
  undo(): void {
    for (const step of this.#undo.reverse()) step();
    this.#undo = [];
  }
}

function restore(target: object, name: PropertyKey, before: PropertyDescriptor | undefined): void {
  if (before === undefined) delete (target as Record<PropertyKey, unknown>)[name];
  else Object.defineProperty(target, name, before);
}
