/**
 * Writes the table of properties of the mechanisms of interprocess communication, from experiments: `npm run mechanisms`.
 *
 * Read first: test/properties/study.ts. The data go to src/world/mechanisms.ts, the page to docs/MECHANISMS.md; both are
 * committed, so a change of what was observed is a visible diff. test/properties.test.ts makes the same experiments again.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Mechanism, MechanismGroup, Property } from "netloom";
import { observe } from "../test/properties/study.ts";
import { STUDIES } from "../test/properties/table.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Headings of the groups of rows, in their order. */
const GROUPS: readonly (readonly [MechanismGroup, string])[] = [
  ["streams", "Streams of bytes"],
  ["messages", "Messages"],
  ["memory", "Memory, and what guards it"],
  ["signals", "Signals and events"],
];

/** Headings of the columns, in their order. */
const COLUMNS: readonly (readonly [Property, string])[] = [
  ["addressing", "addressing"],
  ["directionality", "direction"],
  ["boundaries", "boundaries"],
  ["connection", "connection"],
  ["capacity", "capacity"],
  ["loss", "lost?"],
  ["reordering", "reordered?"],
  ["damage", "damaged?"],
  ["parties", "between"],
];

/** The page of the table. */
export function page(mechanisms: readonly Mechanism[]): string {
  const head = `| mechanism | ${COLUMNS.map(([, heading]) => heading).join(" | ")} |\n|${"---|".repeat(COLUMNS.length + 1)}`;
  const tables = GROUPS.map(([group, heading]) => {
    const rows = mechanisms.filter((mechanism) => mechanism.group === group).map(row);
    return `${heading}:\n\n${head}\n${rows.join("\n")}\n`;
  });
  return `# Mechanisms of interprocess communication

This page is written by \`npm run mechanisms\`. Each cell is what an experiment saw when two processes talked over the
mechanism (test/properties/); where none was made, the cell is empty. \`netloom explain\` shows the same in a terminal.

${tables.join("\n")}
${mechanisms.map(section).join("\n")}`;
}

function row({ name, title, properties }: Mechanism): string {
  const cells = COLUMNS.map(([property]) => properties[property]?.value ?? "");
  return `| [${title}](#${name}) | ${cells.join(" | ")} |`;
}

function section({ name, title, manual, summary, drawing, properties, blocking }: Mechanism): string {
  const details = COLUMNS.flatMap(([property, heading]) => {
    const cell = properties[property];
    return cell === undefined
      ? []
      : [`- ${heading.replace("?", "")}: ${cell.value}${cell.detail === undefined ? "" : ` (${cell.detail})`}`];
  });
  const waits = blocking.map(({ call, when }) => `- \`${call}()\` waits while ${when}`);
  if (waits.length === 0) waits.push("- no call waits");
  return `<a id="${name}"></a>

## ${title}

${summary[0]?.toUpperCase()}${summary.slice(1)}. See ${manual}.

\`\`\`
${drawing}
\`\`\`

${[...details, ...waits].join("\n")}
`;
}

async function main(): Promise<void> {
  const mechanisms: Mechanism[] = [];
  for (const study of STUDIES) {
    mechanisms.push(await observe(study));
    console.log(`${study.name}: observed`);
  }
  const source = `${ROOT}src/world/mechanisms.ts`;
  writeFileSync(
    source,
    `/**
 * The table of properties, as observed: written by \`npm run mechanisms\`, from the experiments in test/properties/.
 */
import type { Mechanism } from "./mechanism.ts";

/** One row for each mechanism of interprocess communication. */
export const MECHANISMS: readonly Mechanism[] = ${JSON.stringify(mechanisms, null, 2)};
`,
  );
  const { status } = spawnSync("npx", ["biome", "check", "--write", source], { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) throw new Error("the data could not be formatted");
  writeFileSync(`${ROOT}docs/MECHANISMS.md`, page(mechanisms));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
