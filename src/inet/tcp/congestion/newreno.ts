/**
 * NewReno's window: slow start, then one segment each round trip, and half of it when something was lost.
 *
 * Read first: RFC 5681 §3.1, RFC 3465 (counting bytes, with L = 2), RFC 6582.
 */
import type { CongestionControl } from "./congestion.ts";

interface Memory {
  /** Bytes acknowledged in congestion avoidance that have not made the window larger yet. */
  counted: number;
}

// @rfc 5681 3.1 MUST-1, MUST-3
export const newReno: CongestionControl = {
  name: "reno",
  start(window) {
    window.memory = { counted: 0 } satisfies Memory;
  },
  acknowledged(window, { ackedBytes: bytes }) {
    if (window.cwnd < window.ssthresh) {
      // RFC 3465 §2.2: at most two segments for each ACK, so that one that covers much makes no burst.
      window.cwnd += Math.min(bytes, 2 * window.mss);
      return;
    }
    const memory = window.memory as Memory;
    memory.counted += bytes;
    if (memory.counted < window.cwnd) return;
    memory.counted -= window.cwnd;
    window.cwnd += window.mss;
  },
  // RFC 5681 §3.1, equation 4: half of what was in flight, not of the window, which may never have been used; §3.2, step 2: nor of
  // what limited transmit has sent beyond it.
  thresholdAfterLoss: (window, flight) => Math.max(Math.floor(Math.min(flight, window.cwnd) / 2), 2 * window.mss),
  timedOut(window) {
    (window.memory as Memory).counted = 0;
  },
};
