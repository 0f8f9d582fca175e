/**
 * Proportional rate reduction: during recovery segments leave as others arrive, so that at its end the window is ssthresh,
 * and there was neither a burst nor a pause.
 *
 * Read first: RFC 6937 §3 (PRR-SSRB), RFC 9937; Linux's tcp_cwnd_reduction. Instead of a window of its own, cwnd is pipe and
 * what may be sent now.
 */
import type { AckNews } from "./ack-news.ts";
import type { Tcb } from "./tcb.ts";

/** An episode begins. */
export function beginReduction({ loss, cwnd }: Tcb): void {
  const { prr } = loss;
  prr.priorBytes = cwnd;
  prr.deliveredBytes = 0;
  prr.outBytes = 0;
}

// @rfc 6937 3 REC-1, REC-2
/** An ACK has come: how much may be sent now? */
export function reduce(tcb: Tcb, news: AckNews): void {
  const { loss, sent, mss, ssthresh } = tcb;
  const { prr } = loss;
  const deliveredBytes = news.deliveredBytes;
  if (deliveredBytes <= 0 || prr.priorBytes === 0) return;
  prr.deliveredBytes += deliveredBytes;
  const pipe = sent.pipeBytes;
  let sendBytes: number;
  if (pipe > ssthresh) {
    // RFC 6937 §3: proportional.
    sendBytes = Math.ceil((prr.deliveredBytes * ssthresh) / prr.priorBytes) - prr.outBytes;
  } else {
    // Slow start reduction bound; where nothing more was lost, and something is acknowledged, one segment above it.
    sendBytes = Math.max(prr.deliveredBytes - prr.outBytes, deliveredBytes);
    if (news.ackedBytes > 0 && news.lostBytes === 0) sendBytes += mss;
    sendBytes = Math.min(sendBytes, ssthresh - pipe);
  }
  // The first retransmission goes in any case.
  tcb.cwnd = pipe + Math.max(sendBytes, prr.outBytes === 0 ? mss : 0);
}

/** Something was sent. */
export function noteSent({ loss, phase }: Tcb, bytes: number): void {
  if (phase === "recovery" || phase === "cwr") loss.prr.outBytes += bytes;
}

/** The episode is over. An algorithm that sets the window by itself has done so. */
export function endReduction(tcb: Tcb): void {
  if (tcb.congestion.control === undefined && tcb.ssthresh < Number.POSITIVE_INFINITY) tcb.cwnd = tcb.ssthresh;
}
