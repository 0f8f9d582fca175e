/**
 * A share of docs/THROUGHPUT.md, which `npm run throughput` makes as a whole: when TCP moves, so does the table.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { queueName, shared, sharedRow } from "../scripts/lib/shared-bottleneck.ts";
import { bottleneck, cells, goodput, jain, row } from "../scripts/lib/throughput.ts";

const LINES = readFileSync(new URL("../docs/THROUGHPUT.md", import.meta.url), "utf8").split("\n");
const TIMEOUT_MS = 60_000;
const SHARED = shared().map((each) => [each[0], queueName(each), each] as const);
const SHARED_SHARE = ["2 CUBIC, CoDel, ECN", "2 BBR, 10"];

/** Those that cost little. */
const SHARE: readonly (readonly [number, number, number])[] = [
  [0.001, 100, 65_536],
  [0.01, 100, 1_048_576],
  [0.03, 100, 4_194_304],
  [0.1, 100, 1_048_576],
];

describe("docs/THROUGHPUT.md", () => {
  test("has every cell, and a reason beside each that is far from its bound", () => {
    const rows = LINES.filter((line) => /^\| [\d.]+ % \|/.test(line)).map((line) =>
      line.split("|").map((each) => each.trim()),
    );
    expect(rows).toHaveLength(cells().length);
    for (const columns of rows) {
      const ratio = Number(columns[7]);
      if (ratio < 0.7 || ratio > 1.4) expect(columns[8]).not.toBe("");
    }
  });

  test.each(SHARE)(
    "loss %d, %d ms, %d bytes: as it stands there",
    async (lossRate, rttMs, bufferBytes) => {
      expect(LINES).toContain(await row({ lossRate, rttMs, bufferBytes }));
    },
    TIMEOUT_MS,
  );

  test("has every row of a shared bottleneck, and a reason beside each that misses a bar", () => {
    for (const [name, queue] of SHARED) {
      const columns = LINES.find((line) => line.startsWith(`| ${name} | ${queue} |`))?.split("|") ?? [];
      const [utilisation, index, , why] = columns.slice(3).map((each) => each.trim());
      if (!(Number(utilisation) >= 0.95 && Number(index) >= 0.9)) expect(why).toMatch(/./);
    }
  });

  test.each(SHARED.filter(([name, queue]) => SHARED_SHARE.includes(`${name}, ${queue}`)))(
    "%s, queue %s: as it stands there",
    async (_name, _queue, each) => {
      expect(LINES).toContain(await sharedRow(each));
    },
    TIMEOUT_MS,
  );
});

test(
  "BBR does not mind a loss of 1 %",
  async () => {
    const link = { ...bottleneck({ rttMs: 20, lossRate: 0 }, 10), lossRate: 0.01 };
    const [bps = 0] = await goodput({ link, algorithms: ["bbr"], warmUpSeconds: 5, seconds: 10 });
    expect(bps).toBeGreaterThan(0.7 * 10e6);
  },
  TIMEOUT_MS,
);

test(
  "four connections share a bottleneck, and use it",
  async () => {
    const algorithms = ["cubic", "cubic", "cubic", "cubic"];
    const link = bottleneck({ rttMs: 20, lossRate: 0 }, 10);
    const rates = await goodput({ link, algorithms, warmUpSeconds: 10, seconds: 20 });
    expect(jain(rates)).toBeGreaterThan(0.9);
    expect(rates.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0.95 * 10e6 * (1448 / 1514));
  },
  TIMEOUT_MS,
);
