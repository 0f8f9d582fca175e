/**
 * Seventh step: the data. What comes in order goes to the user; what comes early waits.
 *
 * Read first: RFC 9293 §3.10.7.4, "seventh", RFC 5681 §4.2 (an ACK at once on a gap and its filling: H28); Linux's
 * tcp_data_queue. delayed-ack.ts says when the rest is acknowledged.
 */

import { countDrop } from "../../base/machine.ts";
import { add, diff, gt, lt } from "../../base/seq32.ts";
import { PacketPiece } from "../../socket/packet-piece.ts";
import { RECEIVE_SHUT, type Socket } from "../../socket/socket.ts";
import { Packet } from "../../wire/packet.ts";
import * as wire from "../../wire/tcp.ts";
import { scheduleAck } from "./delayed-ack.ts";
import { finReceived } from "./fin.ts";
import { consume } from "./reassembly.ts";
import { noteRoundTrip } from "./receive-buffer.ts";
import { noteDuplicate, noteEarly } from "./sack.ts";
import type { Segment } from "./segment.ts";
import { excessBytes, oldBytes } from "./sequence.ts";
import { mayReceive } from "./state.ts";
import type { Tcb } from "./tcb.ts";
import { placeOfUrgent } from "./urgent.ts";
import type { Verdict } from "./verdict.ts";
import { offeredWindow } from "./window.ts";

// @rfc 7413 4.2.2 REC-2
/** RFC 7413 §4.2.2: the data of a SYN, of a connection that is open though its handshake is not complete. */
export function takeSynText(tcb: Tcb, seg: Segment): void {
  const { packet } = seg;
  const length = Math.min(seg.dataLength, offeredWindow(tcb));
  if (length === 0 || packet === null || !tcb.tcp.memory.mayReceive(0)) return;
  seg.packet = null;
  packet.trimStart(seg.dataOffset);
  packet.truncate(length);
  deliver(tcb, packet, length);
}

/** Takes the data, and a FIN behind it. */
export function takeText(tcb: Tcb, seg: Segment): Verdict | null {
  const { rcv, acknowledgment, tcp } = tcb;
  if (seg.len === 0) return null;
  if (!mayReceive(tcb.state)) {
    // The peer's FIN again, or what came before it: the ACK was lost.
    if (lt(seg.seq, rcv.nxt)) acknowledgment.isNow = true;
    return null;
  }
  // H12, RFC 9293 §3.6.1: nobody is left to whom it could be given, or who would take it.
  if (isDeaf(tcb) && gt(seg.end, rcv.nxt) && seg.dataLength > 0 && !isBeforeUs(tcb, seg)) {
    return { kind: "abort", counter: "TcpExtTCPAbortOnData" };
  }
  const skip = oldBytes(tcb, seg);
  const excess = excessBytes(tcb, seg);
  const length = Math.max(0, seg.dataLength - skip - excess);
  // H10: a FIN whose data was cut off comes again with it.
  const fin = seg.has(wire.FIN) && excess === 0;
  if (seg.dataLength > 0 && length === 0 && !fin) {
    // All of it is old, or the window is closed. H5: it is answered.
    acknowledgment.isNow = true;
    acknowledgment.quick = Math.max(acknowledgment.quick, 1);
    tcp.machine.counters.bump(skip > 0 ? "TcpExtDelayedACKLost" : "TcpExtTCPZeroWindowDrop");
    if (skip > 0) noteDuplicate(tcb, seg.dataSeq, add(seg.dataSeq, skip));
    return null;
  }
  if (length > 0 && !tcp.memory.mayReceive(tcb.socket?.receiveQueueBytes ?? 0)) {
    // The host has no memory left: it comes again.
    countDrop(tcp.machine, "TcpExtTCPRcvQDrop", length);
    acknowledgment.isNow = true;
    return null;
  }
  const packet = seg.packet as Packet;
  seg.packet = null;
  packet.trimStart(seg.dataOffset);
  if (skip > 0) consume(packet, skip);
  packet.truncate(length);
  const start = add(seg.dataSeq, skip);
  if (skip > 0) {
    acknowledgment.isNow = true;
    noteDuplicate(tcb, seg.dataSeq, start);
  }
  if (start === rcv.nxt && length > 0) noteRoundTrip(tcb, seg);
  if (start === rcv.nxt) inOrder(tcb, packet, length, fin, Math.min(length, seg.segmentBytes));
  else early(tcb, packet, start, length, fin);
  return null;
}

