/**
 * A day of virtual time with real http and WebSocket code, and whether it is the same each time: on this machine as it is, and
 * with a thread for each processor that does nothing but to be in the way.
 *
 * `npm run bench -- day`; the first run also compiles everything. Fails when two runs differ.
 */
import { availableParallelism } from "node:os";
import { register } from "netloom/register";

const HOURS = 24;
const BAR_SECONDS = 6;

// Taken before the door is put in.
const now = performance.now.bind(performance);
const cpuUsage = process.cpuUsage.bind(process);
register();
const { expected, live, underLoad } = await import("../test/node/day.ts");
type Live = () => ReturnType<typeof live>;
const once: Live = () => live(HOURS);

/** On a busy machine, the processor's time says more than the wall's. */
const rows: Record<string, { seconds: number; "of the processor": number; hash: string }> = {};
for (const [name, run] of Object.entries<Live>({
  first: once,
  again: once,
  "with the load": () => underLoad(once, availableParallelism()),
})) {
  const started = now();
  const usedBefore = cpuUsage();
  const { hash, ...counted } = await run();
  const used = cpuUsage(usedBefore);
  rows[name] = {
    seconds: Number(((now() - started) / 1000).toFixed(2)),
    "of the processor": Number(((used.user + used.system) / 1e6).toFixed(2)),
    hash,
  };
  for (const [what, count] of Object.entries(expected(HOURS))) {
    if (counted[what as keyof typeof counted] !== count) throw new Error(`${name}: ${what} are not ${count}`);
  }
}
console.table(rows);
console.log(`${HOURS} hours; the bar is ${BAR_SECONDS} s`);
if (new Set(Object.values(rows).map(({ hash }) => hash)).size !== 1) {
  console.error("Two runs differ.");
  process.exitCode = 1;
}
