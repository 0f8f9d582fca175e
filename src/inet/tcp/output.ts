/**
 * Sending: what may be sent now, in which pieces, and what to wait for when nothing may.
 *
 * Read first: RFC 9293 §3.7.4 and §3.8.6.2.1, RFC 5681 §3.1; Linux's tcp_write_xmit.
 * Order: output() → what was lost, once more (resend.ts) → new data, segment by segment → the ACK that is owed, if
 * nothing has carried it → the timer that will look after what could not be sent.
 *
 *      SND.UNA        SND.NXT     SND.UNA+SND.WND          end of the queue
 *         │── in flight ──│── window ────│── must wait ────────│
 *                         │── cwnd ──│
 */
import { add } from "../../base/seq32.ts";
import { Packet } from "../../wire/packet.ts";
import * as wire from "../../wire/tcp.ts";
import { largeLength } from "./large-segment.ts";
import { shouldWait } from "./nagle.ts";
import { hasLeft, mustWait } from "./pacing.ts";
import { noteSent } from "./prr.ts";
import { stamp } from "./rate.ts";
import { resendLost } from "./resend.ts";
import { pacedRtoNs } from "./retransmission-timeout.ts";
import { congestionRoom, unsentBytes, usableWindow } from "./room.ts";
import { hasQueuedFin, isSynchronised } from "./state.ts";
import { scheduleProbe } from "./tail-probe.ts";
import type { Tcb } from "./tcb.ts";
import { PERSIST, RETRANSMIT } from "./timers.ts";
import { segmentBytes, sendAck, transmit } from "./transmit.ts";
import { restartAfterIdle, validateWindow } from "./validation.ts";

/** RFC 5682 §2.1: so many new segments show whether a timeout was spurious. */
const FRTO_MAX = 2;

/** Sends what may be sent. To be called after whatever may have changed that. */
export function output(tcb: Tcb): void {
  if (isIdle(tcb)) {
    if (!tcb.sent.isEmpty && tcb.pipeBytes < tcb.cwnd) tcb.noteAppLimited();
    tcb.timers.clear(PERSIST);
  } else if (isSynchronised(tcb.state) || tcb.isOpenEarly) {
    const { nxt } = tcb.snd;
    if (!tcb.loss.undo.wantsNewData || !tryNewData(tcb)) {
      resendLost(tcb);
      while (sendNext(tcb));
    }
    if (tcb.snd.nxt !== nxt) {
      scheduleProbe(tcb);
      validateWindow(tcb, unsentBytes(tcb) <= 0);
    }
    watch(tcb);
  }
  if (tcb.acknowledgment.isNow) sendAck(tcb);
}

/** Does nothing wait to be sent, or to be sent again? So it is after most of the segments that arrive. */
function isIdle({ state, sendQueue, snd, sent, loss }: Tcb): boolean {
  return state === "ESTABLISHED" && sendQueue.end === snd.nxt && sent.lostBytes === 0 && !loss.undo.wantsNewData;
}

/** RFC 5682 §2.1, step 2b: two new segments, and what comes next tells. False: there are none, and what is lost goes again as ever. */
function tryNewData(tcb: Tcb): boolean {
  const { undo } = tcb.loss;
  undo.wantsNewData = false;
  for (let count = 0; count < FRTO_MAX; count++) {
    if (sendNext(tcb)) continue;
    undo.isFrto = count > 0;
    return undo.isFrto;
  }
  return true;
}

/** Is there anything that was not sent yet: data, or a FIN? */
export function hasUnsent(tcb: Tcb): boolean {
  return unsentBytes(tcb) > 0 || isFinUnsent(tcb);
}

/** Sends a piece of what waits, even if it is small, as far as the window goes: a probe. False: the window takes nothing. */
export function sendIntoWindow(tcb: Tcb): boolean {
  const window = usableWindow(tcb);
  const length = Math.min(unsentBytes(tcb), window, segmentBytes(tcb));
  const fin = isFinUnsent(tcb) && length === unsentBytes(tcb) && window > length;
  if (length <= 0 && !fin) return false;
  send(tcb, Math.max(0, length), fin);
  return true;
}

