/**
 * What a Unix-domain socket is asked to do: bind, connect, listen, send, shut down, close.
 *
 * Read first: unix(7); Linux's net/unix/af_unix.c. Order: connect.ts joins two sockets, output.ts fills the queue of the
 * other end, the socket layer empties it.
 */
import type { Errno } from "../abi/errno.ts";
import { POLLOUT } from "../abi/poll.ts";
import { AF_UNIX, MSG_OOB, SOCK_DGRAM, SOCK_STREAM } from "../abi/socket.ts";
import type { FileDescription } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";
import { formatAddress, type SocketAddress } from "../socket/address.ts";
import type { Ancillary } from "../socket/ancillary.ts";
import type { UserRequests } from "../socket/protocol.ts";
import { BOTH_SHUT, RECEIVE_SHUT, SEND_SHUT, type Socket } from "../socket/socket.ts";
import { collect } from "./collect.ts";
import { connectDatagram, connectStream, hangUp, isSeqpacket, pair } from "./connect.ts";
import { checkPath, isAbstract } from "./names.ts";
import { sendRecord, sendStream } from "./output.ts";
import { credentialsOf, type UnixPcb } from "./pcb.ts";

export class UnixRequests implements UserRequests {
  readonly pcb: UnixPcb;

  constructor(pcb: UnixPcb) {
    this.pcb = pcb;
  }

  bind(task: Task, address: SocketAddress): 0 | Errno {
    const { pcb } = this;
    const { domain, socket } = pcb;
    if (address.family !== AF_UNIX) return "EINVAL";
    if (address.path === "") return pcb.autobind();
    const checked = checkPath(address.path);
    if (typeof checked === "string") return checked;
    const { path } = checked;
    // As Linux, which makes the node first and finds only then that the socket has a name already.
    if (pcb.address !== null) return (isAbstract(path) ? 0 : domain.names.mayBind(task, path)) || "EINVAL";
    const refusal = isAbstract(path) ? domain.abstractNames.bind(path, socket) : domain.names.bind(task, path, socket);
    if (refusal === 0) pcb.name.path = path;
    return refusal;
  }

  connect(task: Task, address: SocketAddress): 0 | Errno {
    return this.pcb.isConnectionOriented
      ? connectStream(this.pcb, task, address)
      : connectDatagram(this.pcb, task, address);
  }

  pair(task: Task, other: UserRequests): 0 | Errno {
    if (!(other instanceof UnixRequests)) return "EOPNOTSUPP";
    pair(this.pcb, other.pcb, task);
    return 0;
  }

  listen(task: Task): 0 | Errno {
    const { socket, address } = this.pcb;
    if (!this.pcb.isConnectionOriented) return "EOPNOTSUPP";
    if (address === null) return "EINVAL";
    if (socket.state !== "unconnected" && socket.state !== "listening") return "EINVAL";
    socket.peerCredentials = credentialsOf(task);
    return 0;
  }

  accepted(connection: Socket | null): void {
    const end = connection === null ? undefined : this.pcb.domain.pcbOf(connection);
    if (end !== undefined) end.queuedAt = null;
    this.pcb.wakeBlocked();
  }

  send(
    task: Task,
    data: Uint8Array,
    destination: SocketAddress | null,
    ancillary: Ancillary | null,
    flags: number,
  ): number | Errno {
    const { pcb } = this;
    if (pcb.socket.type === SOCK_STREAM) return sendStream(pcb, task, data, destination, ancillary, flags);
    if ((flags & MSG_OOB) !== 0) return "EOPNOTSUPP";
    if (!isSeqpacket(pcb)) return sendRecord(pcb, task, data, destination, ancillary);
    const error = pcb.socket.takeError();
    if (error !== null) return error;
    // A connection knows where to: an address is passed over.
    return pcb.socket.state === "connected" ? sendRecord(pcb, task, data, null, ancillary) : "ENOTCONN";
  }

  receivable(): 0 | Errno {
    const { socket } = this.pcb;
    if (socket.type === SOCK_DGRAM || socket.state === "connected") return 0;
    return isSeqpacket(this.pcb) ? "ENOTCONN" : "EINVAL";
  }

  received(): void {
    this.pcb.wakeBlocked();
  }

  shutdown(how: number): 0 | Errno {
    const { socket, peer } = this.pcb;
    socket.shutDown(how);
    if (peer !== null && this.pcb.isConnectionOriented) {
      // What one end does not receive, the other can't send, and the other way round.
      const mirrored = ((how & RECEIVE_SHUT) === 0 ? 0 : SEND_SHUT) | ((how & SEND_SHUT) === 0 ? 0 : RECEIVE_SHUT);
      peer.socket.shutDown(mirrored);
    }
    return 0;
  }

  poll(): number {
    const { pcb } = this;
    const { peer } = pcb;
    const events = pcb.socket.readiness();
    if ((events & POLLOUT) === 0 || peer === null || peer.peer === pcb || pcb.isConnectionOriented) return events;
    if (peer.socket.isReleased || !peer.isFull) return events;
    // Whoever polls is told when there is room.
    pcb.waitForRoom(peer);
    return events & ~POLLOUT;
  }

  localAddress(): SocketAddress {
    return this.pcb.name;
  }

  remoteAddress(): SocketAddress | Errno {
    return this.pcb.peer?.name ?? "ENOTCONN";
  }

  detach(): void {
    const { pcb } = this;
    const { domain, socket, address, peer } = pcb;
    domain.forget(socket);
    // A connection has its listener's name without being what is found there.
    if (address !== null) {
      if (isAbstract(address.path)) domain.abstractNames.free(address.path, socket);
      else domain.names.closed(address.path, socket);
    }
    socket.shut = BOTH_SHUT;
    pcb.peer = null;
    pcb.stopWaiting();
    pcb.wakeBlocked();
    if (peer !== null) hangUp(pcb, peer);
    for (const connection of socket.acceptQueue ?? []) connection.release();
    socket.discardReceived();
    if (domain.inFlight.total > 0) collect(domain.inFlight);
  }

  /** A connection that waits to be accepted is seen as its listener, for which it stands. */
  peer(): Socket | null {
    const { peer } = this.pcb;
    return (peer?.queuedAt ?? peer)?.socket ?? null;
  }

  describe(): FileDescription {
    const { socket, address } = this.pcb;
    const type = socket.protocol.name.slice("unix-".length).toUpperCase();
    const state = socket.state === "unconnected" ? "" : ` (${socket.state === "listening" ? "LISTEN" : "CONNECTED"})`;
    const name = address === null ? "socket" : formatAddress(address);
    return { type: "unix", node: String(socket.inode), name: `${name} type=${type}${state}` };
  }
}
