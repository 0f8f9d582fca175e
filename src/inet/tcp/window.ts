/**
 * The receive window: what the peer is told that it may send.
 *
 * Read first: RFC 9293 §3.8.6, RFC 1122 §4.2.3.3 (silly windows), RFC 7323 §2; Linux's __tcp_select_window.
 *
 *     receive buffer  ├── overhead ──┼── data that wait for the user ──┼── window ──┤
 *
 * Half of SO_RCVBUF is for the overhead of packets (tcp_adv_win_scale); the window is what is free of the rest.
 */
import { diff } from "../../base/seq32.ts";
import { nth } from "./settings.ts";
import type { Tcb } from "./tcb.ts";

/** RFC 7323 §2.3. */
const SCALE_MAX = 14;
const WINDOW_FIELD_MAX = 0xffff;
const PRESSURE_SEGMENTS = 4;

/** How many bytes of data a receive buffer of that size is for. */
function windowFromSpace(limitBytes: number): number {
  return Math.floor(limitBytes / 2);
}

/** The window of an empty receive buffer. */
export function windowOf({ socket }: Tcb): number {
  return windowFromSpace(socket?.receiveLimitBytes ?? 0);
}

/** The buffer that an auto-tuned one may become decides on the scale: RFC 7323 §2.3, Linux's tcp_select_initial_window. */
export function scaleFor(bufferMaxBytes: number): number {
  let scale = 0;
  while (scale < SCALE_MAX && bufferMaxBytes >>> (scale + 16) > 0) scale++;
  return scale;
}

/** The largest receive buffer that the connection may get. */
export function bufferMaxBytes(tcb: Tcb): number {
  const limit = tcb.socket?.receiveLimitBytes ?? 0;
  return tcb.options.isReceiveBufferFixed ? limit : Math.max(limit, nth(tcb.tcp.settings.rmem, 2));
}

/** What is offered with SYN, where it is never scaled: H20. */
export function initialWindow(limitBytes: number, clamp: number): number {
  const window = Math.min(windowFromSpace(limitBytes), WINDOW_FIELD_MAX);
  return clamp > 0 ? Math.min(window, clamp) : window;
}

/** How much of what the peer was offered it has not used: the window as the peer sees it now. */
export function offeredWindow({ rcv }: Tcb): number {
  return Math.max(0, rcv.wnd - diff(rcv.nxt, rcv.wup));
}

// @rfc 9293 3.8.6.2.2 MUST-39; @rfc 9293 3.8.6.1 MAY-8
/** What could be offered now; zero rather than little. */
export function freeWindow(tcb: Tcb): number {
  const { socket, rcv, acknowledgment, options } = tcb;
  // A connection without a user takes nothing more; what comes is answered with a reset.
  if (socket === null) return offeredWindow(tcb);
  const whole = windowFromSpace(socket.receiveLimitBytes);
  const full = options.windowClamp > 0 ? Math.min(whole, options.windowClamp) : whole;
  let free = Math.max(0, Math.min(full, whole - socket.receiveQueueBytes - tcb.heldBytes));
  // As on Linux: under pressure no more than a few segments are asked for.
  if (tcb.tcp.memory.isUnderPressure) free = Math.min(free, PRESSURE_SEGMENTS * rcv.mss);
  const segment = Math.min(full, acknowledgment.segmentBytes || rcv.mss);
  if (free < full / 2) {
    free -= free % (1 << rcv.scale);
    // RFC 1122 §4.2.3.3: the window opens by a full segment, or by much of the buffer, or not at all.
    if (free < full / 16 || free < segment) return 0;
  }
  return rcv.scale > 0 ? free : unscaled(free, rcv.wnd, segment, full);
}

// @rfc 9293 3.8.6 SHLD-14
/** Chooses the window of a segment that is about to be sent, in bytes. It never shrinks: H29. */
export function selectWindow(tcb: Tcb): number {
  const { rcv } = tcb;
  const step = 1 << rcv.scale;
  const offered = offeredWindow(tcb);
  const free = freeWindow(tcb);
  let window = Math.max(free, offered);
  // What is not a multiple would be cut off by the scale, and the right edge would move back.
  if (window % step !== 0) window += step - (window % step);
  window = Math.min(window, WINDOW_FIELD_MAX * step);
  if (window === 0 && rcv.wnd > 0) tcb.tcp.machine.counters.bump("TcpExtTCPToZeroWindowAdv");
  else if (window > 0 && rcv.wnd === 0) tcb.tcp.machine.counters.bump("TcpExtTCPFromZeroWindowAdv");
  rcv.wnd = window;
  rcv.wup = rcv.nxt;
  return window;
}

/** Without scaling the window is kept a multiple of the segment. */
function unscaled(free: number, window: number, segment: number, full: number): number {
  if (segment === full) return free > window + full / 2 ? free : Math.min(window, free);
  return window <= free - segment || window > free ? free - (free % segment) : window;
}
