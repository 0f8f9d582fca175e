/**
 * Pacing: segments leave at a rate instead of in bursts.
 *
 * Read first: Linux's tcp_pacing_check and tcp_update_skb_after_send (the internal pacing, which stands in for sch_fq). An
 * algorithm sets the rate, SO_MAX_PACING_RATE bounds it; without either nothing is paced.
 */
import type { Tcb } from "./tcb.ts";
import { PACING } from "./timers.ts";

const NS_PER_SECOND = 1_000_000_000;
/** Linux's sk_pacing_shift: 2¹⁰. */
const BURSTS_PER_SECOND = 1024;

function rateOf({ pacingRate, options }: Tcb): number {
  const rate = Math.min(pacingRate, options.maxPacingRate);
  // As tcp_update_skb_after_send has it: a rate of none is none to keep.
  return rate > 0 ? rate : Number.POSITIVE_INFINITY;
}

/** How long nothing may leave. As with tcp_pacing_delay on Linux, timers that would send begin to count when it is over. */
export function paceDelayNs(tcb: Tcb): number {
  const { nowNs, paceNs } = tcb;
  return paceNs <= nowNs || rateOf(tcb) === Number.POSITIVE_INFINITY ? 0 : paceNs - nowNs;
}

/** True: nothing may leave now; the timer will call output() when something may. */
export function mustWait(tcb: Tcb): boolean {
  const delayNs = paceDelayNs(tcb);
  if (delayNs === 0) return false;
  if (!tcb.timers.isSet(PACING)) tcb.timers.set(PACING, delayNs);
  return true;
}

/** A large segment lasts a millisecond at that rate, as tcp_tso_autosize has it, but is at least two of those on the wire. */
export function burstBytes(tcb: Tcb, mss: number): number {
  return Math.max(rateOf(tcb) / BURSTS_PER_SECOND, 2 * mss);
}

/** So many bytes have left: when may the next ones? */
export function hasLeft(tcb: Tcb, bytes: number): void {
  const rate = rateOf(tcb);
  if (rate === Number.POSITIVE_INFINITY) return;
  tcb.paceNs = Math.max(tcb.paceNs, tcb.nowNs) + Math.ceil((bytes * NS_PER_SECOND) / rate);
}
