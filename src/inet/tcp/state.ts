/**
 * The states of a connection, in the words of RFC 9293, and the questions that are asked about them.
 *
 * Read first: RFC 9293 §3.3.2 with figure 5. A listening socket and what waits in its SYN queue are not connections yet:
 * LISTEN and, for a passive open, SYN_RECEIVED are told by listener.ts and syn-queue.ts.
 */
export type State =
  | "CLOSED"
  | "LISTEN"
  | "SYN_SENT"
  | "SYN_RECEIVED"
  | "ESTABLISHED"
  | "FIN_WAIT_1"
  | "FIN_WAIT_2"
  | "CLOSE_WAIT"
  | "CLOSING"
  | "LAST_ACK"
  | "TIME_WAIT";

/** RFC 9293 §3.10.4: the state that close, or the end of sending, leads to; null where there is nothing to end, or not yet. */
export const AFTER_CLOSE: Readonly<Record<State, State | null>> = {
  CLOSED: null,
  LISTEN: null,
  SYN_SENT: null,
  SYN_RECEIVED: null,
  ESTABLISHED: "FIN_WAIT_1",
  FIN_WAIT_1: null,
  FIN_WAIT_2: null,
  CLOSE_WAIT: "LAST_ACK",
  CLOSING: null,
  LAST_ACK: null,
  TIME_WAIT: null,
};

/** Both sides know of the connection: RFC 9293's synchronised states. */
export function isSynchronised(state: State): boolean {
  return state !== "CLOSED" && state !== "LISTEN" && state !== "SYN_SENT" && state !== "SYN_RECEIVED";
}

/** May the user still send? */
export function maySend(state: State): boolean {
  return state === "ESTABLISHED" || state === "CLOSE_WAIT";
}

/** Our FIN has been queued: it is sent, or will be. */
export function hasQueuedFin(state: State): boolean {
  return (
    state === "FIN_WAIT_1" ||
    state === "FIN_WAIT_2" ||
    state === "CLOSING" ||
    state === "LAST_ACK" ||
    state === "TIME_WAIT"
  );
}

/** Our FIN has been queued, and not been acknowledged. */
export function isClosing(state: State): boolean {
  return state === "FIN_WAIT_1" || state === "CLOSING" || state === "LAST_ACK";
}

/** May data still come, and be delivered? */
export function mayReceive(state: State): boolean {
  return state === "ESTABLISHED" || state === "FIN_WAIT_1" || state === "FIN_WAIT_2";
}

/** As netstat(8) prints them. */
export const NETSTAT_NAMES: Readonly<Record<State, string>> = {
  CLOSED: "CLOSE",
  LISTEN: "LISTEN",
  SYN_SENT: "SYN_SENT",
  SYN_RECEIVED: "SYN_RECV",
  ESTABLISHED: "ESTABLISHED",
  FIN_WAIT_1: "FIN_WAIT1",
  FIN_WAIT_2: "FIN_WAIT2",
  CLOSE_WAIT: "CLOSE_WAIT",
  CLOSING: "CLOSING",
  LAST_ACK: "LAST_ACK",
  TIME_WAIT: "TIME_WAIT",
};

/** As /proc/net/tcp and TCP_INFO number them: TCP_ESTABLISHED and the others of Linux's tcp_states.h. */
export const LINUX_NUMBERS: Readonly<Record<State, number>> = {
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECEIVED: 3,
  FIN_WAIT_1: 4,
  FIN_WAIT_2: 5,
  TIME_WAIT: 6,
  CLOSED: 7,
  CLOSE_WAIT: 8,
  LAST_ACK: 9,
  LISTEN: 10,
  CLOSING: 11,
};
