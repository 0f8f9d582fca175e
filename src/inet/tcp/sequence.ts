/**
 * First and second step: is the segment acceptable, and if it resets, does it mean this connection?
 *
 * Read first: RFC 9293 §3.10.7.4, "first", "second", "fourth"; RFC 7323 §5.3 (PAWS), RFC 5961 §3.2 and §4.2.
 */
import { add, diff, geq, gt, lt } from "../../base/seq32.ts";
import * as wire from "../../wire/tcp.ts";
import { suspectReset } from "./fast-open.ts";
import type { Segment } from "./segment.ts";
import type { Tcb } from "./tcb.ts";
import { isOld } from "./timestamps.ts";
import { acknowledge, CHALLENGE, drop, RESET_RECEIVED, type Verdict } from "./verdict.ts";
import { offeredWindow } from "./window.ts";

/** Is any of it in the window, and is it not older than it looks? */
export function checkSequence(tcb: Tcb, seg: Segment): Verdict | null {
  const { timestamps, nowNs } = tcb;
  const { options } = seg;
  // H22: a peer that leaves its timestamps out is let through, and a reset does not need any (RFC 7323 §5.2).
  if (timestamps !== null && options.hasTimestamps && !seg.has(wire.RST)) {
    if (isOld(timestamps.recent, timestamps.recentAtNs, nowNs, options.timestampValue)) {
      return acknowledge("TcpExtPAWSEstab");
    }
  }
  if (isAcceptable(tcb, seg)) return null;
  return seg.has(wire.RST) ? drop(null) : acknowledge(null);
}

/** RFC 9293 §3.4, table 6, with H5: into a closed window goes what has no data, and what is one before RCV.NXT gets its ACK. */
function isAcceptable(tcb: Tcb, { seq, end }: Segment): boolean {
  const { nxt } = tcb.rcv;
  // As tcp_sequence on Linux: not all of it has come before, and it does not begin behind the window.
  return !lt(end, tcb.rcv.wup) && !gt(seq, add(nxt, offeredWindow(tcb)));
}

// @rfc 9293 3.5.3 SHLD-2; @rfc 9293 3.10.7.4 MAY-12
// @rfc 7323 3.2 MUST-2
/** RFC 5961 §3.2: a reset counts at exactly RCV.NXT; elsewhere in the window it draws a challenge ACK: H16. */
export function checkReset(tcb: Tcb, seg: Segment): Verdict | null {
  if (!seg.has(wire.RST)) return null;
  if (seg.seq === tcb.rcv.nxt) return RESET_RECEIVED;
  suspectReset(tcb);
  return geq(seg.seq, tcb.rcv.nxt) ? CHALLENGE : drop(null);
}

// @rfc 9293 3.10.7.4 MAY-12
/** RFC 5961 §4.2: a SYN in a synchronised state, wherever it is: H17. */
export function checkSyn({ state, rcv, snd }: Tcb, seg: Segment): Verdict | null {
  if (!seg.has(wire.SYN)) return null;
  // RFC 9293 §3.5, figure 8: the other half of a simultaneous open, which acknowledges our SYN with its own: H14.
  const isCrossed = state === "SYN_RECEIVED" && seg.has(wire.ACK) && seg.end === rcv.nxt && seg.ack === snd.nxt;
  return isCrossed ? null : CHALLENGE;
}

/** How many bytes at the front of the data have come before. */
export function oldBytes({ rcv }: Tcb, seg: Segment): number {
  return Math.max(0, Math.min(diff(rcv.nxt, seg.dataSeq), seg.dataLength));
}

/** How many bytes at the end of the data there is no room for. */
export function excessBytes(tcb: Tcb, seg: Segment): number {
  const edge = add(tcb.rcv.nxt, offeredWindow(tcb));
  return Math.max(0, diff(add(seg.dataSeq, seg.dataLength), edge));
}
