/**
 * Writes the table of properties of the mechanisms of interprocess communication, from experiments: `npm run mechanisms`.
 *
 * Read first: test/properties/channel.ts. The data go to src/world/mechanisms.ts, the page to docs/MECHANISMS.md; both are
 * committed, so a change of what was observed is a visible diff. test/properties.test.ts makes the same experiments again.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Mechanism, Property } from "netloom";
import { CHANNELS, observe } from "../test/properties/table.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

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
  const rows = mechanisms.map(({ name, title, properties }) => {
    const cells = COLUMNS.map(([property]) => properties[property]?.value ?? "");
    return `| [${title}](#${name}) | ${cells.join(" | ")} |`;
  });
  return `# Mechanisms of interprocess communication

This page is written by \`npm run mechanisms\`. Each cell is what an experiment saw when two processes talked over the
mechanism (test/properties/); where none was made, the cell is empty. \`netloom explain\` shows the same in a terminal.

${head}
${rows.join("\n")}

${mechanisms.map(section).join("\n")}`;
}

function section({ name, title, manual, summary, drawing, properties, blocking }: Mechanism): string {
  const details = COLUMNS.flatMap(([property, heading]) => {
    const cell = properties[property];
    return cell === undefined
      ? []
      : [`- ${heading.replace("?", "")}: ${cell.value}${cell.detail === undefined ? "" : ` (${cell.detail})`}`];
  });
  const waits = blocking.map(({ call, when }) => `- \`${call}()\` waits while ${when}`);
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
  for (const channel of CHANNELS) {
    mechanisms.push(await observe(channel));
    console.log(`${channel.name}: observed`);
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
