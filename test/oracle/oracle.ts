/**
 * The oracle: draws programs, lets both sides run them, shrinks a difference, and counts what was compared.
 *
 * Order: oracle() → for each helper sequences() → direct() and judge() of program.ts. A program begins with the making of
 * some descriptors and processes that share them; after that anything may come.
 */
import fc from "fast-check";
import { fork } from "./calls/processes.ts";
import { compileHelper, Linux } from "./linux.ts";
import { type Drawn, direct, judge, print } from "./program.ts";
import type { Row } from "./row.ts";
import { Tally } from "./tally.ts";
import { THEMES } from "./themes.ts";

export interface OracleOptions {
  readonly sequences: number;
  readonly seed: number;
  /** Helpers that work at the same time, each on one processor. */
  readonly helpers: number;
}

/** What has come of it. */
export interface OracleReport {
  readonly tally: Tally;
  /** The smallest program found on which the two differ, printed; or nothing. */
  readonly difference: string | undefined;
}

/** So many calls has a program at most, after its beginning. */
const STEPS_MAX = 40;

/** Compares so many programs. Answers the reason where there is no Linux to compare with. */
export async function oracle(options: OracleOptions): Promise<OracleReport | { readonly reason: string }> {
  const helper = compileHelper();
  if ("reason" in helper) return helper;
  using compiled = helper;
  const tally = new Tally();
  const share = Math.ceil(options.sequences / options.helpers);
  const working = Array.from({ length: options.helpers }, async (_, index) => {
    const linux = await Linux.start(compiled.path, index);
    try {
      return await sequences(linux, share, options.seed + index, tally);
    } finally {
      linux.close();
    }
  });
  const differences = await Promise.all(working);
  return { tally, difference: differences.find((difference) => difference !== undefined) };
}

async function sequences(linux: Linux, count: number, seed: number, tally: Tally): Promise<string | undefined> {
  if (!linux.hasNetwork) tally.note("no network namespace may be made here: socket calls were left out");
  const compared = fc.asyncProperty(programs(linux.hasNetwork), async (drawn) => {
    const steps = await direct(drawn);
    const verdict = await judge(steps, linux);
    if (verdict.kind === "differs") throw new Disagreement(print(verdict));
    tally.add(steps, verdict.kind);
  });
  const { failed, errorInstance } = await fc.check(compared, { numRuns: count, seed });
  if (!failed) return undefined;
  if (!(errorInstance instanceof Disagreement)) throw errorInstance;
  const again = `npm run test:oracle -- --helpers 1 --sequences ${count} --seed ${seed}`;
  return `Linux and netloom differ. The smallest program found:\n\n${errorInstance.message}\n\nAgain: ${again}`;
}

class Disagreement extends Error {}

/** Programs of two to four processes, about one theme each. */
function programs(hasNetwork: boolean): fc.Arbitrary<Drawn[]> {
  const possible = THEMES.filter(({ needsNetwork }) => hasNetwork || !needsNetwork);
  return fc.oneof(
    ...possible.map(({ weight, beginnings, rows }) => ({ weight, arbitrary: program(beginnings, rows) })),
  );
}

function program(beginnings: readonly (readonly Row[])[], rows: readonly Row[]): fc.Arbitrary<Drawn[]> {
  const beginning = fc.oneof(...beginnings.map((makers) => fc.tuple(...makers.map((maker) => step([maker])))));
  const forks = fc.array(step([fork]), { minLength: 1, maxLength: 3, size: "max" });
  const body = fc.array(step(rows), { minLength: 1, maxLength: STEPS_MAX, size: "max" });
  return fc.tuple(beginning, forks, body).map((parts) => parts.flat());
}

function step(rows: readonly Row[]): fc.Arbitrary<Drawn> {
  const drawn = rows.map(({ name, weight, drafts }) => ({
    weight,
    arbitrary: fc.record({ name: fc.constant(name), who: fc.nat({ max: 11 }), draft: drafts }),
  }));
  return fc.oneof(...drawn);
}
