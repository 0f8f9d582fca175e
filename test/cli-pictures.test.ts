/** `netloom run --lsof DIR`: pictures of who has what open, after each call that changes it. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "./tidy/tree.ts";

const SCENARIO = `import type { Sys, World } from "netloom";
export default function build(world: World): void {
  world.host("alice").spawn("program", async (sys: Sys) => {
    const [readEnd, writeEnd] = sys.pipe();
    sys.fork(async (child) => {
      child.close(writeEnd);
      await child.read(readEnd, new Uint8Array(1));
    });
    await sys.sleep(1);
    sys.close(readEnd);
    sys.dup2(writeEnd, writeEnd);
    await sys.write(writeEnd, "x");
    await sys.wait();
  });
}
`;
let directory = "";

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "netloom-pictures-"));
  writeFileSync(join(directory, "scenario.ts"), SCENARIO);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (...words: string[]) =>
  promisify(execFile)(process.execPath, [`${ROOT}dist/cli/main.js`, "run", ...words], { cwd: directory });

test("--lsof draws a pipe after pipe(), fork() and each close(), as text and as SVG", { timeout: 60_000 }, async () => {
  await run("scenario.ts", "--lsof", "pictures/");
  const drawn = join(directory, "pictures");
  expect(readdirSync(drawn).sort()).toEqual([
    "alice-01-pipe.svg",
    "alice-02-fork.svg",
    "alice-03-close.svg",
    "alice-04-close.svg",
    "alice-05-exit.svg",
    "alice-06-exit.svg",
    "alice.txt",
  ]);
  const text = readFileSync(join(drawn, "alice.txt"), "utf8");
  // What duplicates nothing changes nothing, and is not drawn again.
  expect(text.match(/^\d\d {2}after .*$/gm)).toEqual([
    "01  after pipe() of program[2], 0.000000000 s",
    "02  after fork() of program[2], 0.000000000 s",
    "03  after close() of program[3], 0.000000000 s",
    "04  after close() of program[2], 1.000000000 s",
    "05  after exit() of program[3], 1.000000000 s",
    "06  after exit() of program[2], 1.000000000 s",
  ]);
  const line = (writers: string, readers: string) => `pipe 1: ${writers} ══▶ 0 of 65,536 bytes ══▶ ${readers}`;
  expect(text.match(/pipe 1: .*$/gm)?.slice(0, 4)).toEqual([
    line("program[2] 4w", "program[2] 3r"),
    line("program[2] 4w + program[3] 4w", "program[2] 3r + program[3] 3r"),
    line("program[2] 4w", "program[2] 3r + program[3] 3r"),
    line("program[2] 4w", "program[3] 3r"),
  ]);
  const svg = readFileSync(join(drawn, "alice-02-fork.svg"), "utf8");
  expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n?$/);
  expect(svg).toContain("after fork() of program[2]");
});

test("--lsof says where it can't draw", { timeout: 60_000 }, async () => {
  writeFileSync(join(directory, "file"), "");
  await expect(run("scenario.ts", "--lsof", "file")).rejects.toMatchObject({ stderr: expect.stringMatching(/file/) });
});

test("the picture of the README is the one that its example draws", { timeout: 60_000 }, async () => {
  await run(`${ROOT}examples/congestion-windows.ts`, "--quiet", "--plot", "plots");
  const drawn = readFileSync(join(directory, "plots", "cubic-1.svg"), "utf8");
  const fault =
    "npm start -- examples/congestion-windows.ts --quiet --plot plots && cp plots/cubic-1.svg docs/connection.svg";
  expect(drawn === readFileSync(`${ROOT}docs/connection.svg`, "utf8"), fault).toBe(true);
});
