/**
 * Fifth step: the ACK field. What was acknowledged leaves the queues, the window moves, and closing goes on.
 *
 * Read first: RFC 9293 §3.10.7.4, "fifth", RFC 5961 §5, RFC 6298 §5; Linux's tcp_ack.
 * Order: checkAck() → takeAcknowledged() → takeSack() → updateWindow() → recovery.ts → finAcknowledged().
 */
import { add, diff, geq, gt, leq, lt } from "../../base/seq32.ts";
import * as wire from "../../wire/tcp.ts";
import { AckNews } from "./ack-news.ts";
import { takeEcho } from "./ecn.ts";
import { enter } from "./finish.ts";
import { updateMss } from "./mss.ts";
import { noteArrived } from "./rack.ts";
import { noteDelivered, takeSample } from "./rate.ts";
import { ackArrived } from "./recovery.ts";
import { takeArrived } from "./reno-recovery.ts";
import { pacedRtoNs } from "./retransmission-timeout.ts";
import { unsentBytes } from "./room.ts";
import { takeSack } from "./scoreboard.ts";
import type { Segment } from "./segment.ts";
import { growSendBuffer } from "./send-buffer.ts";
import { hasQueuedFin } from "./state.ts";
import { scheduleProbe } from "./tail-probe.ts";
import type { Tcb } from "./tcb.ts";
import { PERSIST, RETRANSMIT } from "./timers.ts";
import { noteTimestamp, timestampNow } from "./timestamps.ts";
import { acknowledge, CHALLENGE, drop, REPLY_RESET, type Verdict } from "./verdict.ts";

const NS_PER_MS = 1_000_000;
/** Linux's tcp_check_sack_reneging. */
const RENEGING_NS = 10 * NS_PER_MS;
/** One record for all ACKs; nothing keeps it. */
const news: AckNews = new AckNews();

/** Does the ACK make sense? It is not acted upon yet. */
export function checkAck(tcb: Tcb, seg: Segment): Verdict | null {
  const { snd, state } = tcb;
  if (!seg.has(wire.ACK)) return drop(null);
  if (state === "SYN_RECEIVED") {
    // RFC 9293 §3.10.7.4, "fifth", SYN-RECEIVED: not an ACK of our SYN.
    return gt(seg.ack, snd.una) && leq(seg.ack, snd.nxt) ? null : REPLY_RESET;
  }
  // Something that was never sent is acknowledged.
  if (gt(seg.ack, snd.nxt)) return acknowledge("TcpExtTCPAckSkipped");
  // RFC 5961 §5.2: older than any ACK that may still be on its way.
  if (lt(seg.ack, add(snd.una, -snd.maxWnd))) return CHALLENGE;
  return null;
}

/** Acts upon an ACK that makes sense. H6: an old one says nothing, though its data count. */
export function takeAck(tcb: Tcb, seg: Segment): void {
  const { snd } = tcb;
  noteTimestamp(tcb, seg);
  tcb.probes = 0;
  tcb.softError = null;
  if (lt(seg.ack, snd.una)) return;
  const isNew = gt(seg.ack, snd.una);
  const { deliveredSegments } = tcb.rate;
  news.begin(tcb.flight, tcb.sent.pipeBytes);
  if (seg.options.hasTimestamps && seg.options.timestampEcho !== 0) news.echo = seg.options.timestampEcho;
  if (isNew) takeAcknowledged(tcb, seg);
  if (tcb.sackPermitted) takeSack(tcb, seg, news);
  if (isNew || news.sackedBytes > 0) measure(tcb, seg);
  const isUpdate = updateWindow(tcb, seg);
  news.isDuplicate = !isNew && isDuplicate(tcb, seg, isUpdate);
  takeSample(tcb);
  if (isNew) {
    restartTimer(tcb);
    if (tcb.sent.isEmpty && tcb.busySinceNs >= 0 && unsentBytes(tcb) <= 0) endBusy(tcb);
  }
  takeEcho(tcb, seg, news, tcb.rate.deliveredSegments - deliveredSegments);
  if (!isReneging(tcb)) ackArrived(tcb, news);
  if (isNew || news.sackedBytes > 0) scheduleProbe(tcb);
  if (isNew) growSendBuffer(tcb);
  if (isNew && hasQueuedFin(tcb.state) && geq(snd.una, add(tcb.sendQueue.end, 1))) finAcknowledged(tcb);
}

/** RFC 5681 §2: no data, the same window, something outstanding: H26. */
function isDuplicate(tcb: Tcb, seg: Segment, isUpdate: boolean): boolean {
  return !isUpdate && seg.len === 0 && !tcb.sent.isEmpty && seg.ack === tcb.snd.una;
}

