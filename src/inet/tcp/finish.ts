/**
 * The end of a connection: it leaves the tables, its timers stop, its user hears of it.
 *
 * Read first: Linux's tcp_done, tcp_reset and tcp_write_err. What the user was sent and has not read stays readable.
 */
import type { Errno } from "../../abi/errno.ts";
import { POLLHUP } from "../../abi/poll.ts";
import { judgePath } from "./fast-open.ts";
import { leaveFastOpenQueue } from "./fast-open-queue.ts";
import { isClosing, isSynchronised, type State } from "./state.ts";
import type { Tcb } from "./tcb.ts";
import * as trace from "./trace.ts";
import { sendReset } from "./transmit.ts";

/** The connection changes its state. */
export function enter(tcb: Tcb, state: State, cause: string): void {
  trace.state(tcb, state, cause);
  tcb.state = state;
  const { lingerer } = tcb;
  if (lingerer === null || isClosing(state)) return;
  tcb.lingerer = null;
  lingerer.waiters.wake(POLLHUP);
}

/**
 * It is over. Its user, if there is one, reads what is left and sees the end. Without a cause the connection itself goes on, as a
 * record in TIME_WAIT.
 */
export function done(tcb: Tcb, cause: string | null): void {
  const { tcp, socket, state } = tcb;
  if (state === "CLOSED") return;
  if (state === "SYN_SENT" || state === "SYN_RECEIVED") tcp.machine.counters.bump("TcpAttemptFails");
  if (tcb.fastOpen !== null) {
    judgePath(tcb);
    leaveFastOpenQueue(tcb.fastOpen, cause === "RST", tcb.nowNs);
  }
  if (cause === null) tcb.state = "CLOSED";
  else enter(tcb, "CLOSED", cause);
  tcb.timers.clearAll();
  tcb.sendQueue.clear(tcb);
  tcb.sent.clear();
  if (tcb.hasHole) {
    for (const { packet } of tcb.reassembly.segments) packet.release();
    tcb.reassembly.clear();
  }
  tcp.leave(tcb);
  socket?.disconnected();
}

// @rfc 9293 3.6 MUST-12
/** It has failed: the user is told why. */
export function fail(tcb: Tcb, errno: Errno, cause: string): void {
  const { socket, tcp, state } = tcb;
  if (isSynchronised(state) && (state === "ESTABLISHED" || state === "CLOSE_WAIT")) {
    tcp.machine.counters.bump("TcpEstabResets");
  }
  done(tcb, cause);
  socket?.fail(errno);
}

/** RFC 9293 §3.10.5, ABORT: both sides are told. */
export function abort(tcb: Tcb, errno: Errno | null, cause: string): void {
  if (tcb.state !== "CLOSED" && tcb.state !== "SYN_SENT") sendReset(tcb);
  if (errno === null) done(tcb, cause);
  else fail(tcb, errno, cause);
}
