/**
 * Taking away the name of a Unix-domain socket: where a server was killed its name stays, and the next one unlinks it before it
 * listens. Such names are in the tree of the host: there fs.unlink() and fs.rm() of one of them act, in all their forms. Of any
 * other path they are ways out of the world, as in escapes.ts.
 */
import { AsyncResource } from "node:async_hooks";
import fs from "node:fs";
import type { Errno } from "../../abi/errno.ts";
import { S_IFSOCK } from "../../abi/stat.ts";
import { alike } from "./alike.ts";
import { current, enter } from "./context.ts";
import { pathOf } from "./escapes-reading.ts";
import { uvCode, uvMessage } from "./internals.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

/** How a call of Node's tells what has come of it. */
type Tell = (owner: NodeProcess, error: Error | null, args: readonly unknown[]) => unknown;

export function patchSocketPaths(patches: Patches): void {
  for (const name of ["unlink", "rm"]) {
    replace(patches, fs as unknown as Calls, `${name}Sync`, name, throwing);
    replace(patches, fs as unknown as Calls, name, name, calling);
    replace(patches, fs.promises as unknown as Calls, name, name, promising);
  }
}

function replace(patches: Patches, module: Calls, name: string, syscall: string, tell: Tell): void {
  patches.replace(module, name, (original) => {
    const replacement: Call = function (this: unknown, ...args) {
      const owner = current();
      const path = owner && pathOf(args[0]);
      if (owner === undefined || path === undefined || !isSocket(owner, path)) return original?.apply(this, args);
      const result = owner.call("unlink", () => owner.process.kernel.files.unlink(owner.process, path));
      return tell(owner, result === 0 ? null : failure(result, syscall, path), args);
    };
    return alike(replacement, original as Call);
  });
}

function isSocket({ process }: NodeProcess, path: string): boolean {
  const node = process.kernel.files.lookup(process, path, false);
  return typeof node !== "string" && node.type === S_IFSOCK;
}

/** As Node makes it of a file that could not be taken away. */
function failure(code: Errno, syscall: string, path: string): Error {
  const error = new Error(`${code}: ${uvMessage(code)}, ${syscall} '${path}'`);
  return Object.assign(error, { errno: uvCode(code), code, syscall, path });
}

const throwing: Tell = (_owner, error) => {
  if (error !== null) throw error;
};

const calling: Tell = (owner, error, args) => {
  const done = args.at(-1);
  if (typeof done === "function") later(owner, () => done(error));
};

const promising: Tell = (owner, error) =>
  new Promise<void>((resolve, reject) => later(owner, () => (error === null ? resolve() : reject(error))));

/** In a turn of its own, for which the process stays alive. */
function later(owner: NodeProcess, run: () => void): void {
  const scope = new AsyncResource("NETLOOM_FILE");
  owner.reference();
  owner.turn(() => {
    owner.unreference();
    scope.runInAsyncScope(() => enter(owner, run));
  });
}
