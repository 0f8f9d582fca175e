/**
 * System V message queues and semaphores, as programs see them. Read first: sysvipc(7). Shared memory is in memory.ts.
 *
 * Objects are found by keys (ftok(3), or IPC_PRIVATE for none) and used by identifiers; they stay until they are removed.
 */
import type {
  GETALL,
  GETNCNT,
  GETPID,
  GETVAL,
  GETZCNT,
  IPC_INFO,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  MSG_INFO,
  MSG_STAT,
  MSG_STAT_ANY,
  SEM_INFO,
  SEM_STAT,
  SEM_STAT_ANY,
  SETALL,
  SETVAL,
} from "../../abi/sysv.ts";
import type { SysvChange } from "../../ipc/sysv.ts";
import type { MessageQueueStatus } from "../../ipc/sysv-messages.ts";
import type { SemaphoreOperation, SemaphoreStatus } from "../../ipc/sysv-semaphores.ts";
import type { MessageInfo, SemaphoreInfo } from "../calls/sysv-info.ts";
import type { TypedReceipt } from "../calls/sysv-messages.ts";

export interface SysvCalls {
  /** ftok(3): a key from a file and eight bits of a number. Errors: those of stat. */
  ftok(path: string, project: number): number;

  /** msgget(2): IPC_CREAT, IPC_EXCL and a mode. Errors: EACCES, EEXIST, ENOENT, ENOSPC. */
  msgget(key: number, flags: number): number;
  /** msgsnd(2): the type is above zero; waits while the queue is full. Errors: EACCES, EAGAIN, EIDRM, EINTR, EINVAL. */
  msgsnd(id: number, type: number, data: Uint8Array | string, flags?: number): Promise<void>;
  /**
   * msgrcv(2): the first message (type 0), the first of a type (above 0), with MSG_EXCEPT the first of any other, or (below
   * 0) the first of the smallest type up to that. Errors: E2BIG, EACCES, EIDRM, EINTR, EINVAL, ENOMSG.
   */
  msgrcv(id: number, buffer: Uint8Array, type: number, flags?: number): Promise<TypedReceipt>;
  /** msgctl(2); with MSG_STAT the first argument is a place from 0 to `highest`. Errors: EACCES, EINVAL, EPERM. */
  msgctl(id: number, command: typeof IPC_STAT): MessageQueueStatus;
  msgctl(id: number, command: typeof IPC_INFO | typeof MSG_INFO): MessageInfo;
  msgctl(place: number, command: typeof MSG_STAT | typeof MSG_STAT_ANY): MessageQueueStatus & { readonly id: number };
  msgctl(id: number, command: typeof IPC_SET, change: SysvChange & { readonly qbytes?: number }): void;
  msgctl(id: number, command: typeof IPC_RMID): void;

  /** semget(2): an array of that many semaphores, zero at first. Errors: EACCES, EEXIST, EINVAL, ENOENT, ENOSPC. */
  semget(key: number, count: number, flags: number): number;
  /** semop(2): all operations at once, or it waits. Errors: E2BIG, EACCES, EAGAIN, EFBIG, EIDRM, EINTR, EINVAL, ERANGE. */
  semop(id: number, operations: readonly SemaphoreOperation[]): Promise<void>;
  /** semtimedop(2): waits for that many nanoseconds at most. Errors: as semop; EAGAIN at the timeout. */
  semtimedop(id: number, operations: readonly SemaphoreOperation[], timeoutNs: number): Promise<void>;
  /** semctl(2); with SEM_STAT the first argument is a place from 0 to `highest`. Errors: EACCES, EFAULT, EINVAL, EPERM, ERANGE. */
  semctl(id: number, num: number, command: typeof GETVAL | typeof GETPID | typeof GETNCNT | typeof GETZCNT): number;
  semctl(id: number, num: number, command: typeof SETVAL, value: number): void;
  semctl(id: number, num: number, command: typeof GETALL): number[];
  semctl(id: number, num: number, command: typeof SETALL, values: readonly number[]): void;
  semctl(id: number, num: number, command: typeof IPC_STAT): SemaphoreStatus;
  semctl(id: number, num: number, command: typeof IPC_INFO | typeof SEM_INFO): SemaphoreInfo;
  semctl(
    place: number,
    num: number,
    command: typeof SEM_STAT | typeof SEM_STAT_ANY,
  ): SemaphoreStatus & { readonly id: number };
  semctl(id: number, num: number, command: typeof IPC_SET, change: SysvChange): void;
  semctl(id: number, num: number, command: typeof IPC_RMID): void;
}
