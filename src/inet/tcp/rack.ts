/**
 * RACK: what was sent before something that has arrived, and long enough before, is lost.
 *
 * Read first: RFC 8985 §6; Linux's tcp_recovery.c. Order for each ACK: noteArrived() for each segment → updateWindow() →
 * detectLoss(), which sets the reordering timer for what may only be late.
 *
 *     sent        A   B   C   D            C arrives: A and B were sent before it. Each is lost once C's round trip
 *     arrives             C                and the reordering window have passed since it was sent itself.
 *
 * Where tcp_recovery turns it off, RFC 6675's IsLost() counts what has arrived above instead, and rescue.ts has its last resorts.
 */
import { diff, gt, lt } from "../../base/seq32.ts";
import type { AckNews } from "./ack-news.ts";
import type { SentSegment } from "./sent.ts";
import type { Tcb } from "./tcb.ts";
import { REORDERING } from "./timers.ts";
import { timestampAt } from "./timestamps.ts";

/** The bit of net.ipv4.tcp_recovery. */
const RACK = 1;
/** RFC 8985 §6.2, step 4: so many recoveries a larger reordering window stays. */
const PERSIST_ROUNDS = 16;
const TICK_NS = 1000;

// @rfc 8985 6.2 REC-1
/** Steps 1 to 3: a segment has arrived, by ACK or SACK, for the first time. */
export function noteArrived(tcb: Tcb, segment: SentSegment, news: AckNews): void {
  const { loss, rtt, nowNs } = tcb;
  const { rack } = loss;
  if (segment.transmissions === 1) {
    // Step 3: it was sent once, and something above it had arrived before.
    if (lt(segment.end, rack.fack)) noteReordering(tcb, segment);
    if (!gt(segment.end, tcb.recover)) news.hasOriginal = true;
  }
  if (gt(segment.end, rack.fack)) rack.fack = segment.end;
  const rttNs = nowNs - segment.sentNs;
  if (segment.transmissions > 1) {
    // Step 2: too soon for the retransmission, so it was the original that has arrived.
    if (rttNs < rtt.minNs) return;
    if (news.echo !== null && lt(news.echo, timestampAt(tcb, segment.sentNs))) return;
  } else {
    news.rttNs = rttNs;
  }
  rack.rttNs = rttNs;
  if (isSentAfter(segment.sentNs, segment.end, rack.xmitNs, rack.endSeq)) {
    rack.xmitNs = segment.sentNs;
    rack.endSeq = segment.end;
  }
}

function noteReordering({ loss: { rack }, mss, tcp }: Tcb, { seq }: SentSegment): void {
  if (!rack.isReorderingSeen) tcp.machine.counters.bump("TcpExtTCPSACKReorder");
  rack.isReorderingSeen = true;
  rack.reorderings++;
  // As tcp_check_sack_reordering on Linux, for people to see.
  const seen = Math.max(rack.reordering, Math.ceil(diff(rack.fack, seq) / mss));
  rack.reordering = Math.min(seen, tcp.settings.maxReordering.value);
}

/** Steps 4 and 5, or what RFC 6675 has instead: marks what is lost. */
export function detectLoss(tcb: Tcb, news: AckNews): void {
  const { sent, tcp, timers } = tcb;
  if (sent.isEmpty && !news.isDuplicateSack) {
    timers.clear(REORDERING);
    return;
  }
  const before = sent.lostBytes;
  if ((tcp.settings.recovery.value & RACK) === 0) {
    detectByCount(tcb);
  } else {
    if (news.isDuplicateSack) widenWindow(tcb);
    detectByTime(tcb);
  }
  news.lostBytes += sent.lostBytes - before;
}

// @rfc 8985 6.2 REC-3
/** RFC 8985 §6.2, step 4: a D-SACK says that something was sent again for nothing. */
function widenWindow({ loss, snd }: Tcb): void {
  const { rack } = loss;
  if (rack.dsackRound !== null && lt(snd.una, rack.dsackRound)) return;
  rack.dsackRound = snd.nxt;
  rack.reoWndMult++;
  rack.reoWndPersist = PERSIST_ROUNDS;
}

/** An episode of recovery is over. */
export function recovered({ loss: { rack } }: Tcb): void {
  if (rack.reoWndPersist > 0) rack.reoWndPersist--;
  if (rack.reoWndPersist === 0) rack.reoWndMult = 1;
}

