/**
 * Loss: noticing it, sending again, and what it does to the congestion window.
 *
 * Read first: RFC 5681 §3.2, RFC 6582 (NewReno), RFC 6298 §5.4. ack.ts tells of ACKs, timeouts.ts of the timer; both call
 * output() afterwards, which sends what was marked as lost, as far as the window allows.
 *
 *     open ──third duplicate ACK──▶ recovery ──ACK of recover──▶ open
 *       └──────────timeout────────▶   loss   ──ACK of recover──▶ open
 */
import { add, geq, gt } from "../../base/seq32.ts";
import { rtoNs } from "./retransmission-timeout.ts";
import type { Tcb } from "./tcb.ts";
import { RETRANSMIT } from "./timers.ts";
import * as trace from "./trace.ts";
import { segmentBytes, transmitSegment } from "./transmit.ts";

/** RFC 5681 §3.2: so many duplicate ACKs say that a segment is lost, and not only late. */
const DUPLICATES = 3;

/** Sends what is marked as lost, as far as the congestion window goes. */
export function resendLost(tcb: Tcb): void {
  const { sent, snd, nowNs } = tcb;
  for (let segment = sent.firstLost(); segment !== null; segment = sent.firstLost()) {
    if (sent.pipeBytes > 0 && sent.pipeBytes + segment.length > tcb.cwnd) return;
    // H2: the peer has taken its window back. Only the first segment tries whether it is still so.
    if (segment !== sent.first && gt(segment.end, add(snd.una, snd.wnd))) return;
    resend(tcb, tcb.phase === "loss" ? "go-back" : "fast");
    if (!tcb.timers.isSet(RETRANSMIT)) tcb.timers.set(RETRANSMIT, rtoNs(tcb));
    if (tcb.retransmitsSinceNs === 0) tcb.retransmitsSinceNs = nowNs;
  }
}

/** Sends the first segment that is lost, once more. */
export function resend(tcb: Tcb, cause: trace.RetransmissionCause): void {
  const { sent, nowNs } = tcb;
  const segment = sent.firstLost();
  if (segment === null) return;
  // The MSS may have become smaller since; SYN is no data.
  const bytes = segmentBytes(tcb);
  if (segment.length > bytes + 1) sent.split(segment, add(segment.seq, bytes), 0);
  sent.markSent(segment, nowNs);
  trace.retransmission(tcb, segment.seq, segment.length, cause);
  transmitSegment(tcb, segment);
}

/** RFC 5681 §2: nothing new was acknowledged, and something is on its way. H26: ack.ts has looked at the rest. */
export function duplicateAck(tcb: Tcb): void {
  tcb.duplicateAcks++;
  if (tcb.phase === "recovery") {
    // RFC 6582 §3.2, step 3: a segment has left the network.
    tcb.cwnd += tcb.mss;
  } else if (tcb.phase === "open" && tcb.duplicateAcks === DUPLICATES) {
    enterRecovery(tcb);
  }
}

function enterRecovery(tcb: Tcb): void {
  const { sent, snd, congestion, tcp } = tcb;
  if (sent.first === null) return;
  tcb.ssthresh = congestion.thresholdAfterLoss(tcb, tcb.flight);
  tcb.phase = "recovery";
  tcb.recover = snd.nxt;
  sent.markLost(sent.first);
  tcp.machine.counters.bump("TcpExtTCPRenoRecovery");
  // RFC 5681 §3.2, step 2: the first one at once, whatever the window says.
  resend(tcb, "fast");
  tcb.cwnd = tcb.ssthresh + DUPLICATES * tcb.mss;
}

/** New data was acknowledged. H27: ssthresh is taken once for each episode. */
export function newAck(tcb: Tcb, ackedBytes: number, flightBefore: number): void {
  tcb.duplicateAcks = 0;
  if (tcb.phase === "open") {
    grow(tcb, ackedBytes, flightBefore);
    return;
  }
  const isOver = geq(tcb.snd.una, tcb.recover);
  if (tcb.phase === "loss") {
    grow(tcb, ackedBytes, flightBefore);
    if (isOver) tcb.phase = "open";
    return;
  }
  if (isOver) {
    // RFC 6582 §3.2, step 3, "full acknowledgments", (1): no burst when little is in flight.
    tcb.cwnd = Math.min(tcb.ssthresh, Math.max(tcb.flight, tcb.mss) + tcb.mss);
    tcb.phase = "open";
    return;
  }
  // "Partial acknowledgments": what comes behind the hole is a hole too.
  tcb.cwnd = Math.max(tcb.mss, tcb.cwnd - ackedBytes);
  if (ackedBytes >= tcb.mss) tcb.cwnd += tcb.mss;
  const { first } = tcb.sent;
  if (first === null) return;
  tcb.sent.markLost(first);
  resend(tcb, "partial-ack");
}

/** The timer has expired: all that is in flight is taken for lost. RFC 5681 §3.1, RFC 6298 §5. */
export function timedOut(tcb: Tcb): void {
  const { sent, snd, congestion } = tcb;
  // H27, RFC 5681 §3.1: not again for a segment that was retransmitted already.
  if (tcb.phase !== "loss") tcb.ssthresh = congestion.thresholdAfterLoss(tcb, tcb.flight);
  congestion.timedOut(tcb);
  tcb.phase = "loss";
  tcb.recover = snd.nxt;
  tcb.duplicateAcks = 0;
  tcb.cwnd = tcb.mss;
  for (let segment = sent.first; segment !== null; segment = segment.next) sent.markLost(segment);
}

/** RFC 5681 §3.1: the window grows only while it is what holds sending back; one that is not used says nothing. */
function grow(tcb: Tcb, ackedBytes: number, flightBefore: number): void {
  if (!tcb.isWindowLimited && flightBefore + tcb.mss < tcb.cwnd) return;
  tcb.isWindowLimited = false;
  tcb.congestion.acknowledged(tcb, ackedBytes, flightBefore);
}
