/**
 * Ways out of the world: what would reach the real machine from a virtual process is refused, with its name and with the
 * word for `allow` that lets it through.
 *
 * Reading files of the machine is no escape: programs load their own code, certificates and templates. Changing them is.
 */
import child_process from "node:child_process";
import cluster from "node:cluster";
import fs from "node:fs";
import inspector from "node:inspector";
import net from "node:net";
import worker_threads from "node:worker_threads";
import { alike } from "./alike.ts";
import { current } from "./context.ts";
import type { Patches } from "./patch.ts";

/** An escape that was refused. */
class EscapeError extends Error {
  readonly code = "ERR_NETLOOM_ESCAPE";

  constructor(what: string, word: string, process: string) {
    super(`${process}: ${what} reaches out of the virtual world, and is refused; allow: ["${word}"] lets it through`);
    this.name = "EscapeError";
  }
}

/** Throws when a virtual process that may not do this is doing it. */
function refuse(what: string, word: string): void {
  const owner = current();
  if (owner !== undefined && !owner.allow.includes(word)) throw new EscapeError(what, word, owner.title);
}

type Function_ = (this: unknown, ...args: unknown[]) => unknown;
type Functions = Record<string, Function_>;

const CHANGES: readonly string[] =
  "appendFile writeFile truncate ftruncate mkdir mkdtemp rm rmdir unlink rename copyFile cp link symlink chmod lchmod chown lchown utimes lutimes".split(
    " ",
  );
const WATCHERS: readonly string[] = ["watch", "watchFile"];

export function patchEscapes(patches: Patches): void {
  const modules: [object, string, string, readonly string[]][] = [
    [
      child_process,
      "child_process",
      "child_process",
      ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"],
    ],
    [cluster, "cluster", "child_process", ["fork"]],
    [inspector, "inspector", "inspector", ["open", "close", "url", "waitForDebugger"]],
    [fs, "fs", "fs", [...CHANGES, ...CHANGES.map((name) => `${name}Sync`), ...WATCHERS]],
    [fs.promises, "fs.promises", "fs", [...CHANGES, "watch"]],
  ];
  for (const [module, title, word, names] of modules) {
    for (const name of names) guard(patches, module as Functions, name, `${title}.${name}()`, word);
  }
  guardOpening(patches);
  guardClass(patches, worker_threads, "Worker", "worker_threads.Worker", "worker", () => true);
  guardClass(patches, net, "Socket", "net.Socket of a descriptor of the machine", "net", hasDescriptor);
  patches.replace(net as unknown as Functions, "Stream", () => net.Socket as unknown as Function_);
}

const hasDescriptor = ([options]: readonly unknown[]): boolean =>
  typeof options === "object" && options !== null && (options as { fd?: unknown }).fd !== undefined;

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

/** open() for reading is fine. */
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
