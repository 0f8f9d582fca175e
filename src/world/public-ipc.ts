/**
 * What the public entries export of message queues, shared memory, semaphores and direct messages: part of public.ts.
 */
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
  IPC_NOWAIT,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  MSG_COPY,
  MSG_EXCEPT,
  MSG_NOERROR,
  SEM_UNDO,
  SETALL,
  SETVAL,
} from "../abi/sysv.ts";
export type { SysvChange, SysvPermission } from "../ipc/sysv.ts";
export type { MessageQueueStatus } from "../ipc/sysv-messages.ts";
export type { SemaphoreOperation, SemaphoreStatus } from "../ipc/sysv-semaphores.ts";
export type { QueueAttributes, QueueReceipt, SignalEvent } from "../kernel/calls/mqueue.ts";
export type { TypedReceipt } from "../kernel/sys/sysv.ts";
