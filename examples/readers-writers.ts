/**
 * Readers and writers: many may read at the same time, a writer must be alone.
 *
 * The first reader locks the writers out, the last one lets them in again. The count of readers is in shared memory, under a mutex
 * of its own. The semaphores are named ones: the processes need not be related.
 *
 * Run it: npx netloom run examples/readers-writers.ts
 *
 * Manual pages: shm_overview(7), sem_overview(7), sem_open(3).
 */
import { MAP_SHARED, O_CREAT, O_RDWR, PROT_READ, PROT_WRITE, type Sys, type World } from "netloom";

const STDOUT = 1;

/** Opens what all share; whoever comes first makes it. */
function open(sys: Sys) {
  const fd = sys.shmOpen("/library", O_CREAT | O_RDWR, 0o600);
  sys.ftruncate(fd, 8);
  const { bytes } = sys.mmap(8, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
  const shared = new Int32Array(bytes.buffer, bytes.byteOffset, 2); // readers inside, and the version of the book
  const mutex = sys.semOpen("/library-mutex", O_CREAT, 0o600, 1);
  const room = sys.semOpen("/library-room", O_CREAT, 0o600, 1);
  return { shared, mutex, room };
}

const tell = (sys: Sys, text: string) => {
  const { seconds } = sys.clockGettime("CLOCK_MONOTONIC");
  return sys.write(STDOUT, `${seconds} s: ${text}\n`);
};

async function reader(sys: Sys, name: string = "", startS: string = "0"): Promise<void> {
  const { shared, mutex, room } = open(sys);
  await sys.sleep(Number(startS));
  await sys.semWait(mutex);
  shared[0] = (shared[0] as number) + 1;
  if (shared[0] === 1) await sys.semWait(room); // the first one: no writer, please
  sys.semPost(mutex);

  await tell(sys, `${name} reads version ${shared[1]}, with ${(shared[0] as number) - 1} others`);
  await sys.sleep(3);

  await sys.semWait(mutex);
  shared[0] = (shared[0] as number) - 1;
  if (shared[0] === 0) sys.semPost(room); // the last one
  sys.semPost(mutex);
}

async function writer(sys: Sys, name: string = "", startS: string = "0"): Promise<void> {
  const { shared, room } = open(sys);
  await sys.sleep(Number(startS));
  await sys.semWait(room);
  shared[1] = (shared[1] as number) + 1;
  await tell(sys, `${name} writes version ${shared[1]}, alone`);
  await sys.sleep(2);
  sys.semPost(room);
}

export default async function readersWriters(world: World): Promise<void> {
  const alice = world.host("alice");
  alice.spawn("ada", reader, { args: ["ada", "0"] });
  alice.spawn("bob", reader, { args: ["bob", "1"] });
  alice.spawn("eve", writer, { args: ["eve", "2"] });
  alice.spawn("dan", reader, { args: ["dan", "5"] });
  await world.run();
}
