/**
 * How long to wait for an ACK, with back-off, and when to give up.
 *
 * Read first: RFC 6298 §5, RFC 9293 §3.8.3 (R1 and R2); Linux's retransmits_timed_out and tcp_model_timeout.
 */
import { paceDelayNs } from "./pacing.ts";
import { RTO_MIN_NS } from "./rtt.ts";
import type { Tcb } from "./tcb.ts";

// @rfc 9293 3.8.2 MUST-19
// @rfc 6298 5 MUST-1
/** RFC 6298 §5.5: doubled each time, up to a bound. */
export function rtoNs({ rtt, backoff, tcp }: Tcb): number {
  return doubled(rtt.rtoNs, backoff, tcp.settings.rtoMaxNs);
}

/** The same from when pacing lets something leave: what it holds back is not late, and what is sent again keeps the rate too. */
export function pacedRtoNs(tcb: Tcb): number {
  return rtoNs(tcb) + paceDelayNs(tcb);
}

// @rfc 6298 2 MAY
/** Doubled so many times, up to `maxNs`, the longest RTO. */
export function doubled(baseNs: number, times: number, maxNs: number): number {
  let result = baseNs;
  for (let count = 0; count < times && result < maxNs; count++) result *= 2;
  return Math.min(result, maxNs);
}

// @rfc 9293 3.8.3 MUST-20
/**
 * Has a connection been retransmitting for as long as so many retransmissions would take at the least RTO? As on Linux the
 * setting counts retransmissions and means time, so a long RTO does not make it wait for hours. For SYN the RTO is the initial one.
 */
export function isTimedOut(tcb: Tcb, retransmissionsMax: number, baseNs: number = RTO_MIN_NS): boolean {
  const { retransmitsSinceNs, nowNs, tcp } = tcb;
  if (retransmitsSinceNs === 0) return false;
  return nowNs - retransmitsSinceNs >= modelTimeoutNs(retransmissionsMax, baseNs, tcp.settings.rtoMaxNs);
}

function modelTimeoutNs(retransmissionsMax: number, baseNs: number, maxNs: number): number {
  // Doublings that lead from the base to what is at most the bound.
  const doublingsMax = 31 - Math.clz32(maxNs / baseNs);
  if (retransmissionsMax <= doublingsMax) return ((2 << retransmissionsMax) - 1) * baseNs;
  return ((2 << doublingsMax) - 1) * baseNs + (retransmissionsMax - doublingsMax) * maxNs;
}
