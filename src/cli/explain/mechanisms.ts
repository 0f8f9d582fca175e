/**
 * `netloom explain` and `netloom explain NAME`: the table of properties, and one mechanism of it.
 */
import { MECHANISMS, type Mechanism, type Property } from "../../entry-node.ts";
import { stdoutStyle } from "../style.ts";

const COLUMNS: readonly (readonly [Property, string])[] = [
  ["directionality", "direction"],
  ["boundaries", "keeps"],
  ["connection", "connection"],
  ["loss", "lost"],
  ["reordering", "reordered"],
  ["damage", "damaged"],
];

const QUESTIONS: readonly (readonly [Property, string])[] = [
  ["addressing", "found by"],
  ["parties", "between"],
  ["directionality", "direction"],
  ["boundaries", "boundaries"],
  ["connection", "connection"],
  ["capacity", "capacity"],
  ["loss", "can be lost"],
  ["reordering", "can be reordered"],
  ["damage", "can be damaged"],
];
const QUESTION_WIDTH = Math.max(...QUESTIONS.map(([, question]) => question.length));

/** The whole table, as wide as a terminal usually is. */
export function mechanismTable(): string {
  const rows = MECHANISMS.map(({ name, properties }) => [
    name,
    ...COLUMNS.map(([property]) => properties[property]?.value ?? "–"),
  ]);
  const cells = [["", ...COLUMNS.map(([, heading]) => heading)], ...rows];
  const widths = COLUMNS.map((_, index) => index).concat(COLUMNS.length);
  const width = widths.map((column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(width[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const { bold, dim } = stdoutStyle();
  return [
    bold(lines[0] ?? ""),
    ...lines.slice(1),
    "",
    dim("Each cell is what an experiment saw; – is where none was made."),
    dim('"netloom explain NAME" tells more of one, "netloom explain layers" of the reference model.'),
    "",
  ].join("\n");
}

/** One mechanism: its drawing, its properties, and which calls wait. */
export function mechanismPage({ title, manual, summary, drawing, properties, blocking }: Mechanism): string {
  const { bold, dim } = stdoutStyle();
  const answers = QUESTIONS.flatMap(([property, question]) => {
    const found = properties[property];
    if (found === undefined) return [];
    const detail = found.detail === undefined ? "" : dim(` (${found.detail})`);
    return [`  ${question.padEnd(QUESTION_WIDTH)}  ${found.value}${detail}`];
  });
  const waits = blocking.map(({ call, when }) => `  ${`${call}() waits`.padEnd(QUESTION_WIDTH)}  while ${when}`);
  return [`${bold(title)}: ${summary}`, "", drawing, "", ...answers, ...waits, "", dim(`  see ${manual}`), ""].join(
    "\n",
  );
}
