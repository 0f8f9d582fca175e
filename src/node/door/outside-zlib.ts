/**
 * Streams of node:zlib work in the thread pool, piece by piece: the clock stands still for each.
 *
 * Read first: lib/zlib.js of Node, processChunk(), processCallback(); outside-work.ts. The handle under a stream is told at init()
 * whom to call when a write is done; an error it tells to its `onerror`.
 */
import { AsyncResource } from "node:async_hooks";
import { current } from "./context.ts";
import { type HandIn, hold } from "./hold.ts";
import { binding } from "./internals.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";

type Call = (this: object, ...args: unknown[]) => unknown;
interface ZlibHandle {
  onerror: Call;
}
type HandleClass = { readonly prototype: Record<string, Call> };

/** What of a write is outstanding. */
interface Writing {
  readonly owner: NodeProcess;
  readonly handIn: HandIn;
  readonly scope: AsyncResource;
}

const CLASSES: readonly string[] = ["Zlib", "BrotliEncoder", "BrotliDecoder", "ZstdCompress", "ZstdDecompress"];

export function patchOutsideZlib(patches: Patches): void {
  const classes = binding<Record<string, HandleClass | undefined>>("zlib");
  const writings = new WeakMap<object, Writing>();
  const failing = new WeakSet<object>();
  /** Calls that when the clock may go on, in a turn of the process that wrote. */
  const afterwards = (call: Call): Call => {
    return function (...results) {
      const writing = writings.get(this);
      if (writing === undefined) return call.apply(this, results);
      writings.delete(this);
      const { owner, scope, handIn } = writing;
      return handIn(() => owner.turn(() => scope.runInAsyncScope(() => call.apply(this, results))));
    };
  };
  for (const name of CLASSES) {
    const prototype = classes[name]?.prototype;
    if (prototype === undefined) continue;
    patches.replace(prototype, "init", (original) => {
      return function (...args) {
        const isInside = current() !== undefined;
        const own = args.map((arg) => (isInside && typeof arg === "function" ? afterwards(arg as Call) : arg));
        return original?.apply(this, own);
      };
    });
    patches.replace(prototype, "write", (original) => {
      return function (...args) {
        const owner = current();
        if (owner === undefined) return original?.apply(this, args);
        const handle = this as ZlibHandle;
        if (!failing.has(this)) handle.onerror = afterwards(handle.onerror);
        failing.add(this);
        writings.set(this, { owner, handIn: hold(owner), scope: new AsyncResource("NETLOOM_OUTSIDE") });
        return original?.apply(this, args);
      };
    });
  }
}
