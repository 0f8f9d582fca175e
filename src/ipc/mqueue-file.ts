/**
 * A descriptor of a POSIX message queue. mq_send(3) and mq_receive(3) are calls of their own (kernel/calls/mqueue.ts);
 * here is what any descriptor can do. As on Linux, read(2) gives a line about the queue.
 */
import type { Errno } from "../abi/errno.ts";
import { POLLIN, POLLOUT } from "../abi/poll.ts";
import { SEEK_CUR, SEEK_END, SEEK_SET } from "../abi/stat.ts";
import type { WaitQueue } from "../base/wait-queue.ts";
import type { FileDescription, FileOps, ObjectDetails } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";
import type { MessageQueue } from "./mqueue.ts";

/** So much of a message a picture shows. */
const SHOWN_BYTES = 16;

export class QueueFile implements FileOps {
  readonly named: MessageQueue;
  readonly waiters: WaitQueue;
  readonly #path: string;
  #offset = 0;

  constructor(queue: MessageQueue, path: string) {
    this.named = queue;
    this.waiters = queue.pollers;
    this.#path = path;
    queue.opened();
  }

  read(task: Task, into: Uint8Array): number {
    const bytes = this.readAt(task, into, this.#offset);
    this.#offset += bytes;
    return bytes;
  }

  readAt(_task: Task, into: Uint8Array, offset: number): number {
    const part = new TextEncoder().encode(this.#line()).subarray(offset, offset + into.length);
    into.set(part);
    this.named.touchState();
    return part.length;
  }

  write(): Errno {
    return "EINVAL";
  }

  writeAt(): Errno {
    return "EINVAL";
  }

  seek(offset: number, whence: number): number | Errno {
    const from = { [SEEK_SET]: 0, [SEEK_CUR]: this.#offset, [SEEK_END]: this.named.size }[whence] ?? Number.NaN;
    const target = from + offset;
    if (!Number.isSafeInteger(target) || target < 0) return "EINVAL";
    this.#offset = target;
    return target;
  }

  poll(): number {
    return (this.named.isReadable ? POLLIN : 0) | (this.named.isWritable ? POLLOUT : 0);
  }

  /** mq_notify(3): a process that closes a descriptor of the queue loses its registration. */
  flush(table: object): void {
    this.named.unregister(table);
    this.named.recordLocks?.release(this.named, table);
  }

  release(): void {
    this.named.flocks?.release(this.named, this);
    this.named.closed();
  }

  describe(): FileDescription {
    return { type: "REG", node: String(this.named.number), name: this.#path };
  }

  inspect(): ObjectDetails {
    const { named } = this;
    const { maxmsg, msgsize } = named.shape;
    return {
      shared: named,
      bytes: { held: named.bytes, max: maxmsg * msgsize },
      queue: {
        title: "messages",
        entries: [...named.messages()].map(({ priority, message }) => `priority ${priority}: ${preview(message)}`),
        max: maxmsg,
      },
    };
  }

  #line(): string {
    const { bytes, notification } = this.named;
    const column = (value: number, width: number): string => String(value).padEnd(width);
    const signo = notification?.signo ?? 0;
    return `QSIZE:${column(bytes, 10)} NOTIFY:${column(0, 5)} SIGNO:${column(signo, 5)} NOTIFY_PID:${column(notification?.pid ?? 0, 6)}\n`;
  }
}

/** The beginning of a message as text for people. */
function preview(message: Uint8Array): string {
  const text = new TextDecoder().decode(message.subarray(0, SHOWN_BYTES)).replaceAll(/[^\x20-\x7e]/g, "·");
  return `"${text}${message.length > SHOWN_BYTES ? "…" : ""}", ${message.length} bytes`;
}
