/**
 * Memory, semaphores in it, and futexes, as programs see them. Read first: mmap(2), shm_overview(7), shmop(2),
 * sem_overview(7), futex(2).
 *
 * What is mapped is a Mapping, whose bytes are an ordinary Uint8Array on memory that all who share it have in common: a store
 * is seen by the others at once, without a call. docs/COMPATIBILITY.md, "Memory", says what stands for a page fault.
 */
import type { IPC_INFO, IPC_RMID, IPC_SET, IPC_STAT, SHM_INFO, SHM_STAT, SHM_STAT_ANY } from "../../abi/sysv.ts";
import type { SysvChange } from "../../ipc/sysv.ts";
import type { SegmentStatus } from "../../ipc/sysv-shm.ts";
import type { SegmentLimits, SegmentUse } from "../calls/sysv-info.ts";
import type { Timespec } from "../calls/time.ts";

/** What mmap(2), shmat(2) and sem_open(3) give. */
export interface Mapping {
  /** Where it begins. A child by fork(2) has the same memory at the same address: sys.mappingAt(address). */
  readonly address: number;
  readonly length: number;
  /** PROT_READ, PROT_WRITE. */
  readonly protection: number;
  /**
   * The memory itself; take other views of it with `new Int32Array(bytes.buffer, bytes.byteOffset, …)`. Indexing is not checked.
   * Asking for it when it is not mapped any more is SIGSEGV.
   */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Copies bytes out, checked as a processor does: SIGSEGV, SIGBUS (beyond the end of a file), then EFAULT. */
  load(offset: number, count: number): Uint8Array;
  /** Copies bytes in, checked as a processor does: SIGSEGV (also with PROT_READ only), SIGBUS, then EFAULT. */
  store(offset: number, data: Uint8Array | string): void;
}

/** sem_t *: a semaphore is at an offset, a multiple of four, in mapped memory, and takes 32 bytes. */
export interface Semaphore {
  readonly mapping: Pick<Mapping, "address">;
  readonly offset: number;
}

/** A word of 32 bits in mapped memory, at a multiple of four. */
export type Futex = Semaphore;

export interface MemoryCalls {
  /**
   * mmap(2): MAP_SHARED or MAP_PRIVATE, of a file from an offset, or with MAP_ANONYMOUS of zeros; at an address that is wished for,
   * if it is free. Errors: EACCES, EBADF, EINVAL, ENODEV, ENOMEM.
   */
  mmap(length: number, protection: number, flags: number, fd?: number, offset?: number, address?: number): Mapping;
  /** munmap(2), of a whole mapping. Errors: EINVAL. */
  munmap(mapping: Pick<Mapping, "address">): void;
  /** msync(2). Errors: EINVAL, ENOMEM. */
  msync(mapping: Pick<Mapping, "address">, flags: number): void;
  /** The mapping that this process has at an address: what a child by fork(2) has inherited. Errors: EFAULT. */
  mappingAt(address: number): Mapping;

  /** shm_open(3): "/name" is the file /dev/shm/name. Errors: EACCES, EEXIST, EINVAL, EMFILE, ENOENT. */
  shmOpen(name: string, flags: number, mode?: number): number;
  /** shm_unlink(3). Errors: EACCES, ENOENT. */
  shmUnlink(name: string): void;

  /** shmget(2): a segment of that many bytes. Errors: EACCES, EEXIST, EINVAL, ENOENT, ENOMEM, ENOSPC. */
  shmget(key: number, size: number, flags: number): number;
  /** shmat(2), with SHM_RDONLY for reading only; at an address, which must be free. Errors: EACCES, EINVAL, ENOMEM. */
  shmat(id: number, flags?: number, address?: number): Mapping;
  /** shmdt(2). Errors: EINVAL. */
  shmdt(mapping: Pick<Mapping, "address">): void;
  /** shmctl(2). A removed segment goes when the last process has detached it. Errors: EACCES, EINVAL, EPERM. */
  shmctl(id: number, command: typeof IPC_STAT): SegmentStatus;
  shmctl(id: number, command: typeof IPC_INFO): SegmentLimits;
  shmctl(id: number, command: typeof SHM_INFO): SegmentUse;
  shmctl(place: number, command: typeof SHM_STAT | typeof SHM_STAT_ANY): SegmentStatus & { readonly id: number };
  shmctl(id: number, command: typeof IPC_SET, change: SysvChange): void;
  shmctl(id: number, command: typeof IPC_RMID): void;

  /** sem_open(3): "/name" is the file /dev/shm/sem.name. Errors: EACCES, EEXIST, EINVAL, ENOENT. */
  semOpen(name: string, flags: number, mode?: number, value?: number): Semaphore;
  /** sem_init(3): makes a semaphore in mapped memory. Errors: EFAULT, EINVAL. */
  semInit(semaphore: Semaphore, value: number): void;
  /** sem_wait(3): takes one; waits while there is none. Errors: EFAULT, EINTR. */
  semWait(semaphore: Semaphore): Promise<void>;
  /** sem_timedwait(3), until a moment of CLOCK_REALTIME. Errors: EFAULT, EINTR, EINVAL, ETIMEDOUT. */
  semTimedwait(semaphore: Semaphore, deadline: Timespec): Promise<void>;
  /** sem_trywait(3). Errors: EAGAIN, EFAULT. */
  semTrywait(semaphore: Semaphore): void;
  /** sem_post(3). Errors: EFAULT, EOVERFLOW. */
  semPost(semaphore: Semaphore): void;
  /** sem_getvalue(3). Errors: EFAULT. */
  semGetvalue(semaphore: Semaphore): number;
  /** sem_close(3): of a named one. Errors: EINVAL. */
  semClose(semaphore: Semaphore): void;
  /** sem_destroy(3): of one that sem_init has made. Errors: EFAULT. */
  semDestroy(semaphore: Semaphore): void;
  /** sem_unlink(3). Errors: EACCES, ENOENT. */
  semUnlink(name: string): void;

  /**
   * FUTEX_WAIT, or with bits FUTEX_WAIT_BITSET: sleeps if the word has the value that is expected; for that many nanoseconds at
   * most. Errors: EAGAIN (another value), EFAULT, EINTR, EINVAL, ETIMEDOUT.
   */
  futexWait(futex: Futex, expected: number, timeoutNs?: number, bits?: number): Promise<void>;
  /** FUTEX_WAKE, or with bits FUTEX_WAKE_BITSET: wakes so many; answers how many slept. Errors: EFAULT, EINVAL. */
  futexWake(futex: Futex, count: number, bits?: number): number;
  /**
   * FUTEX_REQUEUE, or with a value expected FUTEX_CMP_REQUEUE: wakes some and moves others to another word; answers how many.
   * Errors: EAGAIN, EFAULT, EINVAL.
   */
  futexRequeue(from: Futex, to: Futex, wake: number, move: number, expected?: number): number;
}
