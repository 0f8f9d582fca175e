/**
 * Loading a scenario: a module, in TypeScript or JavaScript, whose default export builds a world.
 *
 * Read first: tsx, "Node.js API"; loader-hooks.ts. Each load has a module graph of its own, so that a scenario which
 * keeps state in its modules starts afresh; "netloom" is the one module that it shares with the command.
 * Order: locate() → hooks → import → check what it exports. What can be wrong with a file is told in load-error.ts.
 */
import { existsSync, statSync } from "node:fs";
import * as nodeModule from "node:module";
import { resolve as resolvePath } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { register } from "tsx/esm/api";
import type { World, WorldOptions } from "../entry-node.ts";
import { Failure, shownPath } from "./failure.ts";
import { settles } from "./idle.ts";
import { loadFailure } from "./load-error.ts";
import * as hooks from "./loader-hooks.ts";

/** A scenario, ready to build a world. */
export interface Scenario {
  readonly build: (world: World) => void | Promise<void>;
  readonly options: WorldOptions;
}

/** Where a scenario lies. */
export interface ScenarioFile {
  readonly path: string;
  /** As people are shown it: from the working directory. */
  readonly name: string;
  /** The one that ships with the package. */
  readonly isShipped: boolean;
}

interface HookRegistry {
  register?(specifier: string, options: { parentURL: string; data: hooks.HookData }): void;
  registerHooks?(functions: { resolve: typeof hooks.resolve }): void;
}

const { register: registerThread, registerHooks } = nodeModule as unknown as HookRegistry;
/** From this Node on module.register is deprecated and warns, and tsx does without it. */
const NO_THREAD_SINCE = 25;
const DOORS = {
  netloom: new URL("../entry-node.js", import.meta.url).href,
  "netloom/kernel": new URL("../entry-kernel.js", import.meta.url).href,
  "netloom/register": new URL("../entry-register.js", import.meta.url).href,
  "netloom/tap": new URL("../entry-tap.js", import.meta.url).href,
};
let loads = 0;

/** The file of that name, or the shipped scenario. A Failure when there is none. */
export function locate(file: string | undefined): ScenarioFile {
  if (file === undefined) {
    const path = fileURLToPath(new URL("../../examples/course.ts", import.meta.url));
    return { path, name: shownPath(path), isShipped: true };
  }
  const path = resolvePath(file);
  if (!existsSync(path)) throw new Failure(2, `there is no file "${file}"`);
  if (!statSync(path).isFile()) throw new Failure(2, `"${file}" is no file: name the scenario in it`);
  if (!/\.m?[jt]s$/.test(path)) throw new Failure(2, `"${file}": a scenario is a module: .ts, .mts, .js or .mjs`);
  return { path, name: shownPath(path), isShipped: false };
}

/** Loads it afresh. */
export async function load(file: ScenarioFile): Promise<Scenario> {
  const scenario = pathToFileURL(file.path).href;
  const data = { scenario, doors: DOORS };
  installHooks(data, "before tsx");
  const loader = register({ namespace: `run${++loads}`, tsconfig: false });
  installHooks(data, "after tsx");
  let exported: Record<string, unknown>;
  try {
    const importing: Promise<Record<string, unknown>> = loader.import(scenario, import.meta.url);
    exported = await settles(importing, `the top level of ${file.name}`);
  } catch (error) {
    throw loadFailure(error, file);
  }
  // The loader stays: a scenario may import more while it runs.
  return checkExports(exported, file);
}

function installHooks(data: hooks.HookData, place: "before tsx" | "after tsx"): void {
  const onThread = { parentURL: import.meta.url, data };
  if (registerHooks === undefined) {
    registerThread?.("./loader-hooks.js", onThread);
    return;
  }
  hooks.initialize(data);
  registerHooks({ resolve: hooks.resolve });
  // Where Node has both kinds, tsx chooses by its version; hooks in place always come before those on the thread.
  const major = Number(process.versions.node.split(".")[0]);
  if (place === "before tsx" && major < NO_THREAD_SINCE) registerThread?.("./loader-hooks.js", onThread);
}

function checkExports(exported: Record<string, unknown>, { name }: ScenarioFile): Scenario {
  const { default: build, options = {} } = exported;
  if (typeof build !== "function") {
    const instead = build === undefined ? "has no default export" : `has a ${typeof build} as its default export`;
    throw new Failure(2, `${name} ${instead}; a scenario is: export default function scenario(world: World) { … }`);
  }
  if (typeof options !== "object" || options === null) {
    throw new Failure(2, `${name} exports "options", which should be a record of WorldOptions, not ${String(options)}`);
  }
  return { build: build as Scenario["build"], options };
}
