/**
 * Do the tests of the hazards find the faults that they are named after? `npm run mutants [-- H16 H17]`.
 *
 * Read first: test/mutants/mutants.ts. For each mutant the tests that have its number in their names are run twice: as the
 * sources are, when they must pass, once for all; and with the change, when at least one must fail.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MUTANTS, type Mutant } from "../test/mutants/mutants.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const wanted = process.argv.slice(2);

/** The files of tests that have the hazard's number in a name. */
function testsOf(hazard: string): string[] {
  const { stdout } = spawnSync("git", ["ls-files", "src/inet/tcp/*.test.ts", "test/tcp*.test.ts"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const files = stdout.split("\n").filter((file) => file !== "");
  return files.filter((file) => new RegExp(`["'\`]${hazard}[:, ]`).test(readFileSync(ROOT + file, "utf8")));
}

interface Verdict {
  readonly passed: number;
  readonly failed: number;
  readonly complaint: string;
}

/** Runs the tests of a hazard, with its mutant or without. */
function run(hazard: string, isMutated: boolean): Verdict {
  const files = testsOf(hazard);
  if (files.length === 0) return { passed: 0, failed: 0, complaint: "no test has its number" };
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--config",
      "vitest.mutant.config.ts",
      "--reporter=json",
      "-t",
      `\\b${hazard}\\b`,
      ...files,
    ],
    {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, NETLOOM_MUTANT: isMutated ? hazard : "" },
      maxBuffer: 1 << 26,
    },
  );
  try {
    const report: { numPassedTests: number; numFailedTests: number } = JSON.parse(stdout.slice(stdout.indexOf("{")));
    return { passed: report.numPassedTests, failed: report.numFailedTests, complaint: "" };
  } catch {
    return { passed: 0, failed: 0, complaint: stderr.trim().split("\n").at(-1) ?? "the tests did not run" };
  }
}

function judge({ hazard, fault }: Mutant): boolean {
  const sound = run(hazard, false);
  const mutated = run(hazard, true);
  const complaint = sound.complaint || mutated.complaint;
  const isKilled = complaint === "" && sound.failed === 0 && sound.passed > 0 && mutated.failed > 0;
  const why = complaint || (sound.failed > 0 ? "its tests fail without it" : isKilled ? "killed" : "SURVIVED");
  console.log(`${hazard.padEnd(4)} ${fault.padEnd(72)} ${why}`);
  return isKilled;
}

const chosen = wanted.length === 0 ? MUTANTS : MUTANTS.filter(({ hazard }) => wanted.includes(hazard));
const killed = chosen.filter(judge).length;
console.log(`\n${killed} of ${chosen.length} mutants killed`);
if (killed < chosen.length) process.exitCode = 1;
