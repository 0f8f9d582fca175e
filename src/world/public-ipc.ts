/**
 * What the public entries export of message queues, shared memory, semaphores and direct messages: part of public.ts.
 */
export {
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  MAP_SHARED,
  MS_ASYNC,
  MS_INVALIDATE,
  MS_SYNC,
  PROT_EXEC,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
  SEM_VALUE_MAX,
} from "../abi/mman.ts";
export { MQ_PRIO_MAX, SIGEV_NONE, SIGEV_SIGNAL } from "../abi/mqueue.ts";
export { BUS_ADRERR, SEGV_ACCERR, SEGV_MAPERR, SI_MESGQ } from "../abi/signal.ts";
export {
  GETALL,
  GETNCNT,
  GETPID,
  GETVAL,
  GETZCNT,
  IPC_CREAT,
  IPC_EXCL,
  IPC_INFO,
  IPC_NOWAIT,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  MSG_COPY,
  MSG_EXCEPT,
  MSG_INFO,
  MSG_NOERROR,
  MSG_STAT,
  MSG_STAT_ANY,
  SEM_INFO,
  SEM_STAT,
  SEM_STAT_ANY,
  SEM_UNDO,
  SETALL,
  SETVAL,
  SHM_DEST,
  SHM_INFO,
  SHM_RDONLY,
  SHM_STAT,
  SHM_STAT_ANY,
} from "../abi/sysv.ts";
export { formatIpcs, type Ipcs } from "../host/ipcs.ts";
export type { Reply, Request } from "../ipc/rendezvous.ts";
export type { SysvChange, SysvPermission } from "../ipc/sysv.ts";
export type { MessageQueueStatus } from "../ipc/sysv-messages.ts";
export type { SemaphoreOperation, SemaphoreStatus } from "../ipc/sysv-semaphores.ts";
export type { SegmentStatus } from "../ipc/sysv-shm.ts";
export type { QueueAttributes, QueueReceipt, SignalEvent } from "../kernel/calls/mqueue.ts";
export type { MessageInfo, SegmentLimits, SegmentUse, SemaphoreInfo } from "../kernel/calls/sysv-info.ts";
export type { TypedReceipt } from "../kernel/calls/sysv-messages.ts";
export type { Futex, Mapping, Semaphore } from "../kernel/sys/memory.ts";
