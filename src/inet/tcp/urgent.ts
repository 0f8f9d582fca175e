/**
 * Urgent data: a byte that the user may read out of its turn.
 *
 * Read first: RFC 9293 §3.8.5, RFC 6093, tcp(7); Linux's tcp_check_urg and tcp_urg. As on Linux the urgent pointer points
 * behind the byte (RFC 1011's reading), and there is one such byte at a time.
 */
import { add, diff, gt } from "../../base/seq32.ts";
import * as wire from "../../wire/tcp.ts";
import type { Segment } from "./segment.ts";
import { mayReceive } from "./state.ts";
import type { Tcb, Urgent } from "./tcb.ts";

// @rfc 9293 3.8.5 MUST-30, MUST-32, MUST-62; @rfc 9293 3.8.6 MUST-66
/** Sixth step: RFC 9293 §3.10.7.4, "sixth". The user is told at once, though the byte may come later. */
export function takeUrgent(tcb: Tcb, seg: Segment): void {
  if (!seg.has(wire.URG) || seg.urgentPointer === 0 || !mayReceive(tcb.state)) return;
  const { rcv, socket, urgent } = tcb;
  // net.ipv4.tcp_stdurg: the peer follows RFC 1122 §4.2.2.4.
  const behind = tcb.tcp.settings.stdurg.value === 0 ? 0 : 1;
  const up = add(seg.seq, seg.urgentPointer + behind);
  // The byte has come already, or it is known that it will.
  if (!gt(up, rcv.nxt) || (urgent?.isAwaited === true && !gt(up, rcv.up))) return;
  rcv.up = up;
  urgentOf(tcb).isAwaited = true;
  socket?.announceUrgent(true);
}

// @rfc 9293 3.8.5 MUST-30, MUST-31, MUST-62
/** The last byte that was sent is urgent: RFC 9293 §3.8.5. */
export function markUrgent(tcb: Tcb): void {
  urgentOf(tcb).isSending = true;
  tcb.snd.up = tcb.sendQueue.end;
}

/** Is the urgent byte among the `length` bytes that come next? Its place among them, or -1. */
export function placeOfUrgent({ urgent, rcv }: Tcb, length: number): number {
  if (urgent === null || !urgent.isAwaited) return -1;
  const place = diff(rcv.up, rcv.nxt) - 1;
  return place >= 0 && place < length ? place : -1;
}

function urgentOf(tcb: Tcb): Urgent {
  tcb.urgent ??= { isSending: false, isAwaited: false };
  return tcb.urgent;
}
