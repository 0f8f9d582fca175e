import { AF_INET, O_RDWR, type Program, SOCK_DGRAM, type Sys, World } from "netloom";
import { type FileOps, type Process, WaitQueue } from "netloom/kernel";
import { describe, expect, test } from "vitest";
import { formatLsofTree, type LsofTree } from "./lsof-tree.ts";
import { svgLsofTree } from "./lsof-tree-svg.ts";

/** A host that runs a program, and looks at itself. */
function looking(program: (sys: Sys, look: () => void) => Promise<void>) {
  const world = new World();
  const alice = world.host("alice");
  const trees: LsofTree[] = [];
  const main: Program = (sys) => program(sys, () => trees.push(alice.lsofTree()));
  alice.spawn("parent", main);
  return { world, alice, trees };
}

function noConsole(sys: Sys) {
  for (const fd of [0, 1, 2]) sys.close(fd);
}

/** The pipe after pipe(), after fork() and after close(). */
async function pipeTrees(): Promise<LsofTree[]> {
  const { world, trees } = looking(async (sys, look) => {
    noConsole(sys);
    const [readEnd, writeEnd] = sys.pipe();
    look();
    sys.fork(async (child) => {
      look();
      child.close(readEnd);
      await child.write(writeEnd, "hello");
      await child.sleep(2);
    });
    await sys.sleep(1);
    sys.close(writeEnd);
    look();
    await sys.wait();
    look();
  });
  expect((await world.run()).crashes).toEqual([]);
  return trees;
}

test("a pipe is drawn after pipe(), after fork(), after close() and after the writer's end", async () => {
  const drawn = (await pipeTrees()).map(formatLsofTree);
  expect(drawn).toEqual([
    `alice
├─ parent[2]
│  ├─ 0r ◀── pipe 1
│  └─ 1w ──▶ pipe 1
└─ behind the descriptors
   └─ pipe 1: parent[2] 1w ══▶ 0 of 65,536 bytes ══▶ parent[2] 0r`,
    `alice
├─ parent[2]
│  ├─ 0r ◀── pipe 1
│  └─ 1w ──▶ pipe 1
├─ parent[3], child of parent[2]
│  ├─ 0r ◀── pipe 1
│  └─ 1w ──▶ pipe 1
└─ behind the descriptors
   └─ pipe 1: parent[2] 1w + parent[3] 1w ══▶ 0 of 65,536 bytes ══▶ parent[2] 0r + parent[3] 0r`,
    `alice
├─ parent[2]
│  └─ 0r ◀── pipe 1
├─ parent[3], child of parent[2]
│  └─ 1w ──▶ pipe 1
└─ behind the descriptors
   └─ pipe 1: parent[3] 1w ══▶ 5 of 65,536 bytes ══▶ parent[2] 0r`,
    `alice
├─ parent[2]
│  └─ 0r ◀── pipe 1
└─ behind the descriptors
   └─ pipe 1: nobody ══▶ 5 of 65,536 bytes ══▶ parent[2] 0r`,
  ]);
});

test("devices stay in the table; sockets and counters stand behind it, once", async () => {
  const { world, trees } = looking(async (sys, look) => {
    sys.close(1);
    sys.close(2);
    const socket = sys.socket(AF_INET, SOCK_DGRAM);
    sys.bind(socket, { address: "10.0.0.1", port: 7 });
    sys.dup3(socket, 5, 0o2000000);
    sys.eventfd();
    look();
  });
  const segment = world.segment("lan");
  world.hosts.get("alice")?.attach(segment, "10.0.0.1/24");
  expect((await world.run()).crashes).toEqual([]);
  expect(trees.map(formatLsofTree)).toEqual([
    `alice
├─ parent[2]
│  ├─ 0u /dev/console
│  ├─ 1u ◀─▶ UDP 10.0.0.1:7
│  ├─ 2u ◀─▶ [eventfd] 2
│  └─ 5u ◀─▶ UDP 10.0.0.1:7 (FD_CLOEXEC)
└─ behind the descriptors
   ├─ UDP 10.0.0.1:7: parent[2] 1u 5u, 0 of 212,992 bytes
   └─ [eventfd] 2: parent[2] 2u`,
  ]);
});

