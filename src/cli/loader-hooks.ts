/**
 * Hooks of Node's module loader that stand around tsx's while a scenario is loaded.
 *
 * Read first: node:module, "Customization hooks". The same function serves where hooks run on a thread of their own
 * (module.register, Node 20) and where they run in place (module.registerHooks, later), and on both sides of tsx:
 * after tsx it decides where "netloom" is, before tsx what a file without a "type" in its package.json is.
 */

/** What the command tells its hooks. */
export interface HookData {
  /** URL of the scenario. */
  readonly scenario: string;
  /** "netloom" and what else the package exports → URLs of the modules that the command itself has loaded. */
  readonly doors: Readonly<Record<string, string>>;
}

interface Resolution {
  readonly url: string;
  readonly format?: string | null | undefined;
  readonly shortCircuit?: boolean | undefined;
}

type NextResolve = (specifier: string, context: unknown) => Resolution | Promise<Resolution>;

let data: HookData = { scenario: "", doors: {} };

/** Called by Node, on the thread of the hooks, or by load.ts. */
export function initialize(given: HookData): void {
  data = given;
}

export function resolve(
  specifier: string,
  context: unknown,
  nextResolve: NextResolve,
): Resolution | Promise<Resolution> {
  const door = Object.hasOwn(data.doors, specifier) ? data.doors[specifier] : undefined;
  // One World for the command and the scenario: the same URL, so the same module, in every run.
  if (door !== undefined) return { url: door, format: "module", shortCircuit: true };
  const next = nextResolve(specifier, context);
  return next instanceof Promise ? next.then(asModule) : asModule(next);
}

/** A scenario is an ES module wherever it lies, in /tmp as well, and so is the TypeScript that it imports. */
function asModule(resolution: Resolution): Resolution {
  const { url, format } = resolution;
  if (format === "module" || !url.startsWith("file:") || url.includes("/node_modules/")) return resolution;
  const bare = url.replace(/[?#].*$/, "");
  return /\.tsx?$/.test(bare) || bare === data.scenario ? { ...resolution, format: "module" } : resolution;
}
