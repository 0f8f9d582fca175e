/**
 * Shared memory by key, and a semaphore that guards it.
 *
 * Three processes, which know nothing of each other but a file's name, make the same key of it, and with the key find the same
 * segment and the same semaphore. Each adds to a counter in the segment: reads it, thinks, writes it. Only with the semaphore
 * around that every addition counts. One of them is killed while it holds the semaphore; SEM_UNDO gives it back.
 *
 * Run it: npx netloom run examples/shared-counter.ts
 *
 * Manual pages: ftok(3), shmget(2), shmop(2), semget(2), semop(2).
 */
import { IPC_CREAT, SEM_UNDO, SETVAL, type Sys, type World } from "netloom";

const STDOUT = 1;
const ADDITIONS = 100;

/** Finds the counter and the semaphore of this key; whoever comes first makes them. */
function attach(sys: Sys): { counter: Int32Array; semaphore: number } {
  const key = sys.ftok("/tmp", 7);
  const segment = sys.shmat(sys.shmget(key, 4, IPC_CREAT | 0o600));
  const counter = new Int32Array(segment.bytes.buffer, segment.bytes.byteOffset, 1);
  return { counter, semaphore: sys.semget(key, 1, IPC_CREAT | 0o600) };
}

async function adder(sys: Sys, mode: string = ""): Promise<void> {
  const { counter, semaphore } = attach(sys);
  const guarded = mode === "guarded";
  for (let i = 0; i < ADDITIONS; i++) {
    if (guarded) await sys.semop(semaphore, [{ num: 0, op: -1, flags: SEM_UNDO }]);
    const before = counter[0] as number;
    await sys.sleep(0.01); // thinking
    counter[0] = before + 1;
    if (guarded) await sys.semop(semaphore, [{ num: 0, op: 1, flags: SEM_UNDO }]);
  }
}

async function parent(sys: Sys, mode: string = ""): Promise<void> {
  const { counter, semaphore } = attach(sys);
  counter[0] = 0;
  sys.semctl(semaphore, 0, SETVAL, 1);

  const unlucky = sys.fork(async (child) => {
    if (mode === "guarded") await child.semop(semaphore, [{ num: 0, op: -1, flags: SEM_UNDO }]);
    await child.pause();
  });
  for (let i = 0; i < 3; i++) sys.fork(adder, mode);
  await sys.sleep(1);
  await sys.kill(unlucky, 9);
  for (let i = 0; i < 4; i++) await sys.wait();

  await sys.write(STDOUT, `${mode}: ${3 * ADDITIONS} additions, the counter is ${counter[0]}\n`);
}

export default async function sharedCounter(world: World): Promise<void> {
  const alice = world.host("alice");
  for (const mode of ["guarded", "unguarded"]) {
    alice.spawn("parent", parent, { args: [mode] });
    await world.run();
  }
}
