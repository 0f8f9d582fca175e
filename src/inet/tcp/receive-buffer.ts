/**
 * The receive buffer: its size, which follows what the user reads, and telling the peer when there is room again.
 *
 * Read first: RFC 1122 §4.2.3.3; Linux's tcp_rcv_space_adjust ("dynamic right-sizing"), tcp_rcv_rtt_measure_ts and tcp_cleanup_rbuf.
 */
import { diff } from "../../base/seq32.ts";
import { RECEIVE_SHUT, type Socket } from "../../socket/socket.ts";
import type { Segment } from "./segment.ts";
import { nth } from "./settings.ts";
import type { Tcb } from "./tcb.ts";
import { timestampNow } from "./timestamps.ts";
import { sendAck } from "./transmit.ts";
import { freeWindow, offeredWindow } from "./window.ts";

const NS_PER_MS = 1_000_000;

/** A connection begins: what the user is expected to read in a round trip. */
export function initialSpace(tcb: Tcb): void {
  const space = Math.max(tcb.rcv.mss, Math.min(offeredWindow(tcb), 10 * tcb.rcv.mss));
  tcb.tuning = { copied: 0, space, sinceNs: tcb.nowNs, rttNs: 0, lastEcho: 0 };
}

/**
 * New data have come, in order. Who only receives measures no round trip after the handshake, which may have waited for ARP or for the
 * user; but the first segment with a new echo is what an ACK of ours has let go.
 */
export function noteRoundTrip({ tuning, timestamps, tcp }: Tcb, { options }: Segment): void {
  if (tuning === null || timestamps === null || !options.hasTimestamps) return;
  if (options.timestampEcho === tuning.lastEcho) return;
  tuning.lastEcho = options.timestampEcho;
  const elapsedMs = diff(timestampNow(tcp, timestamps.offset), options.timestampEcho);
  if (elapsedMs < 0) return;
  const sampleNs = Math.max(1, elapsedMs) * NS_PER_MS;
  tuning.rttNs = tuning.rttNs === 0 ? sampleNs : Math.floor(tuning.rttNs + (sampleNs - tuning.rttNs) / 8);
}

/**
 * Is there as much to read as SO_RCVLOWAT asks for? As in tcp_epollin_ready on Linux, also when no more would come, because the window
 * is closed: it may ask for more than the buffer holds. An urgent byte that a read would pass over does not count.
 */
export function isReadable(tcb: Tcb, socket: Socket): boolean {
  const { receiveQueueBytes, options } = socket;
  if (receiveQueueBytes === 0) return false;
  const leastBytes = options.receiveLowWaterBytes + Number(socket.isBeforeUrgent);
  return receiveQueueBytes >= leastBytes || offeredWindow(tcb) <= tcb.acknowledgment.segmentBytes;
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

/** The shorter of what the handshake or our own data say, and what came with echoes: an idle peer lets the latter look long. */
function roundTripNs({ rtt, tuning }: Tcb): number {
  const echoedNs = tuning?.rttNs ?? 0;
  return echoedNs === 0 ? rtt.srttNs : Math.min(rtt.srttNs || echoedNs, echoedNs);
}

/**
 * The buffer is to hold twice what the user reads in a round trip, as what is lost comes again. Where that grows, the peer is in slow
 * start, and what is offered now is used a round trip later: twice as much again for each doubling.
 */
function adjust(tcb: Tcb, bytes: number): void {
  const { tuning, tcp, socket, nowNs, rcv, options } = tcb;
  if (tuning === null || socket === null) return;
  tuning.copied += bytes;
  // On one machine a round trip takes no time: each read is one.
  if (nowNs - tuning.sinceNs < roundTripNs(tcb)) return;
  if (tuning.copied > tuning.space) {
    const growth = (tuning.copied - tuning.space) / tuning.space;
    tuning.space = tuning.copied;
    if (tcp.settings.moderateRcvbuf.value !== 0 && !options.isReceiveBufferFixed) {
      const window = Math.floor((2 * tuning.copied + 16 * rcv.mss) * (1 + 2 * growth));
      // Half of the buffer is for overhead.
      const wanted = Math.min(2 * window, nth(tcp.settings.rmem, 2));
      if (wanted > socket.receiveLimitBytes) socket.receiveLimitBytes = wanted;
    }
  }
  tuning.copied = 0;
  tuning.sinceNs = nowNs;
}
