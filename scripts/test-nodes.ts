/**
 * The same on every Node: the shipped scenario gives one hash, and the tests that depend most on the engine pass, and
 * so does the whole parity suite.
 *
 * Other Nodes come as the npm package `node`. Where one cannot be had it is skipped with the reason, except under CI=true.
 * Order: for each version: find() → hashOn() → testsOn() → parityOn(); then the table.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const VERSIONS = [20, 22, 24, 26];
/** Arithmetic, and the parts that sit on Node's internals. */
const SUITES = ["src/base", "src/wire", "src/node", "test/node", "test/parity", "test/libraries"];
const ROOT = fileURLToPath(new URL("../", import.meta.url));
const REPORT = "dist/.cache/node-tests.json";
const MINUTE_MS = 60_000;

interface Row {
  readonly version: string;
  readonly hash: string;
  readonly tests: string;
  /** Scenarios that came to the same on the real loopback and on a virtual host. */
  readonly parity: string;
  readonly verdict: "ok" | "failed" | "skipped";
}

interface Output {
  readonly ok: boolean;
  readonly stdout: string;
  readonly complaint: string;
}

function run(command: string, args: readonly string[]): Output {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: "utf8",
    timeout: 5 * MINUTE_MS,
  });
  const complaint = error?.message ?? (stderr.trim() || stdout.trim()).split("\n").slice(-5).join("\n");
  return { ok: status === 0, stdout: stdout ?? "", complaint };
}

/** The path of a Node of this major version, or why there is none. */
function find(major: number): { path: string } | { reason: string } {
  if (process.versions.node.startsWith(`${major}.`)) return { path: process.execPath };
  const found = run("npm", ["exec", "--yes", `--package=node@${major}`, "--call", "node -p process.execPath"]);
  const path = found.stdout.trim().split("\n").at(-1) ?? "";
  return found.ok && path !== "" ? { path } : { reason: `node@${major} cannot be had: ${found.complaint}` };
}

function hashOn(path: string): Output & { hash: string } {
  const output = run(path, ["dist/cli/main.js", "run", "--quiet", "--json"]);
  const hash = /\bhash\b["\s:=]*([0-9a-zA-Z]+)/.exec(output.stdout)?.[1] ?? "";
  return { ...output, ok: output.ok && hash !== "", hash };
}

function testsOn(path: string): Output & { passed: number; failed: number } {
  rmSync(ROOT + REPORT, { force: true });
  const output = run(path, [
    "node_modules/vitest/vitest.mjs",
    "run",
    ...SUITES,
    "--reporter=json",
    `--outputFile=${REPORT}`,
  ]);
  try {
    const report: { numPassedTests: number; numFailedTests: number } = JSON.parse(readFileSync(ROOT + REPORT, "utf8"));
    const { numPassedTests: passed, numFailedTests: failed } = report;
    return { ...output, ok: output.ok && passed > 0, passed, failed };
  } catch {
    return { ...output, ok: false, passed: 0, failed: 0 };
  }
}

function parityOn(path: string): Output & { same: string } {
  const output = run(path, ["--import", "tsx", "scripts/test-parity.ts"]);
  return { ...output, same: /^(\d+ of \d+) on both/m.exec(output.stdout)?.[1] ?? "" };
}

function rowOf(major: number): Row {
  const node = find(major);
  if ("reason" in node) {
    console.error(node.reason);
    return {
      version: `${major}`,
      hash: "",
      tests: "",
      parity: "",
      verdict: process.env.CI === "true" ? "failed" : "skipped",
    };
  }
  const version = run(node.path, ["--version"]).stdout.trim();
  const scenario = hashOn(node.path);
  const tests = testsOn(node.path);
  const parity = parityOn(node.path);
  for (const output of [scenario, tests, parity]) if (!output.ok) console.error(`Node ${version}: ${output.complaint}`);
  return {
    version,
    hash: scenario.hash,
    tests: `${tests.passed} passed, ${tests.failed} failed`,
    parity: parity.same,
    verdict: scenario.ok && tests.ok && parity.ok ? "ok" : "failed",
  };
}

const rows = VERSIONS.map(rowOf);
console.table(rows);
const hashes = new Set(rows.filter((row) => row.verdict !== "skipped").map((row) => row.hash));
if (hashes.size !== 1)
  console.error("The shipped scenario runs differently on these Nodes: compare the traces of two of them.");
if (hashes.size !== 1 || rows.some((row) => row.verdict === "failed")) process.exitCode = 1;
