/**
 * Messages: both kinds of queue, semaphores, direct messages (bar: 3 µs a round trip), between two processes; beside a MessagePort
 * between two threads, which is what Node offers, and beside this machine's own kernel, by a program in C, where there is a compiler.
 *
 * Figures of a round trip: one byte there and one byte back.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MessageChannel, Worker } from "node:worker_threads";
import {
  IPC_PRIVATE,
  MAP_ANONYMOUS,
  MAP_SHARED,
  O_CREAT,
  O_RDWR,
  PROT_READ,
  PROT_WRITE,
  type Program,
  type Semaphore,
  World,
} from "netloom";
import { rate, report } from "./lib/rates.ts";

const ROUNDS = 20_000;
const PORT_ROUNDS = 2000;
const SHAPE = { maxmsg: 10, msgsize: 16 };

async function run(program: Program): Promise<void> {
  const world = new World({ livelockCalls: Number.MAX_SAFE_INTEGER });
  world.host("alice").spawn("bench", program);
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
}

/** One way: the queue fills, and both take turns. */
const posixStream: Program = async (sys) => {
  const queue = sys.mqOpen("/q", O_CREAT | O_RDWR, 0o600, SHAPE);
  sys.fork(async (child) => {
    const buffer = new Uint8Array(SHAPE.msgsize);
    for (let i = 0; i < ROUNDS; i++) await child.mqReceive(queue, buffer);
  });
  const message = new Uint8Array(1);
  for (let i = 0; i < ROUNDS; i++) await sys.mqSend(queue, message);
  await sys.wait();
};

const posixPingPong: Program = async (sys) => {
  const there = sys.mqOpen("/there", O_CREAT | O_RDWR, 0o600, SHAPE);
  const back = sys.mqOpen("/back", O_CREAT | O_RDWR, 0o600, SHAPE);
  const buffer = new Uint8Array(SHAPE.msgsize);
  const message = new Uint8Array(1);
  sys.fork(async (child) => {
    const own = new Uint8Array(SHAPE.msgsize);
    for (let i = 0; i < ROUNDS; i++) {
      await child.mqReceive(there, own);
      await child.mqSend(back, message);
    }
  });
  for (let i = 0; i < ROUNDS; i++) {
    await sys.mqSend(there, message);
    await sys.mqReceive(back, buffer);
  }
  await sys.wait();
};

const sysvStream: Program = async (sys) => {
  const queue = sys.msgget(IPC_PRIVATE, 0o600);
  sys.fork(async (child) => {
    const buffer = new Uint8Array(16);
    for (let i = 0; i < ROUNDS; i++) await child.msgrcv(queue, buffer, 0);
  });
  const message = new Uint8Array(1);
  for (let i = 0; i < ROUNDS; i++) await sys.msgsnd(queue, 1, message);
  await sys.wait();
};

const sysvPingPong: Program = async (sys) => {
  const queue = sys.msgget(IPC_PRIVATE, 0o600);
  const message = new Uint8Array(1);
  sys.fork(async (child) => {
    const own = new Uint8Array(16);
    for (let i = 0; i < ROUNDS; i++) {
      await child.msgrcv(queue, own, 1);
      await child.msgsnd(queue, 2, message);
    }
  });
  const buffer = new Uint8Array(16);
  for (let i = 0; i < ROUNDS; i++) {
    await sys.msgsnd(queue, 1, message);
    await sys.msgrcv(queue, buffer, 2);
  }
  await sys.wait();
};

/** Two processes hand a turn to each other. */
const posixHandover: Program = async (sys) => {
  const mapping = sys.mmap(4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
  const mine: Semaphore = { mapping, offset: 0 };
  const theirs: Semaphore = { mapping, offset: 64 };
  sys.semInit(mine, 0);
  sys.semInit(theirs, 0);
  sys.fork(async (child) => {
    for (let i = 0; i < ROUNDS; i++) {
      await child.semWait(theirs);
      child.semPost(mine);
    }
  });
  for (let i = 0; i < ROUNDS; i++) {
    sys.semPost(theirs);
    await sys.semWait(mine);
  }
  await sys.wait();
};

const sysvHandover: Program = async (sys) => {
  const id = sys.semget(IPC_PRIVATE, 2, 0o600);
  sys.fork(async (child) => {
    for (let i = 0; i < ROUNDS; i++) {
      await child.semop(id, [{ num: 0, op: -1 }]);
      await child.semop(id, [{ num: 1, op: 1 }]);
    }
  });
  for (let i = 0; i < ROUNDS; i++) {
    await sys.semop(id, [{ num: 0, op: 1 }]);
    await sys.semop(id, [{ num: 1, op: -1 }]);
  }
  await sys.wait();
};

const rendezvous: Program = async (sys) => {
  const request = new Uint8Array(1);
  const server = sys.fork(async (child) => {
    for (let i = 0; i < ROUNDS; i++) child.msgReply((await child.msgReceive()).pid, request);
  });
  for (let i = 0; i < ROUNDS; i++) await sys.msgSend(server, request);
  await sys.wait();
};

const ECHO = `const { workerData } = require("node:worker_threads");
workerData.port.on("message", (text) => text === "end" ? workerData.port.close() : workerData.port.postMessage(text));`;

/** A thread that echoes, and a port to it. */
async function portPingPong(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(ECHO, { eval: true, workerData: { port: port2 }, transferList: [port2] });
  await new Promise<void>((resolve) => {
    let left = PORT_ROUNDS;
    port1.on("message", () => {
      if (--left === 0) resolve();
      else port1.postMessage("x");
    });
    port1.postMessage("x");
  });
  port1.postMessage("end");
  await new Promise((resolve) => worker.once("exit", resolve));
}

rate({ name: "POSIX queue, one message one way", operations: ROUNDS }, () => run(posixStream));
rate({ name: "POSIX queues, round trip", operations: ROUNDS }, () => run(posixPingPong));
rate({ name: "System V queue, one message one way", operations: ROUNDS }, () => run(sysvStream));
rate({ name: "System V queue, round trip", operations: ROUNDS }, () => run(sysvPingPong));
rate({ name: "POSIX semaphores, there and back", operations: ROUNDS }, () => run(posixHandover));
rate({ name: "System V semaphores, there and back", operations: ROUNDS }, () => run(sysvHandover));
rate({ name: "direct message, round trip", operations: ROUNDS, barNs: 3000 }, () => run(rendezvous));
rate({ name: "MessagePort to a thread, round trip", operations: PORT_ROUNDS }, portPingPong);

await report({ apart: true });
linuxToo();

/** The same on this machine's kernel: bench/queues.c prints its own lines. */
function linuxToo(): void {
  const compiler = ["cc", "gcc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0);
  if (compiler === undefined || process.platform !== "linux") return;
  const folder = mkdtempSync(join(tmpdir(), "netloom-bench-"));
  const program = join(folder, "queues");
  execFileSync(compiler, ["-O2", "-o", program, fileURLToPath(new URL("./queues.c", import.meta.url))]);
  console.log(`\nThis machine's own kernel, two processes:\n${execFileSync(program, { encoding: "utf8" })}`);
  rmSync(folder, { recursive: true });
}
