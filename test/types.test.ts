/**
 * Everything that claims to be TypeScript compiles: sources, tests, benches and examples (the build before the tests has checked
 * them), and each block of the documentation.
 *
 * A ```ts block in a Markdown file or in a documentation comment is a module of its own; it may import "netloom". A block that is a mere
 * fragment says so: ```ts fragment.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { expect, inject, test } from "vitest";
import { lineAt } from "../scripts/lib/source-text.ts";
import { typescript } from "./build.ts";
import { file, ROOT, readTree, type TreeFile } from "./tidy/tree.ts";

/** Inside the package, so that "netloom" finds the package itself; inside dist, so that nothing else finds it. */
const FOLDER = "dist/.cache/blocks/";

interface Block {
  readonly where: string;
  readonly text: string;
}

function blocksOf({ path, source }: TreeFile): Block[] {
  const isMarkdown = path.endsWith(".md");
  const pattern = isMarkdown ? /^```ts\n([\s\S]*?)^```/gm : /^ *\* ```ts\n((?: *\*.*\n)*?) *\* ```/gm;
  return [...source.text.matchAll(pattern)].map((match) => ({
    where: `${path}:${lineAt(source.text, match.index)}`,
    text: isMarkdown ? (match[1] ?? "") : (match[1] ?? "").replace(/^ *\* ?/gm, ""),
  }));
}

/** The compiler's words, with the place of the block in the documentation instead of the file that it was copied to. */
function compile(blocks: readonly Block[]): string {
  rmSync(ROOT + FOLDER, { recursive: true, force: true });
  mkdirSync(ROOT + FOLDER, { recursive: true });
  const config = {
    extends: "../../../tsconfig.tests.json",
    compilerOptions: { incremental: false, rootDir: "." },
    include: ["*.ts"],
    references: [],
  };
  writeFileSync(`${ROOT}${FOLDER}tsconfig.json`, JSON.stringify(config));
  for (const [index, block] of blocks.entries())
    writeFileSync(`${ROOT}${FOLDER}block${index}.ts`, `${block.text}\nexport {};\n`);
  return typescript("-p", FOLDER, "--pretty", "false").replace(
    /^.*block(\d+)\.ts\((\d+),/gm,
    (_, index: string, line: string) => `${blocks[Number(index)]?.where} block line ${line} (`,
  );
}

test("sources, tests, benches and examples compile", () => {
  expect(inject("buildErrors")).toBe("");
});

test("the blocks of the documentation compile", () => {
  const documentation = readTree().filter(({ path }) => /\.md$|^src\/.*\.ts$/.test(path));
  expect(compile(documentation.flatMap(blocksOf))).toBe("");
});

test("a block that does not compile is found, with its place", () => {
  const markdown = file(
    "docs/EXAMPLE.md",
    "Text.\n\n```ts\nconst port: number = 'http';\n```\n\n```ts fragment\nport = …\n```\n",
  );
  const comment = file("src/example.ts", "/**\n * For example:\n * ```ts\n * const name: string = 7;\n * ```\n */\n");
  const blocks = [markdown, comment].flatMap(blocksOf);
  const complaint = compile(blocks);
  expect(blocks).toHaveLength(2);
  expect(complaint).toContain("docs/EXAMPLE.md:3 block line 1");
  expect(complaint).toContain("src/example.ts:3 block line 1");
});
