/**
 * Loading modules: it runs as the process that imports, and yet it is the machine's, with the loaders that compile for it, such as tsx.
 *
 * Read first: lib/internal/modules/cjs/loader.js and customization_hooks.js of Node.
 */
import Module from "node:module";
import type { Patches } from "./patch.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

/** Does the loader of CommonJS modules run, and not the code of a module? */
let isLoading = false;

export function isLoadingModules(): boolean {
  return isLoading;
}

/** The same of all loaders, hooks of module.registerHooks() among them: were we called by one, and not by the code of a module? */
export function isLoaderCalling(): boolean {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  const last = stack.split("\n").find((line) => line.includes("node:internal/modules/") && !line.includes("at async "));
  // By these Node runs the code of modules.
  if (last === undefined || /module_job|translators|run_main/.test(last)) return false;
  return !last.includes("cjs/loader") || isLoading;
}

export function patchLoader(patches: Patches): void {
  const loader = Module as unknown as Calls & { prototype: Calls };
  for (const name of ["_load", "_resolveFilename"]) whileLoading(patches, loader, name, true);
  // The code of the module itself is not the loader.
  whileLoading(patches, loader.prototype, "_compile", false);
}

function whileLoading(patches: Patches, target: Calls, name: string, isSo: boolean): void {
  patches.replace(target, name, (original) => {
    return function (this: unknown, ...args) {
      const before = isLoading;
      isLoading = isSo;
      try {
        return original?.apply(this, args);
      } finally {
        isLoading = before;
      }
    };
  });
}
