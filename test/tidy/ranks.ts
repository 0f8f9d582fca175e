/**
 * Who may import whom: the one table of ranks, and the check of a file's imports against it.
 *
 * A file imports from its own folder or from a folder of lower rank. Folders of equal rank do not know each other. The entry
 * files are doors over everything but the command line and the lab, which in turn use nothing but the doors.
 */
import { posix } from "node:path";
import { type Finding, findings, type TreeFile } from "./tree.ts";

export const RANKS: Readonly<Record<string, number>> = {
  abi: 0,
  base: 1,
  wire: 2,
  file: 3,
  link: 3,
  socket: 4,
  netif: 4,
  inet: 5,
  unix: 5,
  ipc: 5,
  tty: 5,
  kernel: 6,
  host: 7,
  world: 8,
  node: 9,
  sim: 9,
  browser: 9,
  cli: 10,
  lab: 10,
};
const DOOR_USERS = new Set(["cli", "lab"]);

/** What may be imported from outside the package. The core imports nothing at all. */
const OUTSIDE: Readonly<Record<string, RegExp>> = {
  node: /^(node:|koffi$)/,
  cli: /^(node:|tsx(\/|$))/,
  "entry-node.ts": /^node:/,
};
const OUTSIDE_IN_TESTS = /^(node:|vitest$|fast-check$|netloom(\/(kernel|tap|register))?$)/;

export const isTest = (path: string): boolean => /\.(test|fixture)\.ts$/.test(path);

/** Is this file compiled without Node and without the DOM? The same division as in tsconfig.core.json. */
export const isCore = (path: string): boolean =>
  /^src\//.test(path) &&
  !isTest(path) &&
  !/^src\/(node|browser|cli|lab|entry-(node|register|tap)\.ts|entry-browser\.ts)(\/|$)/.test(path);

export function checkImports(file: TreeFile): Finding[] {
  if (!file.path.startsWith("src/")) return [];
  return imports(file).flatMap(({ specifier, offset }) => {
    const refusal = specifier.startsWith(".")
      ? refuseInside(file.path, specifier)
      : refuseOutside(file.path, specifier);
    return refusal === undefined ? [] : findings(file, [offset], `imports "${specifier}": ${refusal}`);
  });
}

function refuseOutside(path: string, specifier: string): string | undefined {
  if (isTest(path)) {
    return OUTSIDE_IN_TESTS.test(specifier)
      ? undefined
      : "a test uses node:, vitest, fast-check and netloom; ask before adding a package";
  }
  if (OUTSIDE[folderOf(path)]?.test(specifier)) return undefined;
  return isCore(path)
    ? "the core imports nothing from outside; what it lacks comes through the Platform record"
    : "this zone may not import it; see OUTSIDE in test/tidy/ranks.ts";
}

function refuseInside(path: string, specifier: string): string | undefined {
  if (!specifier.endsWith(".ts")) return "write the file's full name, ending in .ts";
  const target = posix.join(posix.dirname(path), specifier);
  if (!target.startsWith("src/")) {
    return isTest(path) && target.startsWith("test/support/")
      ? undefined
      : "src does not reach outside itself; tests may use test/support";
  }
  if (isTest(target) && !isTest(path)) return "code does not import tests";

  const from = folderOf(path);
  const to = folderOf(target);
  if (from === to && !isEntry(from)) return undefined;
  if (DOOR_USERS.has(from)) {
    return isEntry(to)
      ? undefined
      : `${from} uses only the entry files, as any user of the package would; export what it needs`;
  }
  if (isEntry(to)) return "only cli and lab go through the entry files; import the module itself";
  const rankTo = RANKS[to];
  if (rankTo === undefined) return `src/${to} has no rank; give it one in test/tidy/ranks.ts`;
  if (isEntry(from)) return DOOR_USERS.has(to) ? `an entry file does not export ${to}` : undefined;
  const rankFrom = RANKS[from];
  if (rankFrom === undefined) return `src/${from} has no rank; give it one in test/tidy/ranks.ts`;
  if (rankTo < rankFrom) return undefined;
  return rankTo === rankFrom
    ? `${from} and ${to} are siblings of rank ${rankFrom} and do not know each other; meet in a table of a lower rank`
    : `${to} (rank ${rankTo}) is above ${from} (rank ${rankFrom}); register a function with the lower layer instead`;
}

/** What a folder may not import: those of its own rank and of higher ones. The lint has the same, in words of its own. */
export function forbiddenTo(folder: string): string[] {
  const rank = RANKS[folder] ?? 0;
  return Object.keys(RANKS).filter((other) => other !== folder && (RANKS[other] ?? 0) >= rank);
}

/** `src/inet/tcp/input.ts` → `inet`; `src/entry-node.ts` → `entry-node.ts`. */
const folderOf = (path: string): string => path.split("/")[1] ?? "";
const isEntry = (folder: string): boolean => /^entry-[a-z]+\.ts$/.test(folder);

/** Static imports, re-exports, dynamic imports with a literal, and `import("…")` types. */
function imports(file: TreeFile): { specifier: string; offset: number }[] {
  const pattern = /\b(?:import|export)\b(?:[^;"'`()]*?\bfrom\b)?\s*\(?\s*(["'])([^"'\n]+)\1/g;
  return [...file.source.withoutComments.matchAll(pattern)]
    .filter((match) => /^(import|export)$/.test(file.source.code.slice(match.index, match.index + 6)))
    .map((match) => ({ specifier: match[2] ?? "", offset: match.index }));
}
