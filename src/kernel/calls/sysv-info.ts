/**
 * What msgctl(2), semctl(2) and shmctl(2) tell of all objects of the host: limits (IPC_INFO), what is used (MSG_INFO, SEM_INFO, SHM_INFO),
 * and one object by its place in the table (MSG_STAT, SEM_STAT, SHM_STAT; those with _ANY ask for no permission).
 *
 * A loop over the places from 0 to `highest` is how ipcs(1) lists what there is. On Linux `highest` is the result of the call.
 */
import type { Errno } from "../../abi/errno.ts";
import { PAGE_BYTES } from "../../abi/mman.ts";
import { READ, type SysvObject, type SysvTable } from "../../ipc/sysv.ts";
import { MESSAGE_BYTES_MAX, QUEUE_BYTES_MAX, QUEUES_MAX, type SysvQueue } from "../../ipc/sysv-messages.ts";
import {
  ALL_MAX,
  ARRAY_MAX,
  ARRAYS_MAX,
  OPERATIONS_MAX,
  SEMAPHORE_MAX,
  type SemaphoreArray,
} from "../../ipc/sysv-semaphores.ts";
import { SEGMENTS_MAX, type Segment } from "../../ipc/sysv-shm.ts";
import type { Process } from "../process.ts";

interface TableInfo {
  /** The highest place in the table that is used, or 0. */
  readonly highest: number;
}

/** struct msginfo. With MSG_INFO, `msgpool` counts queues, `msgmap` messages, `msgtql` bytes. */
export interface MessageInfo extends TableInfo {
  readonly msgpool: number;
  readonly msgmap: number;
  readonly msgmax: number;
  readonly msgmnb: number;
  readonly msgmni: number;
  readonly msgssz: number;
  readonly msgtql: number;
  readonly msgseg: number;
}

/** struct seminfo. With SEM_INFO, `semusz` counts arrays and `semaem` semaphores. */
export interface SemaphoreInfo extends TableInfo {
  readonly semmap: number;
  readonly semmni: number;
  readonly semmns: number;
  readonly semmnu: number;
  readonly semmsl: number;
  readonly semopm: number;
  readonly semume: number;
  readonly semusz: number;
  readonly semvmx: number;
  readonly semaem: number;
}

/** struct shminfo (IPC_INFO): limits, `shmmax` in bytes and `shmall` in pages. */
export interface SegmentLimits extends TableInfo {
  readonly shmmax: number;
  readonly shmmin: number;
  readonly shmmni: number;
  readonly shmseg: number;
  readonly shmall: number;
}

/** struct shm_info (SHM_INFO): segments, and their pages: all, and those that are in memory. */
export interface SegmentUse extends TableInfo {
  readonly usedIds: number;
  readonly shmTot: number;
  readonly shmRss: number;
  readonly shmSwp: number;
}

/** The object in a place of a table. EINVAL: there is none; EACCES: it may not be read, and _ANY was not asked for. */
export function atPlace<S extends object>(
  process: Process,
  table: SysvTable<SysvObject & { readonly status: S }>,
  place: number,
  isAny: boolean,
): (S & { readonly id: number }) | Errno {
  const object = table.at(place);
  if (object === "EINVAL") return object;
  if (!isAny && !object.allows(process, READ)) return "EACCES";
  return { id: object.id, ...object.status };
}

export function messageInfo(table: SysvTable<SysvQueue>, isUse: boolean): MessageInfo {
  const limits = {
    highest: table.highest,
    msgpool: (QUEUES_MAX * QUEUE_BYTES_MAX) / 1024,
    msgmap: QUEUE_BYTES_MAX,
    msgmax: MESSAGE_BYTES_MAX,
    msgmnb: QUEUE_BYTES_MAX,
    msgmni: QUEUES_MAX,
    msgssz: 16,
    msgtql: QUEUE_BYTES_MAX,
    msgseg: 0xffff,
  };
  if (!isUse) return limits;
  const queues = [...table.all()].map(({ status }) => status);
  return {
    ...limits,
    msgpool: queues.length,
    msgmap: sum(queues.map(({ qnum }) => qnum)),
    msgtql: sum(queues.map(({ cbytes }) => cbytes)),
  };
}

export function semaphoreInfo(table: SysvTable<SemaphoreArray>, isUse: boolean): SemaphoreInfo {
  return {
    highest: table.highest,
    semmap: ALL_MAX,
    semmni: ARRAYS_MAX,
    semmns: ALL_MAX,
    semmnu: ALL_MAX,
    semmsl: ARRAY_MAX,
    semopm: OPERATIONS_MAX,
    semume: OPERATIONS_MAX,
    semusz: isUse ? table.count : 20,
    semvmx: SEMAPHORE_MAX,
    semaem: isUse ? sum([...table.all()].map(({ size }) => size)) : SEMAPHORE_MAX,
  };
}

export function segmentLimits(table: SysvTable<Segment>, shmmax: number): SegmentLimits {
  const { highest } = table;
  return { highest, shmmax, shmmin: 1, shmmni: SEGMENTS_MAX, shmseg: SEGMENTS_MAX, shmall: shmmax / PAGE_BYTES };
}

export function segmentUse(table: SysvTable<Segment>): SegmentUse {
  const segments = [...table.all()];
  const pages = (some: readonly Segment[]): number => sum(some.map(({ size }) => Math.ceil(size / PAGE_BYTES)));
  const resident = segments.filter(({ isResident }) => isResident);
  return {
    highest: table.highest,
    usedIds: segments.length,
    shmTot: pages(segments),
    shmRss: pages(resident),
    shmSwp: 0,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
