/**
 * CUBIC: after a loss the window goes back to where it was as a cubic function of time, slowly near it, and then beyond.
 *
 * Read first: RFC 9438 §4, whose names the variables have, and hystart.ts for slow start. Windows are in segments here, as
 * in the RFC; times in seconds.
 *
 *     W(t) = C·(t − K)³ + W_max,   K = ∛((W_max − cwnd_epoch)/C)        cwnd
 *                                                                       W_max ─ ─ ─ ─ ─ ╭──────╮ ─ ╱
 *     W_est: what Reno would have by now. Where that is more,                       ╭───╯      ╰──╯
 *     which is so on short or slow paths, it is followed.                        ╭──╯
 */
import { cbrt } from "../../../base/maths.ts";
import type { CongestionControl, Window } from "./congestion.ts";
import { HyStart } from "./hystart.ts";

/** RFC 9438 §5. */
const C = 0.4;
/** RFC 9438 §4.6: what is left of the window after a loss. */
const BETA = 0.7;
/** RFC 9438 §4.3. */
const ALPHA = (3 * (1 - BETA)) / (1 + BETA);
const NS_PER_SECOND = 1_000_000_000;

interface Epoch {
  wMax: number;
  k: number;
  startNs: number;
  /** False: congestion avoidance has not begun since the last loss. */
  isRunning: boolean;
  wEst: number;
  cwndPrior: number;
}

interface Memory {
  readonly hystart: HyStart;
  epoch: Epoch;
  /** RFC 9438 §4.9: as it was before the last reduction; the same one until there was one. */
  before: Epoch;
}

/** Made when there is something to be remembered: many connections end before. */
function memoryOf(window: Window): Memory {
  window.memory ??= begin();
  return window.memory as Memory;
}

function begin(): Memory {
  const epoch: Epoch = { wMax: 0, k: 0, startNs: 0, isRunning: false, wEst: 0, cwndPrior: 0 };
  return { hystart: new HyStart(), epoch, before: epoch };
}

// @rfc 9438 4.6 REC; @rfc 9438 4.7 REC; @rfc 9438 4.8 REC; @rfc 9438 4.9 REC; @rfc 9438 5.8 REC; @rfc 9438 4.10 REC
export const cubic: CongestionControl = {
  name: "cubic",
  start(window) {
    window.memory = null;
  },
  measured(window, rttNs) {
    if (window.cwnd < window.ssthresh) memoryOf(window).hystart.measured(rttNs);
  },
  acknowledged(window, { ackedBytes }) {
    const memory = memoryOf(window);
    let left = ackedBytes;
    if (window.cwnd < window.ssthresh) {
      left = memory.hystart.acknowledged(window, ackedBytes);
      if (window.cwnd < window.ssthresh || left <= 0) return;
    }
    avoid(window, memory, left);
  },
  thresholdAfterLoss(window) {
    const memory = memoryOf(window);
    const { epoch } = memory;
    memory.before = { ...epoch };
    const cwnd = window.cwnd / window.mss;
    // RFC 9438 §4.7, fast convergence: whoever has less than before makes room for newcomers.
    epoch.wMax = cwnd < epoch.wMax ? (cwnd * (1 + BETA)) / 2 : cwnd;
    epoch.cwndPrior = cwnd;
    epoch.isRunning = false;
    memory.hystart.reset();
    // RFC 9438 §4.6. As on Linux of the window: what is not used of it is taken away elsewhere.
    return Math.max(Math.floor(window.cwnd * BETA), 2 * window.mss);
  },
  timedOut(window) {
    // RFC 9438 §4.8.
    const { epoch, hystart } = memoryOf(window);
    epoch.isRunning = false;
    hystart.reset();
  },
  undone(window) {
    const memory = memoryOf(window);
    memory.epoch = { ...memory.before };
  },
  idle(window, idleNs) {
    // RFC 9438 §5.8: the time in which nothing was sent is not the epoch's.
    const { epoch } = memoryOf(window);
    if (epoch.isRunning) epoch.startNs += idleNs;
  },
};

// @rfc 9438 4.2 REC, REC-2; @rfc 9438 4.3 REC
/** RFC 9438 §4.2 to §4.5. */
function avoid(window: Window, memory: Memory, bytes: number): void {
  const { mss, nowNs } = window;
  const { epoch } = memory;
  const cwnd = window.cwnd / mss;
  const acked = bytes / mss;
  if (!epoch.isRunning) beginEpoch(epoch, cwnd, nowNs);
  const t = (nowNs - epoch.startNs) / NS_PER_SECOND;
  const ahead = t + window.srttNs / NS_PER_SECOND - epoch.k;
  const target = Math.max(cwnd, Math.min(1.5 * cwnd, C * ahead * ahead * ahead + epoch.wMax));
  // Above the window of the last loss Reno's own pace is fair.
  epoch.wEst += ((epoch.wEst < epoch.cwndPrior ? ALPHA : 1) * acked) / cwnd;
  const offset = t - epoch.k;
  const cubicNow = C * offset * offset * offset + epoch.wMax;
  const next = cubicNow < epoch.wEst ? Math.max(cwnd, epoch.wEst) : cwnd + ((target - cwnd) / cwnd) * acked;
  // As on Linux at most half a segment for each that is acknowledged.
  window.cwnd = Math.min(next * mss, window.cwnd + bytes / 2);
}

function beginEpoch(epoch: Epoch, cwnd: number, nowNs: number): void {
  epoch.isRunning = true;
  epoch.startNs = nowNs;
  epoch.wEst = cwnd;
  if (cwnd < epoch.wMax) {
    epoch.k = cbrt((epoch.wMax - cwnd) / C);
  } else {
    epoch.k = 0;
    epoch.wMax = cwnd;
  }
}
