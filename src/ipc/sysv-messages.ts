/**
 * System V message queues: messages with types, from which receivers choose.
 *
 * Read first: msgget(2), msgop(2), msgctl(2). send() gives the message to the first receiver that waits for its type, else
 * it joins the queue. A receiver takes the first message that matches; that makes senders who now fit try again, in the
 * order and with the rotation of ss_wakeup() in Linux's ipc/msg.c.
 */
import type { Errno } from "../abi/errno.ts";
import { MSG_COPY, MSG_EXCEPT, MSG_NOERROR } from "../abi/sysv.ts";
import { Claim, ClaimList } from "./claim.ts";
import { type SysvCaller, type SysvChange, SysvObject, type SysvPermission } from "./sysv.ts";

/** kernel.msgmax: bytes of a message. */
export const MESSAGE_BYTES_MAX = 8192;
/** kernel.msgmnb: bytes in a queue, unless root allows more. */
export const QUEUE_BYTES_MAX = 16_384;
/** kernel.msgmni: queues of a host. */
export const QUEUES_MAX = 32_000;

/** struct msgbuf. */
export interface TypedMessage {
  /** Above zero. */
  readonly type: number;
  readonly data: Uint8Array;
}

/** struct msqid_ds. Times are in seconds since 1970; 0: never. */
export interface MessageQueueStatus {
  readonly perm: SysvPermission;
  readonly stime: number;
  readonly rtime: number;
  readonly ctime: number;
  /** Bytes in it now. */
  readonly cbytes: number;
  readonly qnum: number;
  /** Bytes at most. */
  readonly qbytes: number;
  /** Who sent and who received last. */
  readonly lspid: number;
  readonly lrpid: number;
}

/** A sender that waits for room. */
export class TypedSendClaim extends Claim<0 | Errno> {
  readonly bytes: number;

  constructor(bytes: number) {
    super();
    this.bytes = bytes;
  }
}

/** A receiver that waits for a message of its choice. */
export class TypedReceiveClaim extends Claim<TypedMessage | Errno> {
  readonly pid: number;
  readonly choice: Choice;

  constructor(pid: number, choice: Choice) {
    super();
    this.pid = pid;
    this.choice = choice;
  }
}

/** Which message a receiver wants, and how much of it. */
export class Choice {
  readonly #type: number;
  readonly #flags: number;
  readonly bytesMax: number;

  constructor(type: number, flags: number, bytesMax: number) {
    this.#type = type;
    this.#flags = flags;
    this.bytesMax = bytesMax;
  }

