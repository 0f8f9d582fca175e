/**
 * Before any test: bring dist up to date and type-check everything, in one `tsc -b`.
 *
 * Tests that start the command line or read the declarations find a fresh dist. Type errors do not stop the run; they fail
 * test/types.test.ts, which prints them, so that one test can be run while another corner is broken.
 */
import { spawnSync } from "node:child_process";
import type { TestProject } from "vitest/node";
import { ROOT } from "./tidy/tree.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** What `tsc -b` had to say: empty if all is well. */
    buildErrors: string;
  }
}

export default function setup(project: TestProject): void {
  project.provide("buildErrors", typescript("-b"));
}

/** Runs the TypeScript compiler in the repository and gives what it printed; empty if it accepts everything. */
export function typescript(...args: string[]): string {
  const run = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (run.status === 0) return "";
  return run.stdout + run.stderr || `tsc ended with ${run.status ?? run.signal}`;
}