/** RFC 8985 §7.3: one new segment, whatever the congestion window says. False when there is none. */
export function sendProbeSegment(tcb: Tcb): boolean {
  const length = Math.min(unsentBytes(tcb), segmentBytes(tcb));
  if (length <= 0 || length > usableWindow(tcb)) return false;
  send(tcb, length, false);
  return true;
}

// @rfc 9293 3.8.6 SHLD-15; @rfc 9293 3.9.1.2 SHLD-28; @rfc 9293 3.8.6.2.1 MUST-38
/** One segment of new data. False when none may be sent. */
function sendNext(tcb: Tcb): boolean {
  const unsent = unsentBytes(tcb);
  const isFinDue = isFinUnsent(tcb);
  if (unsent <= 0 && !isFinDue) {
    if (tcb.pipeBytes < tcb.cwnd && !tcb.sent.isEmpty) tcb.noteAppLimited();
    return false;
  }
  const mss = segmentBytes(tcb);
  const length = Math.min(unsent, mss);
  const fin = isFinDue && length === unsent;
  // H2: the right edge may have moved left, and the window be less than nothing.
  if (length + Number(fin) > usableWindow(tcb)) return false;
  // As on Linux the final FIN does not ask the congestion window.
  if (length > 0 && length > congestionRoom(tcb)) {
    tcb.isWindowLimited = true;
    return false;
  }
  const isUrgent = tcb.urgent?.isSending === true;
  if (length < mss && !fin && !isUrgent && shouldWait(tcb)) return false;
  if (mustWait(tcb)) return false;
  const whole = unsent > mss ? largeLength(tcb, mss) : length;
  send(tcb, whole, whole === length ? fin : isFinDue && whole === unsent && whole < usableWindow(tcb));
  return true;
}

// @rfc 9293 3.9.1.2 SHLD-27, MUST-60, MUST-61, MAY-16
function send(tcb: Tcb, length: number, fin: boolean): void {
  const { snd, sent, sendQueue, nowNs } = tcb;
  const seq = snd.nxt;
  const mss = segmentBytes(tcb);
  const packet = length > 0 ? sendQueue.packet(seq, length, mss) : Packet.allocate(0);
  // A large segment may end with its chunk.
  const bytes = packet.length;
  if (bytes > mss) {
    packet.segmentBytes = mss;
    packet.payloadStart = packet.start;
  }
  const isLast = bytes === unsentBytes(tcb);
  const hasFin = fin && isLast;
  const flags = (hasFin ? wire.FIN : 0) | (isLast && bytes > 0 ? wire.PSH : 0);
  if (tcb.flight === 0) restartAfterIdle(tcb);
  snd.nxt = add(seq, bytes + Number(hasFin));
  const segment = sent.make(seq, snd.nxt, flags, nowNs, mss);
  stamp(tcb, segment);
  sent.push(segment);
  noteSent(tcb, segment.length);
  hasLeft(tcb, segment.length);
  if (bytes === 0 || bytes % mss !== 0) snd.sml = snd.nxt;
  tcb.lastSentNs = nowNs;
  if (bytes > 0) noteInteraction(tcb);
  if (!tcb.timers.isSet(RETRANSMIT)) tcb.timers.set(RETRANSMIT, pacedRtoNs(tcb));
  tcb.timers.clear(PERSIST);
  transmit(tcb, packet, seq, flags, true);
}

// @rfc 9293 3.8.6.1 SHLD-29
/** RFC 9293 §3.8.6.1: something waits, and nothing is on its way whose ACK would open the window: ask for it, in time. */
function watch(tcb: Tcb): void {
  const { timers, sent } = tcb;
  if (!sent.isEmpty || !hasUnsent(tcb)) {
    timers.clear(PERSIST);
    return;
  }
  if (!timers.isSet(PERSIST)) timers.set(PERSIST, pacedRtoNs(tcb));
}

function isFinUnsent(tcb: Tcb): boolean {
  return hasQueuedFin(tcb.state) && unsentBytes(tcb) >= 0;
}

/** An answer that follows soon upon a question: from now on an ACK may wait for the answer. */
function noteInteraction({ acknowledgment, nowNs }: Tcb): void {
  if (nowNs - acknowledgment.lastReceivedNs < INTERACTIVE_NS) acknowledgment.isInteractive = true;
}

/** Linux's initial ato, the time within which an answer is expected. */
const INTERACTIVE_NS = 40 * 1_000_000;
