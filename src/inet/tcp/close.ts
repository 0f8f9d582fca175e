/**
 * Closing: shutdown(2) and close(2).
 *
 * Read first: RFC 9293 §3.6 and §3.10.4, RFC 1122 §4.2.2.13, RFC 2525 §2.17; Linux's tcp_close and inet_csk_listen_stop.
 */

import type { Socket } from "../../socket/socket.ts";
import { abort, done, enter } from "./finish.ts";
import { output } from "./output.ts";
import { AFTER_CLOSE, isClosing } from "./state.ts";
import { forget } from "./syn-queue.ts";
import type { Tcb } from "./tcb.ts";

const NS_PER_SECOND = 1_000_000_000;

/** A FIN goes behind what was sent. H9: the state is another one from now on, whenever the FIN leaves. */
export function endSending(tcb: Tcb, cause: string): void {
  // RFC 9293 §3.10.4, SYN-RECEIVED: when the connection stands.
  if (tcb.state === "SYN_RECEIVED" && !tcb.isOpenEarly) tcb.isEndQueued = true;
  const next = tcb.isOpenEarly ? "FIN_WAIT_1" : AFTER_CLOSE[tcb.state];
  if (next === null) return;
  enter(tcb, next, cause);
  output(tcb);
}

// @rfc 9293 3.6.1 MAY-1, SHLD-3
/** The last descriptor is closed: what was sent still goes its way, without a user. */
export function close(tcb: Tcb): void {
  const { socket, tcp, state } = tcb;
  if (socket === null) return;
  if (state === "LISTEN") stopListening(tcb);
  // What nobody has read will be thrown away.
  tcb.chargeUnread(0);
  const { linger } = socket.options;
  const { counters } = tcp.machine;
  // H12, RFC 2525 §2.17: the peer is told that not all that it has sent was read.
  if (socket.receiveQueueBytes > 0 && tcb.state !== "CLOSED") {
    counters.bump("TcpExtTCPAbortOnClose");
    abort(tcb, null, "close with unread data");
  } else if (linger.onoff !== 0 && linger.linger === 0 && tcb.state !== "CLOSED") {
    counters.bump("TcpExtTCPAbortOnData");
    abort(tcb, null, "close without lingering");
  } else if (tcb.state === "SYN_SENT") {
    // H33: should the peer answer, it will be told that there is nobody.
    done(tcb, "close");
  } else {
    endSending(tcb, "close");
  }
  orphan(tcb);
}

/** Nobody has it open any more. */
function orphan(tcb: Tcb): void {
  const { tcp, socket } = tcb;
  tcb.socket = null;
  if (tcb.state === "CLOSED") {
    tcp.releasePort(tcb);
    return;
  }
  tcp.orphans++;
  if (tcp.orphans > tcp.settings.maxOrphans.value) {
    tcp.machine.counters.bump("TcpExtTCPAbortOnMemory");
    abort(tcb, null, "too many orphans");
  } else {
    tcp.orphanWaits(tcb);
    // As sk_stream_wait_close on Linux: whoever closes waits until all that he has sent is acknowledged, FIN included.
    if (socket !== null && lingerNs(socket) > 0 && isClosing(tcb.state)) tcb.lingerer = socket;
  }
}

/** It listens no more: H31. Connections that nobody has accepted are reset; those that are being made find nobody. */
export function stopListening(tcb: Tcb): void {
  const { listener, tcp, socket } = tcb;
  if (listener === null) return;
  tcb.listener = null;
  tcp.demux.removeListener(listener);
  for (const request of [...listener.requests]) forget(request);
  enter(tcb, "CLOSED", "close");
  const queue = socket?.acceptQueue ?? [];
  for (const connection of [...queue]) {
    const waiting = tcp.tcbOf(connection);
    if (waiting !== null && waiting.state !== "CLOSED") abort(waiting, null, "listener closed");
    connection.release();
  }
}

/** connect(2) with no address: the connection, whatever its state, is gone at once. */
export function disconnect(tcb: Tcb): void {
  if (tcb.state === "CLOSED") return;
  const { socket, state } = tcb;
  const isTold = state !== "SYN_SENT" && state !== "SYN_RECEIVED";
  if (isTold) abort(tcb, null, "disconnect");
  else done(tcb, "disconnect");
  socket?.fail("ECONNRESET");
}

/** SO_LINGER's time, in nanoseconds; 0: close(2) does not wait. */
export function lingerNs({ options }: Socket): number {
  return options.linger.onoff === 0 ? 0 : options.linger.linger * NS_PER_SECOND;
}
