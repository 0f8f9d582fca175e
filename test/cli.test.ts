/**
 * The command line as its users meet it: processes of their own, in a directory where "netloom" is not installed.
 *
 * What is printed is compared as text; what two runs have to have in common is compared byte by byte.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "./tidy/tree.ts";

const MAIN = `${ROOT}dist/cli/main.js`;
const VERSION: string = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")).version;
/** Each test starts processes, on a machine that may be busy. */
const SLOW = { timeout: 60_000 };
let directory = "";

beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "netloom-cli-")));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...words: string[]): ChildProcessByStdio<null, Readable, Readable> {
  return startIn(directory, ...words);
}

function startIn(cwd: string, ...words: string[]): ChildProcessByStdio<null, Readable, Readable> {
  const { NO_COLOR: _, ...env } = process.env;
  return spawn(process.execPath, [MAIN, ...words], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
}

function netloom(...words: string[]): Promise<Outcome> {
  return outcome(start(...words));
}

async function outcome(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Outcome> {
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { status, stdout, stderr };
}

/** Writes a scenario beside which nothing is installed. */
function scenario(name: string, source: string): string {
  writeFileSync(join(directory, name), source);
  return name;
}

/** One host with one program. */
function program(name: string, body: string): string {
  return scenario(
    name,
    `import type { Sys, World } from "netloom";
export default function build(world: World): void {
  world.host("alice").spawn("program", async (sys: Sys) => { ${body} });
}
`,
  );
}

describe.concurrent("the command line", SLOW, () => {
  test("--help, run --help and --version", async () => {
    expect(await netloom("--help")).toMatchObject({
      status: 0,
      stderr: "",
      stdout: expect.stringContaining("netloom run"),
    });
    const help = await netloom("run", "--help");
    for (const option of ["--seed", "--until", "--realtime", "--pcap", "--check", "--json", "--quiet"]) {
      expect(help.stdout).toContain(option);
    }
    expect(await netloom("--version")).toEqual({ status: 0, stdout: `${VERSION}\n`, stderr: "" });
  });

  test.each([
    [["explain", "pigeon"], 'there is no "pigeon" to explain; there are pipe, fifo'],
    [["explain", "--jsn"], 'there is no option "--jsn"'],
    [["explain", "pipe", "fifo"], "one topic is explained at a time"],
    [["rnu"], 'there is no command "rnu"; did you mean "run"'],
    [["run", "--sed", "3"], 'there is no option "--sed"; did you mean "--seed"'],
    [["run", "--seed"], "--seed needs a value"],
    [["run", "--seed", "--json"], "--seed needs a value, not the option --json"],
    [["run", "--until", "10"], 'not "10"'],
    [["run", "--json=yes"], '--json takes no value, and was given "yes"'],
    [["run", "a.ts", "b.ts"], "one scenario is run at a time"],
    [["run", "--check", "--realtime"], "leave one out"],
    [["run", "nowhere.ts"], 'there is no file "nowhere.ts"'],
    [["run", "."], "is no file"],
    [[], "there is no command"],
  ])("%j is refused with status 2", async (words, message) => {
    const { status, stdout, stderr } = await netloom(...words);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });
});

describe.concurrent("the shipped scenario", SLOW, () => {
  test("shows the course's programs, call by call and packet by packet", async () => {
    const { status, stdout, stderr } = await netloom("run");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const inOrder = [
      /alice +receiver\[2\] +socket\(AF_INET, SOCK_DGRAM\) = 3/,
      /alice +receiver\[2\] +bind\(3, 10\.0\.0\.1:7\) = 0/,
      /alice +receiver\[2\] +recvfrom\(…\) waits on IPv4 10\.0\.0\.1:7/,
      /bob +eth0 +Out ARP, Request who-has 10\.0\.0\.1 tell 10\.0\.0\.2/,
      /bob +sender\[2\] +sendto\(3, "greetings from bob", 18, 10\.0\.0\.1:7\) = 18/,
      /alice +eth0 +In {2}IP 10\.0\.0\.2\.(\d+) > 10\.0\.0\.1\.7: UDP, length 18/,
      /alice +receiver\[2\] +recvfrom\(3, …, 100\) = 18 "greetings from bob" from 10\.0\.0\.2:\d+/,
      /carol +eth0 +Out IP 10\.0\.1\.2/,
      /bob +eth1 +In {2}IP 10\.0\.1\.2/,
      /bob +eth0 +Out IP 10\.0\.1\.2/,
      /"greetings from carol" from 10\.0\.1\.2:\d+/,
      /pipe\(\) = \[3, 4\]/,
      /write\(4, "message for parent\\0", 19\) = 19/,
      /read\(3, …, 100\) = 19 "message for parent\\0"/,
      /read\(3, …, 100\) = 0/,
      /wait\(\) = \d+ \(exit status 3\)/,
      /hash [0-9a-f]{16} {2}events \d+ {2}calls \d+ {2}time 0\.\d{9} s\n$/,
    ];
    let rest = stdout;
    for (const line of inOrder) {
      expect(rest).toMatch(line);
      rest = rest.slice(rest.search(line));
    }
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(stdout).not.toContain("\x1b");
  });

  test("leaves a capture of each host, and says so", async () => {
    // A directory of its own: others run the same scenario at the same time.
    const cwd = mkdtempSync(join(directory, "captured-"));
    const { stdout } = await outcome(startIn(cwd, "run"));
    for (const host of ["alice", "bob", "carol"]) {
      expect(stdout).toMatch(new RegExp(`captures/${host}\\.pcapng +\\d+ packets`));
      // pcapng: the first block is a section header, of type 0x0a0d0d0a.
      expect(readFileSync(join(cwd, `captures/${host}.pcapng`)).readUInt32BE(0)).toBe(0x0a0d0d0a);
    }
  });

  test("gives the same bytes on every run, and another hash for another seed", async () => {
    const first = (await netloom("run")).stdout;
    expect((await netloom("run")).stdout).toBe(first);
    expect(first).not.toContain(directory);
    const [, hash] = /^hash (\w+)/m.exec(first) ?? [];
    expect((await netloom("run", "--quiet", "--seed", "2")).stdout).not.toContain(String(hash));
    expect((await netloom("run", "--quiet", "--seed", "1")).stdout).toMatch(new RegExp(`^hash ${hash} .*\n$`));
  });

  test("--json gives an object a line, the result last; with --quiet the result alone", async () => {
    const lines = (await netloom("run", "--json")).stdout.trimEnd().split("\n");
    const events: Record<string, unknown>[] = lines.map((line) => JSON.parse(line));
    const result = events.at(-1);
    expect(result).toMatchObject({ step: "result", seed: 1, hash: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(events).toContainEqual(
      expect.objectContaining({
        host: "alice",
        call: "recvfrom",
        result: expect.objectContaining({ bytes: 18 }),
        data: Buffer.from("greetings from bob").toString("hex"),
      }),
    );
    expect(events).toContainEqual(expect.objectContaining({ step: "inet/ip/forward", host: "bob" }));
    expect(JSON.parse((await netloom("run", "--json", "--quiet")).stdout)).toEqual(result);
  });

  test("--check finds two runs the same", async () => {
    expect(await netloom("run", "--check")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^check: 2 runs, \d+ events, same hash\nhash \w+/),
    });
  });
});

describe.concurrent("a scenario far from any installation", SLOW, () => {
  test("imports netloom, its own TypeScript and awaits at its top level; options of the command go first", async () => {
    scenario("helper.ts", 'import { AF_INET } from "netloom";\nexport const name: string = `host${AF_INET}`;\n');
    const file = scenario(
      "far.ts",
      `import { World, SystemError, type Sys, type WorldOptions } from "netloom";
import { name } from "./helper.ts";
await Promise.resolve();
export const options: WorldOptions = { seed: "mine" };
export default async function build(world: World): Promise<void> {
  console.log("one World:", world instanceof World, world.seed);
  world.host(name).spawn("program", async (sys: Sys) => {
    try { sys.close(9); } catch (error) { await sys.write(1, \`\${error instanceof SystemError}\\nand a second line\\n\`); }
  });
}
`,
    );
    const { status, stdout, stderr } = await netloom("run", file);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("one World: true mine\n");
    expect(stdout).toMatch(/host2 +program\[2\] +close\(9\) = -1 EBADF \(bad file descriptor\)\n/);
    expect(stdout).toMatch(/» true\n.*» and a second line\n/);
    expect(existsSync(join(directory, "far/captures"))).toBe(false);
    expect((await netloom("run", file, "--seed", "7")).stdout).toContain("one World: true 7\n");
  });

  test("is JavaScript as well, and may run the world itself", async () => {
    const file = scenario(
      "steps.js",
      `import { World } from "netloom";
export default async (world) => {
  world.host("alice").spawn("program", async (sys) => { for (let i = 0; i < 3; i++) await sys.sleep(1); });
  await world.run({ until: "1500ms" });
  console.log(world instanceof World, world.nowNs);
  await world.run();
};
`,
    );
    expect(await netloom("run", file)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/true 1500000000\n.*2\.0/s),
    });
  });

  test("--pcap writes into a new directory, and refuses a file", async () => {
    const file = program("captured.ts", "sys.getpid();");
    expect((await netloom("run", file, "--pcap", "deep/er", "--quiet")).status).toBe(0);
    expect(existsSync(join(directory, "deep/er/alice.pcapng"))).toBe(true);
    expect(await netloom("run", file, "--pcap", file)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("is a file"),
    });
  });

  test("--until holds for the runs that a scenario makes by itself", async () => {
    const { stdout } = await netloom("run", "--until", "20us", "--quiet");
    expect(stdout).toMatch(/time 0\.000020000 s\n$/);
  });

  test("--until stops in time", async () => {
    const file = program("endless.ts", "for (;;) await sys.sleep(0.25);");
    expect((await netloom("run", file, "--until", "1s", "--quiet")).stdout).toMatch(/time 1\.000000000 s\n$/);
  });

  test("a line that is repeated without end is counted", async () => {
    const file = program("busy.ts", "for (let i = 0; i < 1000; i++) sys.getuid();");
    expect((await netloom("run", file)).stdout).toMatch(/getuid\(\) = 0\n +… 999 more times the same\n/);
  });
});

