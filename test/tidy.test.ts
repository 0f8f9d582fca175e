/**
 * The repository checks itself: ranks of imports, words and functions that are not used here, heads and lengths of files, the
 * exports map. Each finding names a line and what to do.
 *
 * The checks are in tidy/; below, the tree is read once, and then every rule is shown a text that breaks it, so that a rule
 * that cannot fail is noticed.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { scan } from "../scripts/lib/source-text.ts";
import { checkImports, forbiddenTo, isCore, RANKS } from "./tidy/ranks.ts";
import {
  checkBans,
  checkDependencies,
  checkExports,
  checkHeadComment,
  checkLength,
  LONG_FILES,
  type Manifest,
} from "./tidy/rules.ts";
import { type Finding, file, ROOT, readTree, type TreeFile } from "./tidy/tree.ts";

const tree = readTree();
const paths = tree.map(({ path }) => path);
const manifest: Manifest = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8"));

const all = (check: (file: TreeFile) => Finding[]): Finding[] => tree.flatMap((one) => check(one));

describe("the tree", () => {
  test("is really read", () => {
    expect(paths).toContain("src/universal.d.ts");
    expect(paths).toContain("test/tidy.test.ts");
    expect(tree.filter(({ path }) => isCore(path)).length).toBeGreaterThan(5);
  });
  test("imports go down the ranks", () => expect(all(checkImports)).toEqual([]));
  test("has a lint that knows the same ranks", () => {
    const { overrides } = JSON.parse(readFileSync(`${ROOT}biome.json`, "utf8"));
    const told: Record<string, string[]> = {};
    for (const { includes, linter } of overrides) {
      const folder = /^src\/(\w+)\/\*\*$/.exec(includes[0])?.[1];
      const patterns = linter?.rules?.style?.noRestrictedImports?.options?.patterns;
      if (folder !== undefined && patterns !== undefined) {
        told[folder] = patterns[0].group.map((glob: string) => glob.split("/")[1]);
      }
    }
    const core = Object.keys(RANKS).filter((folder) => folder !== "cli" && folder !== "lab");
    expect(told).toEqual(Object.fromEntries(core.map((folder) => [folder, forbiddenTo(folder)])));
  });
  test("has nothing that we do not use", () => expect(all(checkBans)).toEqual([]));
  test("has a head comment in each source file", () => expect(all(checkHeadComment)).toEqual([]));
  test("has no file with two ideas", () => {
    expect(all(checkLength)).toEqual([]);
    expect(Object.keys(LONG_FILES).filter((path) => !paths.includes(path))).toEqual([]);
  });
  test("has an exports map that equals its entry files", () => expect(checkExports(manifest, paths)).toEqual([]));
  test("depends on nothing but the loader", () => expect(checkDependencies(manifest)).toEqual([]));
});

const imported = (path: string, specifier: string): Finding[] =>
  checkImports(file(path, `\nimport { x } from "${specifier}";\n`));

describe("ranks", () => {
  test.each([
    ["src/inet/tcp/input.ts", "../../wire/tcp.ts"],
    ["src/inet/tcp/input.ts", "../ip/output.ts"],
    ["src/entry-node.ts", "./world/world.ts"],
    ["src/cli/main.ts", "../entry-node.ts"],
    ["src/cli/main.ts", "tsx/esm/api"],
    ["src/node/door.ts", "node:net"],
    ["src/base/ring.test.ts", "fast-check"],
    ["src/inet/tcp/input.test.ts", "../../../test/support/dialogue.ts"],
  ])("%s may import %s", (path, specifier) => expect(imported(path, specifier)).toEqual([]));

  test.each([
    ["src/base/ring.ts", "../wire/tcp.ts", "above base"],
    ["src/base/ring.test.ts", "../wire/tcp.ts", "above base"],
    ["src/socket/send.ts", "../netif/output.ts", "siblings"],
    ["src/file/names.ts", "../link/cable.ts", "siblings"],
    ["src/ipc/pipe.ts", "../inet/ip/input.ts", "siblings"],
    ["src/base/ring.ts", "../entry-kernel.ts", "only cli and lab"],
    ["src/cli/main.ts", "../world/world.ts", "uses only the entry files"],
    ["src/entry-node.ts", "./cli/main.ts", "does not export cli"],
    ["src/base/ring.ts", "../misc/thing.ts", "has no rank"],
    ["src/base/ring.ts", "./assert.js", "ending in .ts"],
    ["src/base/ring.ts", "./ring.test.ts", "does not import tests"],
    ["src/base/ring.ts", "../../scripts/api.ts", "reach outside"],
    ["src/base/ring.ts", "node:fs", "imports nothing from outside"],
    ["src/node/door.ts", "ws", "this zone"],
    ["src/base/ring.test.ts", "lodash", "ask before"],
  ])("%s may not import %s", (path, specifier, why) => {
    expect(imported(path, specifier)).toEqual([expect.stringMatching(new RegExp(`^${path}:2 .*${why}`))]);
  });

  test("every form of import is seen, and only imports", () => {
    const forms = [
      'import "../world/a.ts";',
      'import type { A } from "../world/b.ts";',
      'import * as c from "../world/c.ts";',
      'import {\n  d,\n} from "../world/d.ts";',
      'export { e } from "../world/e.ts";',
      'export * from "../world/f.ts";',
      'const g = await import("../world/g.ts");',
      'let h: import("../world/h.ts").H;',
      '// import "../world/comment.ts";',
      'const text = `import "../world/text.ts"`;',
    ];
    const found = checkImports(file("src/base/x.ts", forms.join("\n"))).join();
    expect(found.match(/world\/(\w+)\.ts/g)?.map((match) => match.slice(6, -3))).toEqual([..."abcdefgh"]);
  });
});

describe("bans", () => {
  const core = "src/base/x.ts";
  test.each([
    [core, "Math.random()"],
    [core, "const { pow } = Math;"],
    [core, "2 ** x"],
    [core, "x ** 2"],
    [core, "2 ** 0.5"],
    [core, "x **= 2"],
    [core, "new Date()"],
    [core, "Intl.NumberFormat()"],
    [core, "globalThis.x"],
    [core, "new WeakRef(x)"],
    [core, "import.meta.url"],
    [core, "x.toLocaleString()"],
    [core, "a.localeCompare(b)"],
    [core, "export default 1;"],
    [core, "// @ts-ignore"],
    ["src/base/x.test.ts", "test.only()"],
    ["src/base/x.test.ts", "describe.skip()"],
    ["src/base/x.test.ts", "it.todo()"],
    ["src/base/x.test.ts", "fit()"],
    ["README.md", "TODO"],
    ["docs/X.md", "FIXME"],
    ["docs/X.md", `${ROOT}src`],
    ["docs/X.md", "/home/runner/x"],
    ["docs/X.md", "registry.npmjs.org"],
    ["docs/X.md", "fixes #12"],
    ["package-lock.json", '"resolved": "https://host.example/x.tgz"'],
  ])("%s may not contain %s", (path, text) => {
    expect(checkBans(file(path, `\n${text}\n`))).toEqual([expect.stringMatching(new RegExp(`^${path}:2 `))]);
  });

  test.each([
    [core, "Math.imul(a, b) + Math.floor(c) + Math.SQRT2"],
    [core, "2 ** 32 + 10 ** 9 - 2n ** 64n"],
    [core, "// Date, Math.random and x ** 2 are not used here"],
    [core, 'throw "Date"; /** Math.random */'],
    [core, "{ statusChangeDate, x: header.Date }"],
    ["src/node/x.ts", "new Date(Math.random())"],
    ["src/base/x.test.ts", "test.skipIf(reason)()"],
    ["docs/X.md", "/home/ann/todo.txt"],
  ])("%s may contain %s", (path, text) => expect(checkBans(file(path, text))).toEqual([]));
});

