/**
 * connect(2) and socketpair(2): finding the other end, and being joined to it.
 *
 * Read first: Linux's unix_stream_connect, unix_dgram_connect, unix_find_other, whose order of checks is kept.
 */
import type { Errno } from "../abi/errno.ts";
import { AF_UNIX, AF_UNSPEC, SOCK_SEQPACKET } from "../abi/socket.ts";
import type { Task } from "../file/task.ts";
import type { SocketAddress } from "../socket/address.ts";
import { BOTH_SHUT, RECEIVE_SHUT, Socket } from "../socket/socket.ts";
import { checkPath, isAbstract } from "./names.ts";
import { credentialsOf, type UnixPcb } from "./pcb.ts";

/** The open socket of that name and of the same type. ENOENT, EACCES, ECONNREFUSED, EPROTOTYPE; EINVAL: no name. */
export function find(pcb: UnixPcb, task: Task, address: SocketAddress): UnixPcb | Errno {
  if (address.family !== AF_UNIX) return "EINVAL";
  const checked = checkPath(address.path);
  if (typeof checked === "string") return checked;
  const { domain, socket } = pcb;
  const { path } = checked;
  const found = isAbstract(path) ? domain.abstractNames.find(path, socket.type) : domain.names.find(task, path);
  if (typeof found === "string") return found;
  const other = domain.pcbOf(found);
  // What is found may be of another domain's making, or closed by now.
  if (other === undefined) return "ECONNREFUSED";
  return found.type === socket.type ? other : "EPROTOTYPE";
}

/** A stream or seqpacket socket: the other end is a new socket in the listener's queue. */
export function connectStream(pcb: UnixPcb, task: Task, address: SocketAddress): 0 | Errno {
  const { domain, socket } = pcb;
  const refusal = socket.passCredentials ? pcb.autobind() : 0;
  if (refusal !== 0) return refusal;
  const listener = find(pcb, task, address);
  if (typeof listener === "string") return listener;
  if (listener.socket.state !== "listening" || (listener.socket.shut & RECEIVE_SHUT) !== 0) return "ECONNREFUSED";
  if (listener.isFull) {
    pcb.waitForRoom(listener);
    return "EAGAIN";
  }
  if (socket.state !== "unconnected") return socket.state === "connected" ? "EISCONN" : "EINVAL";
  const connection = new Socket(socket.machine, socket.protocol, domain.nextInode());
  const end = domain.pcbOf(connection) as UnixPcb;
  end.queuedAt = listener;
  end.name.path = listener.name.path;
  join(pcb, end);
  connection.peerCredentials = credentialsOf(task);
  socket.peerCredentials = listener.socket.peerCredentials;
  listener.socket.enqueue(connection);
  return 0;
}

/** A datagram socket: the peer is who hears it, and whom alone it hears. AF_UNSPEC undoes it. */
export function connectDatagram(pcb: UnixPcb, task: Task, address: SocketAddress): 0 | Errno {
  if (address.family === AF_UNSPEC) {
    leavePeer(pcb, null);
    return 0;
  }
  const refusal = pcb.socket.passCredentials ? pcb.autobind() : 0;
  if (refusal !== 0) return refusal;
  const other = find(pcb, task, address);
  if (typeof other === "string") return other;
  if (!maySend(pcb, other)) return "EPERM";
  leavePeer(pcb, other);
  pcb.socket.connected();
  return 0;
}

/** socketpair(2). */
export function pair(a: UnixPcb, b: UnixPcb, task: Task): void {
  join(a, b);
  a.socket.peerCredentials = credentialsOf(task);
  b.socket.peerCredentials = a.socket.peerCredentials;
}

/** A socket that is connected hears its peer only. */
export function maySend(from: UnixPcb, to: UnixPcb): boolean {
  return to.peer === null || to.peer === from;
}

/** Takes another peer, or none. What the old one has sent is lost, and it is told so if it still sends here. */
export function leavePeer(pcb: UnixPcb, peer: UnixPcb | null): void {
  const old = pcb.peer;
  pcb.peer = peer;
  if (peer === null) pcb.socket.state = "unconnected";
  if (old === null || old === peer) return;
  if (pcb.socket.receiveBuffer.isEmpty) return;
  pcb.socket.discardReceived();
  pcb.wakeBlocked();
  if (!old.socket.isReleased && old.peer === pcb) old.socket.fail("ECONNRESET");
}

/** The end of a socket that is closed, as its peer sees it. */
export function hangUp(pcb: UnixPcb, peer: UnixPcb): void {
  if (!pcb.isConnectionOriented) return;
  // What was never read, or accepted, is lost: the peer is told by ECONNRESET, once.
  // A single empty message does not count: Linux takes it for a mark of urgent data that has been read.
  const { receiveBuffer, queuedRecords } = pcb.socket;
  const isLost = pcb.isEmbryo || receiveBuffer.bytes > 0 || queuedRecords > 1;
  peer.socket.shutDown(BOTH_SHUT);
  if (isLost) peer.socket.fail("ECONNRESET");
}

function join(a: UnixPcb, b: UnixPcb): void {
  a.peer = b;
  b.peer = a;
  a.socket.connected();
  b.socket.connected();
}

/** Is this a socket that answers ENOTCONN where a stream answers EINVAL? */
export const isSeqpacket = ({ socket }: UnixPcb): boolean => socket.type === SOCK_SEQPACKET;
