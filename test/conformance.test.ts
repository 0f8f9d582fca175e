/** Each requirement of TCP's specifications is shown by a test, or a reason is given; docs/CONFORMANCE.md says so. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findMarks } from "./conformance/marks.ts";
import { faults, page } from "./conformance/page.ts";
import { REQUIREMENTS } from "./conformance/requirements.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const marks = findMarks(ROOT);

test("each mark names a requirement, and each requirement has a test or a reason", () => {
  expect(faults(REQUIREMENTS, marks)).toEqual([]);
});

test("docs/CONFORMANCE.md is current: npm run conformance", () => {
  expect(readFileSync(`${ROOT}docs/CONFORMANCE.md`, "utf8")).toBe(page(REQUIREMENTS, marks));
});

test("all of RFC 9293's numbers are there", () => {
  const ids = new Set(REQUIREMENTS.filter(({ rfc }) => rfc === 9293).map(({ id }) => id));
  const expected = [
    ...Array.from({ length: 69 }, (_, index) => `MUST-${index + 1}`),
    ...Array.from({ length: 31 }, (_, index) => `SHLD-${index + 1}`),
    ...Array.from({ length: 18 }, (_, index) => `MAY-${index + 1}`),
  ];
  expect(expected.filter((id) => !ids.has(id))).toEqual([]);
});
