/**
 * An episode of congestion begins, or ends: the window is reduced once for each. H27.
 *
 * Read first: RFC 5681 §3.2, RFC 6675 §5, RFC 6937 §3; Linux's tcp_enter_recovery and tcp_enter_cwr.
 *
 *     open ──something is lost──▶ recovery ──ACK of recover──▶ open
 *       ├──a router has marked──▶   cwr    ──ACK of recover──▶ open
 *       └────────timeout────────▶   loss   ──ACK of recover──▶ open
 */
import { beginReduction, endReduction } from "./prr.ts";
import { recovered } from "./rack.ts";
import type { Tcb } from "./tcb.ts";
import { TAIL_PROBE } from "./timers.ts";
import { forgetWindow, rememberWindow } from "./undo.ts";

/** RFC 6675 §5, (4): fast recovery. */
export function enterRecovery(tcb: Tcb): void {
  const { snd, congestion, tcp, loss, timers } = tcb;
  tcp.machine.counters.bump(tcb.sackPermitted ? "TcpExtTCPSackRecovery" : "TcpExtTCPRenoRecovery");
  // Whoever has reduced it in this round trip already does not do so again.
  if (tcb.phase !== "cwr") {
    rememberWindow(tcb);
    beginReduction(tcb);
    tcb.ssthresh = congestion.thresholdAfterLoss(tcb, tcb.flight);
  }
  tcb.phase = "recovery";
  tcb.recover = snd.nxt;
  loss.probe.endSeq = null;
  loss.isRescued = false;
  timers.clear(TAIL_PROBE);
}

// @rfc 3168 6.1.2 MUST-1, SHOULD
/** RFC 3168 §6.1.2: a mark, or the like, reduces the window as a loss does, but nothing is sent again. */
export function enterCwr(tcb: Tcb): void {
  if (tcb.phase !== "open") return;
  const { snd, congestion } = tcb;
  beginReduction(tcb);
  forgetWindow(tcb);
  tcb.ssthresh = congestion.thresholdAfterLoss(tcb, tcb.flight);
  tcb.phase = "cwr";
  tcb.recover = snd.nxt;
}

/** RFC 8985 §7.4.2: for a loss that is mended already. */
export function reduceOnce(tcb: Tcb): void {
  if (tcb.phase !== "open") return;
  enterCwr(tcb);
  leaveEpisode(tcb);
}

/** All that was in flight when it began is acknowledged. */
export function leaveEpisode(tcb: Tcb): void {
  if (tcb.phase === "recovery") recovered(tcb);
  if (tcb.phase !== "loss") endReduction(tcb);
  tcb.phase = "open";
  forgetWindow(tcb);
}
