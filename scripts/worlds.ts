/**
 * Runs random worlds with TCP in them: `npm run test:worlds`, or `npm run test:worlds -- --seed 7 --count 100`.
 *
 * Read first: test/worlds/worlds.ts. A world that does not hold is made smaller, and printed with the command that shows
 * it again.
 */
import { parseArgs } from "node:util";
import { firstFailure } from "../test/worlds/worlds.ts";

const { values } = parseArgs({
  options: { count: { type: "string", default: "10000" }, seed: { type: "string", default: "1" } },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
for (const [name, value] of Object.entries({ count, seed })) {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name} is a whole number`);
}
const isTerminal = process.stderr.isTTY === true;
const onProgress = (done: number) => {
  if (isTerminal && done % 20 === 0) process.stderr.write(`\r${done} worlds`);
};
const failure = await firstFailure({ seed, count, onProgress });
if (isTerminal) process.stderr.write("\r");
if (failure === null) {
  console.log(`${count} worlds, from seed ${seed} on: all hold`);
} else {
  console.error(failure);
  process.exitCode = 1;
}
