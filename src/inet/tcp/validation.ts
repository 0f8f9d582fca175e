/**
 * A congestion window that is not used says nothing about the path any more.
 *
 * Read first: RFC 5681 §4.1, RFC 7661, RFC 2861; Linux's tcp_cwnd_restart, tcp_cwnd_validate, tcp_cwnd_application_limited.
 */
import { INITIAL_WINDOW_SEGMENTS } from "./congestion/congestion.ts";
import type { Tcb } from "./tcb.ts";

// @rfc 5681 4.1 SHOULD
/** Data follow upon a pause: for each RTO of it half of the window is gone, down to what a connection begins with. */
export function restartAfterIdle(tcb: Tcb): void {
  const { tcp, rtt, mss, nowNs, lastSentNs, congestion } = tcb;
  if (lastSentNs === 0) return;
  const idleNs = nowNs - lastSentNs;
  congestion.idle?.(tcb, idleNs);
  // As on Linux: an algorithm with a model of the path knows what to make of it.
  if (congestion.control !== undefined) return;
  if (tcp.settings.slowStartAfterIdle.value === 0 || idleNs <= rtt.rtoNs) return;
  const least = Math.min(INITIAL_WINDOW_SEGMENTS * mss, tcb.cwnd);
  keepThreshold(tcb);
  for (let leftNs = idleNs - rtt.rtoNs; leftNs > 0 && tcb.cwnd > least; leftNs -= rtt.rtoNs) tcb.cwnd /= 2;
  tcb.cwnd = Math.max(Math.floor(tcb.cwnd), least);
  tcb.usedBytes = 0;
  tcb.usedSinceNs = nowNs;
}

/** Data were sent. `isAll`: nothing waits, so it is the user who holds back, if the window is not full. */
export function validateWindow(tcb: Tcb, isAll: boolean): void {
  const { nowNs, rtt, flight, mss, tcp, congestion } = tcb;
  if (congestion.control !== undefined) return;
  if (tcb.isWindowLimited || flight + mss > tcb.cwnd) {
    tcb.usedBytes = 0;
    tcb.usedSinceNs = nowNs;
    return;
  }
  if (flight > tcb.usedBytes) tcb.usedBytes = flight;
  if (tcp.settings.slowStartAfterIdle.value === 0 || nowNs - tcb.usedSinceNs < rtt.rtoNs) return;
  const needed = Math.max(tcb.usedBytes, INITIAL_WINDOW_SEGMENTS * mss);
  if (isAll && tcb.phase === "open" && needed < tcb.cwnd) {
    keepThreshold(tcb);
    tcb.cwnd = Math.floor((tcb.cwnd + needed) / 2);
  }
  tcb.usedBytes = 0;
  tcb.usedSinceNs = nowNs;
}

/** Linux's tcp_current_ssthresh: slow start leads back to most of what there was. */
function keepThreshold(tcb: Tcb): void {
  tcb.ssthresh = Math.max(tcb.ssthresh, Math.floor((3 * tcb.cwnd) / 4));
}
