/**
 * Makes docs/THROUGHPUT.md: what TCP delivers under loss, delay and small buffers, beside what it could. `npm run throughput`.
 *
 * All is virtual time: a cell is the same on each machine, so a change of the file is a change of TCP.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { shared, sharedRow } from "./lib/shared-bottleneck.ts";
import { cells, row } from "./lib/throughput.ts";

const FILE = fileURLToPath(new URL("../docs/THROUGHPUT.md", import.meta.url));

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
for (const each of shared()) {
  const line = await sharedRow(each);
  console.log(line);
  lines.push(line);
}
writeFileSync(FILE, `${lines.join("\n")}\n`);
