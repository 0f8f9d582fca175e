/** The mutants fit the sources: each changes what it says, once; and each hazard of TCP has one. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MUTANTS } from "./mutants/mutants.ts";
import { ROOT } from "./tidy/tree.ts";

test.each(MUTANTS)("$hazard: $fault", ({ file, find, replace }) => {
  const source = readFileSync(ROOT + file, "utf8");
  expect(source.split(find).length - 1, `how often ${JSON.stringify(find)} stands in ${file}`).toBe(1);
  expect(replace).not.toBe(find);
});

test("each hazard that concerns TCP has one", () => {
  const hazards = [...Array.from({ length: 36 }, (_, index) => `H${index + 1}`), "H39"];
  expect(MUTANTS.map(({ hazard }) => hazard)).toEqual(hazards);
});
