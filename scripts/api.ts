/**
 * Writes api/*.d.ts: the public types of each entry of the package, one file each. test/api-snapshot.test.ts compares.
 *
 * `npm run api` after a change of API that is meant; the diff is what a reviewer reads.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Declarations } from "./lib/declarations.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** File name → text, for every `types` target of the exports map. */
export function snapshots(): Map<string, string> {
  const manifest: { exports: unknown } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8"));
  const targets = [...JSON.stringify(manifest.exports).matchAll(/"types":"\.\/([^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );
  const declarations = new Declarations();
  return new Map(
    targets.map((target) => {
      if (!existsSync(ROOT + target))
        throw new Error(`${target} is not there: its entry file is missing, or npm run build failed`);
      const head = `// The public types of ${target}, without comments. Written by \`npm run api\`.\n\n`;
      return [basename(target), `${head}${declarations.publicTypes(ROOT + target)}\n`];
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  rmSync(`${ROOT}api`, { recursive: true, force: true });
  mkdirSync(`${ROOT}api`);
  for (const [name, text] of snapshots()) writeFileSync(`${ROOT}api/${name}`, text);
}
