/** A share of the parity suite, which `npm run test:parity` plays as a whole: every fifth scenario of each facet. */
import { describe, expect, test } from "vitest";
import { facets } from "./facets.ts";
import { playFacet } from "./play.ts";

const SHARE = 5;

describe.each(facets)("$name", (facet) => {
  test("does the same on the real loopback and on a virtual host", { timeout: 60_000 }, async () => {
    const verdicts = await playFacet(facet, (index) => index % SHARE === 0);
    expect(verdicts.filter(({ difference }) => difference !== undefined)).toEqual([]);
    expect(Object.keys(facet.scenarios).length).toBeGreaterThanOrEqual(20);
  });
});