function takeAcknowledged(tcb: Tcb, seg: Segment): void {
  const { snd, sent, nowNs, sendQueue } = tcb;
  news.ackedBytes = diff(seg.ack, snd.una);
  tcb.bytesAcked += news.ackedBytes;
  snd.una = seg.ack;
  const sackedBefore = sent.sackedBytes;
  let sentNs = -1;
  let isAmbiguous = false;
  for (let segment = sent.shiftAcknowledged(snd.una); segment !== null; segment = sent.shiftAcknowledged(snd.una)) {
    if (segment.transmissions > 1) isAmbiguous = true;
    else if (sentNs < 0 && !segment.isSacked) sentNs = segment.sentNs;
    if (segment.isSacked) continue;
    noteArrived(tcb, segment, news);
    noteDelivered(tcb, segment, segment.length, segment.count);
  }
  const front = sent.first;
  const frontBytes = sent.trimAcknowledged(snd.una);
  if (front !== null && frontBytes > 0 && !front.isSacked) {
    // As tcp_tso_acked: a part of a large segment has arrived.
    if (front.transmissions > 1) isAmbiguous = true;
    else if (sentNs < 0) sentNs = front.sentNs;
    noteDelivered(tcb, front, frontBytes, Math.floor(frontBytes / front.segmentBytes));
  }
  news.newlyAckedBytes = news.ackedBytes - (sackedBefore - sent.sackedBytes);
  if (tcb.arrivedBytes > 0) takeArrived(tcb, news);
  news.oldestRttNs = isAmbiguous || sentNs < 0 ? -1 : nowNs - sentNs;
  sendQueue.acknowledge(snd.una, tcb);
  tcb.retransmitsSinceNs = 0;
  if (tcb.urgent !== null && geq(snd.una, snd.up)) tcb.urgent.isSending = false;
}

// @rfc 9293 3.8.1 MUST-18
// @rfc 6298 3 MUST
/** RFC 6298 §3, Karn: nothing is learnt from what was sent twice, unless a timestamp tells which one it was: H24. */
function measure(tcb: Tcb, seg: Segment): void {
  const { rtt, timestamps, tcp } = tcb;
  if (news.rttNs >= 0) {
    rtt.noteLeast(news.rttNs);
    tcb.congestion.measured?.(tcb, news.rttNs);
  }
  const measuredNs = news.ackedBytes > 0 ? news.oldestRttNs : news.rttNs;
  if (measuredNs >= 0) {
    rtt.sample(measuredNs, tcp.settings);
  } else if (
    news.ackedBytes > 0 &&
    timestamps !== null &&
    seg.options.hasTimestamps &&
    seg.options.timestampEcho !== 0
  ) {
    const elapsedMs = diff(timestampNow(tcp, timestamps.offset), seg.options.timestampEcho);
    if (elapsedMs < 0) return;
    // The clock of timestamps is coarse: what took no time by it may have taken up to a millisecond.
    rtt.sample(Math.max(1, elapsedMs) * NS_PER_MS, tcp.settings);
  } else {
    return;
  }
  tcb.backoff = 0;
}

/**
 * The peer has acknowledged all that is missing before something that it had: it has given that up. RFC 2018 §8: only the
 * timer tells what is left, and it need not take long.
 */
function isReneging({ sent, timers, rtt }: Tcb): boolean {
  if (sent.first === null || !sent.first.isSacked) return false;
  timers.set(RETRANSMIT, Math.max(Math.floor(rtt.srttNs / 2), RENEGING_NS));
  return true;
}

// @rfc 6298 5 REC
/** RFC 6298 §5.2 and §5.3. */
function restartTimer(tcb: Tcb): void {
  const { timers, sent } = tcb;
  if (sent.isEmpty) timers.clear(RETRANSMIT);
  else timers.set(RETRANSMIT, pacedRtoNs(tcb));
}

/** All that was sent has arrived: Linux's tcp_chrono_stop. */
function endBusy(tcb: Tcb): void {
  tcb.busyNs += tcb.nowNs - tcb.busySinceNs;
  tcb.busySinceNs = -1;
}

// @rfc 9293 3.1 MUST-1, REC-1; @rfc 9293 3.8.6 MUST-34
/** H1: only by a segment that is newer than the one which brought the last window. True when the window has changed. */
function updateWindow(tcb: Tcb, seg: Segment): boolean {
  const { snd } = tcb;
  if (!isNewer(tcb, seg)) return false;
  const before = snd.wnd;
  snd.wnd = seg.wnd << snd.scale;
  snd.wl1 = seg.seq;
  snd.wl2 = seg.ack;
  if (snd.wnd > snd.maxWnd) {
    snd.maxWnd = snd.wnd;
    updateMss(tcb);
  }
  if (snd.wnd !== before && snd.wnd > 0) {
    tcb.timers.clear(PERSIST);
    if (before === 0) {
      tcb.backoff = 0;
      // Probes are over; what was sent before them may still be sent again.
      if (tcb.sent.isEmpty) tcb.retransmitsSinceNs = 0;
    }
  }
  return snd.wnd !== before;
}

function isNewer({ snd }: Tcb, seg: Segment): boolean {
  return lt(snd.wl1, seg.seq) || (snd.wl1 === seg.seq && leq(snd.wl2, seg.ack));
}

/** Our FIN has arrived. */
function finAcknowledged(tcb: Tcb): void {
  const { tcp, state } = tcb;
  if (state === "FIN_WAIT_1") {
    enter(tcb, "FIN_WAIT_2", "ACK of FIN");
    tcp.orphanWaits(tcb);
  } else if (state === "CLOSING") {
    tcp.timeWait(tcb, "ACK of FIN");
  } else if (state === "LAST_ACK") {
    tcp.finished(tcb, "ACK of FIN");
  }
}
