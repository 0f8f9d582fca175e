/**
 * `netloom explain` and `netloom explain NAME`: the table of properties, and one mechanism of it.
 */
import { MECHANISMS, type Mechanism, type MechanismGroup, type Property } from "../../entry-node.ts";
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
/** No line of a page is longer. */
const COLUMNS_MAX = 100;

/** Groups and their headings, in the order of the table. */
const GROUPS: readonly (readonly [MechanismGroup, string])[] = [
  ["streams", "Streams of bytes"],
  ["messages", "Messages"],
  ["memory", "Memory, and what guards it"],
  ["signals", "Signals and events"],
];

/** The whole table, as wide as a terminal usually is. */
export function mechanismTable(): string {
  const sections = GROUPS.map(([group]) => MECHANISMS.filter((mechanism) => mechanism.group === group));
  const rows = sections
    .flat()
    .map(({ name, properties }) => [`  ${name}`, ...COLUMNS.map(([property]) => properties[property]?.value ?? "–")]);
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
  const body = lines.slice(1);
  const grouped = GROUPS.flatMap(([, heading], index) => [
    bold(heading),
    ...body.splice(0, sections[index]?.length ?? 0),
  ]);
  return [
    bold(lines[0] ?? ""),
    ...grouped,
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
    return found === undefined ? [] : [[question, found.value, found.detail ?? ""] as const];
  });
  const waits = blocking.map(({ call, when }) => [`${call}() waits`, `while ${when}`, ""] as const);
  const none = [["waits", "no call", ""]] as const;
  const lines = [...answers, ...(waits.length > 0 ? waits : none)];
  const width = Math.max(...lines.map(([question]) => question.length));
  const indent = " ".repeat(width + 4);
  const text = lines.flatMap(([question, value, detail]) => {
    const line = `  ${question.padEnd(width)}  ${value}`;
    if (detail === "") return [line];
    const isShort = line.length + detail.length + 3 <= COLUMNS_MAX;
    return isShort ? [`${line}${dim(` (${detail})`)}`] : [line, dim(`${indent}(${detail})`)];
  });
  return [bold(title), `  ${summary}`, "", drawing, "", ...text, "", dim(`  see ${manual}`), ""].join("\n");
}
