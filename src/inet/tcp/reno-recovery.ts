/**
 * Loss recovery with a peer that has no SACK: duplicate ACKs are counted.
 *
 * Read first: RFC 5681 §3.2, RFC 6582 (NewReno); Linux's tcp_add_reno_sack, tcp_remove_reno_sacks and tcp_newreno_mark_lost.
 * The window is inflated by what duplicate ACKs say has left the network. Where an algorithm sets the window by itself, nobody
 * else touches it: what has left is taken out of the pipe instead.
 */
import { add, geq } from "../../base/seq32.ts";
import type { AckNews } from "./ack-news.ts";
import { enterRecovery, leaveEpisode } from "./episode.ts";
import { lose } from "./rack.ts";
import { resend } from "./resend.ts";
import type { Tcb } from "./tcb.ts";

/** RFC 5681 §3.2: so many duplicate ACKs say that a segment is lost, and not only late. */
const DUPLICATES = 3;

/** RFC 5681 §2: nothing new was acknowledged, and something is on its way. H26: ack.ts has looked at the rest. */
export function duplicateAck(tcb: Tcb, news: AckNews): void {
  tcb.duplicateAcks++;
  if (tcb.phase === "recovery") {
    // RFC 6582 §3.2, step 3: a segment has left the network.
    tcb.cwnd += tcb.mss;
  } else if (isLossShown(tcb)) {
    fastRetransmit(tcb, news);
  }
}

// @rfc 6582 3.2 REC-1
/** Whoever slows down for a mark repairs losses all the same. */
function isLossShown({ phase, duplicateAcks }: Tcb): boolean {
  return (phase === "open" || phase === "cwr") && duplicateAcks === DUPLICATES;
}

// @rfc 5681 3.2 SHOULD-1
function fastRetransmit(tcb: Tcb, news: AckNews): void {
  enterRecovery(tcb);
  loseFirst(tcb, news);
  // RFC 5681 §3.2, step 2: the first one at once, whatever the window says.
  resend(tcb, "fast");
  // After a switch of algorithms there may be no threshold yet.
  tcb.cwnd = Math.min(tcb.ssthresh, tcb.cwnd) + DUPLICATES * tcb.mss;
}

// @rfc 6582 3.2 REC-2, REC-3
/** New data was acknowledged in fast recovery. True when it is over. */
export function partialAck(tcb: Tcb, news: AckNews): boolean {
  const { ackedBytes } = news;
  if (geq(tcb.snd.una, tcb.recover)) {
    // RFC 6582 §3.2, step 3, "full acknowledgments", (1): no burst when little is in flight.
    tcb.cwnd = Math.min(tcb.ssthresh, Math.max(tcb.flight, tcb.mss) + tcb.mss);
    return true;
  }
  // "Partial acknowledgments": what comes behind the hole is a hole too.
  tcb.cwnd = Math.max(tcb.mss, tcb.cwnd - ackedBytes);
  if (ackedBytes >= tcb.mss) tcb.cwnd += tcb.mss;
  loseFirst(tcb, news);
  resend(tcb, "partial-ack");
  return false;
}

/** The same where the algorithm sets the window: what is lost, and what has left the network. output() sends again. */
export function countAck(tcb: Tcb, news: AckNews): void {
  if (news.ackedBytes > 0) {
    if ((tcb.phase === "recovery" || tcb.phase === "cwr") && geq(tcb.snd.una, tcb.recover)) leaveEpisode(tcb);
    if (tcb.phase === "recovery") loseFirst(tcb, news);
    else forgetDuplicates(tcb);
  } else if (tcb.phase !== "loss") {
    tcb.duplicateAcks++;
    noteArrival(tcb, news);
    if (!isLossShown(tcb)) return;
    enterRecovery(tcb);
    loseFirst(tcb, news);
  }
}

/** A duplicate ACK: some segment has arrived. At least one has not, however many of them come: tcp_limit_reno_sacked. */
function noteArrival(tcb: Tcb, news: AckNews): void {
  const { mss, flight, sent, rate, nowNs } = tcb;
  const most = Math.max(0, flight - Math.max(sent.lostBytes, mss));
  const bytes = Math.max(0, Math.min(mss, most - tcb.arrivedBytes));
  tcb.arrivedBytes += bytes;
  news.sackedBytes = bytes;
  rate.deliveredBytes += bytes;
  rate.deliveredNs = nowNs;
}

/** Of what is acknowledged one segment has filled the hole; of the others duplicate ACKs have told. ack.ts counts it no more. */
export function takeArrived(tcb: Tcb, news: AckNews): void {
  const bytes = Math.min(tcb.arrivedBytes, Math.max(0, news.ackedBytes - tcb.mss));
  tcb.arrivedBytes -= bytes;
  tcb.rate.deliveredBytes -= bytes;
  news.newlyAckedBytes -= bytes;
}

/** What they have told is over. */
export function forgetDuplicates(tcb: Tcb): void {
  tcb.duplicateAcks = 0;
  tcb.arrivedBytes = 0;
}

/** The first segment; of a large one, the first of those on the wire. */
function loseFirst(tcb: Tcb, news: AckNews): void {
  const { sent } = tcb;
  const { first } = sent;
  if (first === null || !first.isInPipe) return;
  if (first.count > 1) sent.split(first, add(first.seq, first.segmentBytes), 0);
  lose(tcb, first);
  news.lostBytes += first.length;
}
