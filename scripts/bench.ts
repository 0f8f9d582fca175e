/**
 * Runs bench/*.ts, each in a process of its own so that none warms up another's code. `npm run bench -- tcp` runs those whose name has
 * "tcp" in it. A bench is a module that uses mitata and calls its `run()`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const wanted = process.argv[2] ?? "";
const folder = `${ROOT}bench`;
const benches = existsSync(folder)
  ? readdirSync(folder).filter((name) => name.endsWith(".ts") && name.includes(wanted))
  : [];

if (benches.length === 0) {
  console.error(`No bench/*.ts has "${wanted}" in its name.`);
  process.exitCode = 1;
}
for (const name of benches.sort()) {
  console.log(`\n== bench/${name} on Node ${process.version}`);
  const { status } = spawnSync(process.execPath, ["--expose-gc", "--import", "tsx", `bench/${name}`], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}
