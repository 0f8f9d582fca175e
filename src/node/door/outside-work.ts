/**
 * Work that the outer machine does for a virtual process: files, compression, ciphers in the thread pool. The clock stands still
 * until it is done, and its results are handed in in the order in which it was asked for.
 *
 * Read first: world/run-loop.ts, "outside results"; `sys.external()`, which does the same for TypeScript programs.
 */
import { AsyncResource } from "node:async_hooks";
import crypto from "node:crypto";
import fs from "node:fs";
import zlib from "node:zlib";
import type { External } from "../../kernel/run-state.ts";
import { alike } from "./alike.ts";
import { current } from "./context.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

const OF_ZLIB: readonly string[] =
  "deflate inflate gzip gunzip deflateRaw inflateRaw unzip brotliCompress brotliDecompress".split(" ");
const OF_CRYPTO: readonly string[] = "pbkdf2 scrypt hkdf generateKeyPair generateKey generatePrime checkPrime".split(
  " ",
);

export function patchOutsideWork(patches: Patches): void {
  const ofFiles = Object.keys(fs).filter((name) => `${name}Sync` in fs);
  for (const name of ofFiles) byCallback(patches, fs as unknown as Calls, name);
  for (const name of OF_ZLIB) byCallback(patches, zlib as unknown as Calls, name);
  for (const name of OF_CRYPTO) byCallback(patches, crypto as unknown as Calls, name);
  for (const name of ofFiles) byPromise(patches, fs.promises as unknown as Calls, name);
}

function byCallback(patches: Patches, module: Calls, name: string): void {
  if (typeof module[name] !== "function") return;
  patches.replace(module, name, (original) => {
    const held: Call = function (this: unknown, ...args) {
      const owner = current();
      const callback = args.at(-1);
      if (owner === undefined || typeof callback !== "function") return original?.apply(this, args);
      const scope = new AsyncResource("NETLOOM_OUTSIDE");
      const handIn = hold(owner);
      const done = (...results: unknown[]): void =>
        handIn(() => owner.turn(() => scope.runInAsyncScope(() => callback(...results))));
      try {
        return original?.apply(this, [...args.slice(0, -1), done]);
      } catch (error) {
        handIn(() => {});
        throw error;
      }
    };
    return alike(held, original as Call);
  });
}

function byPromise(patches: Patches, module: Calls, name: string): void {
  if (typeof module[name] !== "function") return;
  patches.replace(module, name, (original) => {
    const held: Call = function (this: unknown, ...args) {
      const owner = current();
      const result = original?.apply(this, args);
      if (owner === undefined || !(result instanceof Promise)) return result;
      const handIn = hold(owner);
      return new Promise((resolve, reject) => {
        result.then(
          (value) => handIn(() => resolve(value)),
          (error: unknown) => handIn(() => reject(error)),
        );
      });
    };
    return alike(held, original as Call);
  });
}

/** The clock stands still, and the process lives, until what this answers is called, and what that is given has run. */
function hold(owner: NodeProcess): (run: () => void) => void {
  const { runState } = owner.process;
  const entry: External = { process: owner.process, deliver: null };
  runState.externals.push(entry);
  owner.reference();
  return (run) => {
    entry.deliver = () => {
      run();
      owner.unreference();
    };
    runState.activity();
  };
}
