/**
 * Peterson's lock: mutual exclusion between two processes with nothing but three shared bytes.
 *
 *     wants[me] = 1; turn = other;
 *     while (wants[other] && turn == other) ;      // busy waiting
 *     … the critical section …
 *     wants[me] = 0;
 *
 * Here the waiting one sleeps for a moment between two looks: a program that never waits would never let anybody else run.
 *
 * Run it: npx netloom run examples/peterson.ts
 *
 * Manual pages: mmap(2), fork(2).
 */
import { MAP_ANONYMOUS, MAP_SHARED, PROT_READ, PROT_WRITE, type Sys, type World } from "netloom";

const STDOUT = 1;
const ROUNDS = 50;
/** The shared bytes. */
const WANTS = 0; // and 1
const TURN = 2;
const INSIDE = 3;
const COUNTER = 4;

async function contender(sys: Sys, address: number, me: 0 | 1, locks: boolean): Promise<number> {
  const { bytes } = sys.mappingAt(address);
  const other = 1 - me;
  let meetings = 0;
  for (let round = 0; round < ROUNDS; round++) {
    if (locks) {
      bytes[WANTS + me] = 1;
      bytes[TURN] = other;
      while (bytes[WANTS + other] === 1 && bytes[TURN] === other) await sys.sleep(0.001);
    }
    // The critical section: it must be empty when we come in.
    if (bytes[INSIDE] !== 0) meetings++;
    bytes[INSIDE] = 1;
    const before = bytes[COUNTER] as number;
    await sys.sleep(me === 0 ? 0.003 : 0.005);
    bytes[COUNTER] = before + 1;
    bytes[INSIDE] = 0;
    bytes[WANTS + me] = 0;
    await sys.sleep(0.002);
  }
  return meetings > 0 ? 1 : 0;
}

async function parent(sys: Sys, mode: string = ""): Promise<void> {
  const { address, bytes } = sys.mmap(8, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
  sys.fork((child) => contender(child, address, 0, mode === "locked"));
  sys.fork((child) => contender(child, address, 1, mode === "locked"));
  const statuses = [(await sys.wait()).status, (await sys.wait()).status];
  const met = statuses.some((status) => status !== 0) ? "they met inside" : "never both inside";
  await sys.write(STDOUT, `${mode}: ${met}, ${2 * ROUNDS} additions made ${bytes[COUNTER]}\n`);
}

export default async function peterson(world: World): Promise<void> {
  const alice = world.host("alice");
  for (const mode of ["locked", "unlocked"]) {
    alice.spawn("parent", parent, { args: [mode] });
    await world.run();
  }
}
