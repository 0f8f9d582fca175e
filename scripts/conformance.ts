/**
 * Writes docs/CONFORMANCE.md from the marks beside code and tests: `npm run conformance`.
 *
 * Read first: test/conformance/marks.ts for the form of a mark. test/conformance.test.ts checks that the page is current.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findMarks } from "../test/conformance/marks.ts";
import { faults, page } from "../test/conformance/page.ts";
import { REQUIREMENTS } from "../test/conformance/requirements.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const marks = findMarks(ROOT);
writeFileSync(`${ROOT}docs/CONFORMANCE.md`, page(REQUIREMENTS, marks));
const wrong = faults(REQUIREMENTS, marks);
for (const each of wrong) console.error(each);
if (wrong.length > 0) process.exitCode = 1;
