/**
 * Ways out of the world: what would reach the real machine from a virtual process is refused, with its name and with the
 * word for `allow` that lets it through.
 *
 * Changing files of the machine is here; reading them is in escapes-reading.ts.
 */
import child_process from "node:child_process";
import cluster from "node:cluster";
import crypto from "node:crypto";
import dgram from "node:dgram";
import fs from "node:fs";
import inspector from "node:inspector";
import promises from "node:inspector/promises";
import net from "node:net";
import os from "node:os";
import tty from "node:tty";
import v8 from "node:v8";
import worker_threads from "node:worker_threads";
import { alike } from "./alike.ts";
import { patchReading } from "./escapes-reading.ts";
import { quietly } from "./internals.ts";
import type { Patches } from "./patch.ts";
import { refuse } from "./refuse.ts";

type Function_ = (this: unknown, ...args: unknown[]) => unknown;
type Functions = Record<string, Function_>;

const CHANGES: readonly string[] =
  "appendFile writeFile truncate ftruncate fchmod fchown futimes mkdir mkdtemp rm rmdir unlink rename copyFile cp link symlink chmod lchmod chown lchown utimes lutimes".split(
    " ",
  );
const WATCHERS: readonly string[] = ["watch", "watchFile"];
/** Who the real process is, and what goes out by the debugger's signal. */
const OF_PROCESS: readonly string[] = "setuid setgid seteuid setegid setgroups initgroups _debugProcess".split(" ");
const OF_SESSIONS: readonly string[] = ["connect", "connectToMainThread", "post", "disconnect"];

/** Modules whose native code opens files by itself, with their classes and functions. Not every Node has them. */
const OF_FILES: readonly [string, readonly string[], readonly string[]][] = [
  ["sqlite", ["DatabaseSync"], ["backup"]],
  ["wasi", ["WASI"], []],
];

export function patchEscapes(patches: Patches): void {
  patchReading(patches);
  const modules: [object, string, string, readonly string[]][] = [
    [
      child_process,
      "child_process",
      "child_process",
      ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"],
    ],
    [child_process.ChildProcess.prototype, "child_process.ChildProcess", "child_process", ["spawn"]],
    [cluster, "cluster", "child_process", ["fork"]],
    [inspector, "inspector", "inspector", ["open", "close", "url", "waitForDebugger"]],
    [inspector.Session.prototype, "inspector.Session", "inspector", OF_SESSIONS],
    [promises.Session.prototype, "inspector.Session", "inspector", ["post"]],
    [fs, "fs", "fs", [...CHANGES, ...CHANGES.map((name) => `${name}Sync`), ...WATCHERS]],
    [fs.promises, "fs.promises", "fs", [...CHANGES, "watch"]],
    [v8, "v8", "fs", ["writeHeapSnapshot", "setHeapSnapshotNearHeapLimit"]],
    [v8, "v8", "process", ["setFlagsFromString"]],
    [crypto, "crypto", "addon", ["setEngine"]],
    [traceEvents(), "trace_events", "fs", ["createTracing"]],
    [process.report ?? {}, "process.report", "fs", ["writeReport"]],
    [os, "os", "process", ["setPriority"]],
    [process, "process", "process", OF_PROCESS],
    // Node's inside, where every module begins anew, and code that is no JavaScript.
    [process, "process", "binding", ["binding", "_linkedBinding"]],
    [process, "process", "addon", ["dlopen"]],
    [worker_threads, "worker_threads", "worker", ["postMessageToThread"]],
  ];
  for (const [module, title, word, names] of modules) {
    for (const name of names) guard(patches, module as Functions, name, `${title}.${name}()`, word);
  }
  guardOpening(patches);
  guardClass(patches, worker_threads, "Worker", "worker_threads.Worker", "worker", () => true);
  for (const name of ["ReadStream", "WriteStream"]) {
    guardClass(patches, tty, name, `tty.${name} of a descriptor of the machine`, "fs", () => true);
  }
  guardClass(patches, net, "Socket", "net.Socket of a descriptor of the machine", "net", hasDescriptor);
  guardDescriptors(patches);
  for (const [name, classes, functions] of OF_FILES) {
    const module = quietly(() => process.getBuiltinModule(`node:${name}`));
    if (module === undefined) continue;
    for (const one of classes) guardClass(patches, module, one, `${name}.${one}`, "fs", () => true);
    for (const one of functions) guard(patches, module as Functions, one, `${name}.${one}()`, "fs");
  }
  patches.replace(net as unknown as Functions, "Stream", () => net.Socket as unknown as Function_);
}

const hasDescriptor = ([options]: readonly unknown[]): boolean =>
  typeof options === "object" && options !== null && (options as { fd?: unknown }).fd !== undefined;

/** Worker threads have none. */
function traceEvents(): object {
  try {
    return process.getBuiltinModule("node:trace_events") ?? {};
  } catch {
    return {};
  }
}

/** Servers and datagram sockets may be given a descriptor of the machine, too. */
function guardDescriptors(patches: Patches): void {
  for (const [prototype, name, what] of [
    [net.Server.prototype, "listen", "net.Server.listen()"],
    [dgram.Socket.prototype, "bind", "dgram.Socket.bind()"],
  ] as const) {
    patches.replace(prototype as unknown as Functions, name, (original) => {
      return function (this: unknown, ...args) {
        if (hasDescriptor(args)) refuse(`${what} of a descriptor of the machine`, "net");
        return original?.apply(this, args);
      };
    });
  }
}

function guard(patches: Patches, module: Functions, name: string, what: string, word: string): void {
  if (typeof module[name] !== "function") return;
  patches.replace(module, name, (original) => {
    const guarded: Function_ = function (this: unknown, ...args) {
      refuse(what, word);
      return original?.apply(this, args);
    };
    return alike(guarded, original as Function_);
  });
}

/** open() for reading is another matter. */
function guardOpening(patches: Patches): void {
  for (const [module, name] of [
    [fs, "open"],
    [fs, "openSync"],
    [fs.promises, "open"],
    [fs, "createWriteStream"],
  ] as const) {
    patches.replace(module as unknown as Functions, name, (original) => {
      const guarded: Function_ = function (this: unknown, ...args) {
        if (name === "createWriteStream" || isWriting(args[1])) refuse(`fs.${name}() for writing`, "fs");
        return original?.apply(this, args);
      };
      return alike(guarded, original as Function_);
    });
  }
}

function isWriting(flags: unknown): boolean {
  if (typeof flags === "number") return (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0;
  return typeof flags === "string" && /[wa+]/.test(flags);
}

/** A class of which virtual processes may make no objects, or not such. */
function guardClass(
  patches: Patches,
  module: object,
  name: string,
  what: string,
  word: string,
  isEscape: (args: readonly unknown[]) => boolean,
): void {
  patches.replace(module as Record<string, new (...args: unknown[]) => object>, name, (Original) => {
    return new Proxy(Original as new (...args: unknown[]) => object, {
      construct: (target, args, newTarget) => {
        if (isEscape(args)) refuse(what, word);
        return Reflect.construct(target, args, newTarget);
      },
      apply: (target, self, args) => {
        if (isEscape(args)) refuse(what, word);
        return Reflect.apply(target as unknown as Function_, self, args);
      },
    });
  });
}
