/**
 * Netloom beside Linux under impairments: goodput of all four pairs of sender and receiver over the same link of netloom.
 *
 * `npm run compare:linux -- --seconds 10 --rounds 3 --only "loss" --algorithms cubic,bbr`; it takes minutes, and needs what
 * `npm run test:linux` needs. The pairs take turns, each round has a seed of its own, and the table has the medians.
 * Where Debian's user-mode-linux is installed, Linux with itself and netem is in the table too.
 * Every transfer compares a checksum of its bytes. The bar is 0.8 of what Linux reaches with itself. It is real time: on a machine that
 * has other things to do all round trips grow, and more rounds are needed.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { LinkOptions } from "netloom";
import {
  ALGORITHMS,
  type Comparison,
  formatComparisons,
  type Goodputs,
  IMPAIRMENTS,
  NETEM,
} from "../test/linux/support/impairments.ts";
import { PAIRS, type Plan, type Transfer, transfer } from "../test/linux/support/transfer.ts";
import { transferInUml, whyNotUml } from "../test/linux/support/uml.ts";
import { whyNot } from "../test/linux/support/wire.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    only: { type: "string", default: "" },
    algorithms: { type: "string", default: ALGORITHMS.join(",") },
    rounds: { type: "string", default: "3" },
  },
});
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];

const runs: [keyof Goodputs, (plan: Plan) => Promise<Transfer>][] = PAIRS.map((pair) => [
  pair,
  (plan) => transfer(pair, plan),
]);
const noUml = whyNotUml();
if (noUml === undefined) runs.unshift([NETEM, transferInUml]);
else console.log(`Linux with netem is left out: ${noUml}.`);

const reason = whyNot();
if (reason === undefined) await compare();
else console.log(`The comparison is skipped: ${reason}.`);

async function compare(): Promise<void> {
  const available = readFileSync("/proc/sys/net/ipv4/tcp_available_congestion_control", "utf8").trim().split(" ");
  const rows: Comparison[] = [];
  for (const [impairment, link] of Object.entries(IMPAIRMENTS)) {
    if (!impairment.includes(values.only)) continue;
    for (const algorithm of values.algorithms.split(",")) {
      if (!available.includes(algorithm)) {
        console.log(`${algorithm} is skipped: this kernel has ${available.join(", ")}`);
        continue;
      }
      const goodputs = await measure(impairment, link, algorithm);
      rows.push({ impairment, algorithm, goodputs });
      console.error(`${impairment}, ${algorithm}`);
    }
  }
  console.log(formatComparisons(rows));
}

async function measure(impairment: string, link: LinkOptions, algorithm: string): Promise<Goodputs> {
  const measured = new Map<keyof Goodputs, number[]>();
  for (let round = 1; round <= rounds; round++) {
    for (const [name, run] of runs) {
      const { megabitsPerSecond, intact } = await run({ link, algorithm, seconds, seed: round });
      if (!intact) throw new Error(`${impairment}, ${algorithm}, ${name}: other bytes came than were sent`);
      measured.set(name, [...(measured.get(name) ?? []), megabitsPerSecond]);
    }
  }
  return Object.fromEntries([...measured].map(([name, each]) => [name, median(each)]));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
