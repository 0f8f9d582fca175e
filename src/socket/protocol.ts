/**
 * Protocol: the table of what a protocol gives the socket layer.
 *
 * Read first: 4.4BSD's protosw and usrreq. socket(2) looks a row up by domain, type and protocol; `attach` gives the
 * new socket its control block, whose methods are the user requests. To add a protocol, add a row to the host's table
 * (`host.protocols.add(row)`). All methods are synchronous and never wait: "EAGAIN" means "not yet", and the protocol
 * wakes the socket's wait queue when it is worth trying again.
 */
import type { Errno } from "../abi/errno.ts";
import type { FileDescription } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";
import type { SocketAddress } from "./address.ts";
import type { Ancillary } from "./ancillary.ts";
import type { OptionValue } from "./option.ts";
import type { Received } from "./receive-buffer.ts";
import type { Socket } from "./socket.ts";

/**
 * What a protocol does for one socket. A call that gives no result answers 0. What a protocol does not have, it leaves
 * out: the socket layer then answers EOPNOTSUPP, or does what is usual.
 */
export interface UserRequests {
  bind(task: Task, address: SocketAddress): 0 | Errno;
  /**
   * Fixes the peer, or makes a connection to it. "EINPROGRESS": it has begun, and connected() or fail() of the socket
   * will tell; "EAGAIN": it can't begin yet, and the socket's waiters are woken for POLLOUT when it may.
   */
  connect(task: Task, address: SocketAddress): 0 | Errno;
  /**
   * Takes the bytes (by copying them) and sends them, to `destination` or to the connected peer when it is null. A
   * stream may take a part. With a result, the protocol has taken the ancillary data over.
   * Asks socket.room() when nothing else speaks against it: "EAGAIN" when the socket has none. `flags`: MSG_OOB,
   * MSG_MORE, MSG_DONTROUTE and the like; the layers above see to the rest.
   */
  send(
    task: Task,
    data: Uint8Array,
    destination: SocketAddress | null,
    ancillary: Ancillary | null,
    flags: number,
  ): number | Errno;
  /** Would a send with these flags begin the connection (fast open)? Then a caller that waits waits for that too. */
  opensWith?(flags: number): boolean;
  /** A connect(2) that has waited has its answer. */
  connectFinished?(isMade: boolean): void;
  localAddress(): SocketAddress;
  /** "ENOTCONN" when there is no peer. */
  remoteAddress(): SocketAddress | Errno;
  /** Whom accept(2) names, where that may be told when remoteAddress() is not: the connection may be over already. */
  acceptedFrom?(): SocketAddress;
  /** The socket is closed. */
  detach(): void;
  /** SO_LINGER: close(2) is to wait so many nanoseconds for what was sent; 0: it has nothing to wait for (any more). */
  lingerNs?(): number;
  /** listen(2) has been called, for the first time or again; the socket keeps the queue. */
  listen?(task: Task, backlogMax: number): 0 | Errno;
  /** A connection has left the accept queue, or (null) the queue may be longer now: there is room for another. */
  accepted?(connection: Socket | null): void;
  /** Nothing is received or sent any more, by the bits of socket.shut, which are set by the protocol. */
  shutdown?(how: number): 0 | Errno;
  /** socketpair(2): these two are each other's peers. */
  pair?(task: Task, other: UserRequests): 0 | Errno;
  /** May it receive at all? */
  receivable?(flags: number): 0 | Errno;
  /** So much has left the receive queue. */
  received?(bytes: number): void;
  /** MSG_ERRQUEUE: the oldest error that waits, with its control messages; "EAGAIN" when there is none. */
  receiveError?(into: Uint8Array, flags: number): Received | Errno;
  /** getsockopt(2), for other levels than SOL_SOCKET, and options of that level that the socket layer does not know. */
  getsockopt?(level: number, option: number): OptionValue | Errno;
  /** setsockopt(2), as getsockopt(). "ENOPROTOOPT"; "EINVAL": the value is not of the option's type. */
  setsockopt?(task: Task, level: number, option: number, value: OptionValue): 0 | Errno;
  /** ioctl(2), where it is more than the socket layer's own requests; undefined for those. */
  ioctl?(task: Task, request: number, argument: unknown): number | object | Errno | undefined;
  /** An option of SOL_SOCKET that the socket layer holds is about to take this value: 0, or what speaks against it. */
  changing?(task: Task, option: number, value: OptionValue): 0 | Errno;
  /** The readiness bits, where they are not socket.readiness(). */
  poll?(): number;
  /** For pictures: the socket at the other end, when it is on this host. */
  peer?(): Socket | null;
  /** What lsof shows, where it is not the addresses. */
  describe?(): FileDescription;
}

/** One row of the table. */
export interface Protocol {
  readonly domain: number;
  readonly type: number;
  /** The protocol's number; a socket call with 0 takes the first row of that domain and type. */
  readonly protocol: number;
  /** As netstat prints it: "udp". */
  readonly name: string;
  /** A socket is writable while no more than one part in so many of its send buffer is in use. Default 2. */
  readonly writableShare?: number;
  /**
   * Whoever waits for room, with edge-triggered epoll too, is woken only when a send or a poll has found none since. Default: each time
   * that something leaves and the socket is writable.
   */
  readonly tellsRoomOnDemand?: boolean;
  /** Takes any protocol number but 0, which its sockets then have. */
  readonly isWild?: boolean;
  /** May this process have such a socket? EPERM, EACCES. Default: everybody may. */
  permits?(task: Task): 0 | Errno;
  attach(socket: Socket): UserRequests;
}

/** EtherTypes have 16 bits. */
const PROTOCOL_MAX = 0xffff;

/** The protocols of one host, in the order in which they were added. */
export class ProtocolTable {
  readonly #rows: Protocol[] = [];

  add(row: Protocol): void {
    this.#rows.push(row);
  }

  /** The row for socket(2)'s arguments, or the errno that socket(2) gives. */
  lookup(domain: number, type: number, protocol: number): Protocol | Errno {
    const exact = this.#rows.find((row) => isExactly(row, domain, type, protocol));
    if (exact !== undefined) return exact;
    const inDomain = this.#rows.filter((row) => row.domain === domain);
    if (inDomain.length === 0) return "EAFNOSUPPORT";
    const ofType = inDomain.filter((row) => row.type === type);
    if (ofType.length === 0) return "ESOCKTNOSUPPORT";
    const wild = ofType.find((row) => row.isWild === true && protocol >= row.protocol && protocol <= PROTOCOL_MAX);
    return wild === undefined ? "EPROTONOSUPPORT" : { ...wild, protocol };
  }
}

function isExactly(row: Protocol, domain: number, type: number, protocol: number): boolean {
  if (row.domain !== domain || row.type !== type || row.isWild === true) return false;
  return protocol === 0 || row.protocol === protocol;
}
