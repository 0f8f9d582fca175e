/**
 * The receive buffer: its size, which follows what the user reads, and telling the peer when there is room again.
 *
 * Read first: RFC 1122 §4.2.3.3; Linux's tcp_rcv_space_adjust ("dynamic right-sizing") and tcp_cleanup_rbuf.
 */
import { diff } from "../../base/seq32.ts";
import { RECEIVE_SHUT } from "../../socket/socket.ts";
import { nth } from "./settings.ts";
import type { Tcb } from "./tcb.ts";
import { sendAck } from "./transmit.ts";
import { freeWindow, offeredWindow } from "./window.ts";

/** A connection begins: what the user is expected to read in a round trip. */
export function initialSpace(tcb: Tcb): void {
  tcb.tuning = { copied: 0, space: Math.min(offeredWindow(tcb), 10 * tcb.rcv.mss), sinceNs: tcb.nowNs };
}

/** The user has read so many bytes. */
export function hasRead(tcb: Tcb, bytes: number): void {
  const { acknowledgment, rcv, socket, state } = tcb;
  if (state === "CLOSED" || socket === null) return;
  adjust(tcb, bytes);
  if ((socket.shut & RECEIVE_SHUT) !== 0) return;
  const isDue = acknowledgment.isPending && diff(rcv.nxt, rcv.wup) > acknowledgment.segmentBytes;
  if (isDue || opensWindow(tcb)) sendAck(tcb);
}

// @rfc 9293 3.8.6.2.2 MUST-39
/** RFC 1122 §4.2.3.3: worth telling when the window is twice what the peer knows of. */
function opensWindow(tcb: Tcb): boolean {
  const offered = offeredWindow(tcb);
  const free = freeWindow(tcb);
  return free > 0 && free >= 2 * offered;
}

/** The buffer is to hold twice what the user reads in a round trip: the peer may double its window in each. */
function adjust(tcb: Tcb, bytes: number): void {
  const { tuning, tcp, socket, nowNs, rcv, options } = tcb;
  if (tuning === null || socket === null) return;
  tuning.copied += bytes;
  // On one machine a round trip takes no time: each read is one.
  if (nowNs - tuning.sinceNs < tcb.rtt.srttNs) return;
  if (tuning.copied > tuning.space) {
    tuning.space = tuning.copied;
    if (tcp.settings.moderateRcvbuf.value !== 0 && !options.isReceiveBufferFixed) {
      const window = 2 * tuning.copied + 16 * rcv.mss;
      // Half of the buffer is for overhead.
      const wanted = Math.min(2 * window, nth(tcp.settings.rmem, 2));
      if (wanted > socket.receiveLimitBytes) socket.receiveLimitBytes = wanted;
    }
  }
  tuning.copied = 0;
  tuning.sinceNs = nowNs;
}
