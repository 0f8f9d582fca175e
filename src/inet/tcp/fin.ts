/**
 * Eighth step: the peer's FIN, when all before it has come.
 *
 * Read first: RFC 9293 §3.10.7.4, "eighth"; Linux's tcp_fin.
 */
import { add } from "../../base/seq32.ts";
import { RECEIVE_SHUT, type Socket } from "../../socket/socket.ts";
import { scheduleAck } from "./delayed-ack.ts";
import { enter } from "./finish.ts";
import type { Tcb } from "./tcb.ts";
import { sendAck } from "./transmit.ts";

/** Behind the data of its segment, in segments of so many bytes. */
export function finReceived(tcb: Tcb, segmentBytes: number): void {
  const { rcv, acknowledgment, socket, tcp, state } = tcb;
  if (state === "ESTABLISHED" || state === "SYN_RECEIVED") {
    // As tcp_fin on Linux: its ACK may wait for an answer, which is mostly our FIN; a moment where no data have come yet.
    acknowledgment.isInteractive = true;
    scheduleAck(tcb, segmentBytes);
  } else {
    acknowledgment.isNow = true;
  }
  rcv.nxt = add(rcv.nxt, 1);
  // As tcp_rcv_nxt_update on Linux, which counts what takes a number.
  tcb.bytesReceived++;
  // What was held beyond a FIN can't be the peer's.
  if (tcb.hasHole) tcb.reassembly.clear();
  switch (state) {
    case "SYN_RECEIVED":
    case "ESTABLISHED":
      enter(tcb, "CLOSE_WAIT", "FIN");
      break;
    case "FIN_WAIT_1":
      // Had our FIN been acknowledged, the state would be FIN_WAIT_2 by now: this is a simultaneous close, H13.
      enter(tcb, "CLOSING", "FIN");
      break;
    case "FIN_WAIT_2":
      sendAck(tcb);
      endOfStream(socket);
      tcp.timeWait(tcb, "FIN");
      return;
    default:
      return;
  }
  endOfStream(socket);
}

function endOfStream(socket: Socket | null): void {
  if (socket === null) return;
  socket.hasEnded = true;
  socket.shutDown(RECEIVE_SHUT);
}
