/**
 * Loss: noticing it, and what it does to the congestion window.
 *
 * Read first: RFC 6675 §5, RFC 8985 §6, RFC 6298 §5.4; Linux's tcp_fastretrans_alert. ack.ts tells of ACKs, timeouts.ts of
 * the timers; both call output() afterwards, which sends what was marked as lost, as far as the window allows.
 * Order: ackArrived() → is the episode over, or undone? → detectLoss() of rack.ts → a new episode? → the window.
 * A peer without SACK: reno-recovery.ts. A host without RACK: rescue.ts, at the end.
 */
import { geq } from "../../base/seq32.ts";
import type { AckNews } from "./ack-news.ts";
import type { Sample } from "./congestion/congestion.ts";
import { enterRecovery, leaveEpisode } from "./episode.ts";
import { reduce } from "./prr.ts";
import { detectLoss, isOverdue, lose } from "./rack.ts";
import { sample } from "./rate.ts";
import { countAck, duplicateAck, forgetDuplicates, partialAck } from "./reno-recovery.ts";
import { rescue } from "./rescue.ts";
import { takeProbeAck } from "./tail-probe.ts";
import type { Phase, Tcb } from "./tcb.ts";
import { REORDERING, TAIL_PROBE } from "./timers.ts";
import { isSpuriousTimeout, isUnneeded, rememberWindow, undoReduction } from "./undo.ts";

/** An ACK has been taken in. */
export function ackArrived(tcb: Tcb, news: AckNews): void {
  if (tcb.phase === "loss") afterTimeout(tcb, news);
  if (!tcb.sackPermitted) {
    renoAck(tcb, news);
    return;
  }
  takeProbeAck(tcb, news);
  const wasReduced = tcb.phase === "recovery" || tcb.phase === "cwr";
  afterReduction(tcb, news);
  detectLoss(tcb, news);
  if ((tcb.phase === "open" || tcb.phase === "cwr") && news.lostBytes > 0) enterRecovery(tcb);
  if (tcb.congestion.control !== undefined) control(tcb, news);
  else if (tcb.phase === "recovery" || tcb.phase === "cwr") reduce(tcb, news);
  else if (news.ackedBytes > 0 && !wasReduced) grow(tcb, news);
  if (tcb.phase === "recovery") rescue(tcb);
}

function renoAck(tcb: Tcb, news: AckNews): void {
  if (tcb.congestion.control !== undefined) {
    if (news.ackedBytes === 0 && !news.isDuplicate) return;
    countAck(tcb, news);
    control(tcb, news);
  } else if (news.ackedBytes > 0) {
    tcb.duplicateAcks = 0;
    if (tcb.phase === "recovery") {
      if (partialAck(tcb, news)) tcb.phase = "open";
      return;
    }
    if (tcb.phase === "cwr" && geq(tcb.snd.una, tcb.recover)) leaveEpisode(tcb);
    if (tcb.phase === "cwr") reduce(tcb, news);
    else grow(tcb, news);
  } else if (news.isDuplicate) {
    duplicateAck(tcb, news);
  }
}

// @rfc 6675 5 MUST
/** Fast recovery, or a reduction: it ends with the ACK of all that was in flight, or when it proves unneeded. */
function afterReduction(tcb: Tcb, news: AckNews): void {
  if (tcb.phase !== "recovery" && tcb.phase !== "cwr") return;
  const isOver = geq(tcb.snd.una, tcb.recover);
  if (tcb.phase === "recovery" && isUnneeded(tcb, news)) {
    undoReduction(tcb, news.isDuplicateSack ? "TcpExtTCPDSACKUndo" : "TcpExtTCPFullUndo");
  } else if (isOver) {
    leaveEpisode(tcb);
  }
}

/** RFC 5682: was the timeout spurious? Else slow start goes on until all is acknowledged that was in flight then. */
function afterTimeout(tcb: Tcb, news: AckNews): void {
  if (isSpuriousTimeout(tcb, news)) {
    if (tcb.loss.undo.isFrto) tcb.tcp.machine.counters.bump("TcpExtTCPSpuriousRTOs");
    undoReduction(tcb, "TcpExtTCPLossUndo");
  } else if (news.ackedBytes > 0 && geq(tcb.snd.una, tcb.recover) && !tcb.loss.undo.wantsNewData) {
    leaveEpisode(tcb);
  }
}

