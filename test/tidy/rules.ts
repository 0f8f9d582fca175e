/**
 * What no file may contain, with what to use instead.
 *
 * A rule looks at one file at a time and answers with findings. The lint (biome.json) refuses global names while one types; what
 * needs more than a name is here.
 */
import { isCore, isTest } from "./ranks.ts";
import { type Finding, findings, ROOT, type TreeFile } from "./tree.ts";

interface Ban {
  /** Which files the ban holds for. */
  readonly where: (path: string) => boolean;
  /** Where to look: the whole text, or only the code. */
  readonly look: "text" | "code";
  readonly pattern: RegExp;
  readonly instead: string;
}

const everywhere = (path: string): boolean => !path.startsWith("test/tidy");
const isSource = (path: string): boolean => /^src\/.*\.ts$/.test(path) && !isTest(path);
const isAnyTest = (path: string): boolean => /\.test\.ts$/.test(path);

/** IEEE 754 or integer arithmetic: every engine gives the same bits. The others may differ in the last one. */
const EXACT_MATHS = "abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc|[A-Z][A-Z0-9_]*";

/** The place of this very clone, unless it is as short as a path that a virtual host may have, and usual homes of developers. */
const MACHINE_PATHS = new RegExp(
  `${/^\/\w+\/$/.test(ROOT) ? "" : `${escapePattern(ROOT)}|`}/Users/\\w|/home/runner|\\b[A-Z]:\\\\+Users`,
  "g",
);

