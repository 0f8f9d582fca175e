/**
 * Protocol: the table of what a protocol gives the socket layer.
 *
 * Read first: 4.4BSD's protosw and usrreq. socket(2) looks a row up by domain, type and protocol; `attach` gives the
 * new socket its control block, whose methods are the user requests. To add a protocol, add a row to the host's table
 * (`host.protocols.add(row)`). All methods are synchronous and never wait.
 */
import type { Errno } from "../abi/errno.ts";
import type { Task } from "../file/task.ts";
import type { SocketAddress } from "./address.ts";
import type { Socket } from "./socket.ts";

/** What a protocol does for one socket. A call that gives no result answers 0. */
export interface UserRequests {
  bind(task: Task, address: SocketAddress): 0 | Errno;
  /** For a datagram protocol: fixes the peer. */
  connect(task: Task, address: SocketAddress): 0 | Errno;
  /**
   * Takes the bytes (by copying them) and sends them, to `destination` or to the connected peer when it is null.
   * Asks socket.room() when nothing else speaks against it: "EAGAIN" when the socket has none.
   */
  send(task: Task, data: Uint8Array, destination: SocketAddress | null): number | Errno;
  localAddress(): SocketAddress;
  /** "ENOTCONN" when there is no peer. */
  remoteAddress(): SocketAddress | Errno;
  /** The socket is closed. */
  detach(): void;
}

/** One row of the table. */
export interface Protocol {
  readonly domain: number;
  readonly type: number;
  /** The protocol's number; a socket call with 0 takes the first row of that domain and type. */
  readonly protocol: number;
  /** As netstat prints it: "udp". */
  readonly name: string;
  attach(socket: Socket): UserRequests;
}

/** The protocols of one host, in the order in which they were added. */
export class ProtocolTable {
  readonly #rows: Protocol[] = [];

  add(row: Protocol): void {
    this.#rows.push(row);
  }

  /** The row for socket(2)'s arguments, or the errno that socket(2) gives. */
  lookup(domain: number, type: number, protocol: number): Protocol | Errno {
    const inDomain = this.#rows.filter((row) => row.domain === domain);
    if (inDomain.length === 0) return "EAFNOSUPPORT";
    const ofType = inDomain.filter((row) => row.type === type);
    if (ofType.length === 0) return "ESOCKTNOSUPPORT";
    return ofType.find((row) => protocol === 0 || row.protocol === protocol) ?? "EPROTONOSUPPORT";
  }
}