describe.concurrent("what goes wrong in a scenario", SLOW, () => {
  const failing: readonly [string, string, number, RegExp][] = [
    ["syntax.ts", "export default () => {};\nconst x: number = ;\n", 2, /^netloom: syntax\.ts:2:19: Unexpected ";"\n$/],
    ["syntax.mjs", "export default () => {};\nconst x = ;\n", 2, /^netloom: syntax\.mjs:2: Unexpected token ';'\n$/],
    ["nothing.ts", "export const x = 1;\n", 2, /^netloom: nothing\.ts has no default export; .*\n$/],
    ["number.ts", "export default 5;\n", 2, /has a number as its default export/],
    ["typo.ts", 'import { Wrold } from "netloom";\nexport default () => Wrold;\n', 2, /typo\.ts:1: .*named 'Wrold'/],
    [
      "lost.ts",
      'import "./gone.ts";\nexport default () => {};\n',
      2,
      /lost\.ts can't be loaded: .*'gone\.ts'.*lost\.ts/,
    ],
    ["options.ts", "export const options = { sede: 1 };\nexport default () => {};\n", 2, /no option "sede"/],
    [
      "top.ts",
      'interface A {}\n\nthrow new TypeError("no");\nexport default () => {};\n',
      1,
      /TypeError: no\n.*top\.ts:3:7\)\n/,
    ],
    [
      "thrown.ts",
      'export default () => {\n  throw new Error("no");\n};\n',
      1,
      /thrown\.ts failed: Error: no\n.*thrown\.ts:2:9\)/,
    ],
    [
      "hang.ts",
      "await new Promise(() => {});\nexport default () => {};\n",
      1,
      /top level of hang\.ts awaits a promise/,
    ],
    ["hang2.ts", "export default () => new Promise(() => {});\n", 1, /default export of hang2\.ts awaits a promise/],
    [
      "late.ts",
      'setTimeout(() => { throw new Error("late"); });\nexport default () => new Promise(() => setInterval(() => {}, 1000));\n',
      1,
      /no program caught.*Error: late\n.*late\.ts:1:26/,
    ],
    [
      "real.ts",
      'export default () => { Promise.reject(new Error("lost")); };\n',
      1,
      /no program caught.*Error: lost\n/,
    ],
  ];
  test.each(failing)("%s", async (name, source, status, message) => {
    const outcome = await netloom("run", scenario(name, source));
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).not.toContain(directory);
    expect(outcome.stderr).not.toContain("node:internal");
    expect(outcome.status).toBe(status);
  });

  const stopped: readonly [string, string, RegExp][] = [
    [
      "deadlock",
      "await sys.read(sys.pipe()[0], new Uint8Array(1));",
      /deadlock.*\n +program\[2\] on alice: read\(\) waits on/,
    ],
    ["livelock", "for (;;) sys.getpid();", /livelock.*getpid\(\) by program\[2\] on alice/],
    ["held", "await new Promise(() => {});", /the clock has stood still.*\n +program\[2\] on alice/],
    ["crash", 'throw new RangeError("no");', /program\[2\] on alice at 0\.000000000 s crashed: RangeError: no/],
  ];
  test.each(stopped)("%s: told with its seed and the command that replays it", async (name, body, message) => {
    const file = program(`${name}.ts`, body);
    const { status, stderr, stdout } = await netloom("run", file, "--seed", "it's", "--until", "10s");
    expect(stderr).toMatch(message);
    expect(stderr).toContain(`the seed was it's; to run it again: netloom run ${file} --seed 'it'\\''s' --until 10s\n`);
    expect(stdout).toMatch(/^hash /m);
    expect(status).toBe(1);
  });

  test("a crash is shown with the places in the scenario, and nothing of ours", async () => {
    const file = scenario(
      "stack.ts",
      `import type { Sys, World } from "netloom";

async function deep(sys: Sys): Promise<void> {
  await sys.sleep(0.5);
  sys.close(77);
}

export default function build(world: World): void {
  world.host("alice").spawn("program", async (sys) => {
    await deep(sys);
  });
}
`,
    );
    const { stdout } = await netloom("run", file);
    const [, section] = /^crash of program\[2\] on alice at 0\.500000000 s\n([\s\S]*?)\n\n/m.exec(stdout) ?? [];
    expect(section).toMatch(/^ +SystemError: EBADF: .*\n +at deep \(stack\.ts:5:7\)(\n +at .*stack\.ts:10:\d+\))?$/);
  });

  test("--check names the first step that differs, and starts from fresh modules", async () => {
    const random = program("random.ts", "await sys.sleep(1 + Math.random());");
    const { status, stderr } = await netloom("run", "--check", random);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /differ at step 2:\n {2}first run +1\.\d{9} s {2}program\[2\] on alice nanosleep\n {2}second run +1\./,
    );
    expect(stderr).toContain("netloom run random.ts --seed 1 --check");
    const state = scenario(
      "state.ts",
      'let runs = 0;\nexport default (world: any) => { runs++; world.host("a").spawn("p", (sys: any) => sys.sleep(runs)); };\n',
    );
    expect(await netloom("run", "--check", state)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^check: 2 runs, \d+ events, same hash\n.* time 1\.0/),
    });
  });
});

