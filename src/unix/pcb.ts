/**
 * The control block of a Unix-domain socket: its name, its peer, and who waits for room in its queue.
 *
 * Read first: unix(7). Senders and connectors that found the queue of another socket full stand in its `blocked` set;
 * when there is room all of them are woken, oldest first, and try again.
 */
import type { Errno } from "../abi/errno.ts";
import { POLLOUT } from "../abi/poll.ts";
import { type AF_UNIX, SOCK_DGRAM } from "../abi/socket.ts";
import type { Task } from "../file/task.ts";
import { UNNAMED, type UnixAddress } from "../socket/address.ts";
import type { Credentials } from "../socket/ancillary.ts";
import type { Socket } from "../socket/socket.ts";
import type { UnixDomain } from "./unix.ts";

/** net.unix.max_dgram_qlen: a queue with more than so many messages is full for all but its peer. */
const RECORDS_MAX = 10;

export class UnixPcb {
  readonly domain: UnixDomain;
  readonly socket: Socket;
  /**
   * The name as others see it. As on Linux a receiver looks it up when it receives: so what is in a queue tells of a name
   * that its sender got only later.
   */
  readonly name: { family: typeof AF_UNIX; path: string } = { ...UNNAMED };
  /** Who receives what it sends. The peer's peer need not be this one. */
  peer: UnixPcb | null = null;
  /** The listener in whose queue it waits to be accepted. */
  queuedAt: UnixPcb | null = null;
  readonly #blocked: Set<UnixPcb> = new Set<UnixPcb>();
  readonly #waitsFor: Set<UnixPcb> = new Set<UnixPcb>();

  constructor(domain: UnixDomain, socket: Socket) {
    this.domain = domain;
    this.socket = socket;
  }

  /** Has it been connected to, and not been accepted yet? */
  get isEmbryo(): boolean {
    return this.queuedAt !== null;
  }

  /** Null when it has no name. */
  get address(): UnixAddress | null {
    return this.name.path === "" ? null : this.name;
  }

  /** Stream and seqpacket make connections. */
  get isConnectionOriented(): boolean {
    return this.socket.type !== SOCK_DGRAM;
  }

  /** Has its queue no room: for messages, or for connections when it listens? */
  get isFull(): boolean {
    const { acceptQueue } = this.socket;
    return acceptQueue === null ? this.socket.queuedRecords > RECORDS_MAX : acceptQueue.isFull;
  }

  /** Its socket will be woken when there is room in the other's queue. */
  waitForRoom(other: UnixPcb): void {
    other.#blocked.add(this);
    this.#waitsFor.add(other);
  }

  /** There may be room in its queue, or it is gone. */
  wakeBlocked(): void {
    if (this.#blocked.size === 0) return;
    const blocked = [...this.#blocked];
    this.#blocked.clear();
    for (const waiting of blocked) {
      waiting.#waitsFor.delete(this);
      waiting.socket.waiters.wake(POLLOUT);
    }
  }

  stopWaiting(): void {
    for (const other of this.#waitsFor) other.#blocked.delete(this);
    this.#waitsFor.clear();
  }

  /** Gives it a name of the kernel's choice, unless it has one. ENOSPC. */
  autobind(): 0 | Errno {
    if (this.address !== null) return 0;
    const chosen = this.domain.abstractNames.autobind(this.socket);
    if (typeof chosen === "string") return chosen;
    this.name.path = chosen.name;
    return 0;
  }
}

export function credentialsOf({ pid, uid, gid }: Task): Credentials {
  return { pid, uid, gid };
}
