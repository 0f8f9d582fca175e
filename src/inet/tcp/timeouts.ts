/**
 * What happens when a timer of a connection expires.
 *
 * Read first: RFC 9293 §3.8.3, §3.8.4, §3.8.6.1 and §3.10.8, RFC 6298 §5; Linux's net/ipv4/tcp_timer.c.
 * Order: expire() → one function for each timer that is due.
 */

import { AckNews } from "./ack-news.ts";
import { suspectPath } from "./fast-open.ts";
import { abort, done, fail } from "./finish.ts";
import { keepCount, keepIdleNs, keepIntervalNs } from "./keepalive.ts";
import { updateMss } from "./mss.ts";
import { hasUnsent, output, sendIntoWindow, sendProbeSegment } from "./output.ts";
import { reorderingTimeout, timedOut } from "./recovery.ts";
import { resend, resendSegment } from "./resend.ts";
import { doubled, isTimedOut, pacedRtoNs, rtoNs } from "./retransmission-timeout.ts";
import { RTO_INITIAL_NS } from "./rtt.ts";
import { isSynchronised } from "./state.ts";
import type { Tcb } from "./tcb.ts";
import { DELAYED_ACK, FIN_WAIT_2, KEEPALIVE, PACING, PERSIST, REORDERING, RETRANSMIT, TAIL_PROBE } from "./timers.ts";
import { sendAck, sendProbe } from "./transmit.ts";

/** Linux's tcp_orphan_retries when the setting is 0. */
const ORPHAN_RETRIES = 8;
const news: AckNews = new AckNews();

export function expire(tcb: Tcb): void {
  const { timers } = tcb;
  if (timers.takeDue(DELAYED_ACK)) delayedAck(tcb);
  // It puts off the retransmission timer, which may be due at the same moment.
  if (timers.takeDue(TAIL_PROBE)) probeTail(tcb);
  if (timers.takeDue(REORDERING)) reordering(tcb);
  if (timers.takeDue(PACING)) output(tcb);
  if (timers.takeDue(RETRANSMIT)) retransmit(tcb);
  if (timers.takeDue(PERSIST)) probeWindow(tcb);
  if (timers.takeDue(KEEPALIVE)) keepAlive(tcb);
  if (timers.takeDue(FIN_WAIT_2)) done(tcb, "FIN_WAIT_2 timer");
}

/** RFC 1122 §4.2.3.2: nothing has carried the ACK along. */
function delayedAck(tcb: Tcb): void {
  const { acknowledgment, tcp } = tcb;
  if (!acknowledgment.isPending) return;
  // The answer has not come in time: this is not a conversation.
  acknowledgment.isInteractive = false;
  tcp.machine.counters.bump("TcpExtDelayedACKs");
  sendAck(tcb);
}

// @rfc 8985 7.3 REC
/** RFC 8985 §7.3: new data if there are any and the peer takes them, else the last segment once more. */
function probeTail(tcb: Tcb): void {
  const { sent, timers, loss, snd, tcp } = tcb;
  if (sent.last === null || loss.probe.endSeq !== null) return;
  const isNew = sendProbeSegment(tcb);
  // As on Linux: one that is lost already has its turn without a probe.
  if (!isNew && sent.last.isInPipe) resendSegment(tcb, sent.lastOnWire(sent.last), "probe");
  loss.probe.endSeq = snd.nxt;
  loss.probe.isRetransmission = !isNew;
  tcp.machine.counters.bump("TcpExtTCPLossProbes");
  timers.set(RETRANSMIT, pacedRtoNs(tcb));
}

function reordering(tcb: Tcb): void {
  if (tcb.sent.isEmpty) return;
  reorderingTimeout(tcb, news);
  output(tcb);
}

function retransmit(tcb: Tcb): void {
  const { sent, timers, nowNs, tcp } = tcb;
  if (sent.isEmpty) return;
  tcp.machine.counters.bump("TcpExtTCPTimeouts");
  // As on Linux the time for a connection to be made counts from the first SYN; 0 would mean that nothing was sent again.
  if (tcb.state === "SYN_SENT" && tcb.retransmitsSinceNs === 0) {
    tcb.retransmitsSinceNs = Math.max(nowNs - rtoNs(tcb), Number.MIN_VALUE);
  }
  const isOver = isGivenUp(tcb);
  suspectPath(tcb, isOver);
  if (isOver) {
    fail(tcb, tcb.softError ?? "ETIMEDOUT", "retransmission timer");
    return;
  }
  if (tcb.retransmitsSinceNs === 0) tcb.retransmitsSinceNs = nowNs;
  // RFC 6298 §5.4 to §5.6.
  if (isSynchronised(tcb.state)) timedOut(tcb);
  else if (sent.first !== null) sent.markLost(sent.first);
  backOff(tcb);
  updateMss(tcb);
  resend(tcb, "timeout");
  timers.set(RETRANSMIT, untilUserTimeout(tcb, pacedRtoNs(tcb)));
}

