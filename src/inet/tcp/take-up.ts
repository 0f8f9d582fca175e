/**
 * A connection takes up an algorithm of congestion control: when it begins, or in the middle, as TCP_CONGESTION says.
 *
 * Read first: congestion/congestion.ts; Linux's tcp_init_congestion_control and tcp_reinit_congestion_control.
 */
import type { Tcb } from "./tcb.ts";

/** `tcb.congestion` begins. Of what another one has left only the window counts, and how far slow start goes. */
export function takeUp(tcb: Tcb): void {
  const { loss, congestion } = tcb;
  // In recovery without SACK either the window tells what has left the network, or the pipe: reno-recovery.ts.
  if (tcb.phase === "recovery") tcb.cwnd = Math.min(tcb.cwnd, tcb.ssthresh) + tcb.arrivedBytes;
  tcb.arrivedBytes = 0;
  // A reduction by the other one is not taken back.
  loss.undo.priorCwnd = 0;
  loss.undo.priorSsthresh = 0;
  tcb.pacingRate = Number.POSITIVE_INFINITY;
  congestion.start(tcb);
}
