/**
 * Makes docs/THROUGHPUT.md: what TCP delivers under loss, delay and small buffers, beside what it could. `npm run throughput`.
 *
 * All is virtual time: a cell is the same on each machine, so a change of the file is a change of TCP.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bottleneck, cells, goodput, jain, megabits, row } from "./lib/throughput.ts";

const FILE = fileURLToPath(new URL("../docs/THROUGHPUT.md", import.meta.url));
/** Flows of one bottleneck: 100 Mbit/s and 20 ms, where not said otherwise. */
const SHARED = { rateMbps: 100, rttMs: 20 };

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
lines.push("100 Mbit/s, 20 ms, counted for 20 s after 10 s; the queue holds as many packets as stand there.", "");
lines.push("| flows | queue | utilisation | Jain's index | each, Mbit/s |", "|---|---|---|---|---|");
for (const [name, algorithms, queuePackets] of shared()) {
  const link = { ...bottleneck({ rttMs: SHARED.rttMs, lossRate: 0 }, SHARED.rateMbps), queuePackets };
  const rates = await goodput({ link, algorithms, warmUpSeconds: 10, seconds: 20 });
  const utilisation = (rates.reduce((sum, each) => sum + each, 0) / (SHARED.rateMbps * 1e6)) * (1514 / 1448);
  const each = rates.length > 4 ? "" : rates.map(megabits).join(", ");
  const line = `| ${name} | ${queuePackets} | ${utilisation.toFixed(3)} | ${jain(rates).toFixed(3)} | ${each} |`;
  console.log(line);
  lines.push(line);
}
writeFileSync(FILE, `${lines.join("\n")}\n`);

function shared(): readonly (readonly [string, readonly string[], number])[] {
  const cubic = (count: number): readonly string[] => new Array<string>(count).fill("cubic");
  const bdp = bottleneck({ rttMs: SHARED.rttMs, lossRate: 0 }, SHARED.rateMbps).queuePackets as number;
  return [
    ["1 CUBIC", cubic(1), bdp],
    ["2 CUBIC", cubic(2), bdp],
    ["10 CUBIC", cubic(10), bdp],
    ["50 CUBIC", cubic(50), bdp],
    ["1 CUBIC, 1 NewReno", ["cubic", "reno"], bdp],
    ["2 CUBIC", cubic(2), 10],
    ["2 CUBIC", cubic(2), 1000],
  ];
}
