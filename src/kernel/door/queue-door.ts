/**
 * POSIX message queues, for TypeScript programs. Read first: kernel/sys/queues.ts, kernel/calls/mqueue.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import type { QueueShape } from "../../ipc/mqueue.ts";
import * as io from "../calls/io.ts";
import * as mqueue from "../calls/mqueue.ts";
import { realtimeDeadline, type Timespec } from "../calls/time.ts";
import { isBytes, toBytes } from "./bytes.ts";
import { never } from "./caller.ts";
import { SessionDoor } from "./session-door.ts";

export abstract class QueueDoor extends SessionDoor {
  mqOpen(name: string, flags: number, mode: number = 0, attributes?: QueueShape): number {
    return this.now("mq_open", [name, flags, mode], () =>
      mqueue.mqOpen(this.process, name, flags, mode, attributes ?? undefined),
    );
  }

  mailbox(name: string, capacity: number, messageBytes: number = 8192, mode: number = 0o600): number {
    return this.now("mailbox", [name, capacity], () =>
      mqueue.mailbox(this.process, name, capacity, messageBytes, mode),
    );
  }

  mqSend(mqd: number, data: Uint8Array | string, priority: number = 0): Promise<void> {
    return this.#send("mq_send", mqd, data, priority, this.deadline(mqd, 0, "send"));
  }

  mqTimedsend(mqd: number, data: Uint8Array | string, priority: number, deadline: Timespec): Promise<void> {
    return this.#send("mq_timedsend", mqd, data, priority, this.#deadlineAt(mqd, deadline));
  }

  mqReceive(mqd: number, buffer: Uint8Array): Promise<mqueue.QueueReceipt> {
    return this.#receive("mq_receive", mqd, buffer, this.deadline(mqd, 0, "receive"));
  }

  mqTimedreceive(mqd: number, buffer: Uint8Array, deadline: Timespec): Promise<mqueue.QueueReceipt> {
    return this.#receive("mq_timedreceive", mqd, buffer, this.#deadlineAt(mqd, deadline));
  }

  mqNotify(mqd: number, event: mqueue.SignalEvent | null): void {
    this.now("mq_notify", [mqd], () => mqueue.mqNotify(this.process, mqd, event ?? null));
  }

  mqGetattr(mqd: number): mqueue.QueueAttributes {
    return this.now("mq_getattr", [mqd], () => mqueue.mqGetattr(this.process, mqd));
  }

  mqSetattr(mqd: number, attributes: Pick<mqueue.QueueAttributes, "flags">): mqueue.QueueAttributes {
    return this.now("mq_setattr", [mqd], () => mqueue.mqSetattr(this.process, mqd, attributes?.flags));
  }

  mqClose(mqd: number): void {
    this.now("mq_close", [mqd], () => io.close(this.process, mqd));
  }

  mqUnlink(name: string): void {
    this.now("mq_unlink", [name], () => mqueue.mqUnlink(this.process, name));
  }

  #send(
    call: string,
    mqd: number,
    data: Uint8Array | string,
    priority: number,
    deadlineNs: number | Errno,
  ): Promise<void> {
    if (!this.enter(call)) return never();
    const args = [mqd, data, priority];
    if (typeof deadlineNs === "string") return this.later<never>(call, args, deadlineNs, 0);
    const bytes = toBytes(data);
    const attempt = isBytes(bytes) ? mqueue.mqSending(this.process, mqd, bytes, priority) : "EFAULT";
    return this.later<0, void>(call, args, attempt, deadlineNs, () => undefined);
  }

  #receive(call: string, mqd: number, buffer: Uint8Array, deadlineNs: number | Errno): Promise<mqueue.QueueReceipt> {
    if (!this.enter(call)) return never();
    const args = [mqd, buffer];
    if (typeof deadlineNs === "string") return this.later<never>(call, args, deadlineNs, 0);
    const attempt = isBytes(buffer) ? mqueue.mqReceiving(this.process, mqd, buffer) : "EFAULT";
    return this.later(call, args, attempt, deadlineNs);
  }

  /** O_NONBLOCK comes before a deadline; but the deadline must be one. */
  #deadlineAt(mqd: number, deadline: Timespec): number | Errno {
    const deadlineNs = realtimeDeadline(this.process, deadline);
    return typeof deadlineNs === "number" ? Math.min(deadlineNs, this.deadline(mqd, 0, "send")) : deadlineNs;
  }
}
