/**
 * Replacing things of Node's, and putting them back: the door leaves nothing behind when it is taken out.
 */

export class Patches {
  #undo: (() => void)[] = [];

  /** Replaces a property; `make` gets what was there. */
  replace<T extends object, K extends keyof T>(target: T, name: K, make: (original: T[K]) => T[K]): void {
    const before = Object.getOwnPropertyDescriptor(target, name);
    const value = make(target[name]);
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
