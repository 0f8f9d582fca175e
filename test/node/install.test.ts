/** How the door is put in: by --import, by Vitest in each of its pools; and where it can't be, it says why and does nothing. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const [MAJOR = 0, MINOR = 0] = process.versions.node.split(".").map(Number);
const LIMIT_MS = 60_000;

interface Ended {
  readonly status: number | null;
  readonly text: string;
}

/** Runs this Node, on its own. */
function node(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: "" } });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (text += data));
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  return new Promise((resolve) => {
    child.on("close", (status) => {
      clearTimeout(timer);
      resolve({ status, text });
    });
  });
}

/** A program in one line: what a virtual host says to another. */
const PROGRAM = `
  import net from "node:net";
  import { World } from "netloom";
  const world = new World();
  world.host("a").start({ main: () => net.createServer((socket) => socket.end("said " + process.pid)).listen(7) });
  const text = await world.hosts.get("a").run(async () => {
    let text = "";
    for await (const piece of net.connect(7)) text += piece;
    return text;
  });
  console.log(text);`;

/** `npm test` takes one, the others cost as much again each; the whole suite runs in forks anyway. */
const POOLS = process.env.CI === "true" ? ["forks", "threads", "vmForks", "vmThreads"] : ["vmThreads"];

/** What is left of it when the door could not be put in: nothing. */
const HALF = `
  import net from "node:net";
  import { World } from "netloom";
  const { connect } = net.Socket.prototype;
  const { setTimeout, Date } = globalThis;
  const failure = await import("netloom/register").then(() => "none", (error) => error.message);
  console.log(failure);
  console.log("untouched", net.Socket.prototype.connect === connect && globalThis.setTimeout === setTimeout && globalThis.Date === Date);
  try { new World().host("a").start({ main() {} }); } catch (error) { console.log(error.message); }`;

const evaluate = (...args: string[]): string[] => [
  ...args.slice(0, -1),
  "--input-type=module",
  "-e",
  args.at(-1) ?? "",
];

describe("is put in", () => {
  test.each([[], ["--pending-deprecation"], ["--no-deprecation"]])(
    "by node --import netloom/register %s",
    async (...flags) => {
      const { status, text } = await node(...evaluate(...flags, "--import", "netloom/register", PROGRAM));
      expect([status, /^said \d+$/m.test(text)]).toEqual([0, true]);
    },
  );

  test.each(POOLS)("by setupFiles, in Vitest's pool %s", { timeout: LIMIT_MS }, async (pool) => {
    const config = ["run", "--config", "vitest.pools.config.ts", `--pool=${pool}`];
    const { status, text } = await node("node_modules/vitest/vitest.mjs", ...config);
    expect([status, text]).toEqual([0, expect.stringContaining("1 passed")]);
  });
});

const PERMISSION = MAJOR > 22 || (MAJOR === 22 && MINOR >= 13) ? "--permission" : "--experimental-permission";

/** Ways in which a Node is not one that the door knows, each with what it must say. */
const UNKNOWN: Record<string, readonly [says: RegExp, args: readonly string[], before: string]> = {
  "the permission model": [/refused .*run without --permission/, [PERMISSION, "--allow-fs-read=*"], ""],
  "a runtime without process.binding()": [/process\.binding\(\) is not there/, [], "process.binding = undefined;"],
  "a Node whose streams keep their state elsewhere": [
    /Node v\S+ has no streamBaseState, .*it is not supported/,
    [],
    "const { binding } = process; process.binding = (name) => (name === 'stream_wrap' ? {} : binding.call(process, name));",
  ],
  "a Node whose sockets are made otherwise": [
    /has no kReinitializeHandle: it is not supported/,
    [],
    `const symbols = Object.getOwnPropertySymbols;
     Object.getOwnPropertySymbols = (object) => symbols(object).filter((name) => name.description !== "kReinitializeHandle");`,
  ],
  ...Object.fromEntries(
    [
      ["state symbol", /dgram\.Socket keeps its state somewhere else/],
      ["http.server.connectionsCheckingInterval", /http\.Server keeps its interval somewhere else/],
      ["dns:resolver:initializeHandle", /is not supported: resolvers make their channel otherwise/],
      ["kHandle", /BroadcastChannel keeps its port somewhere else/],
    ].map(([symbol, says]) => [
      `a Node without ${symbol}, which is looked for when most of the door is in`,
      [
        says as RegExp,
        [],
        `const symbols = Object.getOwnPropertySymbols;
         Object.getOwnPropertySymbols = (object) => symbols(object).filter((name) => name.description !== "${symbol}");`,
      ] as const,
    ]),
  ),
};

describe("is refused, with the reason, and nothing is left of it", () => {
  test.each(Object.keys(UNKNOWN))("by %s", async (name) => {
    const [says, flags, before] = UNKNOWN[name] as (typeof UNKNOWN)[string];
    const { text } = await node(...evaluate(...flags, `${before}\n${HALF}`));
    expect(text).toMatch(says);
    expect(text).toContain("untouched true");
    expect(text).toContain('import "netloom/register" before anything else');
  });

  test("node --import netloom/register does not begin the program", async () => {
    const { status, text } = await node(
      ...evaluate(PERMISSION, "--allow-fs-read=*", "--import", "netloom/register", PROGRAM),
    );
    expect([status === 0, text]).toEqual([
      false,
      expect.stringContaining("netloom/register: process.binding() is refused"),
    ]);
  });
});
