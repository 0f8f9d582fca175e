/**
 * The connection stands: both ends know each other's numbers.
 *
 * Read first: RFC 9293 §3.10.7.3 and §3.10.7.4; Linux's tcp_finish_connect and tcp_init_transfer.
 */
import * as wire from "../../wire/tcp.ts";
import { leaveFastOpenQueue } from "./fast-open-queue.ts";
import { enter } from "./finish.ts";
import { keepIdleNs } from "./keepalive.ts";
import { defaultMss, updateMss } from "./mss.ts";
import { startRack } from "./rack.ts";
import { initialSpace } from "./receive-buffer.ts";
import type { Segment } from "./segment.ts";
import { growSendBuffer } from "./send-buffer.ts";
import { takeUp } from "./take-up.ts";
import type { Tcb } from "./tcb.ts";
import { KEEPALIVE } from "./timers.ts";

/** TCP_MAX_QUICKACKS on Linux. */
const QUICK_ACKS = 16;
/** Linux's TCP_MIN_MSS and TCP_MSS_DEFAULT. */
const MSS_MIN = 88;
const FIRST_SEGMENT_MAX = 536;

// @rfc 7323 2.2 MUST-1
/** The ACK of our SYN has come. */
export function establish(tcb: Tcb, seg: Segment): void {
  const { snd, tcp, socket } = tcb;
  enter(tcb, "ESTABLISHED", seg.len > 0 ? "SYN, ACK" : "ACK of SYN");
  // RFC 7323 §2.2: the window of a SYN is never scaled; that of an ACK is. H20.
  snd.wnd = seg.has(wire.SYN) ? seg.wnd : seg.wnd << snd.scale;
  snd.wl1 = seg.seq;
  snd.wl2 = seg.ack;
  snd.maxWnd = Math.max(snd.maxWnd, snd.wnd);
  tcb.retransmitsSinceNs = 0;
  // Who was opened fast is sending already.
  if (tcb.fastOpen !== null && tcb.fastOpen.listener !== null) leaveFastOpenQueue(tcb.fastOpen, false, tcb.nowNs);
  else startTransfer(tcb);
  tcp.machine.counters.bump(tcb.isActive ? "TcpActiveEstablished" : "TcpPassiveEstablished");
  socket?.connected();
}

/** Data may go: what that begins with. */
export function startTransfer(tcb: Tcb): void {
  const { snd, socket, acknowledgment } = tcb;
  if (snd.mss === 0) snd.mss = defaultMss(tcb.remoteAddress);
  updateMss(tcb);
  startRack(tcb);
  takeUp(tcb);
  tcb.cwnd = tcb.initialCwnd;
  acknowledgment.quick = QUICK_ACKS;
  acknowledgment.segmentBytes = firstSegmentBytes(tcb);
  initialSpace(tcb);
  growSendBuffer(tcb);
  if (socket?.options.keepAlive) tcb.timers.set(KEEPALIVE, keepIdleNs(tcb));
}

/** Linux's tcp_initialize_rcv_mss: so long is a full segment of the peer taken to be until a longer one has come. */
function firstSegmentBytes({ rcv, mss }: Tcb): number {
  return Math.max(MSS_MIN, Math.min(rcv.mss, mss, FIRST_SEGMENT_MAX, Math.floor(rcv.wnd / 2)));
}

// @rfc 7323 2.2 MUST-2; @rfc 7323 2.3 MUST
/** What the peer's SYN says: RFC 9293 §3.7.1, RFC 7323 §1.3 and §2.2. */
export function takeSynOptions(tcb: Tcb, seg: Segment): void {
  const { options } = seg;
  const { snd, rcv, tcp, timestamps } = tcb;
  snd.mss = options.mss > 0 ? options.mss : defaultMss(tcb.remoteAddress);
  // Both sides, or none: H20.
  if (options.windowScale < 0 || tcp.settings.windowScaling.value === 0) {
    snd.scale = 0;
    rcv.scale = 0;
  } else {
    // RFC 7323 §2.3: a count above 14 is taken for 14.
    snd.scale = Math.min(options.windowScale, 14);
  }
  if (!options.sackPermitted) tcb.sackPermitted = false;
  if (timestamps === null) return;
  if (options.hasTimestamps) {
    timestamps.recent = options.timestampValue;
    timestamps.recentAtNs = tcb.nowNs;
  } else {
    tcb.timestamps = null;
  }
}
