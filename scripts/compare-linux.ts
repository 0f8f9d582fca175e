/**
 * Netloom beside Linux under impairments: goodput of all four pairs of sender and receiver over the same link of netloom.
 *
 * `npm run compare:linux -- --seconds 10 --rounds 3 --only "loss" --algorithms cubic,bbr`; it takes minutes, and needs what
 * `npm run test:linux` needs. The pairs take turns, each round has a seed of its own, and the table has the medians.
 * Where Debian's user-mode-linux is installed, Linux with itself and netem is in the table too.
 * Every transfer compares a checksum of its bytes. The bar is 0.8 of what Linux reaches with itself: what is below is named, and
 * the exit status is 1. It is real time: on a machine that
 * has other things to do all round trips grow, and more rounds are needed. A second table has what Linux saw as the sender: with equal
 * windows and equal shares sent again, it is the round trip, and not the receiver, that makes the difference.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { LinkOptions } from "netloom";
import {
  ALGORITHMS,
  BAR,
  belowBar,
  type Comparison,
  formatComparisons,
  formatPaths,
  type Goodputs,
  IMPAIRMENTS,
  NETEM,
} from "../test/linux/support/impairments.ts";
import { PAIRS, type Path, type Plan, type Transfer, transfer } from "../test/linux/support/transfer.ts";
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
      rows.push({ impairment, algorithm, ...(await measure(impairment, link, algorithm)) });
      console.error(`${impairment}, ${algorithm}`);
    }
  }
  console.log(formatComparisons(rows));
  const { missed, explained } = belowBar(rows);
  for (const row of explained) console.log(`Below ${BAR}, as BBR is version 3 here and version 1 there: ${row}`);
  for (const row of missed) console.log(`Below ${BAR}: ${row}`);
  if (missed.length > 0) process.exitCode = 1;
  console.log(`What Linux as the sender saw:\n${formatPaths(rows)}`);
}

async function measure(
  impairment: string,
  link: LinkOptions,
  algorithm: string,
): Promise<Pick<Comparison, "goodputs" | "paths">> {
  const seen = new Map<keyof Goodputs, Path[]>();
  const measured = new Map<keyof Goodputs, number[]>();
  for (let round = 1; round <= rounds; round++) {
    for (const [name, run] of runs) {
      const { megabitsPerSecond, intact, saw } = await run({ link, algorithm, seconds, seed: round });
      if (!intact) throw new Error(`${impairment}, ${algorithm}, ${name}: other bytes came than were sent`);
      measured.set(name, [...(measured.get(name) ?? []), megabitsPerSecond]);
      if (saw !== undefined) seen.set(name, [...(seen.get(name) ?? []), saw]);
    }
  }
  return {
    goodputs: Object.fromEntries([...measured].map(([name, each]) => [name, median(each)])),
    paths: Object.fromEntries([...seen].map(([name, each]) => [name, medians(each)])),
  };
}

function medians(paths: readonly Path[]): Path {
  return {
    roundTripMs: median(paths.map(({ roundTripMs }) => roundTripMs)),
    windowSegments: median(paths.map(({ windowSegments }) => windowSegments)),
    resentShare: median(paths.map(({ resentShare }) => resentShare)),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
