/**
 * Contexts of node:vm that virtual processes make: their own Date and Math.random() would be the machine's.
 *
 * Read first: lib/vm.js of Node. Of the other ways to the time, a new context has only Intl and Temporal: they stay the machine's.
 */
import vm from "node:vm";
import { current } from "./context.ts";
import type { Patches } from "./patch.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

const PREPARE = new vm.Script(`(Date, random) => {
  Object.defineProperty(globalThis, "Date", { value: Date, writable: true, configurable: true, enumerable: false });
  Math.random = random;
}`);

export function patchVmContexts(patches: Patches): void {
  const { createContext, runInContext } = vm;
  const { isContext } = vm;
  const { runInContext: runScript } = vm.Script.prototype;
  const prepare = (context: object): void => {
    const set = runScript.call(PREPARE, context) as (date: unknown, random: unknown) => void;
    set(Date, () => Math.random());
  };
  const made = (sandbox: unknown, options: unknown): object => {
    const isNew = typeof sandbox !== "object" || sandbox === null || !isContext(sandbox);
    const context = createContext(sandbox as object, (options ?? undefined) as vm.CreateContextOptions);
    if (isNew) prepare(context);
    return context;
  };
  patches.replace(vm as unknown as Calls, "createContext", (original) => {
    return function (this: unknown, sandbox, options, ...rest) {
      return current() === undefined ? original?.call(this, sandbox, options, ...rest) : made(sandbox, options);
    };
  });
  patches.replace(vm as unknown as Calls, "runInNewContext", (original) => {
    return function (this: unknown, code, sandbox, options) {
      if (current() === undefined) return original?.call(this, code, sandbox, options);
      return runInContext(code as string, made(sandbox, contextOptions(options)) as vm.Context, options as string);
    };
  });
  patches.replace(vm.Script.prototype as unknown as Calls, "runInNewContext", (original) => {
    return function (this: unknown, sandbox, options) {
      if (current() === undefined) return original?.call(this, sandbox, options);
      return runScript.call(this as vm.Script, made(sandbox, contextOptions(options)) as vm.Context, options as object);
    };
  });
}

/** runInNewContext() has the options of a context under longer names. */
function contextOptions(options: unknown): object | undefined {
  if (typeof options !== "object" || options === null) return undefined;
  const given = options as Record<string, unknown>;
  const made = {
    name: given.contextName,
    origin: given.contextOrigin,
    codeGeneration: given.contextCodeGeneration,
    microtaskMode: given.microtaskMode,
  };
  return Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined));
}
