/**
 * Pipes and Unix-domain sockets beside what Node itself offers between two programs: a Unix-domain socket of this machine,
 * process.send() to a child process, and a MessagePort to a worker; ping-pong of one byte, and bulk in pieces of 64 KiB.
 *
 * Bars: a round trip under 3 µs, a pipe at 2 GB/s. The last column says how many times as long the others take.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect as netConnect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { AF_UNIX, type Program, SOCK_STREAM, type Sys, World } from "netloom";
import { rate, report } from "./lib/rates.ts";

const ROUNDS = 20_000;
const NODE_ROUNDS = 1000;
const PIECES = 1000;
const PIECE_BYTES = 65_536;
/** 2 GB/s. */
const PIECE_BAR_NS = PIECE_BYTES / 2;
const NODE_SOCKET = "Node's Unix socket";
const SEND = "process.send()";
const PORT = "MessagePort";

async function run(program: Program): Promise<void> {
  const world = new World({ livelockCalls: Number.MAX_SAFE_INTEGER });
  world.host("alice").spawn("bench", program);
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
}

/** Descriptors for one direction and for the other: [ours to read, ours to write, theirs to read, theirs to write]. */
type Channel = (sys: Sys) => readonly [number, number, number, number];

const pipes: Channel = (sys) => {
  const [there, back] = [sys.pipe(), sys.pipe()];
  return [back[0], there[1], there[0], back[1]];
};

const sockets: Channel = (sys) => {
  const [ours, theirs] = sys.socketpair(AF_UNIX, SOCK_STREAM);
  return [ours, ours, theirs, theirs];
};

const pingPong =
  (channel: Channel): Program =>
  async (sys) => {
    const [read, write, theirRead, theirWrite] = channel(sys);
    sys.fork(async (child) => {
      const byte = new Uint8Array(1);
      for (let i = 0; i < ROUNDS; i++) {
        await child.read(theirRead, byte);
        await child.write(theirWrite, byte);
      }
    });
    const byte = new Uint8Array(1);
    for (let i = 0; i < ROUNDS; i++) {
      await sys.write(write, byte);
      await sys.read(read, byte);
    }
    await sys.wait();
  };

const bulk =
  (channel: Channel): Program =>
  async (sys) => {
    const [, write, theirRead] = channel(sys);
    sys.fork(async (child) => {
      const buffer = new Uint8Array(PIECE_BYTES);
      for (let left = PIECES * PIECE_BYTES; left > 0; ) left -= await child.read(theirRead, buffer);
    });
    const buffer = new Uint8Array(PIECE_BYTES);
    for (let i = 0; i < PIECES; i++) await sys.write(write, buffer);
    await sys.wait();
  };

const folder = mkdtempSync(join(tmpdir(), "netloom-bench-"));
const path = join(folder, "socket");

// An echo server of this process, and beside it a child and a worker that answer whatever they are sent.
const server = createServer((socket) => socket.on("data", (bytes) => socket.write(bytes)));
server.listen(path);
await once(server, "listening");
const client = netConnect(path);
await once(client, "connect");
const answering = join(folder, "answer.mjs");
writeFileSync(
  answering,
  'import { parentPort } from "node:worker_threads";\n' +
    "if (parentPort !== null) parentPort.on('message', (value) => parentPort.postMessage(value));\n" +
    "else process.on('message', (value) => process.send(value));\n",
);
const child = fork(answering, { execArgv: [] });
const worker = new Worker(answering);

/** Calls `send` and waits for `answers` of them. */
function rounds(emitter: NodeJS.EventEmitter, event: string, send: () => void): Promise<void> {
  return new Promise((resolve) => {
    let left = NODE_ROUNDS;
    const next = (): void => {
      if (--left > 0) {
        send();
        return;
      }
      emitter.off(event, next);
      resolve();
    };
    emitter.on(event, next);
    send();
  });
}

/** Node's own socket, to the echo server and back: so each piece goes twice. */
function nodeBulk(): Promise<void> {
  return new Promise((resolve) => {
    const piece = Buffer.alloc(PIECE_BYTES);
    let left = (PIECES / 10) * PIECE_BYTES;
    const take = (bytes: Buffer): void => {
      left -= bytes.length;
      if (left > 0) return;
      client.off("data", take);
      resolve();
    };
    client.on("data", take);
    for (let i = 0; i < PIECES / 10; i++) client.write(piece);
  });
}

const others = [NODE_SOCKET, SEND, PORT];
const nodePieces = `${NODE_SOCKET}, 64 KiB there and back`;
rate({ name: "pipe, round trip", operations: ROUNDS, barNs: 3000, beside: others }, () => run(pingPong(pipes)));
rate({ name: "Unix socket, round trip", operations: ROUNDS, barNs: 3000, beside: others }, () =>
  run(pingPong(sockets)),
);
rate({ name: NODE_SOCKET, operations: NODE_ROUNDS }, () => rounds(client, "data", () => client.write("x")));
rate({ name: SEND, operations: NODE_ROUNDS }, () => rounds(child, "message", () => child.send(1)));
rate({ name: PORT, operations: NODE_ROUNDS }, () => rounds(worker, "message", () => worker.postMessage(1)));
const piece = { operations: PIECES, bytes: PIECE_BYTES, beside: [nodePieces] };
rate({ name: "pipe, 64 KiB", ...piece, barNs: PIECE_BAR_NS }, () => run(bulk(pipes)));
rate({ name: "Unix socket, 64 KiB", ...piece }, () => run(bulk(sockets)));
rate({ name: nodePieces, operations: PIECES / 10, bytes: PIECE_BYTES }, nodeBulk);

await report();
client.destroy();
server.close();
child.kill();
await worker.terminate();
rmSync(folder, { recursive: true });
