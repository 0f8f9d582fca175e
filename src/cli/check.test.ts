import { describe, expect, test } from "vitest";
import { Comparison, formatDivergence } from "./check.ts";
import { Recording } from "./recording.ts";

/** More than one chunk of a recording. */
const STEPS = 40_000;
const QUEUE = { title: "the event queue", titleHash: 0 };
const PROCESS = { title: "sender[3] on bob", titleHash: 1 };

/** Plays the same steps into a journal, except at one position. */
function play(journal: Recording["add"], steps: number, change: number = -1): void {
  for (let step = 0; step < steps; step++) {
    const isEvent = step % 4 === 0;
    const value = isEvent ? step * 1000 : 3 * 2 ** 32 + step;
    journal(
      isEvent ? QUEUE : PROCESS,
      isEvent ? "timer" : "sendto",
      value + Number(step === change),
      step | 0x80000000,
    );
  }
}

function compare(secondSteps: number, change?: number): Comparison {
  const recording = new Recording();
  play(recording.add, STEPS);
  const comparison = new Comparison(recording, () => {});
  play(comparison.journal, secondSteps, change);
  comparison.end();
  return comparison;
}

describe("a comparison", () => {
  test("of two runs that are alike finds nothing", () => {
    expect(compare(STEPS).divergence).toBeNull();
  });

  test.each([0, 1, 16_383, 16_384, 32_769, STEPS - 1])("finds step %i, with the time of each run", (index) => {
    const { divergence } = compare(STEPS, index);
    const eventNs = Math.floor(index / 4) * 4000;
    expect(divergence).toMatchObject({ index, firstNs: eventNs, secondNs: eventNs + Number(index % 4 === 0) });
    expect(divergence?.second?.value).toBe((divergence?.first?.value as number) + 1);
  });

  test("finds that one run is shorter", () => {
    expect(compare(STEPS - 5).divergence).toMatchObject({ index: STEPS - 5, second: undefined });
    expect(compare(STEPS + 1).divergence).toMatchObject({ index: STEPS, first: undefined });
  });

  test("tells the step in words", () => {
    const divergence = { index: 6, firstNs: 1_000_000_000, secondNs: 1_000_000_001 };
    const call = { subject: PROCESS.title, what: "sendto", value: 3 * 2 ** 32 + (2 ** 32 - 111), hash: 1 };
    const text = formatDivergence({ ...divergence, first: call, second: { ...call, value: 3 * 2 ** 32 + 18 } });
    expect(text).toContain("step 7:\n");
    expect(text).toContain("first run   1.000000000 s  sender[3] on bob: sendto() = -1 ECONNREFUSED\n");
    expect(text).toContain("second run  1.000000001 s  sender[3] on bob: sendto() = 18\n");
    expect(formatDivergence({ ...divergence, first: call, second: { ...call, hash: 2 } })).toContain("a frame");
  });
});