// @rfc 9293 3.8.3 MUST-20, MUST-21, MUST-22, SHLD-10, SHLD-11
/** RFC 9293 §3.8.3: R2 is reached, or the user's own limit. */
function isGivenUp(tcb: Tcb): boolean {
  const { options, tcp, state, sent, socket } = tcb;
  const { settings } = tcp;
  if (tcb.isOpenEarly) {
    // As on Linux once more than of a request, as there is a user.
    return (sent.first?.transmissions ?? 1) - 1 >= (options.synCount ?? settings.synackRetries.value + 1);
  }
  if (state === "SYN_SENT" || state === "SYN_RECEIVED") {
    const retries = options.synCount ?? settings.synRetries.value;
    const linear = state === "SYN_SENT" ? settings.synLinearTimeouts.value : 0;
    // As on Linux the linear ones do not make few retries last longer than they would without.
    const isLate = options.userTimeoutNs > 0 ? isUserTimedOut(tcb) : isTimedOut(tcb, retries, RTO_INITIAL_NS);
    return isLate || (sent.first?.transmissions ?? 1) - 1 >= retries + linear;
  }
  if (isUserTimedOut(tcb)) return true;
  if (isWindowClosedByLivingPeer(tcb)) return false;
  return isTimedOut(tcb, socket === null ? orphanRetries(tcb) : settings.retries2.value);
}

/** H2: the peer has taken its window back, and says so again and again: it lives. */
function isWindowClosedByLivingPeer({ snd, nowNs, lastHeardNs, tcp }: Tcb): boolean {
  return snd.wnd === 0 && nowNs - lastHeardNs < tcp.settings.rtoMaxNs;
}

/** tcp_syn_linear_timeouts: the first SYNs follow each other without back-off. */
function backOff(tcb: Tcb): void {
  const { state, sent, tcp } = tcb;
  const transmissions = sent.first?.transmissions ?? 1;
  if (state === "SYN_SENT" && transmissions <= tcp.settings.synLinearTimeouts.value) return;
  tcb.backoff++;
}

function isUserTimedOut({ options, retransmitsSinceNs, nowNs }: Tcb): boolean {
  if (options.userTimeoutNs === 0 || retransmitsSinceNs === 0) return false;
  return nowNs - retransmitsSinceNs >= options.userTimeoutNs;
}

/** RFC 5482: the last wait ends with the user's limit. */
function untilUserTimeout({ options, retransmitsSinceNs, nowNs }: Tcb, delayNs: number): number {
  if (options.userTimeoutNs === 0) return delayNs;
  return Math.max(1, Math.min(delayNs, retransmitsSinceNs + options.userTimeoutNs - nowNs));
}

function orphanRetries({ tcp, softError }: Tcb): number {
  // As on Linux: who has been told that the peer can't be reached does not try for long.
  if (softError !== null) return 0;
  return tcp.settings.orphanRetries.value || ORPHAN_RETRIES;
}

// @rfc 9293 3.8.6.1 MUST-35, MUST-36, MUST-37, SHLD-30
/** RFC 9293 §3.8.6.1. H3: for as long as the peer answers, however long that is. H4: neither Nagle nor cwnd is asked. */
function probeWindow(tcb: Tcb): void {
  const { tcp, timers, options, sent } = tcb;
  if (!sent.isEmpty || !hasUnsent(tcb)) return;
  const retries = tcb.socket === null ? orphanRetries(tcb) : tcp.settings.retries2.value;
  // As on Linux the user's limit counts from the first probe, also if each one is answered.
  if (tcb.retransmitsSinceNs === 0) tcb.retransmitsSinceNs = tcb.nowNs;
  if (tcb.probes >= retries || (options.userTimeoutNs > 0 && isUserTimedOut(tcb))) {
    fail(tcb, tcb.softError ?? "ETIMEDOUT", "window probes");
    return;
  }
  tcb.probes++;
  if (sendIntoWindow(tcb)) {
    tcb.probes = 0;
    tcb.probeBackoff = 0;
    tcb.retransmitsSinceNs = 0;
    return;
  }
  tcp.machine.counters.bump("TcpExtTCPWinProbe");
  sendProbe(tcb);
  tcb.probeBackoff++;
  timers.set(PERSIST, untilUserTimeout(tcb, doubled(tcb.rtt.rtoNs, tcb.probeBackoff, tcp.settings.rtoMaxNs)));
}

// @rfc 9293 3.8.4 MAY-5, MUST-24, MUST-25, MUST-26, MUST-29
function keepAlive(tcb: Tcb): void {
  const { timers, sent, socket, options, nowNs, lastHeardNs, state, tcp } = tcb;
  if (socket === null || !socket.options.keepAlive || state === "CLOSED" || state === "SYN_SENT") return;
  const idleNs = keepIdleNs(tcb);
  const silentNs = nowNs - lastHeardNs;
  // Retransmissions and window probes look after what is on its way.
  if (!sent.isEmpty || hasUnsent(tcb)) {
    timers.set(KEEPALIVE, idleNs);
    return;
  }
  if (silentNs < idleNs) {
    timers.set(KEEPALIVE, idleNs - silentNs);
    return;
  }
  const isDead =
    options.userTimeoutNs > 0 ? tcb.probes > 0 && silentNs >= options.userTimeoutNs : tcb.probes >= keepCount(tcb);
  if (isDead) {
    abort(tcb, tcb.softError ?? "ETIMEDOUT", "keepalive");
    return;
  }
  tcb.probes++;
  tcp.machine.counters.bump("TcpExtTCPKeepAlive");
  // H7: SND.NXT-1, without data.
  sendProbe(tcb);
  timers.set(KEEPALIVE, keepIntervalNs(tcb));
}