  /** msgrcv(2), "msgtyp": any, that type, any but that type, or one that is not larger. */
  matches({ type }: TypedMessage): boolean {
    if (this.#type === 0) return true;
    if (this.#type < 0) return type <= -this.#type;
    return (this.#flags & MSG_EXCEPT) !== 0 ? type !== this.#type : type === this.#type;
  }

  /** The place of the message in the queue; -1 when there is none. */
  find(messages: readonly TypedMessage[]): number {
    if ((this.#flags & MSG_COPY) !== 0) return this.#type < messages.length ? this.#type : -1;
    let found = -1;
    for (const [place, message] of messages.entries()) {
      if (!this.matches(message)) continue;
      if (this.#type >= 0) return place;
      // The first one of the smallest type.
      if (found === -1 || message.type < (messages[found] as TypedMessage).type) found = place;
    }
    return found;
  }

  get copies(): boolean {
    return (this.#flags & MSG_COPY) !== 0;
  }

  /** Cuts a message that is too long, if it may. E2BIG: it may not. */
  fit(message: TypedMessage): TypedMessage | "E2BIG" {
    if (message.data.length <= this.bytesMax) return message;
    if ((this.#flags & MSG_NOERROR) === 0) return "E2BIG";
    return { type: message.type, data: message.data.subarray(0, this.bytesMax) };
  }
}

export class SysvQueue extends SysvObject {
  readonly senders: ClaimList<TypedSendClaim> = new ClaimList();
  readonly receivers: ClaimList<TypedReceiveClaim> = new ClaimList();
  isRemoved = false;
  readonly #messages: TypedMessage[] = [];
  #bytes = 0;
  #bytesMax: number = QUEUE_BYTES_MAX;
  #stime = 0;
  #rtime = 0;
  #lspid = 0;
  #lrpid = 0;

  get status(): MessageQueueStatus {
    return {
      perm: this.permission,
      stime: this.#stime,
      rtime: this.#rtime,
      ctime: this.ctime,
      cbytes: this.#bytes,
      qnum: this.#messages.length,
      qbytes: this.#bytesMax,
      lspid: this.#lspid,
      lrpid: this.#lrpid,
    };
  }

  /** Is there room for a message of so many bytes? Empty messages count, too, in number. */
  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= this.#bytesMax && this.#messages.length + 1 <= this.#bytesMax;
  }

  /** msgsnd(2). EAGAIN: it is full. */
  send(pid: number, message: TypedMessage): 0 | Errno {
    if (!this.hasRoom(message.data.length)) return "EAGAIN";
    this.#lspid = pid;
    this.#stime = this.nowSeconds();
    if (this.#give(message)) return 0;
    this.#messages.push(message);
    this.#bytes += message.data.length;
    return 0;
  }

  /** msgrcv(2). ENOMSG: there is none of that choice; E2BIG: it is too long. */
  receive(pid: number, choice: Choice): TypedMessage | "ENOMSG" | "E2BIG" {
    const place = choice.find(this.#messages);
    if (place === -1) return "ENOMSG";
    const message = this.#messages[place] as TypedMessage;
    const fitted = choice.fit(message);
    if (fitted === "E2BIG" || choice.copies) return fitted;
    this.#messages.splice(place, 1);
    this.#bytes -= message.data.length;
    this.#lrpid = pid;
    this.#rtime = this.nowSeconds();
    this.#wakeSenders();
    return fitted;
  }

  /** IPC_SET. EPERM: only root lets a queue have more bytes than is usual. */
  set(caller: SysvCaller, change: SysvChange & { readonly qbytes?: number }): 0 | Errno {
    const { qbytes = this.#bytesMax } = change;
    if (!Number.isSafeInteger(qbytes) || qbytes < 0) return "EINVAL";
    if (qbytes > QUEUE_BYTES_MAX && caller.uid !== 0) return "EPERM";
    this.#bytesMax = qbytes;
    this.change(change);
    // Who waits looks whether he still may, and whether he fits now.
    for (const receiver of this.receivers.takeAll()) receiver.retry();
    this.#wakeSenders();
    return 0;
  }

  /** IPC_RMID: everybody who waits hears of it. */
  remove(): void {
    this.isRemoved = true;
    for (const receiver of this.receivers.takeAll()) receiver.settle("EIDRM");
    for (const sender of this.senders.takeAll()) sender.settle("EIDRM");
  }

  /** Hands the message to the first receiver that wants it; one for whom it is too long is told so. */
  #give(message: TypedMessage): boolean {
    for (const receiver of [...this.receivers.all()]) {
      if (!receiver.choice.matches(message)) continue;
      this.receivers.remove(receiver);
      const fitted = receiver.choice.fit(message);
      receiver.settle(fitted);
      if (fitted === "E2BIG") continue;
      this.#lrpid = receiver.pid;
      this.#rtime = this.nowSeconds();
      return true;
    }
    return false;
  }

  /** Those who fit try again; those who don't go behind the others, until the first of them comes round. */
  #wakeSenders(): void {
    const waiting = this.senders.takeAll();
    const stay: TypedSendClaim[] = [];
    for (const sender of waiting) {
      if (this.hasRoom(sender.bytes)) sender.retry();
      else stay.push(sender);
    }
    for (const sender of stay) this.senders.add(sender);
  }
}
