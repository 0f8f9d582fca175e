/**
 * Direct messages between processes, without a buffer: sender and receiver meet.
 *
 * Read first: "Message passing" in any book on operating systems; the manner is that of QNX and MINIX. Each process has a
 * channel, known by its process number. A request stays with the sender until the receiver takes it, and the sender waits until the
 * receiver has answered:
 *
 *     sender     msgSend ── SEND ──────────────────── REPLY ───────────── has the answer
 *     receiver            (does something else)  msgReceive … msgReply ── goes on at once
 *
 *     receiver   msgReceive ── RECEIVE ──┐                                it waits first
 *     sender                          msgSend ──────── REPLY ──────────── has the answer
 */
import type { Errno } from "../abi/errno.ts";
import { S_IFSOCK } from "../abi/stat.ts";
import { type Directory, Inode, type Ownership } from "../file/inode.ts";
import type { Volume } from "../file/volume.ts";
import { Claim, ClaimList } from "./claim.ts";

/** What msgReceive gives. */
export interface Request {
  /** Who waits for the answer. */
  readonly pid: number;
  readonly bytes: number;
  readonly data: Uint8Array;
}

/** What msgSend gives: the answer. */
export interface Reply {
  readonly bytes: number;
  readonly data: Uint8Array;
}

/** A sender, from its request to the answer. */
export class RequestClaim extends Claim<Reply | Errno> {
  readonly pid: number;
  readonly data: Uint8Array;
  /** "SEND": nobody has taken the request; "REPLY": somebody has, and owes the answer. */
  state: "SEND" | "REPLY" = "SEND";

  constructor(pid: number, data: Uint8Array) {
    super();
    this.pid = pid;
    this.data = data;
  }

  /** The receiver takes the request. Only now it is copied. */
  take(): Request {
    this.state = "REPLY";
    return { pid: this.pid, bytes: this.data.length, data: this.data.slice() };
  }
}

/** A receiver that waits. */
export class ReceiverClaim extends Claim<Request | Errno> {
  /** Whose requests it wants; 0: anybody's. */
  readonly from: number;

  constructor(from: number) {
    super();
    this.from = from;
  }

  wants(pid: number): boolean {
    return this.from === 0 || this.from === pid;
  }
}

/** Where requests to one process arrive. */
export class Channel {
  /** Senders that wait to be received, oldest first. */
  readonly senders: ClaimList<RequestClaim> = new ClaimList();
  readonly receivers: ClaimList<ReceiverClaim> = new ClaimList();
  /** The names under which it is found. */
  readonly names: Set<NameNode> = new Set<NameNode>();
  /** Senders that wait for their answer. */
  readonly #owed: RequestClaim[] = [];

  /** A request arrives: a receiver takes it, or the sender waits for one. */
  send(request: RequestClaim): void {
    request.state = "SEND";
    const receiver = this.receivers.all().find((one) => one.wants(request.pid));
    if (receiver === undefined) {
      this.senders.add(request);
      return;
    }
    this.receivers.remove(receiver);
    this.#owe(request);
    receiver.settle(request.take());
  }

  /** The request of the sender that waits longest, of those wanted. */
  receive(receiver: ReceiverClaim): Request | undefined {
    const request = this.senders.all().find(({ pid }) => receiver.wants(pid));
    if (request === undefined) return undefined;
    this.senders.remove(request);
    this.#owe(request);
    return request.take();
  }

  /** Answers the oldest request of a process that is owed an answer. False: there is none. */
  reply(pid: number, data: Uint8Array): boolean {
    const index = this.#owed.findIndex((request) => request.pid === pid);
    const request = this.#owed[index];
    if (request === undefined) return false;
    this.#owed.splice(index, 1);
    request.settle({ bytes: data.length, data: data.slice() });
    return true;
  }

  /** A sender waits no longer: its request is gone, or the answer will find nobody. */
  withdraw(request: RequestClaim): void {
    request.isListed = false;
    this.senders.remove(request);
    const index = this.#owed.indexOf(request);
    if (index !== -1) this.#owed.splice(index, 1);
  }

  /** The process has ended: requests that nobody took could be sent elsewhere; of the others nobody knows what came of them. */
  close(): void {
    for (const request of this.senders.takeAll()) request.settle("ESRCH");
    for (const request of this.#owed.splice(0)) request.settle("ECONNRESET");
    for (const name of this.names) name.close();
  }

  /** Another process has ended: who waits for it alone waits in vain. */
  partnerEnded(pid: number): void {
    for (const receiver of [...this.receivers.all()]) {
      if (receiver.from !== pid) continue;
      this.receivers.remove(receiver);
      receiver.settle("ESRCH");
    }
  }

  #owe(request: RequestClaim): void {
    // It is outstanding, though no list of claims has it.
    request.isListed = true;
    this.#owed.push(request);
  }
}

/** A name in /dev/name, by which a channel is found. It goes with its process. */
export class NameNode extends Inode {
  readonly pid: number;
  readonly #remove: (node: NameNode) => void;

  constructor(volume: Volume, ownership: Ownership, pid: number, remove: (node: NameNode) => void) {
    super(volume, S_IFSOCK, ownership);
    this.pid = pid;
    this.#remove = remove;
  }

  close(): void {
    this.#remove(this);
  }
}

/** The channels of a host, by process. */
export class Channels {
  readonly #channels: Map<number, Channel> = new Map<number, Channel>();

  /** A process's channel, which is made if it has none yet. */
  of(pid: number): Channel {
    let channel = this.#channels.get(pid);
    if (channel === undefined) {
      channel = new Channel();
      this.#channels.set(pid, channel);
    }
    return channel;
  }

  find(pid: number): Channel | undefined {
    return this.#channels.get(pid);
  }

  /** The process has ended, or runs another program, which knows of no request. */
  close(pid: number): void {
    if (this.#channels.size === 0) return;
    const channel = this.#channels.get(pid);
    this.#channels.delete(pid);
    channel?.close();
    for (const other of this.#channels.values()) other.partnerEnded(pid);
  }
}

/** Takes a name out of the directory that it is in, wherever it was moved to. */
export function nameIn(directory: Directory, node: Inode, task: { readonly pid: number }): string | undefined {
  const asked = { ...task, name: "", uid: 0, gid: 0 };
  return directory.names(asked).find((name) => directory.get(name, asked) === node);
}
