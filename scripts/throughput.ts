/**
 * Makes docs/THROUGHPUT.md: what TCP delivers under loss, delay and small buffers, beside what it could. `npm run throughput`.
 *
 * All is virtual time: a cell is the same on each machine, so a change of the file is a change of TCP.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { QdiscOptions } from "netloom";
import { bottleneck, cells, goodput, jain, megabits, row, sawTooth } from "./lib/throughput.ts";

const FILE = fileURLToPath(new URL("../docs/THROUGHPUT.md", import.meta.url));
/** Flows of one bottleneck: 100 Mbit/s and 20 ms, where not said otherwise. */
const SHARED = { rateMbps: 100, rttMs: 20 };
const BDP = bottleneck({ rttMs: SHARED.rttMs, lossRate: 0 }, SHARED.rateMbps).queuePackets as number;
/** RFC 9438 §4.6. */
const BETA = 0.7;
/** draft-ietf-ccwg-bbr §2.5. */
const HEADROOM = 0.15;

const lines: string[] = [
  "# Throughput of TCP",
  "",
  "Goodput in Mbit/s of one connection, CUBIC with SACK, on a link of 1 Gbit/s with a queue of one bandwidth–delay product, in the",
  "simulator; the bound is the least of the link, the buffer for each round trip, and a model: the response function of",
  "RFC 9438 (CUBIC, or Reno's where that is more), Padhye's from 3 % on. Made by `npm run throughput`; equal on each machine.",
  "",
  "| loss | round trip | buffer | goodput | bound | by | ratio | why |",
  "|---|---|---|---|---|---|---|---|",
];
for (const cell of cells()) {
  const line = await row(cell);
  console.log(line);
  lines.push(line);
}

lines.push("", "## Several connections on one bottleneck", "");
lines.push(
  "100 Mbit/s, 20 ms (166 packets), counted for 20 s after 10 s; the queue holds so many packets, first in, first out, or is kept short by",
  "CoDel. The bars are a utilisation of 0.95 and an index of 0.9.",
  "",
);
lines.push("| flows | queue | utilisation | Jain's index | each, Mbit/s | why |", "|---|---|---|---|---|---|");
for (const [name, algorithms, queuePackets, qdisc] of shared()) {
  const link = { ...bottleneck({ rttMs: SHARED.rttMs, lossRate: 0 }, SHARED.rateMbps), queuePackets };
  const rates = await goodput({ link, algorithms, warmUpSeconds: 10, seconds: 20, ...(qdisc && { qdisc }) });
  const utilisation = (rates.reduce((sum, each) => sum + each, 0) / (SHARED.rateMbps * 1e6)) * (1514 / 1448);
  const index = jain(rates);
  const queue = qdisc === undefined ? `${queuePackets}` : nameOf(qdisc);
  const each = rates.length > 4 ? spread(rates) : rates.map(megabits).join(", ");
  const why = reasonFor(utilisation, index, algorithms, queuePackets);
  const line = `| ${name} | ${queue} | ${utilisation.toFixed(3)} | ${index.toFixed(3)} | ${each} | ${why} |`;
  console.log(line);
  lines.push(line);
}
writeFileSync(FILE, `${lines.join("\n")}\n`);

type Shared = readonly [string, readonly string[], number, QdiscOptions?];

function shared(): readonly Shared[] {
  const many = (count: number, algorithm: string): readonly string[] => new Array<string>(count).fill(algorithm);
  const codel: QdiscOptions = { kind: "fq_codel", flows: 1, ecn: false };
  const marking: QdiscOptions = { ...codel, ecn: true };
  const fair: QdiscOptions = { kind: "fq_codel", ecn: false };
  const beside = (count: number, other: string) => [...many(count, "cubic"), ...many(count, other)];
  return [
    ["1 CUBIC", many(1, "cubic"), BDP],
    ...[2, 10, 50].map((n): Shared => [`${n} CUBIC`, many(n, "cubic"), BDP]),
    ["2 NewReno", many(2, "reno"), BDP],
    ["1 CUBIC, 1 NewReno", beside(1, "reno"), BDP],
    ["5 CUBIC, 5 NewReno", beside(5, "reno"), BDP],
    ...[2, 10, 50].map((n): Shared => [`${n} CUBIC`, many(n, "cubic"), 10]),
    ...[2, 10, 50].map((n): Shared => [`${n} CUBIC`, many(n, "cubic"), 1000]),
    ...[2, 10, 50].map((n): Shared => [`${n} CUBIC`, many(n, "cubic"), 1000, codel]),
    ...[2, 10, 50].map((n): Shared => [`${n} CUBIC`, many(n, "cubic"), 1000, marking]),
    ["10 CUBIC", many(10, "cubic"), 1000, fair],
    ["5 CUBIC, 5 NewReno", beside(5, "reno"), 1000, fair],
    ...[1, 2, 10, 50].map((n): Shared => [`${n} BBR`, many(n, "bbr"), BDP]),
    ["2 BBR", many(2, "bbr"), 10],
    ["2 BBR", many(2, "bbr"), 1000],
    ["10 BBR", many(10, "bbr"), 1000, marking],
    ["1 CUBIC, 1 BBR", beside(1, "bbr"), BDP],
    ["1 CUBIC, 1 BBR", beside(1, "bbr"), 1000, fair],
  ];
}

function nameOf(qdisc: QdiscOptions): string {
  if (qdisc.kind !== "fq_codel") return qdisc.kind;
  const name = qdisc.flows === 1 ? "CoDel" : "fq_codel";
  return qdisc.ecn === true ? `${name}, ECN` : name;
}

/** The least and the most. */
function spread(rates: readonly number[]): string {
  return `${megabits(Math.min(...rates))} to ${megabits(Math.max(...rates))}`;
}

/** Why a bar is missed. */
function reasonFor(utilisation: number, index: number, algorithms: readonly string[], queuePackets: number): string {
  const reasons: string[] = [];
  if (utilisation < 0.95 && algorithms.every((each) => each === "cubic") && queuePackets < BDP) {
    const bound = (inStep: boolean) => sawTooth(BETA, BDP, queuePackets, algorithms.length, inStep).toFixed(2);
    reasons.push(`a saw-tooth from 0.7 of what fits allows ${bound(true)} in step, ${bound(false)} out of step`);
  }
  if (utilisation < 0.95 && algorithms.every((each) => each === "bbr") && queuePackets < BDP) {
    const bound = (((1 - HEADROOM) * (BDP + queuePackets)) / BDP).toFixed(2);
    reasons.push(`BBR leaves ${HEADROOM} free of what proved too much: ${bound}`);
  }
  if (algorithms.includes("bbr") && algorithms.includes("cubic") && index < 0.9) {
    reasons.push("BBR does not yield to a loss as CUBIC does");
  }
  return reasons.join("; ");
}
