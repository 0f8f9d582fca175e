/** Node's own console, whose methods a program may have taken: what they print goes to the process whose code calls them. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What a program prints on the real stdout and stderr, when a Node of its own runs it. */
function printed(program: string): { out: string[]; err: string[] } {
  const args = ["--input-type=module", "-e", program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  return { out: stdout.trimEnd().split("\n"), err: stderr.trimEnd().split("\n") };
}

const IMPORTS = `
  import { register, unregister } from "netloom/register";
  import { World } from "netloom";
  const world = new World({ console: ({ host, text }) => process.stdout.write(host + ": " + text) });
  const { log, error, group, groupEnd, count } = console;`;

test("a method that was taken before prints to the process that calls it, and outside of all to the real streams", () => {
  const { out, err } = printed(`${IMPORTS}
    await world.host("a").run(() => log("inside"));
    log("outside 1");
    await world.host("b").run(() => { log("inside"); error("wrong"); });
    error("outside 2");
    unregister();
    log("outside 3");
    error("outside 4");
    register();
    await world.host("c").run(() => log("again"));
    log("outside 5");`);
  expect(out).toEqual(["a: inside", "outside 1", "b: inside", "b: wrong", "outside 3", "c: again", "outside 5"]);
  expect(err).toEqual(["outside 2", "outside 4"]);
});

test("as does one that was first called outside", () => {
  const { out } = printed(`${IMPORTS}
    log("outside 1");
    await world.host("a").run(() => log("inside"));
    log("outside 2");`);
  expect(out).toEqual(["outside 1", "a: inside", "outside 2"]);
});

test("groups and counts are each process's own, those outside go on after unregister()", () => {
  const { out } = printed(`${IMPORTS}
    group("outside");
    count();
    await world.host("a").run(() => { group("inside"); log("deeper"); count(); });
    await world.host("b").run(() => { log("flat"); count(); });
    unregister();
    log("deeper");
    count();
    groupEnd();
    log("flat");`);
  expect(out).toEqual([
    "outside",
    "  default: 1",
    "a: inside",
    "a:   deeper",
    "a:   default: 1",
    "b: flat",
    "b: default: 1",
    "  deeper",
    "  default: 2",
    "flat",
  ]);
});

test("a console that was put in place of it meanwhile stays", () => {
  const { out } = printed(`${IMPORTS}
    globalThis.console = { log: (text) => log("replaced: " + text) };
    await world.host("a").run(() => console.log("inside"));
    console.log("outside 1");
    unregister();
    console.log("outside 2");`);
  expect(out).toEqual(["a: inside", "replaced: outside 1", "replaced: outside 2"]);
});
