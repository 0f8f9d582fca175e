/**
 * How much may be sent: what waits, what the peer takes, what the network carries.
 *
 * Read first: RFC 9293 §3.8.6, RFC 5681 §3.1. output.ts asks for each segment.
 */
import { add, diff } from "../../base/seq32.ts";
import type { Tcb } from "./tcb.ts";

/** What poll(2) calls room, as tcp_poll on Linux: half of what is allowed. */
export const POLL_SHARE = 2;

/** RFC 3042: so many segments beyond the window may follow the first duplicate ACKs. */
const LIMITED_TRANSMIT_MAX = 2;

// @rfc 7323 2.4 MUST
/** How many bytes the peer still takes; negative when its window has shrunk. */
export function usableWindow({ snd }: Tcb): number {
  return diff(add(snd.una, snd.wnd), snd.nxt);
}

// @rfc 5681 3.2 SHOULD-2; @rfc 3042 2 SHOULD, MUST-1, MUST-2
/** How many bytes more the network carries, as far as is known; negative when there are too many already. */
export function congestionRoom(tcb: Tcb): number {
  const { cwnd, phase, congestion, duplicateAcks, mss } = tcb;
  // RFC 3042 §2. With SACK, or where the algorithm sets the window, what has arrived is out of the pipe, and needs no counting.
  const extra =
    phase === "open" && congestion.control === undefined ? Math.min(duplicateAcks, LIMITED_TRANSMIT_MAX) * mss : 0;
  return cwnd + extra - tcb.pipeBytes;
}

/** Bytes of data that were not sent yet; -1 when a FIN has been sent behind them. */
export function unsentBytes({ sendQueue, snd }: Tcb): number {
  return diff(sendQueue.end, snd.nxt);
}

/**
 * TCP_NOTSENT_LOWAT, net.ipv4.tcp_notsent_lowat: does so much wait to be sent that no more is taken from the user? As
 * tcp_stream_memory_free on Linux; of one part in `share` of it.
 */
export function hasEnoughUnsent(tcb: Tcb, share: number): boolean {
  const { options, tcp } = tcb;
  const bound = options.notSentLowWaterBytes >>> 0 || tcp.settings.notsentLowat.value;
  return unsentBytes(tcb) * share >= bound;
}
