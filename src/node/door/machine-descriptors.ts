/**
 * Descriptors of the machine in virtual processes: one closes those alone that it has opened itself, and writes to none.
 * What it writes to 1 and 2 is its own output: standard-files.ts.
 */
import fs from "node:fs";
import { alike } from "./alike.ts";
import { current } from "./context.ts";
import type { Patches } from "./patch.ts";
import { stateOf } from "./process-state.ts";
import { refuse } from "./refuse.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

const WRITES: readonly string[] = ["write", "writeSync", "writev", "writevSync"];
const CLOSES: readonly string[] = ["close", "closeSync"];

export function patchMachineDescriptors(patches: Patches): void {
  const calls = fs as unknown as Calls;
  patches.replace(calls, "openSync", (original) => {
    const open: Call = function (this: unknown, ...args) {
      const fd = original?.apply(this, args);
      opened()?.add(fd as number);
      return fd;
    };
    return alike(open, original as Call);
  });
  patches.replace(calls, "open", (original) => {
    const open: Call = function (this: unknown, ...args) {
      const mine = opened();
      const done = args.at(-1);
      if (mine === undefined || typeof done !== "function") return original?.apply(this, args);
      const noted: Call = function (this: unknown, error, fd) {
        if (typeof fd === "number") mine.add(fd);
        return (done as Call).call(this, error, fd);
      };
      return original?.call(this, ...args.slice(0, -1), noted);
    };
    return alike(open, original as Call);
  });
  for (const name of WRITES) guard(patches, calls, name, () => false);
  for (const name of CLOSES) guard(patches, calls, name, (fd) => opened()?.delete(fd as number) ?? true);
}

/** Those that the process has opened; undefined outside of all processes. */
function opened(): Set<number> | undefined {
  const owner = current();
  return owner === undefined ? undefined : stateOf(owner, "descriptors", () => new Set<number>());
}

function guard(patches: Patches, calls: Calls, name: string, isGranted: (fd: unknown) => boolean): void {
  patches.replace(calls, name, (original) => {
    const guarded: Call = function (this: unknown, ...args) {
      // Of what is no descriptor Node says so.
      if (Number.isInteger(args[0]) && !isGranted(args[0])) refuse(`fs.${name}() of descriptor ${args[0]}`, "fs");
      return original?.apply(this, args);
    };
    return alike(guarded, original as Call);
  });
}
