/** A loader that compiles, as it is used with `import("./server.ts")`: it is the machine's, though it runs as the process that imports. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SERVER = `import http from "node:http";
enum Greeting { Hello = "hello" }
http.createServer((_request, response) => response.end(Greeting.Hello)).listen(80);
`;
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "netloom-loader-"));
  writeFileSync(join(folder, "server.ts"), SERVER);
});
afterAll(() => rmSync(folder, { recursive: true }));

const PRYING = `enum What { Is = 1 } fs.writeFileSync("/dev/null", "");`;

test("tsx compiles what a process imports, and the module itself is refused what it was", { timeout: 60_000 }, () => {
  writeFileSync(join(folder, "prying.mts"), `import fs from "node:fs"; ${PRYING}`);
  writeFileSync(join(folder, "prying.cts"), `const fs = require("node:fs"); ${PRYING}`);
  const program = `
    import "netloom/register";
    import { World } from "netloom";
    const world = new World({ console: () => {} });
    const [a, b] = [world.host("a"), world.host("b")];
    const wire = world.cable();
    a.attach(wire, "10.0.0.1/24");
    b.attach(wire, "10.0.0.2/24");
    const imports = (name) => ({ main: () => import(${JSON.stringify(pathToFileURL(`${folder}/`).href)} + name) });
    a.start(imports("server.ts"));
    await world.run({ until: "1s" });
    console.log(await b.run(async () => (await fetch("http://a/")).text()));
    for (const name of ["prying.mts", "prying.cts"]) b.start(imports(name));
    await world.run({ until: "100s" });
    console.log(world.result().crashes.map(({ error }) => error.message).join("\\n"));
    process.exit();`;
  // Nothing that was compiled before.
  const env = { ...process.env, TMPDIR: folder };
  const args = ["--import", "tsx", "--input-type=module", "-e", program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8", env });
  expect(stderr).toBe("");
  expect(stdout.split("\n")).toEqual([
    "hello",
    expect.stringMatching(/^main\[\d\] on b: fs\.writeFileSync\(\) reaches out of the virtual world/),
    expect.stringMatching(/^main\[\d\] on b: fs\.writeFileSync\(\) reaches out of the virtual world/),
    "",
  ]);
});
