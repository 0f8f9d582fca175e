/**
 * Unix-domain sockets: ping-pong between two processes (bar: 3 µs a round trip) and bulk, beside the same over a
 * Unix-domain socket of this machine through Node's `net`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, connect as netConnect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AF_UNIX, type Program, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM, World } from "netloom";
import { rate, report } from "./lib/rates.ts";

const ROUNDS = 20_000;
const NODE_ROUNDS = 2000;
const BULK_WRITES = 1000;

async function run(program: Program): Promise<void> {
  const world = new World({ livelockCalls: Number.MAX_SAFE_INTEGER });
  world.host("alice").spawn("bench", program);
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
}

const pingPong =
  (type: number): Program =>
  async (sys) => {
    const [ours, theirs] = sys.socketpair(AF_UNIX, type);
    sys.fork(async (child) => {
      const byte = new Uint8Array(1);
      for (let i = 0; i < ROUNDS; i++) {
        await child.read(theirs, byte);
        await child.write(theirs, byte);
      }
    });
    const byte = new Uint8Array(1);
    for (let i = 0; i < ROUNDS; i++) {
      await sys.write(ours, byte);
      await sys.read(ours, byte);
    }
    await sys.wait();
  };

const bulk: Program = async (sys) => {
  const [ours, theirs] = sys.socketpair(AF_UNIX, SOCK_STREAM);
  sys.fork(async (child) => {
    child.close(ours);
    const buffer = new Uint8Array(65_536);
    while ((await child.read(theirs, buffer)) > 0);
  });
  sys.close(theirs);
  const buffer = new Uint8Array(65_536);
  for (let i = 0; i < BULK_WRITES; i++) await sys.write(ours, buffer);
  sys.close(ours);
  await sys.wait();
};

/** An echo server and a client of it, over this machine's own kernel. */
async function nodePingPong(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "netloom-bench-"));
  const path = join(folder, "s");
  const server = createServer((socket) => socket.on("data", (bytes) => socket.write(bytes)));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const client: Socket = netConnect(path);
  await new Promise<void>((resolve, reject) => {
    let left = NODE_ROUNDS;
    client.on("error", reject);
    client.on("data", () => {
      if (--left === 0) resolve();
      else client.write("x");
    });
    client.write("x");
  });
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
}

rate({ name: "stream ping-pong, round trip", operations: ROUNDS, barNs: 3000 }, () => run(pingPong(SOCK_STREAM)));
rate({ name: "seqpacket ping-pong, round trip", operations: ROUNDS, barNs: 3000 }, () => run(pingPong(SOCK_SEQPACKET)));
rate({ name: "datagram ping-pong, round trip", operations: ROUNDS, barNs: 3000 }, () => run(pingPong(SOCK_DGRAM)));
rate({ name: "stream, writes of 64 KiB", operations: BULK_WRITES, bytes: 65_536 }, () => run(bulk));
rate({ name: "Node's own Unix socket, round trip", operations: NODE_ROUNDS }, nodePingPong);

await report();
