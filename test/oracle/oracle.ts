/**
 * The oracle: draws programs, lets both sides run them, shrinks a difference, and counts what was compared.
 *
 * Order: oracle() → scenes(), and for each helper sequences() → direct() and judge() of program.ts. A program begins with the making of
 * some descriptors and processes that share them; after that anything may come.
 */
import fc from "fast-check";
import { forkRow } from "./calls/processes.ts";
import { compileHelper, type Feature, type Helper, Linux } from "./linux.ts";
import { type Drawn, direct, judge, print } from "./program.ts";
import type { Row } from "./row.ts";
import { expected, onLinuxToo, onNetloom } from "./scene.ts";
import { SUITES } from "./suites.ts";
import { Tally } from "./tally.ts";
import { THEMES, type Theme } from "./themes.ts";

export interface OracleOptions {
  readonly sequences: number;
  readonly seed: number;
  /** Helpers that work at the same time, each on one processor. */
  readonly helpers: number;
  /** Only themes of these names. */
  readonly themes?: readonly string[];
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
  const badScene = await scenes(compiled, tally);
  if (badScene !== undefined) return { tally, difference: badScene };
  const share = Math.ceil(options.sequences / options.helpers);
  const working = Array.from({ length: options.helpers }, async (_, index) => {
    using linux = await Linux.start(compiled, index);
    return await sequences(linux, share, options, options.seed + index, tally);
  });
  const differences = await Promise.all(working);
  return { tally, difference: differences.find((difference) => difference !== undefined) };
}

/** The hand-written suites on both sides; answers the first scene that does not hold. */
async function scenes(helper: Helper, tally: Tally): Promise<string | undefined> {
  using linux = await Linux.start(helper, 0);
  for (const { subject, needs = [], scenes } of SUITES) {
    if (needs.some((feature) => !linux.features.has(feature))) continue;
    for (const scene of scenes) {
      const lines = expected(scene).join("\n");
      const sides = { netloom: await onNetloom(scene), Linux: await onLinuxToo(scene, linux) };
      for (const [side, seen] of Object.entries(sides)) {
        if (seen.join("\n") === lines) continue;
        return `${subject}, "${scene.title}": expected is\n\n${lines}\n\nand ${side} does\n\n${seen.join("\n")}`;
      }
      tally.scenes++;
    }
  }
  return undefined;
}

async function sequences(
  linux: Linux,
  count: number,
  { themes }: OracleOptions,
  seed: number,
  tally: Tally,
): Promise<string | undefined> {
  const possible = THEMES.filter(({ name }) => themes === undefined || themes.includes(name)).filter((theme) => {
    const missing = theme.needs?.find((feature) => !linux.features.has(feature));
    if (missing !== undefined) tally.note(`${theme.name} left out: ${WITHOUT[missing]}`);
    return missing === undefined;
  });
  const compared = fc.asyncProperty(fc.oneof(...possible.map(programs)), async ({ theme, drawn }) => {
    const steps = await direct(drawn, linux.user);
    const verdict = await judge(steps, linux);
    if (verdict.kind === "differs") throw new Disagreement(`(${theme})\n\n${print(verdict)}`);
    tally.add(theme, steps, verdict.kind);
  });
  const { failed, errorInstance } = await fc.check(compared, { numRuns: count, seed });
  if (!failed) return undefined;
  if (!(errorInstance instanceof Disagreement)) throw errorInstance;
  const only = themes === undefined ? "" : ` --themes "${themes.join()}"`;
  const again = `npm run test:oracle -- --helpers 1 --sequences ${count} --seed ${seed}${only}`;
  return `Linux and netloom differ. The smallest program found ${errorInstance.message}\n\nAgain: ${again}`;
}

const WITHOUT: Readonly<Record<Feature, string>> = {
  network: "no network namespace may be made here",
  users: "only root can try several users",
  ipc: "no IPC namespace may be made here",
};

class Disagreement extends Error {}

/** A program of two to four processes about one theme. */
interface ThemeProgram {
  readonly theme: string;
  readonly drawn: readonly Drawn[];
}

function programs({ name, weight, beginnings, rows }: Theme): {
  weight: number;
  arbitrary: fc.Arbitrary<ThemeProgram>;
} {
  const beginning = fc.oneof(...beginnings.map((makers) => fc.tuple(...makers.map((maker) => step([maker])))));
  const forks = fc.array(step([forkRow]), { minLength: 1, maxLength: 3, size: "max" });
  const body = fc.array(step(rows), { minLength: 1, maxLength: STEPS_MAX, size: "max" });
  const arbitrary = fc.tuple(beginning, forks, body).map((parts) => ({ theme: name, drawn: parts.flat() }));
  return { weight, arbitrary };
}

function step(rows: readonly Row[]): fc.Arbitrary<Drawn> {
  const drawn = rows.map(({ name, weight, drafts }) => ({
    weight,
    arbitrary: fc.record({ name: fc.constant(name), who: fc.nat({ max: 11 }), draft: drafts }),
  }));
  return fc.oneof(...drawn);
}