describe("files", () => {
  test("a head comment says something", () => {
    const found = (text: string): Finding[] => checkHeadComment(file("src/base/x.ts", text));
    expect(found("/** A ring of bytes: write at the tail, read at the head. */\nexport {};\n")).toEqual([]);
    expect(found("#!/usr/bin/env node\n/** The command line of the whole package. */\n")).toEqual([]);
    expect(found("/** Ring. */\nexport {};\n")).toEqual([expect.stringMatching(/^src\/base\/x\.ts:1 begin/)]);
    expect(found("export {};\n/** A ring of bytes: write at the tail. */\n")).toHaveLength(1);
  });

  test("length counts, both ways", () => {
    const long = file("src/base/x.ts", "x;\n".repeat(401));
    const short = file("src/base/x.ts", "x;\n".repeat(400));
    const reason = { "src/base/x.ts": "a table" };
    expect(checkLength(short, {})).toEqual([]);
    expect(checkLength(long, reason)).toEqual([]);
    expect(checkLength(long, {})).toEqual([expect.stringContaining("401 lines")]);
    expect(checkLength(short, reason)).toEqual([expect.stringContaining("LONG_FILES")]);
  });

  test("the exports map is compared both ways", () => {
    const door = { types: "./dist/entry-node.d.ts", default: "./dist/entry-node.js" };
    const check = (exports: Manifest["exports"], ...sources: string[]): Finding[] =>
      checkExports({ exports: exports ?? {} }, sources);
    expect(check({ ".": { default: door } }, "src/entry-node.ts")).toEqual([]);
    expect(check({ ".": door }, "src/entry-node.ts", "src/entry-sim.ts")).toEqual([
      expect.stringContaining("src/entry-sim.ts"),
    ]);
    expect(check({ ".": { default: door.default } }, "src/entry-node.ts")).toEqual([
      expect.stringContaining('"types"'),
    ]);
    expect(check({ ".": door })).toEqual([expect.stringContaining("not there")]);
    expect(checkExports({ bin: { netloom: "dist/cli/main.js" } }, [])).toEqual([
      expect.stringContaining("src/cli/main.ts"),
    ]);
  });

  test("dependencies are counted", () => {
    expect(checkDependencies({ dependencies: { tsx: "4", lodash: "4" } })).toEqual([expect.stringContaining("lodash")]);
  });
});

describe("the scanner", () => {
  // A dot stands for a blank that was something else.
  test.each([
    ["a // b", "a ····"],
    ["a /* b\nc */ d", "a ····\n···· d"],
    ['x = "a\\"//b"; y', 'x = "······"; y'],
    ["x = 'it'; y", "x = '··'; y"],
    ["`a ${b + `c ${d}`} e` + f", "`··${b + `··${d}`}··` + f"],
    ["`$1 ${{ a: 1 }.a}` // x", "`···${{ a: 1 }.a}` ····"],
    ["x = /[/\"]\\/'/g; y", "x = /·······/g; y"],
    ["return /'/.test(x)", "return /·/.test(x)"],
    ["a / b / c", "a / b / c"],
    ["f(a) / b // c", "f(a) / b ····"],
  ])("%j", (text, expected) => {
    const { code } = scan(text);
    const units = code.split("").map((unit, at) => (unit === " " && expected[at] === "·" ? "·" : unit));
    expect(units.join("")).toBe(expected);
  });
});
