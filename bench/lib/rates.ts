/**
 * Benches that do many operations in one iteration: measured by mitata, then shown as time for one operation and
 * operations a second, beside the bar that the project keeps. Figures are printed, never asserted.
 *
 * Cases of one process warm up each other's code, and its shapes; with `apart` each has a process of its own. The best of the runs stands
 * beside the median, since on a machine that does other things too, the median is about those.
 */
import { spawnSync } from "node:child_process";
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

/** What one iteration took, in ns. */
interface Measured {
  readonly medianNs: number;
  readonly bestNs: number;
}

const rates = new Map<string, Rate>();
/** The one case that this process is for. */
const ONLY = process.env.NETLOOM_BENCH_ONLY;

/** Registers a bench whose function does `operations` operations in one go. */
export function rate(options: Rate, iterate: () => unknown): void {
  rates.set(options.name, options);
  if (ONLY === undefined || ONLY === options.name) bench(options.name, iterate);
}

/** Runs what was registered, and prints the table. */
export async function report({ apart = false }: { readonly apart?: boolean } = {}): Promise<void> {
  if (ONLY !== undefined) {
    console.log(JSON.stringify([...(await measure())]));
    process.exit();
  }
  const measured = apart ? new Map([...rates.keys()].flatMap(measureApart)) : await measure();
  const each = new Map([...measured].map(([name, { medianNs }]) => [name, medianNs / operationsOf(name)]));
  const rows = [...measured].map(([name, { bestNs }]) =>
    row(rates.get(name) as Rate, each.get(name) as number, bestNs / operationsOf(name), each),
  );
  const heading = ["operation (median)", "ns each", "best", "a second", "GB/s", "bar, ns", "beside"];
  const widths = heading.map((text, i) => Math.max(text.length, ...rows.map((cells) => cells[i]?.length ?? 0)));
  for (const cells of [heading, ...rows]) {
    console.log(
      cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  "),
    );
  }
}

const operationsOf = (name: string): number => (rates.get(name) as Rate).operations;

async function measure(): Promise<Map<string, Measured>> {
  const { benchmarks } = await run({ format: "quiet" });
  return new Map(
    benchmarks.flatMap(({ alias, runs }) => {
      const stats = runs[0]?.stats;
      return stats === undefined ? [] : [[alias, { medianNs: stats.p50, bestNs: stats.min }] as const];
    }),
  );
}

/** Measures one case in a process of its own: the same module, which knows by its environment what it is for. */
function measureApart(name: string): [string, Measured][] {
  const { stdout } = spawnSync(process.execPath, [...process.execArgv, process.argv[1] as string], {
    encoding: "utf8",
    env: { ...process.env, NETLOOM_BENCH_ONLY: name },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(stdout);
}

function row(
  { name, barNs, bytes, beside = [] }: Rate,
  eachNs: number,
  bestNs: number,
  each: ReadonlyMap<string, number>,
): string[] {
  const perSecond = Math.round(1e9 / eachNs).toLocaleString("en-US");
  const throughput = bytes === undefined ? "" : (bytes / eachNs).toFixed(2);
  const bar = barNs === undefined ? "" : `${barNs.toFixed(0)} ${verdict(barNs, eachNs, bestNs)}`;
  const ratios = beside.map((other) => `${other}: ${((each.get(other) ?? Number.NaN) / eachNs).toFixed(1)} times`);
  return [name, eachNs.toFixed(1), bestNs.toFixed(1), perSecond, throughput, bar, ratios.join(", ")];
}

function verdict(barNs: number, eachNs: number, bestNs: number): string {
  if (eachNs <= barNs) return "met";
  return bestNs <= barNs ? "met at best" : "MISSED";
}
