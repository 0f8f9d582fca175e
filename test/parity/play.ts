/** Plays scenarios given by name of file and number, for trying out. */
import { type Facet, playReal, playVirtual } from "./stage.ts";

export interface Verdict {
  readonly facet: string;
  readonly scenario: string;
  /** Undefined when both runs came to the same. */
  readonly difference?: string;
}

/** Plays the scenarios of a facet whose number `takes` says. */
export async function playFacet(facet: Facet, takes: (index: number) => boolean): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const [index, [scenario, play]] of Object.entries(facet.scenarios).entries()) {
    if (!takes(index)) continue;
    const virtual = await outcome(playVirtual(play));
    let real = await outcome(playReal(play));
    // A busy machine lets its timers come late, which changes the order of events on the real side.
    for (let i = 0; real !== virtual && i < REAL_RUNS; i++) real = await outcome(playReal(play));
    const isSame = real === virtual && !real.startsWith("failed");
    const difference = isSame ? {} : { difference: `real    ${real}\nvirtual ${virtual}` };
    verdicts.push({ facet: facet.name, scenario, ...difference });
  }
  return verdicts;
}

const REAL_MS_MAX = 3000;
const REAL_RUNS = 3;

/** The outcome as text; a run that does not end, or throws, has failed. */
async function outcome(run: Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("no end")), REAL_MS_MAX);
  });
  try {
    return JSON.stringify(await Promise.race([run, limit]));
  } catch (error) {
    return `failed: ${error instanceof Error ? error.stack?.split("\n").slice(0, 3).join(" ") : String(error)}`;
  } finally {
    clearTimeout(timer);
  }
}