/** As tcp_rcv_state_process on Linux: a user who has shut down both directions is as good as gone. */
function isDeaf({ state, socket }: Tcb): boolean {
  return state !== "ESTABLISHED" && (socket === null || (socket.shut & RECEIVE_SHUT) !== 0);
}

/** Does it end where we are, or before? */
function isBeforeUs({ rcv }: Tcb, seg: Segment): boolean {
  return !gt(add(seg.dataSeq, seg.dataLength), rcv.nxt);
}

function inOrder(tcb: Tcb, packet: Packet, length: number, fin: boolean, segmentBytes: number): void {
  const { acknowledgment } = tcb;
  const hadHole = tcb.hasHole;
  if (length > 0) {
    deliver(tcb, packet, length);
    if (!fin) scheduleAck(tcb, segmentBytes);
  } else {
    packet.release();
  }
  if (fin) finReceived(tcb, segmentBytes);
  else if (hadHole) {
    // RFC 5681 §4.2: the sender waits to hear that the hole is filled.
    acknowledgment.isNow = true;
    drain(tcb);
  }
  if (hadHole) tcb.sack?.advance(tcb.rcv.nxt);
}

/** What waited for this goes after it. */
function drain(tcb: Tcb): void {
  const { rcv, reassembly } = tcb;
  for (let held = reassembly.shift(rcv.nxt); held !== undefined; held = reassembly.shift(rcv.nxt)) {
    const old = Math.min(diff(rcv.nxt, held.seq), held.packet.length);
    if (old > 0) consume(held.packet, old);
    if (held.packet.length > 0) deliver(tcb, held.packet, held.packet.length);
    else held.packet.release();
    if (held.fin) {
      finReceived(tcb, 0);
      return;
    }
  }
}

// @rfc 9293 3.10.7.4 SHLD-31, MAY-13
// @rfc 5681 4.2 SHOULD-2
/** It is kept for later, and the peer told at once what is missing. */
function early(tcb: Tcb, packet: Packet, start: number, length: number, fin: boolean): void {
  const { acknowledgment, reassembly, tcp, socket } = tcb;
  const { counters } = tcp.machine;
  counters.bump("TcpExtTCPOFOQueue");
  acknowledgment.isNow = true;
  tcb.earlySegments += packet.segments;
  packet.release();
  const limit = socket?.receiveLimitBytes ?? 0;
  if (reassembly.bytes + (socket?.receiveQueueBytes ?? 0) + packet.trueSizeBytes > limit) {
    countDrop(tcp.machine, "TcpExtTCPOFODrop", packet.length);
    return;
  }
  packet.compact(0);
  const end = add(start, length);
  const twice = reassembly.overlap(start, end);
  if (reassembly.insert(packet, start, end, fin)) noteEarly(tcb, start, end);
  else counters.bump("TcpExtTCPOFOMerge");
  if (twice !== null) noteDuplicate(tcb, twice.start, twice.end);
}

/** Into the receive queue. */
function deliver(tcb: Tcb, packet: Packet, length: number): void {
  const { rcv, socket, acknowledgment, nowNs } = tcb;
  const urgentAt = placeOfUrgent(tcb, length);
  rcv.nxt = add(rcv.nxt, length);
  tcb.bytesReceived += length;
  acknowledgment.lastReceivedNs = nowNs;
  packet.release();
  if (socket === null) return;
  if (urgentAt < 0) socket.appendPacket(packet);
  else deliverUrgent(tcb, socket, packet, urgentAt);
  tcb.chargeUnread(socket.receiveQueueBytes);
}

/** What comes before the urgent byte, the byte, and what comes behind it. */
function deliverUrgent({ urgent }: Tcb, socket: Socket, packet: Packet, place: number): void {
  const bytes = new Uint8Array(packet.length);
  packet.copyTo(bytes);
  if (place > 0) socket.appendPacket(Packet.from(bytes.subarray(0, place)));
  socket.appendUrgent(new PacketPiece(Packet.from(bytes.subarray(place, place + 1))), null, null);
  if (place + 1 < bytes.length) socket.appendPacket(Packet.from(bytes.subarray(place + 1)));
  if (urgent !== null) urgent.isAwaited = false;
}
