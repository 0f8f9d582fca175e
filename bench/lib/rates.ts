/**
 * Benches that do many operations in one iteration: measured by mitata, then shown as time for one operation and
 * operations a second, beside the bar that the project keeps. Figures are printed, never asserted.
 */
import { bench, run } from "mitata";

interface Rate {
  readonly name: string;
  /** Operations in one iteration. */
  readonly operations: number;
  /** What one operation may take at most, in ns; undefined where there is no bar. */
  readonly barNs?: number;
  /** Bytes that one operation moves, where throughput is what matters. */
  readonly bytes?: number;
  /** Names of others that do the same: how many times as long they take is shown. */
  readonly beside?: readonly string[];
}

const rates = new Map<string, Rate>();

/** Registers a bench whose function does `operations` operations in one go. */
export function rate(options: Rate, iterate: () => unknown): void {
  rates.set(options.name, options);
  bench(options.name, iterate);
}

/** Runs what was registered, and prints the table. */
export async function report(): Promise<void> {
  const { benchmarks } = await run({ format: "quiet" });
  const each = new Map(
    benchmarks.flatMap(({ alias, runs }) => {
      const options = rates.get(alias);
      const medianNs = runs[0]?.stats?.p50;
      return options === undefined || medianNs === undefined ? [] : [[alias, medianNs / options.operations] as const];
    }),
  );
  const rows = [...each].map(([name, eachNs]) => row(rates.get(name) as Rate, eachNs, each));
  const heading = ["operation (median)", "ns each", "a second", "GB/s", "bar, ns", "beside"];
  const widths = heading.map((text, i) => Math.max(text.length, ...rows.map((cells) => cells[i]?.length ?? 0)));
  for (const cells of [heading, ...rows]) {
    console.log(
      cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  "),
    );
  }
}

function row({ name, barNs, bytes, beside = [] }: Rate, eachNs: number, each: ReadonlyMap<string, number>): string[] {
  const perSecond = Math.round(1e9 / eachNs).toLocaleString("en-US");
  const throughput = bytes === undefined ? "" : (bytes / eachNs).toFixed(2);
  const bar = barNs === undefined ? "" : `${barNs.toFixed(0)} ${eachNs <= barNs ? "met" : "MISSED"}`;
  const ratios = beside.map((other) => `${other}: ${((each.get(other) ?? Number.NaN) / eachNs).toFixed(1)} times`);
  return [name, eachNs.toFixed(1), perSecond, throughput, bar, ratios.join(", ")];
}