const BANS: readonly Ban[] = [
  {
    where: isCore,
    look: "code",
    pattern: new RegExp(`\\bMath\\b(?!\\.(?:${EXACT_MATHS})\\b)`, "g"),
    instead: "engines may compute it differently: use the deterministic maths, or a named random stream, of src/base",
  },
  {
    where: isCore,
    look: "code",
    // An integer to an integer literal is exact.
    pattern: /(?<!\b\d[\d_]*n?\s*)\*\*|\*\*(?!=?\s*\d[\d_]*n?\b(?!\.))/g,
    instead: "`**` is exact only between integer literals: use the deterministic maths of src/base, or a shift",
  },
  {
    where: isCore,
    look: "code",
    pattern: /(?<!\.)\b(?:Date|Intl|WeakRef|FinalizationRegistry|globalThis|eval)\b|\bnew Function\b|\bimport\.meta\b/g,
    instead: "it differs from run to run: time, chance and the outside come from the World and the Platform record",
  },
  {
    where: isCore,
    look: "code",
    pattern: /\.(?:toLocale\w+|localeCompare)\b/g,
    instead: "it depends on the machine's language: compare code units, write the format out",
  },
  {
    where: isAnyTest,
    look: "code",
    pattern:
      /\b(?:test|it|describe|suite|bench)(?:\.\w+)*\.(?:only|skip|todo|fails)\b|\bf(?:it|describe)\(|\bx(?:it|describe|test)\(/g,
    instead:
      "every test runs, every time; where the machine lacks something use .skipIf(reason) and say so in its name",
  },
  {
    where: everywhere,
    look: "text",
    pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/g,
    instead: "do it now, or write in the README what is missing",
  },
  {
    where: everywhere,
    look: "text",
    pattern: MACHINE_PATHS,
    instead: "a path of one machine: make it relative to the file (import.meta.url) or a parameter",
  },
  {
    where: everywhere,
    look: "text",
    pattern: /\b(?:registry\.(?:npmjs|yarnpkg|npmmirror)\.\w+|(?:deb|security)\.debian\.org|artifactory\.)/g,
    instead: "package registries are configured on the machine, not here",
  },
  {
    where: everywhere,
    look: "text",
    pattern: /\b(?:issue|fix(?:es|ed)?|close[sd]?|resolve[sd]?|PR|pull request) #\d+/gi,
    instead: "numbers of a tracker mean nothing to a reader: say the reason itself",
  },
  {
    where: (path) => path === "package-lock.json",
    look: "text",
    pattern: /"resolved": "(?!file:|node_modules)[^"]*"/g,
    instead: "the lock file names no address: keep omit-lockfile-registry-resolved in .npmrc and run npm install again",
  },
  {
    where: isSource,
    look: "code",
    pattern: /^\s*export default\b|\bas default\b/gm,
    instead: "export by name, so that a name is the same everywhere",
  },
  {
    where: isSource,
    look: "text",
    pattern: /@ts-(?:ignore|nocheck|expect-error)/g,
    instead: "let the types say it",
  },
];

export function checkBans(file: TreeFile): Finding[] {
  return BANS.filter((ban) => ban.where(file.path)).flatMap((ban) =>
    [...file.source[ban.look].matchAll(ban.pattern)].flatMap((match) =>
      findings(file, [match.index + leading(match[0])], `\`${match[0].trim()}\`: ${ban.instead}`),
    ),
  );
}

/** STYLE: the head says what the file is for, what to read first, and how control runs. */
export function checkHeadComment(file: TreeFile): Finding[] {
  if (!isSource(file.path)) return [];
  const head = /^(?:#![^\n]*\n)?\/\*\*([\s\S]*?)\*\//.exec(file.source.text)?.[1] ?? "";
  const words = head.match(/\p{L}+/gu)?.length ?? 0;
  return words >= 5
    ? []
    : findings(file, [0], "begin the file with a /** comment */: what it is for, what to read first, how control runs");
}

const LINES_MAX = 400;

/** Files that are longer on purpose. An entry whose file has become short, or is gone, is itself a finding. */
export const LONG_FILES: Readonly<Record<string, string>> = {
  "src/world/mechanisms.ts": "a table, which a script writes: one row for each mechanism",
};

export function checkLength(file: TreeFile, longFiles: Readonly<Record<string, string>> = LONG_FILES): Finding[] {
  if (!/^(src|scripts|examples|bench|test)\/.*\.ts$/.test(file.path) || isAnyTest(file.path)) return [];
  const lines = file.source.text.trimEnd().split("\n").length;
  const allowed = longFiles[file.path] !== undefined;
  if (lines > LINES_MAX && !allowed) {
    return findings(
      file,
      [0],
      `${lines} lines: past ${LINES_MAX} a file holds two ideas; split it, or give the reason in LONG_FILES`,
    );
  }
  return lines <= LINES_MAX && allowed ? findings(file, [0], `${lines} lines: take it out of LONG_FILES`) : [];
}

export interface Manifest {
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Every src/entry-*.ts is a target of the exports map and every target has its source, types first. */
export function checkExports(manifest: Manifest, paths: readonly string[]): Finding[] {
  const targets = [
    ...JSON.stringify(manifest.exports ?? {}).matchAll(/"(types|default)":"\.\/dist\/([^"]+?)(\.d\.ts|\.js)"/g),
  ];
  const sources = (key: string): Set<string> =>
    new Set(targets.filter((target) => target[1] === key).map((target) => `src/${target[2]}.ts`));
  const types = sources("types");
  const code = sources("default");
  const commands = Object.values(manifest.bin ?? {}).map((path) =>
    path.replace(/^(\.\/)?dist\/(.*)\.js$/, "src/$2.ts"),
  );
  const entries = paths.filter((path) => /^src\/entry-[a-z]+\.ts$/.test(path));
  return [
    ...entries
      .filter((path) => !types.has(path) || !code.has(path))
      .map((path) => `${path}:1 is an entry file: give it "types" and "default" in the exports of package.json`),
    ...[...new Set([...types, ...code, ...commands])]
      .filter((path) => !paths.includes(path))
      .map((path) => `package.json:1 leads to ${path}, which is not there`),
  ];
}

/** The dependencies of whoever installs us: the loader of the command line and nothing else. */
export function checkDependencies(manifest: Manifest): Finding[] {
  return Object.keys(manifest.dependencies ?? {})
    .filter((name) => name !== "tsx")
    .map((name) => `package.json:1 depends on ${name}: the core has no dependencies and the command line only tsx`);
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

const leading = (text: string): number => text.length - text.trimStart().length;
