/** The repository as the tidy checks see it: text files with their paths, and findings that name a line. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lineAt, type SourceText, scan } from "../../scripts/lib/source-text.ts";

export interface TreeFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly source: SourceText;
}

/** A file and line with what to do about it, printed as `src/base/ring.ts:12 …`. */
export type Finding = string;

export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

const GENERATED = new Set([".git", "node_modules", "dist", "coverage", ".vscode", ".idea"]);
const BINARY = /\.(png|jpg|gif|svg|ico|pcap|pcapng|bin|wasm|tgz)$/;

export const file = (path: string, text: string): TreeFile => ({ path, source: scan(text) });

/** Every text file below `folder`, in a fixed order. */
export function readTree(folder = ""): TreeFile[] {
  if (!existsSync(ROOT + folder)) return [];
  return readdirSync(ROOT + folder, { withFileTypes: true })
    .filter((entry) => !GENERATED.has(entry.name) && !BINARY.test(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = folder + entry.name;
      if (entry.isDirectory()) return readTree(`${path}/`);
      return entry.isFile() ? [file(path, readFileSync(ROOT + path, "utf8"))] : [];
    });
}

export function findings(file: TreeFile, offsets: readonly number[], message: string): Finding[] {
  return offsets.map((offset) => `${file.path}:${lineAt(file.source.text, offset)} ${message}`);
}