/** An object as another layer may bring it. */
function stub(name: string, details: ReturnType<NonNullable<FileOps["inspect"]>>): FileOps {
  return {
    waiters: new WaitQueue(),
    read: () => 0,
    write: () => 0,
    poll: () => 0,
    release: () => {},
    describe: () => ({ type: "unix", node: "9", name }),
    inspect: () => details,
  };
}

async function socketTree(): Promise<LsofTree> {
  const { world, alice, trees } = looking(async (sys, look) => {
    const process = alice.kernel.processes.get(sys.getpid()) as Process;
    noConsole(sys);
    const [one, other] = [{}, {}];
    const queue = { title: "connection requests", entries: ["client[4]", "client[5]"], max: 128 };
    alice.kernel.install(process, stub("/run/server", { queue }), O_RDWR);
    alice.kernel.install(
      process,
      stub("/run/server", { shared: one, peer: other, bytes: { held: 3, max: 9 } }),
      O_RDWR,
    );
    alice.kernel.install(process, stub("socket", { shared: other, peer: one }), O_RDWR);
    look();
  });
  expect((await world.run()).crashes).toEqual([]);
  return trees[0] as LsofTree;
}

test("a listening socket shows its queue, a connected one its peer", async () => {
  expect(formatLsofTree(await socketTree())).toBe(`alice
├─ parent[2]
│  ├─ 0u ◀─▶ /run/server
│  ├─ 1u ◀─▶ /run/server
│  └─ 2u ◀─▶ socket 9
└─ behind the descriptors
   ├─ /run/server: parent[2] 0u
   │  └─ connection requests, 2 of 128
   │     ├─ client[4]
   │     └─ client[5]
   ├─ /run/server: parent[2] 1u, 3 of 9 bytes
   │  └─ connected with socket 9
   └─ socket 9: parent[2] 2u
      └─ connected with /run/server`);
});

describe("the SVG", () => {
  const count = (svg: string, pattern: RegExp) => [...svg.matchAll(pattern)].length;
  const readArrows = / marker-start="url\(#to-r\)"/g;
  const writeArrows = / marker-end="url\(#to-w\)"/g;

  test("has an arrow for each descriptor, in the direction in which bytes flow, and two for its legend", async () => {
    const arrows = (await pipeTrees())
      .map((tree) => svgLsofTree(tree))
      .map((svg) => [count(svg, readArrows), count(svg, writeArrows)]);
    expect(arrows).toEqual([
      [2, 2],
      [3, 3],
      [2, 2],
      [2, 1],
    ]);
  });

  test("shows what a pipe holds, the queue of a listener, and a pair", async () => {
    const [, , closed] = await pipeTrees();
    expect(svgLsofTree(closed as LsofTree)).toContain(">5 of 65,536 bytes<");
    const sockets = svgLsofTree(await socketTree());
    for (const text of ["connection requests: 2 of 128", "client[4]", "client[5]", "connected with socket 9"]) {
      expect(sockets).toContain(`>${text}<`);
    }
    // One line between the two, and one in the legend.
    expect(count(sockets, /stroke-dasharray/g)).toBe(2);
  });

  test("is well-formed whatever processes are called", () => {
    const names = ['<script>"&"</script>', "\u0000\u001b\ud800 \ufffe", "𝒩".repeat(40), "a".repeat(4000)];
    for (const name of names) {
      const svg = svgLsofTree({
        host: name,
        processes: [
          { pid: 2, ppid: 1, name, uid: 0, descriptors: [{ fd: 0, access: "u", closeOnExec: true, object: 0 }] },
          { pid: 3, ppid: 1, name, uid: 0, descriptors: [] },
        ],
        objects: [{ type: name, label: name, queue: { title: name, entries: [name], max: 1 } }],
      });
      // Without its tags nothing is left that begins one, and no bare ampersand.
      const plain = svg.replace(/<[a-z/][^<>]*>/gi, "");
      expect(plain).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot);)/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
      expect(plain).not.toMatch(/[\u0000-\u0009\u000b-\u001f\ufffe]|[\ud800-\udbff](?![\udc00-\udfff])/);
    }
  });

  test("of a host without processes is a picture, too", () => {
    expect(svgLsofTree({ host: "alice", processes: [], objects: [] })).toMatch(/^<svg (?:.|\n)*<\/svg>\n$/);
  });
});
