/**
 * The Unix domain of one host, put together: its sockets, their names, and the files in flight.
 *
 * Read first: unix(7). unixProtocols() are the rows for the host's table of protocols.
 */
import { AF_UNIX, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from "../abi/socket.ts";
import type { Machine } from "../base/machine.ts";
import { formatAddress } from "../socket/address.ts";
import type { Protocol } from "../socket/protocol.ts";
import type { Socket } from "../socket/socket.ts";
import { InFlight } from "./in-flight.ts";
import { AbstractNames, NO_PATH_NAMES, type SocketNames } from "./names.ts";
import { UnixPcb } from "./pcb.ts";
import { UnixRequests } from "./usrreq.ts";

/** One line of `netstat -x`. */
export interface UnixSnapshot {
  readonly protocol: "unix";
  readonly type: "STREAM" | "DGRAM" | "SEQPACKET";
  /** In netstat's words. */
  readonly state: "" | "LISTENING" | "CONNECTED";
  readonly inode: number;
  /** The peer's inode; null when there is none. */
  readonly peerInode: number | null;
  /** A path, or an abstract name with "@" for its NUL; empty when it has none. */
  readonly path: string;
  /** Bytes of a stream, or of messages, that wait; of a listening socket the connections that do. */
  readonly receiveQueue: number;
  /** True bytes that were sent and not received; of a listening socket its backlog. */
  readonly sendQueue: number;
}

export class UnixDomain {
  readonly machine: Machine;
  readonly abstractNames: AbstractNames;
  readonly inFlight: InFlight = new InFlight();
  /** Numbers for sockets that come from connections. */
  readonly nextInode: () => number;
  /** Path names: the host sets its file tree. */
  names: SocketNames = NO_PATH_NAMES;
  readonly #open: Map<Socket, UnixPcb> = new Map<Socket, UnixPcb>();

  constructor(machine: Machine, nextInode: () => number) {
    this.machine = machine;
    this.nextInode = nextInode;
    this.abstractNames = new AbstractNames(machine.random("unix autobind"));
  }

  attach(socket: Socket): UnixRequests {
    const pcb = new UnixPcb(this, socket);
    this.#open.set(socket, pcb);
    return new UnixRequests(pcb);
  }

  /** The control block of a socket of this domain that has not been closed. */
  pcbOf(socket: Socket): UnixPcb | undefined {
    return this.#open.get(socket);
  }

  forget(socket: Socket): void {
    this.#open.delete(socket);
  }

  /** All open sockets, the oldest first. */
  snapshot(): readonly UnixSnapshot[] {
    return [...this.#open.values()].map(({ socket, address, peer }) => ({
      protocol: "unix",
      type: typeName(socket.type),
      state: socket.state === "listening" ? "LISTENING" : socket.state === "connected" ? "CONNECTED" : "",
      inode: socket.inode,
      peerInode: peer === null ? null : peer.socket.inode,
      path: address === null ? "" : formatAddress(address),
      receiveQueue: socket.acceptQueue === null ? socket.receiveQueueBytes : socket.acceptQueue.length,
      sendQueue: socket.acceptQueue === null ? socket.sendQueueBytes : socket.acceptQueue.backlogMax,
    }));
  }
}

/** The rows that make socket(AF_UNIX, …) work. */
export function unixProtocols(domain: UnixDomain): readonly Protocol[] {
  return [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET].map((type) => ({
    domain: AF_UNIX,
    type,
    protocol: 0,
    name: `unix-${typeName(type).toLowerCase()}`,
    // As unix_writable on Linux.
    writableShare: 4,
    attach: (socket) => domain.attach(socket),
  }));
}

function typeName(type: number): "STREAM" | "DGRAM" | "SEQPACKET" {
  if (type === SOCK_STREAM) return "STREAM";
  return type === SOCK_DGRAM ? "DGRAM" : "SEQPACKET";
}
