/**
 * A segment arrives for a connection: RFC 9293 §3.10.7.4, step by step.
 *
 * Read first: RFC 9293 §3.10.7.4, RFC 5961 §3 to §5, RFC 7323 §5.
 * Order: isPredicted(), or sequence → reset → SYN → ACK, each of which may end it with a verdict; then what the segment brings is taken: ACK,
 * urgent pointer, data, FIN; then what may be sent now is sent.
 */
import type { Errno } from "../../abi/errno.ts";
import { diff } from "../../base/seq32.ts";
import * as wire from "../../wire/tcp.ts";
import { checkAck, takeAck } from "./ack.ts";
import { answerOutside, challenge } from "./challenge.ts";
import { endSending } from "./close.ts";
import { replyReset } from "./closed.ts";
import { takeMark } from "./ecn.ts";
import { establish } from "./establish.ts";
import { abort, fail } from "./finish.ts";
import { output } from "./output.ts";
import type { Segment } from "./segment.ts";
import { checkReset, checkSequence, checkSyn } from "./sequence.ts";
import type { State } from "./state.ts";
import type { Tcb } from "./tcb.ts";
import { takeText } from "./text.ts";
import { takeUrgent } from "./urgent.ts";
import type { Verdict } from "./verdict.ts";
import { offeredWindow } from "./window.ts";

// @rfc 9293 3.10.7.4 MUST-59
export function segmentArrives(tcb: Tcb, seg: Segment): void {
  tcb.segmentsIn += seg.count;
  if (seg.dataLength > 0) tcb.dataSegmentsIn += seg.count;
  tcb.lastHeardNs = tcb.nowNs;
  const isPlain = isPredicted(tcb, seg);
  if (!isPlain) {
    const verdict = checkSequence(tcb, seg) ?? checkReset(tcb, seg) ?? checkSyn(tcb, seg) ?? checkAck(tcb, seg);
    if (verdict !== null) {
      apply(tcb, seg, verdict);
      return;
    }
    if (tcb.state === "SYN_RECEIVED") establish(tcb, seg);
    takeMark(tcb, seg);
  }
  takeAck(tcb, seg);
  if (!isPlain) {
    if (tcb.isEndQueued) endEarly(tcb);
    takeUrgent(tcb, seg);
  }
  const refusal = takeText(tcb, seg);
  if (refusal !== null) apply(tcb, seg, refusal);
  if (tcb.state !== "CLOSED") output(tcb);
  if (tcb.tcp.recorders.size > 0) for (const recorder of tcb.tcp.recorders) recorder.note(tcb);
}

/**
 * Header prediction, as BSD's tcp_input and Linux's tcp_rcv_established have it: is this the segment that nearly always comes
 * next in ESTABLISHED? Of such a one each check below says "go on": it begins at RCV.NXT within an open window, is not
 * older by its timestamp, has neither SYN, RST nor URG, and acknowledges something between SND.UNA and SND.NXT.
 */
function isPredicted(tcb: Tcb, seg: Segment): boolean {
  const { rcv, snd, timestamps } = tcb;
  return (
    tcb.state === "ESTABLISHED" &&
    seg.seq === rcv.nxt &&
    (seg.flags & ~wire.PSH) === wire.ACK &&
    diff(seg.ack, snd.una) >= 0 &&
    diff(snd.nxt, seg.ack) >= 0 &&
    (timestamps === null || (seg.options.hasTimestamps && diff(seg.options.timestampValue, timestamps.recent) >= 0)) &&
    tcb.ecn === null &&
    seg.dataLength < offeredWindow(tcb)
  );
}

function apply(tcb: Tcb, seg: Segment, verdict: Verdict): void {
  const { counters } = tcb.tcp.machine;
  switch (verdict.kind) {
    case "drop":
      if (verdict.counter !== null) counters.bump(verdict.counter);
      return;
    case "ack":
      if (verdict.counter !== null) counters.bump(verdict.counter);
      answerOutside(tcb, seg);
      return;
    case "challenge-ack":
      challenge(tcb);
      return;
    case "reply-reset":
      replyReset(tcb.tcp, seg);
      return;
    case "reset-received":
      fail(tcb, tcb.isOpenEarly ? "ECONNRESET" : resetError(tcb.state), "RST");
      return;
    case "abort":
      counters.bump(verdict.counter);
      abort(tcb, "ECONNRESET", "data after close");
  }
}

/** What the user wanted before the connection stood. */
function endEarly(tcb: Tcb): void {
  tcb.isEndQueued = false;
  endSending(tcb, "close");
}

/** As tcp_reset on Linux. RFC 9293 §3.10.7.4, "second": what the user is told. */
function resetError(state: State): Errno {
  if (state === "SYN_SENT" || state === "SYN_RECEIVED") return "ECONNREFUSED";
  return state === "CLOSE_WAIT" ? "EPIPE" : "ECONNRESET";
}
