/**
 * Marks: comments that say which requirement the code beside them implements, or the test beside them shows.
 *
 *     // @rfc 9293 3.8.6.2.1 MUST-38            in src/, outside of tests: implemented here
 *     // @rfc 9293 3.8.6.1 MUST-36, SHLD-29     above a test, or within it: shown here
 *
 * A mark belongs to the declaration or test that it stands in, or directly above.
 */
import { readdirSync, readFileSync } from "node:fs";

export interface Mark {
  readonly rfc: number;
  readonly section: string;
  readonly id: string;
  readonly file: string;
  readonly line: number;
  /** The title of the test; null beside code. */
  readonly test: string | null;
}

const MARK = /@rfc (\d+) ([\d.]+) ((?:[A-Z]+(?:-\d+)?)(?:, [A-Z]+(?:-\d+)?)*)/g;
const TITLE = /\b(?:test|it)(?:\.each\([^)]*\))?\(\s*"((?:[^"\\]|\\.)*)"/;
/** Under which folders marks are looked for. */
const FOLDERS = ["src", "test", "examples"];

/** Every mark of the tree at `root`, by file and line. */
export function findMarks(root: string): readonly Mark[] {
  return FOLDERS.flatMap((folder) => filesIn(root, folder).flatMap((file) => marksOf(root, file)));
}

function filesIn(root: string, folder: string): string[] {
  return readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((name) => name.endsWith(".ts") && !name.startsWith("test/conformance/"))
    .sort();
}

function marksOf(root: string, file: string): Mark[] {
  const text = readFileSync(`${root}/${file}`, "utf8");
  if (!text.includes("@rfc ")) return [];
  const lines = text.split("\n");
  const isTest = file.endsWith(".test.ts");
  return lines.flatMap((content, index) =>
    [...content.matchAll(MARK)].flatMap(([, rfc, section = "", ids = ""]) =>
      ids.split(", ").map((id) => ({
        rfc: Number(rfc),
        section,
        id,
        file,
        line: index + 1,
        test: isTest ? titleAt(lines, index) : null,
      })),
    ),
  );
}

/** The test that begins behind the comment in which the mark stands, else the one around it. */
function titleAt(lines: readonly string[], index: number): string {
  let next = index;
  while (/^\s*(\/\/|$)/.test(lines[next] ?? "")) next++;
  const below = TITLE.exec(`${lines[next] ?? ""}${lines[next + 1] ?? ""}`);
  if (below !== null) return below[1] as string;
  for (let at = index; at >= 0; at--) {
    const around = TITLE.exec(`${lines[at]}${lines[at + 1] ?? ""}`);
    if (around !== null) return around[1] as string;
  }
  return "";
}
