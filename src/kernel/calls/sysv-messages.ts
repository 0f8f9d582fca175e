/**
 * System V message queues: msgget(2), msgsnd(2), msgrcv(2), msgctl(2). The queues are ipc/sysv-messages.ts's.
 */
import type { Errno } from "../../abi/errno.ts";
import {
  IPC_INFO,
  IPC_NOWAIT,
  IPC_SET,
  IPC_STAT,
  MSG_COPY,
  MSG_EXCEPT,
  MSG_INFO,
  MSG_STAT,
  MSG_STAT_ANY,
} from "../../abi/sysv.ts";
import { READ, type SysvChange, WRITE } from "../../ipc/sysv.ts";
import {
  Choice,
  MESSAGE_BYTES_MAX,
  type MessageQueueStatus,
  SysvQueue,
  type TypedMessage,
  TypedReceiveClaim,
  TypedSendClaim,
} from "../../ipc/sysv-messages.ts";
import type { Process } from "../process.ts";
import { ClaimAttempt } from "./claim-attempt.ts";
import { hashBytes } from "./io.ts";
import { isSysvChange } from "./sysv.ts";
import { atPlace, type MessageInfo, messageInfo } from "./sysv-info.ts";

/** What msgrcv(2) gives, beside the bytes in the buffer. */
export interface TypedReceipt {
  readonly bytes: number;
  readonly type: number;
}

/** msgget(2). EACCES, EEXIST, ENOENT, ENOSPC. */
export function msgget(process: Process, key: number, flags: number): number | Errno {
  const { messages, nowSeconds } = process.kernel.ipc;
  const queue = messages.get(process, key | 0, flags, () => new SysvQueue(key | 0, flags, process, nowSeconds));
  return typeof queue === "string" ? queue : queue.id;
}

/** msgsnd(2) for a caller that waits. EINVAL: no such queue, no type above zero, too long; EACCES, EIDRM. */
export function msgSending(process: Process, id: number, type: number, data: Uint8Array): ClaimAttempt<0> | Errno {
  if (data.length > MESSAGE_BYTES_MAX || !Number.isSafeInteger(type) || type < 1) return "EINVAL";
  const queue = process.kernel.ipc.messages.object(id);
  if (queue === "EINVAL") return queue;
  hashBytes(process, data, data.length);
  return new SendAttempt(process, queue, { type, data: data.slice() });
}

/** msgrcv(2) for a caller that waits. E2BIG, EACCES, EIDRM, EINVAL, ENOMSG. */
export function msgReceiving(
  process: Process,
  id: number,
  into: Uint8Array,
  type: number,
  flags: number,
): ClaimAttempt<TypedReceipt, TypedMessage> | Errno {
  if (!Number.isSafeInteger(type)) return "EINVAL";
  const copies = (flags & MSG_COPY) !== 0;
  if (copies && ((flags & MSG_EXCEPT) !== 0 || (flags & IPC_NOWAIT) === 0 || type < 0)) return "EINVAL";
  const queue = process.kernel.ipc.messages.object(id);
  return queue === "EINVAL" ? queue : new ReceiveAttempt(process, queue, type, flags, into);
}

/** msgctl(2). EACCES, EPERM, EINVAL. */
export function msgctl(
  process: Process,
  id: number,
  command: number,
  change: (SysvChange & { readonly qbytes?: number }) | undefined,
): MessageQueueStatus | MessageInfo | 0 | Errno {
  const { messages } = process.kernel.ipc;
  if (command === IPC_INFO || command === MSG_INFO) {
    return id < 0 ? "EINVAL" : messageInfo(messages, command === MSG_INFO);
  }
  if (command === MSG_STAT || command === MSG_STAT_ANY) {
    return atPlace<MessageQueueStatus>(process, messages, id, command === MSG_STAT_ANY);
  }
  const queue = process.kernel.ipc.messages.object(id);
  if (queue === "EINVAL") return queue;
  if (command === IPC_STAT) return queue.allows(process, READ) ? queue.status : "EACCES";
  if (command !== IPC_SET && command !== 0) return "EINVAL";
  if (command === IPC_SET && (change === undefined || !isSysvChange(change))) return "EINVAL";
  if (!queue.isOwnedBy(process)) return "EPERM";
  if (command === IPC_SET) return queue.set(process, change as SysvChange);
  process.kernel.ipc.messages.remove(queue);
  queue.remove();
  return 0;
}

class SendAttempt extends ClaimAttempt<0> {
  protected readonly claim: TypedSendClaim;
  readonly #queue: SysvQueue;
  readonly #message: TypedMessage;

  constructor(process: Process, queue: SysvQueue, message: TypedMessage) {
    super("msgsnd", process, "EAGAIN");
    this.#queue = queue;
    this.#message = message;
    this.claim = new TypedSendClaim(message.data.length);
  }

  on(): string {
    return `room in message queue ${this.#queue.id}`;
  }

  protected override tryNow(): 0 | Errno {
    const queue = this.#queue;
    if (queue.isRemoved) return "EIDRM";
    if (!queue.allows(this.process, WRITE)) return "EACCES";
    const result = queue.send(this.process.pid, this.#message);
    if (result === 0) this.process.runState.progress();
    return result;
  }

  protected override join(): void {
    this.#queue.senders.add(this.claim);
  }

  protected override leave(): void {
    this.#queue.senders.remove(this.claim);
  }
}

class ReceiveAttempt extends ClaimAttempt<TypedReceipt, TypedMessage> {
  protected readonly claim: TypedReceiveClaim;
  readonly #queue: SysvQueue;
  readonly #choice: Choice;
  readonly #waits: boolean;
  readonly #into: Uint8Array;

  constructor(process: Process, queue: SysvQueue, type: number, flags: number, into: Uint8Array) {
    super("msgrcv", process, "ENOMSG");
    this.#queue = queue;
    this.#into = into;
    this.#choice = new Choice(type, flags, into.length);
    this.#waits = (flags & IPC_NOWAIT) === 0;
    this.claim = new TypedReceiveClaim(process.pid, this.#choice);
  }

  protected override answer({ data, type }: TypedMessage): TypedReceipt {
    this.#into.set(data);
    return { bytes: data.length, type };
  }

  on(): string {
    return `message queue ${this.#queue.id}`;
  }

  protected override tryNow(): TypedMessage | Errno {
    const queue = this.#queue;
    if (queue.isRemoved) return "EIDRM";
    if (!queue.allows(this.process, READ)) return "EACCES";
    const result = queue.receive(this.process.pid, this.#choice);
    if (typeof result !== "string") this.process.runState.progress();
    return result === "ENOMSG" && this.#waits ? "EAGAIN" : result;
  }

  protected override join(): void {
    this.#queue.receivers.add(this.claim);
  }

  protected override leave(): void {
    this.#queue.receivers.remove(this.claim);
  }
}
