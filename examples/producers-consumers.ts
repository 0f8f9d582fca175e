/**
 * Producers and consumers: a bounded buffer in shared memory, guarded by three semaphores.
 *
 *     producer ──put──▶ | 3 | 4 | 5 |   |   ──take──▶ consumer
 *                         full = 3    empty = 1        mutex = 1
 *
 * A producer waits for an empty place, a consumer for a full one; the mutex lets one at a time into the buffer.
 *
 * Run it: npx netloom run examples/producers-consumers.ts
 *
 * Manual pages: mmap(2), sem_overview(7), sem_init(3), sem_wait(3), sem_post(3).
 */
import { MAP_ANONYMOUS, MAP_SHARED, type Mapping, PROT_READ, PROT_WRITE, type Sys, type World } from "netloom";

const STDOUT = 1;
const PLACES = 4;
const ITEMS = 6;

/** Where things are in the shared page. */
const IN = 0; // which place is filled next
const OUT = 1; // which is emptied next
const BUFFER = 2;

/** What a process knows of the page: numbers, and semaphores behind them. */
function layout(mapping: Mapping) {
  const numbers = new Int32Array(mapping.bytes.buffer, mapping.bytes.byteOffset, BUFFER + PLACES);
  const semaphore = (index: number) => ({ mapping, offset: 1024 + 32 * index });
  return { numbers, mutex: semaphore(0), empty: semaphore(1), full: semaphore(2) };
}

async function produce(sys: Sys, address: number, first: number): Promise<void> {
  const { numbers, mutex, empty, full } = layout(sys.mappingAt(address));
  for (let item = first; item < first + ITEMS; item++) {
    await sys.semWait(empty);
    await sys.semWait(mutex);
    const place = numbers[IN] as number;
    numbers[BUFFER + place] = item;
    await sys.sleep(0.01); // the mutex is held meanwhile
    numbers[IN] = (place + 1) % PLACES;
    sys.semPost(mutex);
    sys.semPost(full);
  }
}

async function consume(sys: Sys, address: number, name: string, count: number): Promise<void> {
  const { numbers, mutex, empty, full } = layout(sys.mappingAt(address));
  const taken: number[] = [];
  for (let i = 0; i < count; i++) {
    await sys.semWait(full);
    await sys.semWait(mutex);
    const place = numbers[OUT] as number;
    taken.push(numbers[BUFFER + place] as number);
    numbers[OUT] = (place + 1) % PLACES;
    sys.semPost(mutex);
    sys.semPost(empty);
    await sys.sleep(0.1); // consuming is slow: the buffer fills
  }
  await sys.write(STDOUT, `${name} has taken ${taken.join(" ")}\n`);
}

async function parent(sys: Sys): Promise<void> {
  const mapping = sys.mmap(4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
  const { mutex, empty, full } = layout(mapping);
  sys.semInit(mutex, 1);
  sys.semInit(empty, PLACES);
  sys.semInit(full, 0);

  const { address } = mapping; // the children have the same memory at the same address
  sys.fork((child) => produce(child, address, 100));
  sys.fork((child) => produce(child, address, 200));
  sys.fork((child) => consume(child, address, "consumer 1", ITEMS));
  sys.fork((child) => consume(child, address, "consumer 2", ITEMS));
  for (let i = 0; i < 4; i++) await sys.wait();
  await sys.write(STDOUT, `empty places at the end: ${sys.semGetvalue(empty)}\n`);
}

export default async function producersConsumers(world: World): Promise<void> {
  world.host("alice").spawn("parent", parent);
  await world.run();
}
