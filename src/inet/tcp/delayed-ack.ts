/**
 * When is what has come acknowledged: at once, or with what we send next?
 *
 * Read first: RFC 1122 §4.2.3.2, RFC 5681 §4.2; Linux's __tcp_ack_snd_check.
 */
import { diff } from "../../base/seq32.ts";
import type { Acknowledgment, Tcb } from "./tcb.ts";
import { DELAYED_ACK } from "./timers.ts";

/** RFC 1122 §4.2.3.2 allows for half a second; Linux's TCP_DELACK_MIN. */
const DELAYED_ACK_NS = 40 * 1_000_000;
/** A jiffy: the timeout of an ACK (icsk_ack.ato) is 0 on Linux until the first data come. */
const TICK_NS = 1_000_000;

// @rfc 9293 3.8.6.3 SHLD-18, MUST-40, SHLD-19; @rfc 9293 3.10.7.4 MUST-58
// @rfc 5681 4.2 MUST, SHOULD-1
/** Something has come in order, in segments of so many bytes of data. */
export function scheduleAck(tcb: Tcb, segmentBytes: number): void {
  const { acknowledgment, rcv, timers } = tcb;
  // As tcp_measure_rcv_mss on Linux: full segments are as large as the largest that have come.
  if (segmentBytes > acknowledgment.segmentBytes) acknowledgment.segmentBytes = Math.min(segmentBytes, rcv.mss);
  const unacknowledged = diff(rcv.nxt, rcv.wup);
  // RFC 1122 §4.2.3.2: every second full segment.
  if (unacknowledged > acknowledgment.segmentBytes) {
    acknowledgment.isNow = true;
  } else if (acknowledgment.quick > 0 && !acknowledgment.isInteractive) {
    acknowledgment.isNow = true;
  } else if (!acknowledgment.isPending) {
    acknowledgment.isPending = true;
    timers.set(DELAYED_ACK, timeoutNs(acknowledgment));
  }
}

/** How long an ACK may wait for something that carries it. */
export function timeoutNs(acknowledgment: Acknowledgment): number {
  return hasReceived(acknowledgment) ? DELAYED_ACK_NS : TICK_NS;
}

/** Have data come yet? */
export function hasReceived({ lastReceivedNs }: Acknowledgment): boolean {
  return lastReceivedNs !== Number.NEGATIVE_INFINITY;
}
