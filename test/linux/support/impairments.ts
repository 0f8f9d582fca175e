/**
 * The impairments under which netloom is compared with Linux, and the tables of what came of it.
 *
 * Each is a link of 100 Mbit/s with a round trip of 10 ms and a queue of 200 packets, twice what the link holds, and one fault in both
 * directions. So the acknowledgements suffer as the data does.
 */
import type { LinkOptions } from "netloom";
import type { Pair, Path } from "./transfer.ts";

const LINK: LinkOptions = { rateMbps: 100, delayMs: 5, queuePackets: 200 };

export const IMPAIRMENTS = {
  none: LINK,
  "1 % loss": { ...LINK, lossRate: 0.01 },
  "5 % loss": { ...LINK, lossRate: 0.05 },
  "20 ± 10 ms": { ...LINK, delayMs: 20, jitterMs: 10 },
  "25 % reordered": { ...LINK, reorderRate: 0.25 },
  "5 % duplicated": { ...LINK, duplicateRate: 0.05 },
  "1 % corrupted": { ...LINK, corruptRate: 0.01 },
} satisfies Readonly<Record<string, LinkOptions>>;

export const ALGORITHMS = ["reno", "cubic", "bbr"] as const;

/** Linux with itself in user-mode Linux, where netem makes the impairments. */
export const NETEM = "Linux, netem";

/** Goodput in Mbit/s of each pair; a pair that was not measured is missing. */
export type Goodputs = Readonly<Partial<Record<Pair | typeof NETEM, number>>>;

/** Columns of the table: what netloom reached with Linux, beside a reference. */
export interface Comparison {
  readonly impairment: string;
  readonly algorithm: string;
  readonly goodputs: Goodputs;
  /** What Linux as the sender saw of the path to each receiver. */
  readonly paths?: Readonly<Partial<Record<Pair, Path>>>;
}

/** Of what Linux reaches with itself over the same link, netloom reaches at least so much with Linux and with itself. */
export const BAR = 0.8;

/** What is below the bar, in words; what docs/COMPATIBILITY.md has a reason for is not missed. */
export function belowBar(rows: readonly Comparison[]): { readonly missed: string[]; readonly explained: string[] } {
  const below = { missed: [] as string[], explained: [] as string[] };
  for (const { impairment, algorithm, goodputs } of rows) {
    const reference = goodputs["Linux → Linux"];
    for (const pair of ["netloom → Linux", "Linux → netloom", "netloom → netloom"] as const) {
      const share = (goodputs[pair] ?? Number.NaN) / (reference ?? Number.NaN);
      if (!(share < BAR)) continue;
      const isVersion3 = algorithm === "bbr" && pair !== "Linux → netloom" && /loss|corrupted/.test(impairment);
      below[isVersion3 ? "explained" : "missed"].push(`${impairment}, ${algorithm}, ${pair}: ${share.toFixed(2)}`);
    }
  }
  return below;
}

/** The table: goodput of each pair, and its ratio to Linux with itself, or to netloom with itself where that was not measured. */
export function formatComparisons(rows: readonly Comparison[]): string {
  const reference: Pair = rows.some(({ goodputs }) => goodputs["Linux → Linux"] !== undefined)
    ? "Linux → Linux"
    : "netloom → netloom";
  const others = (["netloom → Linux", "Linux → netloom", "netloom → netloom"] as const).filter(
    (pair) => pair !== reference,
  );
  const hasNetem = rows.some(({ goodputs }) => goodputs[NETEM] !== undefined);
  const references: readonly (keyof Goodputs)[] = hasNetem ? [NETEM, reference] : [reference];
  const heading = ["impairment", "sender's", ...references, ...others.flatMap((pair) => [pair, "ratio"])];
  const cells = rows.map(({ impairment, algorithm, goodputs }) => [
    impairment,
    algorithm,
    ...references.map((name) => megabits(goodputs[name])),
    ...others.flatMap((pair) => [megabits(goodputs[pair]), ratio(goodputs[pair], goodputs[reference])]),
  ]);
  return table(heading, cells);
}

/**
 * Why Linux sends faster to one than to the other: with equal losses goodput is the window for each round trip. A receiver that
 * acknowledges badly makes the window smaller, or more go again; a machine that is busy makes the round trip longer.
 */
export function formatPaths(rows: readonly Comparison[]): string {
  const pairs = ["Linux → Linux", "Linux → netloom"] as const;
  const heading = ["impairment", "sender's", ...pairs.flatMap((pair) => [`${pair}: ms`, "window", "resent"])];
  const cells = rows.map(({ impairment, algorithm, paths = {} }) => [
    impairment,
    algorithm,
    ...pairs.flatMap((pair) => pathCells(paths[pair])),
  ]);
  return table(heading, cells);
}

function pathCells(path: Path | undefined): string[] {
  if (path === undefined) return ["", "", ""];
  return [path.roundTripMs.toFixed(1), path.windowSegments.toFixed(1), `${(100 * path.resentShare).toFixed(2)} %`];
}

function table(heading: readonly string[], cells: readonly (readonly string[])[]): string {
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  return [line(heading), line(widths.map((width) => "-".repeat(width))), ...cells.map(line)].join("\n");
}

const megabits = (value: number | undefined): string => (value === undefined ? "" : value.toFixed(2));

function ratio(value: number | undefined, of: number | undefined): string {
  return value === undefined || of === undefined ? "" : (value / of).toFixed(2);
}
