/**
 * A segment arrives while our SYN waits for its answer: RFC 9293 §3.10.7.3.
 *
 * Read first: RFC 9293 §3.10.7.3 and §3.5; Linux's tcp_rcv_synsent_state_process.
 */
import { add, diff, gt, leq } from "../../base/seq32.ts";
import * as wire from "../../wire/tcp.ts";
import { replyReset } from "./closed.ts";
import { asksForEcn, Ecn, isEcnAgreed } from "./ecn.ts";
import { establish, takeSynOptions } from "./establish.ts";
import { takeFastOpenAnswer } from "./fast-open.ts";
import { enter, fail } from "./finish.ts";
import { output } from "./output.ts";
import { rtoNs } from "./retransmission-timeout.ts";
import type { Segment } from "./segment.ts";
import type { Tcb } from "./tcb.ts";
import { takeText } from "./text.ts";
import { RETRANSMIT } from "./timers.ts";
import { timestampNow } from "./timestamps.ts";
import { sendSyn } from "./transmit.ts";

export function synSentArrives(tcb: Tcb, seg: Segment): void {
  tcb.segmentsIn++;
  tcb.lastHeardNs = tcb.nowNs;
  const { snd, rcv } = tcb;
  // First: the ACK bit.
  if (seg.has(wire.ACK) && !(gt(seg.ack, tcb.iss) && leq(seg.ack, snd.nxt))) {
    replyReset(tcb.tcp, seg);
    return;
  }
  // Second: the RST bit. RFC 5961 §3.2: only one that acknowledges our SYN.
  if (seg.has(wire.RST)) {
    if (seg.has(wire.ACK)) fail(tcb, "ECONNREFUSED", "RST");
    return;
  }
  // Fourth: the SYN bit.
  if (!seg.has(wire.SYN)) return;
  tcb.irs = seg.seq;
  rcv.nxt = add(seg.seq, 1);
  rcv.wup = rcv.nxt;
  takeSynOptions(tcb, seg);
  if (seg.has(wire.ACK) && asksForEcn(tcb.tcp) && isEcnAgreed(seg)) tcb.ecn = new Ecn();
  if (seg.has(wire.ACK)) synAcknowledged(tcb, seg);
  else simultaneousOpen(tcb, seg);
}

function synAcknowledged(tcb: Tcb, seg: Segment): void {
  const { sent, snd, timers, acknowledgment, rtt, nowNs, tcp } = tcb;
  const syn = sent.first;
  snd.una = seg.ack;
  // As on Linux the SYN counts.
  tcb.bytesAcked += diff(seg.ack, tcb.iss);
  while (sent.shiftAcknowledged(snd.una) !== null) tcb.rate.deliveredSegments++;
  sent.trimAcknowledged(snd.una);
  tcb.sendQueue.acknowledge(snd.una, tcb);
  if (syn !== null && syn.transmissions === 1) rtt.sample(nowNs - syn.sentNs, tcp.settings);
  else sampleEcho(tcb, seg);
  rtt.fallBack();
  tcb.backoff = 0;
  if (sent.isEmpty) timers.clear(RETRANSMIT);
  else timers.set(RETRANSMIT, rtoNs(tcb));
  establish(tcb, seg);
  takeFastOpenAnswer(tcb, seg);
  acknowledgment.isNow = true;
  takeText(tcb, seg);
  output(tcb);
}

// @rfc 9293 3.5 MUST-10
/** RFC 9293 §3.5, figure 8: both have sent SYN: H14. */
function simultaneousOpen(tcb: Tcb, seg: Segment): void {
  const { timers, sent, snd } = tcb;
  enter(tcb, "SYN_RECEIVED", "SYN");
  // H35: what is sent now lies in the peer's window.
  snd.wnd = seg.wnd;
  snd.maxWnd = seg.wnd;
  snd.wl1 = seg.seq;
  snd.wl2 = seg.ack;
  const syn = sent.first;
  if (syn !== null) sent.markSent(syn, tcb.nowNs);
  timers.set(RETRANSMIT, rtoNs(tcb));
  sendSyn(tcb);
}

/** The SYN was sent more than once: the timestamp tells which one was answered. */
function sampleEcho({ timestamps, rtt, tcp }: Tcb, seg: Segment): void {
  if (timestamps === null || !seg.options.hasTimestamps || seg.options.timestampEcho === 0) return;
  const elapsedMs = (timestampNow(tcp, timestamps.offset) - seg.options.timestampEcho) | 0;
  if (elapsedMs >= 0) rtt.sample(Math.max(1, elapsedMs) * 1_000_000, tcp.settings);
}