// @rfc 8985 6.2 REC-2
/** RACK_update_reo_wnd: how much later than its turn a segment may come. */
function reorderingWindowNs({ loss, sent, phase, rtt, tcp }: Tcb): number {
  const { rack } = loss;
  if (!rack.isReorderingSeen) {
    if (phase === "recovery" || phase === "loss" || sent.sackedCount >= tcp.settings.reordering.value) return 0;
  }
  return Math.floor(Math.min((rack.reoWndMult * minRttNs(rtt.minNs)) / 4, rtt.srttNs));
}

function minRttNs(minNs: number): number {
  return Number.isFinite(minNs) ? minNs : 0;
}

// @rfc 8985 6.2 REC-4
/** RACK_detect_loss. The list by time ends the search at the first segment that was sent after what has arrived. */
function detectByTime(tcb: Tcb): void {
  const { loss, sent, nowNs, timers } = tcb;
  const { rack } = loss;
  const waitNs = patienceNs(tcb);
  let timeoutNs = 0;
  for (let segment = sent.oldest; segment !== null; ) {
    const { later } = segment;
    if (!isSentAfter(rack.xmitNs, rack.endSeq, segment.sentNs, segment.end)) break;
    const remainingNs = segment.sentNs + waitNs - nowNs;
    if (remainingNs <= 0) lose(tcb, segment);
    else timeoutNs = remainingNs;
    segment = later;
  }
  if (timeoutNs > 0) timers.set(REORDERING, timeoutNs);
  else timers.clear(REORDERING);
}

/** It is taken for lost, and counted. */
export function lose(tcb: Tcb, segment: SentSegment): void {
  const { sent, rate, congestion } = tcb;
  if (!segment.isInPipe) return;
  const isNewRange = segment.previous === null || !segment.previous.isLost;
  sent.markLost(segment);
  rate.lostBytes += segment.length;
  congestion.lost?.(tcb, {
    bytes: segment.length,
    txInFlightBytes: segment.txInFlightBytes,
    lostSinceBytes: rate.lostBytes - segment.priorLostBytes,
    isAppLimited: segment.isAppLimited,
    isNewRange,
    deliveredTotalBytes: rate.deliveredBytes,
  });
}

/** How long a segment still has to wait before it counts as lost; none: it does. */
export function isOverdue(tcb: Tcb, segment: SentSegment): boolean {
  return segment.sentNs + patienceNs(tcb) <= tcb.nowNs;
}

/**
 * How long after it was sent a segment is lost. Where a round trip takes no time, ACKs of what was sent before a retransmission
 * come after it, at the same moment: a tick of Linux's clock lets all of them pass.
 */
function patienceNs(tcb: Tcb): number {
  return Math.max(tcb.loss.rack.rttNs + reorderingWindowNs(tcb), TICK_NS);
}

// @rfc 6675 4 REC-1
/** RFC 6675 §4, IsLost: DupThresh segments above it have arrived, or more than DupThresh - 1 segments' worth of bytes. */
function detectByCount(tcb: Tcb): void {
  const { sent, mss, tcp } = tcb;
  const dupThresh = tcp.settings.reordering.value;
  if (sent.sackedCount === 0) return;
  let count = 0;
  let bytes = 0;
  for (let segment = sent.last; segment !== null; segment = segment.previous) {
    if (segment.isSacked) {
      // Blocks that are not next to each other, as the RFC counts them, are at least as many segments.
      count++;
      bytes += segment.length;
    } else if ((count >= dupThresh || bytes > (dupThresh - 1) * mss) && segment.transmissions === 1) {
      lose(tcb, segment);
    }
  }
}

/** RACK_sent_after. */
function isSentAfter(oneNs: number, oneEnd: number, otherNs: number, otherEnd: number): boolean {
  return oneNs > otherNs || (oneNs === otherNs && gt(oneEnd, otherEnd));
}

/** Nothing has arrived yet: the numbers begin here. */
export function startRack({ loss, snd, rtt }: Tcb): void {
  // As on Linux the SYN has measured a round trip, if it was ours.
  loss.rack.rttNs = rtt.srttNs;
  loss.rack.fack = snd.una;
  loss.rack.endSeq = snd.una;
}
