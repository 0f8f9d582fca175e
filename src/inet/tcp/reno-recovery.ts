/**
 * Loss recovery with a peer that has no SACK: duplicate ACKs are counted.
 *
 * Read first: RFC 5681 §3.2, RFC 6582 (NewReno). The window is inflated by what duplicate ACKs say has left the network.
 */
import { geq } from "../../base/seq32.ts";
import type { AckNews } from "./ack-news.ts";
import { enterRecovery } from "./episode.ts";
import { resend } from "./resend.ts";
import type { Tcb } from "./tcb.ts";

/** RFC 5681 §3.2: so many duplicate ACKs say that a segment is lost, and not only late. */
const DUPLICATES = 3;

/** RFC 5681 §2: nothing new was acknowledged, and something is on its way. H26: ack.ts has looked at the rest. */
export function duplicateAck(tcb: Tcb): void {
  tcb.duplicateAcks++;
  if (tcb.phase === "recovery") {
    // RFC 6582 §3.2, step 3: a segment has left the network.
    tcb.cwnd += tcb.mss;
  } else if (tcb.phase === "open" && tcb.duplicateAcks === DUPLICATES) {
    fastRetransmit(tcb);
  }
}

// @rfc 5681 3.2 SHOULD-1
function fastRetransmit(tcb: Tcb): void {
  const { sent } = tcb;
  if (sent.first === null) return;
  enterRecovery(tcb);
  sent.markLost(sent.first);
  // RFC 5681 §3.2, step 2: the first one at once, whatever the window says.
  resend(tcb, "fast");
  tcb.cwnd = tcb.ssthresh + DUPLICATES * tcb.mss;
}

/** New data was acknowledged in fast recovery. True when it is over. */
export function partialAck(tcb: Tcb, { ackedBytes }: AckNews): boolean {
  if (geq(tcb.snd.una, tcb.recover)) {
    // RFC 6582 §3.2, step 3, "full acknowledgments", (1): no burst when little is in flight.
    tcb.cwnd = Math.min(tcb.ssthresh, Math.max(tcb.flight, tcb.mss) + tcb.mss);
    return true;
  }
  // "Partial acknowledgments": what comes behind the hole is a hole too.
  tcb.cwnd = Math.max(tcb.mss, tcb.cwnd - ackedBytes);
  if (ackedBytes >= tcb.mss) tcb.cwnd += tcb.mss;
  const { first } = tcb.sent;
  if (first === null) return false;
  tcb.sent.markLost(first);
  resend(tcb, "partial-ack");
  return false;
}
