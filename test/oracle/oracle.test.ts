/** Linux as the oracle: a small share of what `npm run test:oracle` compares, and the comparison itself. */
import { expect, test } from "vitest";
import { compileHelper, Linux } from "./linux.ts";
import { oracle } from "./oracle.ts";
import { THEMES } from "./themes.ts";

const helper = compileHelper();
const reason = "reason" in helper ? helper.reason : undefined;
const skipped = reason === undefined ? "" : ` (skipped: ${reason})`;

/** Themes by subject, so that a new one does not change what the others draw. */
const IPC = ["posix queues", "sysv queues", "sysv semaphores", "shared memory", "segments", "futexes"];
const SUBJECTS = [THEMES.map(({ name }) => name).filter((name) => !IPC.includes(name)), IPC];

test.skipIf(reason).each(SUBJECTS)(
  `netloom does as Linux does: %s …${skipped}`,
  { timeout: 60_000 },
  async (...themes) => {
    const sequences = themes.length * 20;
    const report = await oracle({ sequences, seed: 7, helpers: 2, themes });
    if ("reason" in report) throw new Error(report.reason);
    expect(report.difference).toBeUndefined();
    expect(report.tally.sequences).toBeGreaterThan(0.9 * sequences);
    expect(report.tally.calls).toBeGreaterThan(7 * sequences);
  },
);

test.skipIf(reason)(
  `the helper tells who is blocked, who is released and who has ended${skipped}`,
  { timeout: 60_000 },
  async () => {
    if ("reason" in helper) throw new Error(helper.reason);
    using compiled = helper;
    using linux = await Linux.start(compiled, 0);
    const [pipe, fork, read, write, exit] = [22, 57, 0, 1, 231];
    const calls = [
      { worker: 0, number: pipe, args: ["x0000000000000000"] },
      { worker: 0, number: fork, args: [] },
      { worker: 1, number: read, args: [3, "r10", 10] },
      { worker: 0, number: write, args: [4, "w5:1", 5] },
      { worker: 0, number: write, args: [99, "w5:1", 5] },
      { worker: 1, number: exit, args: [3] },
    ];
    const { steps } = await linux.run(calls, 0);
    const [made, forked, waits, wrote, refused, ended] = steps.map(({ answers, ...sets }) => ({
      answers: answers.map(({ worker, result, errno }) => [worker, result, errno]),
      blocked: [...sets.blocked],
      dead: [...sets.dead],
    }));
    expect(made).toEqual({ answers: [[0, 0, 0]], blocked: [], dead: [] });
    expect(forked?.answers).toEqual([[0, expect.any(Number), 0]]);
    expect(waits).toEqual({ answers: [], blocked: [1], dead: [] });
    expect(wrote?.answers.sort()).toEqual([
      [0, 5, 0],
      [1, 5, 0],
    ]);
    expect(wrote?.blocked).toEqual([]);
    expect(refused?.answers).toEqual([[0, -1, 9]]);
    expect(ended).toEqual({ answers: [], blocked: [], dead: [1] });
  },
);
