/**
 * Nothing was lost after all: the window is what it was before.
 *
 * Read first: RFC 3522 (Eifel detection, by timestamps), RFC 3708 (by D-SACK), RFC 5682 (F-RTO), RFC 4015 (the response);
 * Linux's tcp_may_undo, tcp_try_undo_loss and tcp_process_loss.
 */
import { diff, geq, gt, lt } from "../../base/seq32.ts";
import type { SackBlock } from "../../wire/tcp-options.ts";
import type { AckNews } from "./ack-news.ts";
import type { Tcb } from "./tcb.ts";
import { timestampAt } from "./timestamps.ts";

/** The window is about to be reduced. */
export function rememberWindow({ loss, cwnd, ssthresh, snd }: Tcb): void {
  const { undo } = loss;
  undo.marker = snd.una;
  undo.pending = -1;
  undo.stamp = null;
  undo.priorCwnd = cwnd;
  undo.priorSsthresh = ssthresh;
  undo.isFrto = false;
  undo.wantsNewData = false;
}

/** There is nothing to be undone any more. */
export function forgetWindow({ loss: { undo } }: Tcb): void {
  undo.marker = null;
  undo.isFrto = false;
  undo.wantsNewData = false;
}

/** Something was sent again. */
export function noteResent(tcb: Tcb): void {
  const { undo } = tcb.loss;
  if (undo.marker === null) return;
  undo.pending = Math.max(0, undo.pending) + 1;
  undo.stamp ??= timestampAt(tcb, tcb.nowNs);
}

/** RFC 3708: one of our retransmissions was not needed. */
export function noteDuplicateSack({ loss: { undo } }: Tcb, { start }: SackBlock): void {
  if (undo.marker !== null && undo.pending > 0 && geq(start, undo.marker)) undo.pending--;
}

// @rfc 3522 3.2 REC-1, REC-2
/** Every retransmission was for nothing, or what is acknowledged was sent before the first of them. */
export function isUnneeded({ loss: { undo } }: Tcb, news: AckNews): boolean {
  if (undo.marker === null) return false;
  if (undo.pending === 0) return true;
  // RFC 3522 §3.2, step 5: the echo is older than the retransmission.
  return news.echo !== null && undo.stamp !== null && news.ackedBytes > 0 && lt(news.echo, undo.stamp);
}

// @rfc 5682 2.1 REC-3; @rfc 4015 3 REC-1, REC-2
/** RFC 4015: as if it had not happened. */
export function undoReduction(tcb: Tcb, counter: string): void {
  const { loss, sent, tcp, congestion } = tcb;
  const { undo } = loss;
  tcp.machine.counters.bump(counter);
  tcb.cwnd = Math.max(tcb.cwnd, undo.priorCwnd);
  tcb.ssthresh = Math.max(tcb.ssthresh, undo.priorSsthresh);
  congestion.undone?.(tcb);
  for (let segment = sent.firstLost(); segment !== null; segment = sent.firstLost()) sent.markFound(segment);
  tcb.backoff = 0;
  tcb.phase = "open";
  forgetWindow(tcb);
}

// @rfc 5682 2.1 REC-1, REC-2; @rfc 5682 3.1 REC
/** RFC 5682 §2.1 and §3.1: an ACK after a timeout. True when the timeout was spurious, and is undone. */
export function isSpuriousTimeout(tcb: Tcb, news: AckNews): boolean {
  const { loss, snd, recover } = tcb;
  const { undo } = loss;
  undo.wantsNewData = false;
  if (isUnneeded(tcb, news)) return true;
  if (!undo.isFrto) return false;
  // Step 3b: something arrives that was sent before the timeout, and never again.
  if (news.hasOriginal) return true;
  if (gt(snd.nxt, recover)) {
    // Step 3a: new data were sent, and what comes says nothing of them.
    if (news.sackedBytes > 0 || news.isDuplicate) undo.isFrto = false;
  } else if (news.ackedBytes > 0 && lt(snd.una, recover)) {
    // Step 2b: new data are tried before more is sent again.
    tcb.recover = snd.nxt;
    if (hasNewData(tcb)) undo.wantsNewData = true;
    else undo.isFrto = false;
  }
  return false;
}

function hasNewData({ sendQueue, snd }: Tcb): boolean {
  return gt(sendQueue.end, snd.nxt) && snd.wnd > diff(snd.nxt, snd.una);
}
