/**
 * POSIX message queues, as programs see them. Read first: mq_overview(7). System V queues are in sysv.ts.
 *
 * A queue's name is "/name"; the name is also seen as /dev/mqueue/name. What `mqOpen` answers is a descriptor: poll,
 * epoll, fstat and close know it, fork passes it on, exec closes it.
 */
import type { QueueAttributes, QueueReceipt, SignalEvent } from "../calls/mqueue.ts";
import type { Timespec } from "../calls/time.ts";

export interface QueueCalls {
  /**
   * mq_open(3): O_RDONLY, O_WRONLY or O_RDWR, with O_NONBLOCK, O_CREAT, O_EXCL. A queue that is made has room for 10 messages
   * of 8,192 bytes if no attributes are given. Errors: EACCES, EEXIST, EINVAL, EMFILE, ENAMETOOLONG, ENOENT, ENOSPC.
   */
  mqOpen(name: string, flags: number, mode?: number, attributes?: Pick<QueueAttributes, "maxmsg" | "msgsize">): number;
  /**
   * A mailbox: the message queue of that name, which is made with that capacity if there is none; a descriptor for mqSend, mqReceive
   * and the others. With capacity n a sender waits only while n messages are in it; with capacity 0 until a receiver has taken the message
   * (a queue of mq_open(3) has no capacity 0). Errors: as mqOpen.
   */
  mailbox(name: string, capacity: number, messageBytes?: number, mode?: number): number;
  /** mq_send(3): waits while the queue is full. Errors: EAGAIN, EBADF, EINTR, EINVAL, EMSGSIZE. */
  mqSend(mqd: number, data: Uint8Array | string, priority?: number): Promise<void>;
  /** mq_timedsend(3), until a moment of CLOCK_REALTIME. Errors: as mqSend, and ETIMEDOUT. */
  mqTimedsend(mqd: number, data: Uint8Array | string, priority: number, deadline: Timespec): Promise<void>;
  /**
   * mq_receive(3): the oldest message of the highest priority; waits while the queue is empty. The buffer must have room for
   * the largest message. Errors: EAGAIN, EBADF, EINTR, EMSGSIZE.
   */
  mqReceive(mqd: number, buffer: Uint8Array): Promise<QueueReceipt>;
  /** mq_timedreceive(3), until a moment of CLOCK_REALTIME. Errors: as mqReceive, and EINVAL, ETIMEDOUT. */
  mqTimedreceive(mqd: number, buffer: Uint8Array, deadline: Timespec): Promise<QueueReceipt>;
  /**
   * mq_notify(3): tells this process once, by a signal, when a message comes into the empty queue and no receiver waits;
   * null ends that. Errors: EBADF, EBUSY, EINVAL.
   */
  mqNotify(mqd: number, event: SignalEvent | null): void;
  /** mq_getattr(3). Errors: EBADF. */
  mqGetattr(mqd: number): QueueAttributes;
  /** mq_setattr(3): O_NONBLOCK or 0; answers what it was. Errors: EBADF, EINVAL. */
  mqSetattr(mqd: number, attributes: Pick<QueueAttributes, "flags">): QueueAttributes;
  /** mq_close(3). Errors: EBADF. */
  mqClose(mqd: number): void;
  /** mq_unlink(3). Errors: EACCES, EINVAL, ENAMETOOLONG, ENOENT. */
  mqUnlink(name: string): void;
}
