/** Each library between two hosts: on a good network, on a bad one, and with a partition of a minute in the middle. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { exchanges, partition } from "./conditions.ts";
import { libraries } from "./libraries.ts";
import { BAD } from "./library.ts";

/** `npm test` takes a share of them, `npm run test:libraries` all. */
const isAll = process.env.NETLOOM_LIBRARIES === "all";
const chosen = libraries.filter(({ name }) => isAll || ["express and got", "ws", "pg", "coap"].includes(name));

/** An entry of a diary without its time, which may be a second off: the hosts look for each other again in their own rhythm. */
const whatOf = (entry: string): string => entry.replace(/^\d+ s: /, "");

describe.each(chosen)("$name", (library) => {
  test("on a good network", async () => {
    expect(await exchanges(library, 10)).toMatchObject({ wrong: [], isLossy: false, crashes: [] });
  });

  test("with 2 % loss and 50 ms", async () => {
    expect(await exchanges(library, 40, BAD)).toMatchObject({ wrong: [], isLossy: true, crashes: [] });
  });

  test("with a partition of a minute in the middle", async () => {
    const { diary, ...rest } = await partition(library);
    expect(rest).toMatchObject({ after: "AFTER", crashes: [] });
    expect(diary.map(whatOf)).toEqual(library.partition.map(whatOf));
    for (const [index, expected] of library.partition.entries()) {
      expect(Math.abs(Number.parseInt(diary[index] ?? "", 10) - Number.parseInt(expected, 10))).toBeLessThanOrEqual(1);
    }
  });
});

/** A library's caches outlive a world, so each run has a process of its own. */
async function digestsOfProcess(): Promise<string> {
  const script = fileURLToPath(new URL("digests.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script], { stdio: ["ignore", "pipe", "inherit"] });
  return await text(child.stdout);
}

test.skipIf(!isAll)("two runs of all of them, one hash of what happened", { timeout: 240_000 }, async () => {
  const [first, second] = (await Promise.all([digestsOfProcess(), digestsOfProcess()])).map((json) => JSON.parse(json));
  expect(Object.keys(first)).toEqual(libraries.map(({ name }) => name));
  expect(second).toEqual(first);
});
