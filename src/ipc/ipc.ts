/**
 * The interprocess communication of one host: where its objects are kept that no descriptor leads to.
 */
import { FutexTable } from "./futex.ts";
import { MemoryBudget } from "./memory-budget.ts";
import { QueueSpace } from "./mqueue-space.ts";
import { Channels } from "./rendezvous.ts";
import { SysvTable } from "./sysv.ts";
import { QUEUES_MAX, type SysvQueue } from "./sysv-messages.ts";
import { ARRAYS_MAX, type SemaphoreArray } from "./sysv-semaphores.ts";

import { SEGMENTS_MAX, type Segment } from "./sysv-shm.ts";

export class Ipc {
  /** POSIX message queues. */
  readonly queues: QueueSpace = new QueueSpace();
  /** System V message queues. */
  readonly messages: SysvTable<SysvQueue> = new SysvTable(QUEUES_MAX);
  /** System V semaphores. */
  readonly semaphores: SysvTable<SemaphoreArray> = new SysvTable(ARRAYS_MAX);
  /** System V shared memory. */
  readonly segments: SysvTable<Segment> = new SysvTable(SEGMENTS_MAX);
  /** Memory for what is no file. */
  readonly memory: MemoryBudget = new MemoryBudget();
  /** Who sleeps on words of shared memory. */
  readonly futexes: FutexTable = new FutexTable();
  /** Where direct messages arrive. */
  readonly channels: Channels = new Channels();
  /** Seconds since 1970, in virtual time. */
  readonly nowSeconds: () => number;

  constructor(nowSeconds: () => number) {
    this.nowSeconds = nowSeconds;
  }
}