/** RFC 8985 §6.3: what was only late by then is lost. */
export function reorderingTimeout(tcb: Tcb, news: AckNews): void {
  news.begin(tcb.flight, tcb.sent.pipeBytes);
  detectLoss(tcb, news);
  if (news.lostBytes === 0) return;
  if (tcb.phase === "open" || tcb.phase === "cwr") {
    enterRecovery(tcb);
    // RFC 6937: the first retransmission goes at once.
    tcb.cwnd = tcb.sent.pipeBytes + tcb.mss;
  }
}

// @rfc 5681 3.1 MUST-4; @rfc 6582 3.2 REC-4
/** The timer has expired: what is in flight is taken for lost. RFC 5681 §3.1, RFC 6298 §5. */
export function timedOut(tcb: Tcb): void {
  const { sent, snd, congestion, timers, loss, tcp } = tcb;
  timers.clear(REORDERING);
  timers.clear(TAIL_PROBE);
  loss.probe.endSeq = null;
  const isNew = tcb.phase === "open" || tcb.phase === "cwr";
  // H27, RFC 5681 §3.1: not again for a segment that was retransmitted already.
  if (tcb.phase !== "loss") {
    rememberWindow(tcb);
    if (isNew || geq(snd.una, tcb.recover)) tcb.ssthresh = congestion.thresholdAfterLoss(tcb, tcb.flight);
  }
  // RFC 5682 §2.1, step 1.
  loss.undo.isFrto = tcp.settings.frto.value !== 0 && (isNew || tcb.phase === "loss");
  congestion.timedOut(tcb);
  tcb.phase = "loss";
  tcb.recover = snd.nxt;
  forgetDuplicates(tcb);
  markAllLost(tcb);
  tcb.cwnd = sent.pipeBytes + tcb.mss;
}

// @rfc 2018 5 MUST; @rfc 6675 5.1 SHOULD; @rfc 8985 6.3 MUST
/** RFC 2018 §8: a peer whose first missing segment is one that it had has given it up: nothing that it said counts. */
function markAllLost(tcb: Tcb): void {
  const { sent, loss, tcp } = tcb;
  const isReneging = sent.first?.isSacked === true;
  if (isReneging) {
    tcp.machine.counters.bump("TcpExtTCPSACKReneging");
    loss.blocks = [];
  }
  for (let segment = sent.first; segment !== null; segment = segment.next) {
    if (segment.isSacked && isReneging) sent.markFound(segment);
    // RFC 8985 §6.3: what was sent a moment ago may still arrive.
    const isRecent = tcb.sackPermitted && segment !== sent.first && !isReneging && !isOverdue(tcb, segment);
    if (!isRecent) lose(tcb, segment);
  }
}

/** An algorithm with a model of the path sees each ACK. */
function control(tcb: Tcb, news: AckNews): void {
  const { congestion, phase, isWindowLimited } = tcb;
  tcb.isWindowLimited = false;
  congestion.control?.(tcb, sampleOf(tcb, news, isWindowLimited, phase));
}

function sampleOf({ rate, pipeBytes }: Tcb, news: AckNews, isCwndLimited: boolean, phase: Phase): Sample {
  return {
    bytesPerSecond: sample.bytesPerSecond,
    sampleBytes: sample.bytes,
    sampleLostBytes: rate.lostBytes - sample.priorLostBytes,
    txInFlightBytes: sample.txInFlightBytes,
    isAppLimited: sample.isAppLimited,
    priorDeliveredBytes: sample.priorDeliveredBytes,
    deliveredTotalBytes: rate.deliveredBytes,
    deliveredBytes: news.deliveredBytes,
    lostBytes: news.lostBytes,
    pipeBytes,
    rttNs: news.rttNs,
    isMarked: news.isMarked,
    isCwndLimited,
    isRecovering: phase === "recovery" || phase === "loss",
    isFastRecovery: phase === "recovery",
  };
}

// @rfc 5681 3.1 SHOULD; @rfc 7661 4.3 REC
/** RFC 5681 §3.1: the window grows only while it is what holds sending back; one that is not used says nothing. */
function grow(tcb: Tcb, news: AckNews): void {
  const { flightBytes } = news;
  // As on Linux slow start may go to twice of what is used: the next round trip will tell.
  const used = tcb.cwnd < tcb.ssthresh ? 2 * flightBytes : flightBytes + tcb.mss;
  if (!tcb.isWindowLimited && used < tcb.cwnd) return;
  tcb.isWindowLimited = false;
  tcb.congestion.acknowledged(tcb, news);
}
