/**
 * What the public entries export of message queues, shared memory, semaphores and direct messages: part of public.ts.
 */
export { MQ_PRIO_MAX, SIGEV_NONE, SIGEV_SIGNAL } from "../abi/mqueue.ts";
export { BUS_ADRERR, SEGV_ACCERR, SEGV_MAPERR, SI_MESGQ } from "../abi/signal.ts";
export type { QueueAttributes, QueueReceipt, SignalEvent } from "../kernel/calls/mqueue.ts";
