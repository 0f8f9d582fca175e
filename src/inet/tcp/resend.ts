/**
 * Sending again what is marked as lost.
 *
 * Read first: RFC 6675 §5, (C), RFC 6298 §5. recovery.ts marks; output() calls resendLost() before it sends anything new.
 */
import { add, gt } from "../../base/seq32.ts";
import * as wire from "../../wire/tcp.ts";
import { hasLeft, mustWait } from "./pacing.ts";
import { noteSent } from "./prr.ts";
import { stamp } from "./rate.ts";
import { pacedRtoNs } from "./retransmission-timeout.ts";
import type { SentSegment } from "./sent.ts";
import type { Tcb } from "./tcb.ts";
import { RETRANSMIT } from "./timers.ts";
import * as trace from "./trace.ts";
import { segmentBytes, transmitSegment } from "./transmit.ts";
import { noteResent } from "./undo.ts";

// @rfc 9293 3.8.6 SHLD-16, MAY-7, SHLD-17
// @rfc 6675 5 SHOULD
/** Sends what is marked as lost, as far as the congestion window goes. */
export function resendLost(tcb: Tcb): void {
  const { sent, snd, nowNs } = tcb;
  for (let segment = sent.firstLost(); segment !== null; segment = sent.firstLost()) {
    // Of a large segment one of those on the wire goes at a time.
    const length = Math.min(segment.length, segmentBytes(tcb));
    if (tcb.pipeBytes > 0 && tcb.pipeBytes + length > tcb.cwnd) return;
    // H2: the peer has taken its window back. Only the first segment tries whether it is still so.
    if (segment !== sent.first && gt(add(segment.seq, length), add(snd.una, snd.wnd))) return;
    if (mustWait(tcb)) return;
    resend(tcb, tcb.phase === "loss" ? "go-back" : "fast");
    if (!tcb.timers.isSet(RETRANSMIT)) tcb.timers.set(RETRANSMIT, pacedRtoNs(tcb));
    if (tcb.retransmitsSinceNs === 0) tcb.retransmitsSinceNs = nowNs;
  }
}

/** Sends the first segment that is lost, once more. */
export function resend(tcb: Tcb, cause: trace.RetransmissionCause): void {
  const segment = tcb.sent.firstLost();
  if (segment !== null) resendSegment(tcb, segment, cause);
}

export function resendSegment(tcb: Tcb, segment: SentSegment, cause: trace.RetransmissionCause): void {
  const { sent, nowNs } = tcb;
  // The MSS may have become smaller since; SYN and FIN are no data.
  const bytes = segmentBytes(tcb);
  const control = (segment.flags & (wire.SYN | wire.FIN)) === 0 ? 0 : 1;
  if (segment.length - control > bytes) sent.split(segment, add(segment.seq, bytes), 0);
  stamp(tcb, segment);
  sent.markSent(segment, nowNs);
  noteResent(tcb);
  noteSent(tcb, segment.length);
  hasLeft(tcb, segment.length);
  trace.retransmission(tcb, segment.seq, segment.length, cause);
  transmitSegment(tcb, segment);
}
