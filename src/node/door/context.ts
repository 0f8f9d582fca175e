/**
 * Who am I? The virtual process whose code is running now.
 *
 * Read first: node:async_hooks, AsyncLocalStorage. Whatever a process starts (timers, promises, handles) carries its store
 * with it, so every callback knows its process. The kernel enters a process with `run`; code outside has none.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { NodeProcess } from "./node-process.ts";

const storage: AsyncLocalStorage<NodeProcess | undefined> = new AsyncLocalStorage();

/** The process of the code that runs, or undefined outside of all. */
export function current(): NodeProcess | undefined {
  return storage.getStore();
}

/** Runs a function as that process. */
export function enter<T>(process: NodeProcess, run: () => T): T {
  return storage.getStore() === process ? run() : storage.run(process, run);
}

/** How many runs of forAll() are under way. */
let runsForAll = 0;

/** Runs what acts for every process whatever process it runs as, such as a timer that all have in common: it may close their sockets. */
export function forAll<T>(run: () => T): T {
  runsForAll++;
  try {
    return run();
  } finally {
    runsForAll--;
  }
}

/** Does the code that runs act for every process? */
export function isForAll(): boolean {
  return runsForAll > 0;
}

/** Runs a function as code outside of all processes. */
export function outside<T>(run: () => T): T {
  return storage.getStore() === undefined ? run() : storage.run(undefined, run);
}
