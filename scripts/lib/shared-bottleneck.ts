/**
 * Several connections on one bottleneck of 100 Mbit/s and 20 ms: the second table of docs/THROUGHPUT.md.
 *
 * Read first: throughput.ts. Order: shared() names the rows → sharedRow() measures one, and says why a bar is missed.
 */
import type { QdiscOptions } from "netloom";
import { bottleneck, goodput, jain, megabits, sawTooth } from "./throughput.ts";

const SHARED = { rateMbps: 100, rttMs: 20 };
const BDP = bottleneck({ rttMs: SHARED.rttMs, lossRate: 0 }, SHARED.rateMbps).queuePackets as number;
/** RFC 9438 §4.6. */
const BETA = 0.7;
/** draft-ietf-ccwg-bbr §2.5. */
const HEADROOM = 0.15;

/** Its name, the algorithm of each connection, how many packets the queue holds, and its discipline. */
export type Shared = readonly [name: string, algorithms: readonly string[], queuePackets: number, qdisc?: QdiscOptions];

export function shared(): readonly Shared[] {
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

/** The row of the table. */
export async function sharedRow(shared: Shared): Promise<string> {
  const [name, algorithms, queuePackets, qdisc] = shared;
  const link = { ...bottleneck({ rttMs: SHARED.rttMs, lossRate: 0 }, SHARED.rateMbps), queuePackets };
  const rates = await goodput({ link, algorithms, warmUpSeconds: 10, seconds: 20, ...(qdisc && { qdisc }) });
  const utilisation = (rates.reduce((sum, each) => sum + each, 0) / (SHARED.rateMbps * 1e6)) * (1514 / 1448);
  const index = jain(rates);
  const each = rates.length > 4 ? spread(rates) : rates.map(megabits).join(", ");
  const why = reasonFor(utilisation, index, algorithms, queuePackets);
  return `| ${name} | ${queueName(shared)} | ${utilisation.toFixed(3)} | ${index.toFixed(3)} | ${each} | ${why} |`;
}

/** What stands in the column "queue". */
export function queueName([, , packets, qdisc]: Shared): string {
  return qdisc === undefined ? `${packets}` : nameOf(qdisc);
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
