/**
 * fs.write() and its like to descriptors 1 and 2: those of the virtual process, not of the machine. Loggers write so.
 *
 * Read first: standard-streams.ts; lib/fs.js of Node, write(), for the forms of the arguments.
 */
import fs from "node:fs";
import { alike } from "./alike.ts";
import { current } from "./context.ts";
import type { Patches } from "./patch.ts";
import { output } from "./standard-streams.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Calls = Record<string, Call>;
type Bytes = (args: readonly unknown[]) => Uint8Array;

const WRITES: readonly (readonly [name: string, bytes: Bytes])[] = [
  ["write", bytesOf],
  ["writeSync", bytesOf],
  ["writev", bytesOfAll],
  ["writevSync", bytesOfAll],
];

export function patchStandardFiles(patches: Patches): void {
  for (const [name, bytes] of WRITES) {
    patches.replace(fs as unknown as Calls, name, (original) => {
      const redirected: Call = function (this: unknown, ...args) {
        const owner = current();
        const [fd, data] = args;
        if (owner === undefined || (fd !== 1 && fd !== 2)) return original?.apply(this, args);
        const written = bytes(args);
        const stream = output(owner, fd);
        if (name.endsWith("Sync")) stream.write(written);
        else stream.write(written, (error) => (args.at(-1) as Call)(error ?? null, written.length, data));
        return name.endsWith("Sync") ? written.length : undefined;
      };
      return alike(redirected, original as Call);
    });
  }
}

/** `(fd, string, position, encoding)`, `(fd, buffer, offset, length)` or `(fd, buffer, { offset, length })`. */
function bytesOf([, data, first, second]: readonly unknown[]): Uint8Array {
  if (typeof data === "string") {
    return Buffer.from(data, typeof second === "string" ? (second as BufferEncoding) : "utf8");
  }
  const { buffer, byteOffset, byteLength } = data as NodeJS.ArrayBufferView;
  const options = (typeof first === "object" && first !== null ? first : {}) as { offset?: number; length?: number };
  const offset = options.offset ?? (typeof first === "number" ? first : 0);
  const length = options.length ?? (typeof second === "number" ? second : byteLength - offset);
  // A copy: who calls may use its buffer again before the kernel has taken it.
  return Uint8Array.prototype.slice.call(new Uint8Array(buffer, byteOffset + offset, length));
}

function bytesOfAll([, list]: readonly unknown[]): Uint8Array {
  return Buffer.concat((list as NodeJS.ArrayBufferView[]).map((view) => bytesOf([0, view])));
}
