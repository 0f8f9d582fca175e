/**
 * Work that the outer machine does for a virtual process: files, compression, ciphers in the thread pool. The clock stands still
 * until it is done, and its results are handed in in the order in which it was asked for.
 *
 * Read first: world/run-loop.ts, "outside results"; `sys.external()`, which does the same for TypeScript programs.
 */
import { AsyncResource } from "node:async_hooks";
import crypto from "node:crypto";
import fs from "node:fs";
import { types } from "node:util";
import zlib from "node:zlib";
import { alike } from "./alike.ts";
import { current, outside } from "./context.ts";
import { hold } from "./hold.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

const OF_ZLIB: readonly string[] =
  "deflate inflate gzip gunzip deflateRaw inflateRaw unzip brotliCompress brotliDecompress".split(" ");
const OF_CRYPTO: readonly string[] =
  "pbkdf2 scrypt hkdf argon2 sign verify diffieHellman encapsulate decapsulate generateKeyPair generateKey generatePrime checkPrime".split(
    " ",
  );
const OF_WEB_CRYPTO: readonly string[] =
  "encrypt decrypt sign verify digest generateKey deriveKey deriveBits importKey exportKey wrapKey unwrapKey".split(
    " ",
  );
const OF_WEB_ASSEMBLY: readonly string[] = ["compile", "instantiate"];
const OF_FILE_HANDLES: readonly string[] =
  "appendFile chmod chown close datasync read readFile readv stat sync truncate utimes write writeFile writev".split(
    " ",
  );

export function patchOutsideWork(patches: Patches): void {
  const ofFiles = Object.keys(fs).filter((name) => `${name}Sync` in fs);
  for (const name of ofFiles) byCallback(patches, fs as unknown as Calls, name);
  for (const name of OF_ZLIB) byCallback(patches, zlib as unknown as Calls, name);
  for (const name of OF_CRYPTO) byCallback(patches, crypto as unknown as Calls, name);
  for (const name of ofFiles) if (name !== "glob") byPromise(patches, fs.promises as unknown as Calls, name);
  byIteration(patches, fs.promises as unknown as Calls, "glob");
  for (const name of OF_WEB_CRYPTO) byPromise(patches, crypto.webcrypto.subtle as unknown as Calls, name);
  for (const name of OF_WEB_ASSEMBLY)
    byPromise(patches, (globalThis as unknown as { WebAssembly: Calls }).WebAssembly, name);
  patchFileHandles(patches);
}

/** The class is not exported: the first one that a process opens shows it. */
function patchFileHandles(patches: Patches): void {
  let isKnown = false;
  patches.add(() => {
    isKnown = false;
  });
  patches.replace(fs.promises as unknown as Calls, "open", (original) => {
    const opening: Call = async function (this: unknown, ...args) {
      const handle = (await original?.apply(this, args)) as Calls;
      const owner = current();
      // Each has its own of this one.
      if (owner !== undefined && Object.hasOwn(handle, "close")) handle.close = waiting(handle.close as Call);
      if (!isKnown && owner !== undefined) {
        isKnown = true;
        const { prototype } = handle.constructor as unknown as { prototype: Calls };
        for (const name of OF_FILE_HANDLES) byPromise(patches, prototype, name);
      }
      return handle;
    };
    return alike(opening, original as Call);
  });
}

/** Work of the outer machine that the door can't see, such as an import(): the clock stands still until it is done. */
export function external<T>(work: PromiseLike<T>): Promise<T> {
  const owner = current();
  if (owner === undefined) return Promise.resolve(work);
  // Such work may need other work to be handed in before, so it is in no order with it.
  const { runState } = owner.process;
  runState.unordered++;
  owner.reference();
  const settle = (run: () => void): void => {
    owner.turn(() => {
      run();
      owner.unreference();
    });
    runState.unordered--;
    runState.activity();
  };
  return new Promise((resolve, reject) => {
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}

function byCallback(patches: Patches, module: Calls, name: string): void {
  if (typeof module[name] !== "function") return;
  patches.replace(module, name, (original) => {
    const waiting: Call = function (this: unknown, ...args) {
      const owner = current();
      const callback = args.at(-1);
      if (owner === undefined || typeof callback !== "function") return original?.apply(this, args);
      const scope = new AsyncResource("NETLOOM_OUTSIDE");
      const handIn = hold(owner);
      const done = (...results: unknown[]): void =>
        handIn(() => owner.turn(() => scope.runInAsyncScope(() => callback(...results))));
      try {
        // What the work itself does of such kinds is part of it.
        return outside(() => original?.apply(this, [...args.slice(0, -1), done]));
      } catch (error) {
        handIn(() => {});
        throw error;
      }
    };
    return alike(waiting, original as Call);
  });
}

function byPromise(patches: Patches, module: Calls, name: string): void {
  if (typeof module[name] !== "function") return;
  patches.replace(module, name, (original) => alike(waiting(original as Call), original as Call));
}

/** What answers piece by piece: the clock waits for each. */
function byIteration(patches: Patches, module: Calls, name: string): void {
  if (typeof module[name] !== "function") return;
  patches.replace(module, name, (original) => {
    const iterating: Call = function (this: unknown, ...args) {
      const owner = current();
      if (owner === undefined) return original?.apply(this, args);
      return heldEach(owner, outside(() => original?.apply(this, args)) as AsyncGenerator);
    };
    return alike(iterating, original as Call);
  });
}

async function* heldEach(owner: NodeProcess, pieces: AsyncGenerator): AsyncGenerator {
  try {
    for (;;) {
      const { done, value } = await held(
        owner,
        outside(() => pieces.next()),
      );
      if (done) return;
      yield value;
    }
  } finally {
    void outside(() => pieces.return(undefined));
  }
}

/** Does the same, and the clock waits for its promise. */
function waiting(original: Call): Call {
  return function (this: unknown, ...args) {
    const owner = current();
    if (owner === undefined) return original.apply(this, args);
    const result = outside(() => original.apply(this, args));
    return types.isPromise(result) ? held(owner, result) : result;
  };
}

function held<T>(owner: NodeProcess, work: PromiseLike<T>): Promise<T> {
  const handIn = hold(owner);
  return new Promise((resolve, reject) => {
    work.then(
      (value) => handIn(() => resolve(value)),
      (error: unknown) => handIn(() => reject(error)),
    );
  });
}
