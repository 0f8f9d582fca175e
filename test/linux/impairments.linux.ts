/**
 * TCP between netloom and Linux over a link of netloom with losses, jitter, reordering, duplicates and damage, both ways.
 *
 * Read first: support/impairments.ts, support/transfer.ts. Here what comes must be what was sent; the goodputs are printed beside
 * those of netloom with itself. `npm run compare:linux` measures longer, with Linux to Linux in the same table.
 */
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { ALGORITHMS, type Comparison, formatComparisons, IMPAIRMENTS } from "./support/impairments.ts";
import { type Pair, transfer } from "./support/transfer.ts";
import { whyNot } from "./support/wire.ts";

const SECONDS = 1;
const PAIRS: readonly Pair[] = ["netloom → netloom", "netloom → Linux", "Linux → netloom"];

const reason = whyNot();
if (reason !== undefined) console.log(`skipped: ${reason}`);
const rows: Comparison[] = [];

/** Each impairment with CUBIC, and the commonest of them with the others. */
const CASES = Object.entries(IMPAIRMENTS).flatMap(([impairment, link]) =>
  (impairment === "1 % loss" ? ALGORITHMS : (["cubic"] as const)).map((algorithm) => ({ impairment, link, algorithm })),
);

describe.skipIf(reason !== undefined)("impaired transfers with Linux", () => {
  afterAll(() => console.log(`Mbit/s\n${formatComparisons(rows)}`));

  test.each(CASES)(
    "$impairment, $algorithm: the bytes come whole, both ways",
    async ({ impairment, link, algorithm }) => {
      const goodputs: Partial<Record<Pair, number>> = {};
      for (const pair of PAIRS) {
        if (pair === "Linux → netloom" && !isInLinux(algorithm)) {
          console.log(`${impairment}, ${pair}: skipped, this kernel has no ${algorithm}`);
          continue;
        }
        const { intact, megabitsPerSecond } = await transfer(pair, { link, algorithm, seconds: SECONDS });
        expect([pair, intact]).toEqual([pair, true]);
        goodputs[pair] = megabitsPerSecond;
      }
      rows.push({ impairment, algorithm, goodputs });
    },
  );
});

function isInLinux(algorithm: string): boolean {
  const available = readFileSync("/proc/sys/net/ipv4/tcp_available_congestion_control", "utf8");
  return available.trim().split(" ").includes(algorithm);
}
