/** The table of properties is what the experiments see: each is made again here, and the page is that of the table. */
import { readFileSync } from "node:fs";
import { MECHANISMS } from "netloom";
import { expect, test } from "vitest";
import { page } from "../scripts/mechanisms.ts";
import { observe } from "./properties/study.ts";
import { STUDIES } from "./properties/table.ts";

const HINT = "If the change is meant: npm run mechanisms, and review the diff.";

test.each(STUDIES.map((study) => [study.name, study] as const))("%s is as the table says", async (name, study) => {
  const row = MECHANISMS.find((mechanism) => mechanism.name === name);
  expect(row, HINT).toEqual(await observe(study));
});

test("no row is left over, and the page is the table's", () => {
  expect(MECHANISMS.map(({ name }) => name)).toEqual(STUDIES.map(({ name }) => name));
  expect(readFileSync(new URL("../docs/MECHANISMS.md", import.meta.url), "utf8"), HINT).toBe(page(MECHANISMS));
});
