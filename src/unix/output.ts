/**
 * Sending: straight into the receive queue of the other end, at the cost of the sender's own send buffer.
 *
 * Read first: Linux's unix_stream_sendmsg, unix_dgram_sendmsg, unix_seqpacket_sendmsg, whose order of checks is kept.
 */
import type { Errno } from "../abi/errno.ts";
import { MSG_OOB } from "../abi/socket.ts";
import type { Task } from "../file/task.ts";
import type { SocketAddress } from "../socket/address.ts";
import type { Ancillary } from "../socket/ancillary.ts";
import { Chunk } from "../socket/chunk.ts";
import { RECEIVE_SHUT, SEND_SHUT } from "../socket/socket.ts";
import { find, leavePeer, maySend } from "./connect.ts";
import { credentialsOf, type UnixPcb } from "./pcb.ts";
import { pieceBytes, pieceMaxBytes, recordBytes } from "./true-size.ts";

/** What a message takes of the send buffer beside its bytes, at least. */
const RECORD_OVERHEAD_BYTES = 32;

/** Sends as much as there is room for. */
export function sendStream(
  pcb: UnixPcb,
  task: Task,
  data: Uint8Array,
  destination: SocketAddress | null,
  ancillary: Ancillary | null,
  flags: number,
): number | Errno {
  const { socket, peer } = pcb;
  // The last byte is the urgent one.
  const urgent = (flags & MSG_OOB) === 0 ? 0 : 1;
  if (urgent > data.length) return "EOPNOTSUPP";
  if (destination !== null) return socket.state === "connected" ? "EISCONN" : "EOPNOTSUPP";
  if (peer === null) return "ENOTCONN";
  if ((socket.shut & SEND_SHUT) !== 0) return "EPIPE";
  // A stream has no empty messages: what should have gone with one goes nowhere.
  if (data.length === 0) ancillary?.rights?.discard();
  const pieceMax = pieceMaxBytes(socket.sendLimitBytes);
  let sent = 0;
  while (sent < data.length) {
    const refusal = socket.room() || sendRights(pcb, task, sent === 0 ? ancillary : null);
    if (refusal !== 0) return sent > 0 ? sent : refusal;
    if (peer.socket.isReleased || (peer.socket.shut & RECEIVE_SHUT) !== 0) return sent > 0 ? sent : "EPIPE";
    const isUrgent = sent === data.length - urgent;
    const length = isUrgent ? 1 : Math.min(data.length - urgent - sent, pieceMax);
    const credentials = credentialsFor(pcb, peer, task, ancillary);
    const rights = sent === 0 ? (ancillary?.rights ?? null) : null;
    const extra = credentials === null && rights === null ? null : { credentials, rights };
    const piece = chunk(pcb, data, sent, length, pieceBytes(length));
    if (isUrgent) peer.socket.announceUrgent(false);
    if (isUrgent) peer.socket.appendUrgent(piece, pcb.name, extra);
    else peer.socket.append(piece, pcb.name, extra);
    sent += length;
  }
  return sent;
}

/** Sends one message, whole. */
export function sendRecord(
  pcb: UnixPcb,
  task: Task,
  data: Uint8Array,
  destination: SocketAddress | null,
  ancillary: Ancillary | null,
): number | Errno {
  const { socket } = pcb;
  let refusal = socket.passCredentials ? pcb.autobind() : 0;
  if (refusal !== 0) return refusal;
  if (data.length > socket.sendLimitBytes - RECORD_OVERHEAD_BYTES) return "EMSGSIZE";
  refusal = socket.room();
  if (refusal !== 0) return refusal;
  const other = destination === null ? (pcb.peer ?? "ENOTCONN") : find(pcb, task, destination);
  if (typeof other === "string") return other;
  refusal = checkReceiver(pcb, other) || sendRights(pcb, task, ancillary);
  if (refusal !== 0) return refusal;
  const credentials = credentialsFor(pcb, other, task, ancillary);
  const rights = ancillary?.rights ?? null;
  const time = other.socket.options.timestamp === "none" ? null : { timeNs: socket.machine.scheduler.nowNs };
  const extra = credentials === null && rights === null && time === null ? null : { credentials, rights, ...time };
  other.socket.append(chunk(pcb, data, 0, data.length, recordBytes(data.length)), pcb.name, extra);
  return data.length;
}

/** Does the other end take a message from here, now? */
function checkReceiver(pcb: UnixPcb, other: UnixPcb): 0 | Errno {
  if (!maySend(pcb, other)) return "EPERM";
  if (other.socket.isReleased) {
    leavePeer(pcb, null);
    return "ECONNREFUSED";
  }
  if ((other.socket.shut & RECEIVE_SHUT) !== 0) return "EPIPE";
  // Between two that are each other's peers, the sender's own buffer is bound enough.
  if (other === pcb || other.peer === pcb || !other.isFull) return 0;
  pcb.waitForRoom(other);
  return "EAGAIN";
}

/** Files leave with the message: ETOOMANYREFS. */
function sendRights({ domain }: UnixPcb, task: Task, ancillary: Ancillary | null): 0 | Errno {
  const rights = ancillary?.rights ?? null;
  if (rights === null) return 0;
  const refusal = domain.inFlight.check(task);
  if (refusal === 0) domain.inFlight.enter(rights, task);
  return refusal;
}

/** What the message says of its sender: what it was told to, or the truth when an end asks for it. */
function credentialsFor(pcb: UnixPcb, other: UnixPcb, task: Task, ancillary: Ancillary | null) {
  const told = ancillary?.credentials ?? null;
  if (told !== null) return told;
  const isAskedFor = pcb.socket.passCredentials || other.socket.passCredentials || other.isEmbryo;
  return isAskedFor ? credentialsOf(task) : null;
}

/** Up to so many bytes a loop is quicker than making a view. */
const LOOP_MAX_BYTES = 24;

/** A private copy of a stretch of what is sent, which the sender pays for. */
function chunk(pcb: UnixPcb, data: Uint8Array, from: number, length: number, costBytes: number): Chunk {
  const bytes = new Uint8Array(length);
  if (length <= LOOP_MAX_BYTES) for (let i = 0; i < length; i++) bytes[i] = data[from + i] as number;
  else bytes.set(length === data.length ? data : data.subarray(from, from + length));
  pcb.socket.charge(costBytes);
  return new Chunk(bytes, pcb.socket, costBytes);
}
