/**
 * The public types are those of api/, which is committed, so that a change of the API is a visible diff.
 *
 * The build before the tests has written the declarations that are read here.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { snapshots } from "../scripts/api.ts";
import { Declarations } from "../scripts/lib/declarations.ts";
import { ROOT } from "./tidy/tree.ts";

const HINT = "The public types have changed. If that is meant: npm run api, and review the diff of api/.";

test("the public types are those that were reviewed", () => {
  const now = snapshots();
  expect(readdirSync(`${ROOT}api`).sort(), HINT).toEqual([...now.keys()].sort());
  for (const [name, text] of now) expect(text, HINT).toBe(readFileSync(`${ROOT}api/${name}`, "utf8"));
});

test("what an export refers to is public too, and nothing else", () => {
  const folder = mkdtempSync(join(tmpdir(), "netloom-api-"));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write(
    "entry.d.ts",
    'export { open, type Handle as FileHandle } from "./file.ts";\nexport * as errno from "./errno.ts";\n',
  );
  write(
    "file.d.ts",
    `/** Opens; see { unused }. */
import { type Mode } from "./mode.ts";
import * as task from "./task.ts";
export declare function open(path: string, unused: Mode): Handle;
export interface Handle {
    readonly owner: task.Task;
    unused(): void;
}
export declare class Hidden {
    private secret;
}
export declare const unused: Hidden;
`,
  );
  write("mode.d.ts", 'export type Mode = "r" | "w; }";\nexport type Other = Mode;\n');
  write("task.d.ts", "export interface Task {\n    pid: number;\n}\nexport interface Table {\n}\n");
  write("errno.d.ts", "export declare const EIO: 5;\n");
  try {
    expect(new Declarations().publicTypes(join(folder, "entry.d.ts"))).toBe(`// as FileHandle
export interface Handle {
    readonly owner: task.Task;
    unused(): void;
}

export * as errno: EIO

export declare function open(path: string, unused: Mode): Handle;

// ---- Not exported, but reached from the above. ----

// errno.d.ts
declare const EIO: 5;

// mode.d.ts
type Mode = "r" | "w; }";

// task.d.ts
interface Task {
    pid: number;
}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
