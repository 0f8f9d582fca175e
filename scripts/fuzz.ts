/**
 * Throws random and mutated frames at a host, for as long as one likes.
 *
 * `npm run fuzz -- --frames 1000000 --seed 1 --rows udp,icmp`. Read first: test/fuzz/fuzz.ts.
 */
import { parseArgs } from "node:util";
import { fuzz, ROWS } from "../test/fuzz/fuzz.ts";

const { values } = parseArgs({
  options: {
    frames: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    rows: { type: "string" },
  },
});
const [frames, seed] = [Number(values.frames), Number(values.seed)];
for (const [name, value] of Object.entries({ frames, seed })) {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name} is a whole number`);
}
const rows = values.rows?.split(",");
for (const name of rows ?? []) {
  if (!ROWS.some((row) => row.name === name)) throw new RangeError(`there is no row "${name}"`);
}
const onProgress = (done: number) => process.stderr.write(`\r${done} frames`);
const counters = fuzz({ frames, seed, rows, onProgress });
process.stderr.write("\r");
for (const [name, count] of [...counters].sort()) console.log(`${name.padEnd(32)} ${count}`);
