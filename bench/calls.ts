/**
 * What calls cost: one that need not wait, a pipe ping-pong between two processes (bar: 3 µs a round trip), pipe bulk.
 */
import { type Program, World } from "netloom";
import { rate, report } from "./lib/rates.ts";

/** Runs a program in a world of its own. */
async function run(program: Program): Promise<void> {
  const world = new World({ livelockCalls: Number.MAX_SAFE_INTEGER });
  world.host("alice").spawn("bench", program);
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
}

const CALLS = 100_000;
const ROUNDS = 20_000;
const BULK_WRITES = 2000;

const sync: Program = (sys) => {
  for (let i = 0; i < CALLS; i++) sys.getpid();
};

const async: Program = async (sys) => {
  const [readEnd, writeEnd] = sys.pipe();
  const byte = new Uint8Array(1);
  for (let i = 0; i < CALLS / 2; i++) {
    await sys.write(writeEnd, byte);
    await sys.read(readEnd, byte);
  }
};

const pingPong: Program = async (sys) => {
  const [pingRead, pingWrite] = sys.pipe();
  const [pongRead, pongWrite] = sys.pipe();
  sys.fork(async (child) => {
    const byte = new Uint8Array(1);
    for (let i = 0; i < ROUNDS; i++) {
      await child.read(pingRead, byte);
      await child.write(pongWrite, byte);
    }
  });
  const byte = new Uint8Array(1);
  for (let i = 0; i < ROUNDS; i++) {
    await sys.write(pingWrite, byte);
    await sys.read(pongRead, byte);
  }
  await sys.wait();
};

const bulk: Program = async (sys) => {
  const [readEnd, writeEnd] = sys.pipe();
  sys.fork(async (child) => {
    child.close(writeEnd);
    const buffer = new Uint8Array(65_536);
    while ((await child.read(readEnd, buffer)) > 0);
  });
  sys.close(readEnd);
  const buffer = new Uint8Array(65_536);
  for (let i = 0; i < BULK_WRITES; i++) await sys.write(writeEnd, buffer);
  sys.close(writeEnd);
  await sys.wait();
};

rate({ name: "getpid()", operations: CALLS }, () => run(sync));
rate({ name: "await write() or read() that need not wait", operations: CALLS }, () => run(async));
rate({ name: "pipe ping-pong of two processes, round trip", operations: ROUNDS, barNs: 3000 }, () => run(pingPong));
rate({ name: "pipe, writes of 64 KiB", operations: BULK_WRITES, bytes: 65_536 }, () => run(bulk));

await report();
