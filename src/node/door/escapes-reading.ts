/**
 * Reading files of the machine from a virtual process. What belongs to the program is granted: whatever the module loader reads,
 * packages (node_modules), and the project, which is the folder with the package.json that Node was started in. All else is refused
 * by its name, unless the process has `allow: ["fs"]`.
 *
 * Read first: lib/internal/modules/cjs/loader.js of Node, which reads by the public fs; that of ES modules does not.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { alike } from "./alike.ts";
import { current, outside } from "./context.ts";
import { placesOf } from "./glob-places.ts";
import { isLoadingModules, patchLoader } from "./module-loading.ts";
import type { Patches } from "./patch.ts";
import { isRefused, refuse } from "./refuse.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

/** Their first argument is a path, or a descriptor. */
const READS: readonly string[] =
  "access exists lstat stat statfs open opendir readdir readFile readlink realpath createReadStream openAsBlob".split(
    " ",
  );
/** And these on a descriptor, of which only that of standard input was not opened by the process. */
const OF_DESCRIPTORS: readonly string[] = "read readv fstat".split(" ");
const STDIN = 0;

export function patchReading(patches: Patches): void {
  const root = outside(projectFolder);
  const names = READS.flatMap((name) => [name, `${name}Sync`]);
  for (const [module, title] of [
    [fs, "fs"],
    [fs.promises, "fs.promises"],
  ] as const) {
    for (const name of names) {
      const check = (file: unknown): void => {
        if (isLoadingModules() || !isRefused("fs") || isGranted(file, root)) return;
        refuse(`${title}.${name}() of ${file === STDIN ? "the machine's standard input" : String(pathOf(file))}`, "fs");
      };
      guard(patches, module as unknown as Calls, name, check);
    }
  }
  for (const name of ["realpath", "realpathSync"] as const) {
    guard(patches, fs[name] as unknown as Calls, "native", (file) => {
      if (!isLoadingModules() && isRefused("fs") && !isGranted(file, root)) {
        refuse(`fs.${name}.native() of ${pathOf(file)}`, "fs");
      }
    });
  }
  for (const name of OF_DESCRIPTORS.flatMap((one) => [one, `${one}Sync`])) {
    guard(patches, fs as unknown as Calls, name, (fd) => {
      if (fd === STDIN) refuse(`fs.${name}() of the machine's standard input`, "fs");
    });
  }
  patchGlob(patches, root);
  guard(patches, process as unknown as Calls, "loadEnvFile", (file = ".env") => {
    if (isRefused("fs") && !isGranted(file, root)) refuse(`process.loadEnvFile() of ${file}`, "fs");
  });
  patchLoader(patches);
}

/** Patterns are places, as far as they say where: from the folder of the real process, as other paths. */
function patchGlob(patches: Patches, root: string): void {
  for (const [module, title, name] of [
    [fs, "fs", "glob"],
    [fs, "fs", "globSync"],
    [fs.promises, "fs.promises", "glob"],
  ] as const) {
    const calls = module as unknown as Calls;
    if (typeof calls[name] !== "function") continue;
    patches.replace(calls, name, (original) => {
      const guarded: Call = function (this: unknown, patterns, ...rest) {
        if (current() === undefined) return original?.call(this, patterns, ...rest);
        const options = (typeof rest[0] === "object" ? rest.shift() : null) as { cwd?: unknown } | null;
        const cwd = outside(() => path.resolve(pathOf(options?.cwd) ?? "."));
        if (!isLoadingModules() && isRefused("fs")) {
          const other = [patterns].flat().find((pattern) => !isGrantedPattern(pattern, cwd, root));
          if (other !== undefined) refuse(`${title}.${name}() of ${other}`, "fs");
        }
        return original?.call(this, patterns, { ...options, cwd }, ...rest);
      };
      return alike(guarded, original as Call);
    });
  }
}

function isGrantedPattern(pattern: unknown, cwd: string, root: string): boolean {
  // Of what is no text Node says so.
  if (typeof pattern !== "string") return true;
  return placesOf(pattern)?.every((place) => isGranted(path.resolve(cwd, place), root)) ?? false;
}

function guard(patches: Patches, module: Calls, name: string, check: (file: unknown) => void): void {
  if (typeof module[name] !== "function") return;
  patches.replace(module, name, (original) => {
    const guarded: Call = function (this: unknown, ...args) {
      check(args[0]);
      return original?.apply(this, args);
    };
    return alike(guarded, original as Call);
  });
}

/** The folder with a package.json in or above that in which Node was started; that one where there is none. */
function projectFolder(): string {
  const started = process.cwd();
  for (let at = started; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, "package.json"))) return at;
    if (at === path.dirname(at)) return started;
  }
}

function isGranted(file: unknown, root: string): boolean {
  const text = pathOf(file);
  // Descriptors and handles were opened before; of what is no path Node says so.
  if (text === undefined) return file !== STDIN;
  // As native code does: from the folder of the real process.
  const absolute = outside(() => path.resolve(text));
  if (absolute.split(path.sep).includes("node_modules")) return true;
  return root !== path.parse(root).root && (absolute === root || absolute.startsWith(root + path.sep));
}

/** Of what may be given as a file: undefined of descriptors, and of what is no path. */
export function pathOf(file: unknown): string | undefined {
  if (typeof file === "string") return file;
  if (file instanceof Uint8Array) return Buffer.from(file).toString();
  return file instanceof URL && file.protocol === "file:" ? fileURLToPath(file) : undefined;
}