describe.concurrent("signals and pipes", SLOW, () => {
  test("SIGINT says where the experiment was, with status 130", async () => {
    const file = program("running.ts", 'await sys.write(1, "up\\n"); for (;;) await sys.sleep(0.001);');
    const child = start("run", file);
    const told = text(child.stderr);
    await once(child.stdout, "data");
    child.stdout.resume();
    child.kill("SIGINT");
    const [status] = await once(child, "close");
    const stderr = await told;
    expect(stderr).toMatch(
      /^netloom: interrupted at \d+\.\d{9} s, after \d+ events and \d+ calls\n +program\[2\] on alice: /,
    );
    expect(status).toBe(130);
  });

  test("a reader that goes away ends the command quietly", async () => {
    const file = program("talking.ts", "for (;;) await sys.sleep(0.001);");
    const child = start("run", file);
    const told = text(child.stderr);
    await once(child.stdout, "data");
    child.stdout.destroy();
    await once(child, "close");
    expect(await told).toBe("");
  });
});

describe("explain", SLOW, () => {
  test("the table, one mechanism, and the same as data", async () => {
    const table = await netloom("explain");
    expect(table.stdout).toMatch(/^ {2}pipe +simplex +stream /m);
    expect(table.stdout).toMatch(/^ {2}udp +duplex +messages +connectionless +yes +yes +no$/m);
    for (const group of ["Streams", "Messages", "Memory", "Signals"]) expect(table.stdout).toContain(`\n${group}`);
    expect(Math.max(...table.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    const page = await netloom("explain", "pipe");
    expect(page.stdout).toContain("write() waits     while there is no room");
    expect((await netloom("explain", "posix-shm")).stdout).toMatch(/waits +no call/);
    const { stdout, status } = await netloom("explain", "pipe", "--json");
    expect([status, JSON.parse(stdout).properties.capacity.value]).toEqual([0, "65,536 bytes"]);
  });

  test("the layers, with a datagram that was really sent", async () => {
    const { stdout, status } = await netloom("explain", "layers");
    expect(status).toBe(0);
    for (let layer = 1; layer <= 7; layer++) expect(stdout).toMatch(new RegExp(`^${layer}  [A-Z]`, "m"));
    expect(stdout).toContain("│ Ethernet header │ IPv4 header │ UDP header │ hello, world │  frame");
    expect(stdout).toMatch(/protocol +17 \(UDP\)/);
  });
});
