/**
 * BBR: a model of the path, its bandwidth and its round trip, instead of losses, says how fast and how much is sent.
 *
 * Read first: draft-ietf-ccwg-bbr (version 3), §3.3 (the state machine) and §5, whose names the states and gains have.
 *
 *     Startup ──bandwidth no longer grows──▶ Drain ──queue empty──▶ ProbeBW: Down → Cruise → Refill → Up → Down …
 *                                                  every five seconds ▶ ProbeRTT ▶
 */
import { Aggregation } from "./aggregation.ts";
import type { CongestionControl, Sample, Window } from "./congestion.ts";

const NS_PER_SECOND = 1_000_000_000;
const NS_PER_MS = 1_000_000;
/** §2.5 and §2.6: bounds for loss, and what is left after it. */
const LOSS_THRESH = 0.02;
const BETA = 0.7;
const HEADROOM = 0.15;
/** §5.3.1.2: bandwidth that grows by less than a quarter in three rounds is all there is. */
const FULL_BW_GROWTH = 1.25;
const FULL_BW_ROUNDS = 3;
/** §5.3.1.3: so many losses in one round end Startup too. */
const STARTUP_LOSSES = 6;
/** §5.6.2: a little less than the estimate, so that queues drain. */
const PACING_MARGIN = 0.99;
const MIN_RTT_WINDOW_NS = 10 * NS_PER_SECOND;
const PROBE_RTT_INTERVAL_NS = 5 * NS_PER_SECOND;
const PROBE_RTT_NS = 200 * NS_PER_MS;
const MIN_PIPE_SEGMENTS = 4;
/** §5.3.3.5.1: between two probes pass two to three seconds. */
const PROBE_WAIT_NS = 2 * NS_PER_SECOND;
/** So many rounds Reno would take to fill the pipe: §5.3.3.5.2. */
const RENO_ROUNDS_MAX = 63;

type State = "startup" | "drain" | "down" | "cruise" | "refill" | "up" | "probe-rtt";

const PACING_GAIN = { startup: 2.77, drain: 0.5, down: 0.9, cruise: 1, refill: 1, up: 1.25, "probe-rtt": 1 };
const CWND_GAIN = { startup: 2, drain: 2, down: 2, cruise: 2, refill: 2, up: 2.25, "probe-rtt": 0.5 };

class Model {
  state: State = "startup";
  /** Of the cycle before, and of this one. */
  maxBw: [number, number] = [0, 0];
  minRttNs: number = Number.POSITIVE_INFINITY;
  minRttAtNs = 0;
  probeRttAtNs = 0;
  probeRttEndNs: number | null = null;
  /** Delivered bytes at which the round ends. */
  roundEnd = 0;
  rounds = 0;
  isRoundStart = false;
  /** §5.3.1.2: the bandwidth from which growth is counted, and rounds without. */
  fullBw = 0;
  fullBwRounds = 0;
  /** Now, and ever. */
  isFullNow = false;
  isFull = false;
  readonly aggregation: Aggregation = new Aggregation();
  /** Long-term and short-term bounds. */
  inflightHi: number = Number.POSITIVE_INFINITY;
  inflightLo: number = Number.POSITIVE_INFINITY;
  bwLo: number = Number.POSITIVE_INFINITY;
  /** Of this round. */
  bwLatest = 0;
  deliveredLatest = 0;
  lostBytes = 0;
  deliveredBytes = 0;
  lossEvents = 0;
  cycleAtNs = 0;
  probeWaitNs = 0;
  roundsSinceProbe = 0;
  upRounds = 0;
  upAcked = 0;
  priorCwnd = 0;
}

const modelOf = (window: Window): Model => window.memory as Model;

export const bbr: CongestionControl = {
  name: "bbr",
  start(window) {
    const model = new Model();
    model.minRttAtNs = window.nowNs;
    model.probeRttAtNs = window.nowNs;
    window.memory = model;
    window.ssthresh = Number.POSITIVE_INFINITY;
    const rttNs = window.srttNs || NS_PER_MS;
    window.pacingRate = (PACING_GAIN.startup * 10 * window.mss * NS_PER_SECOND) / rttNs;
  },
  acknowledged() {},
  thresholdAfterLoss(window) {
    const model = modelOf(window);
    model.priorCwnd = Math.max(model.priorCwnd, window.cwnd);
    return Number.POSITIVE_INFINITY;
  },
  timedOut(window) {
    modelOf(window).priorCwnd = Math.max(modelOf(window).priorCwnd, window.cwnd);
  },
  undone(window) {
    const model = modelOf(window);
    model.bwLo = Number.POSITIVE_INFINITY;
    model.inflightLo = Number.POSITIVE_INFINITY;
  },
  control(window, sample) {
    const model = modelOf(window);
    noteRound(model, sample);
    noteBandwidth(model, sample);
    noteRoundTrip(window, model, sample);
    noteLoss(window, model, sample);
    noteAggregation(window, model, sample);
    lookForFullPipe(model, sample);
    step(window, model, sample);
    setPacing(window, model);
    setCwnd(window, model, sample);
  },
};

/** §5.5.1: a round ends when what was delivered was sent after the last one had ended. */
function noteRound(model: Model, { priorDeliveredBytes, deliveredTotalBytes }: Sample): void {
  model.isRoundStart = priorDeliveredBytes >= model.roundEnd;
  if (!model.isRoundStart) return;
  model.roundEnd = deliveredTotalBytes;
  model.rounds++;
  model.roundsSinceProbe++;
}

function noteBandwidth(model: Model, { bytesPerSecond, isAppLimited }: Sample): void {
  if (bytesPerSecond > model.bwLatest) model.bwLatest = bytesPerSecond;
  if (bytesPerSecond >= maxBw(model) || !isAppLimited) model.maxBw[1] = Math.max(model.maxBw[1], bytesPerSecond);
}

function noteRoundTrip(window: Window, model: Model, { rttNs }: Sample): void {
  if (rttNs < 0) return;
  const isOld = window.nowNs - model.minRttAtNs > MIN_RTT_WINDOW_NS;
  if (rttNs > model.minRttNs && !isOld) return;
  if (rttNs <= model.minRttNs) model.probeRttAtNs = window.nowNs;
  model.minRttNs = rttNs;
  model.minRttAtNs = window.nowNs;
}

/** §5.5.10: at the end of a round with losses the short-term bounds come down. */
function noteLoss(window: Window, model: Model, sample: Sample): void {
  const { lostBytes, deliveredBytes } = sample;
  if (lostBytes > 0) model.lossEvents++;
  model.lostBytes += lostBytes;
  model.deliveredBytes += deliveredBytes;
  model.deliveredLatest = Math.max(model.deliveredLatest, model.deliveredBytes);
  if (isTooLossy(model) && model.state === "up") endProbe(window, model, sample);
  if (!model.isRoundStart) return;
  if (model.lostBytes > 0 && model.state !== "startup" && model.state !== "refill" && model.state !== "up") {
    const bw = Number.isFinite(model.bwLo) ? model.bwLo : maxBw(model);
    model.bwLo = Math.max(model.bwLatest, BETA * bw);
    const inflight = Number.isFinite(model.inflightLo) ? model.inflightLo : window.cwnd;
    model.inflightLo = Math.max(model.deliveredLatest, BETA * inflight);
  }
  if (model.state === "startup" && isTooLossy(model) && model.lossEvents >= STARTUP_LOSSES) {
    model.isFullNow = true;
    model.isFull = true;
    model.inflightHi = Math.max(bdp(model, 1), model.deliveredLatest);
  }
  model.bwLatest = 0;
  model.deliveredLatest = 0;
  model.lostBytes = 0;
  model.deliveredBytes = 0;
  model.lossEvents = 0;
}

function isTooLossy({ lostBytes, deliveredBytes }: Model): boolean {
  return lostBytes > LOSS_THRESH * (lostBytes + deliveredBytes) && lostBytes > 0;
}

function noteAggregation(window: Window, model: Model, { deliveredBytes }: Sample): void {
  if (model.isRoundStart) model.aggregation.beginRound(model.rounds, !model.isFull);
  model.aggregation.note(window.nowNs, deliveredBytes, bandwidth(model), window.cwnd);
}

/** §5.3: from state to state. */
function step(window: Window, model: Model, sample: Sample): void {
  const { pipeBytes } = sample;
  const { nowNs } = window;
  switch (model.state) {
    case "startup":
      if (model.isFull) model.state = "drain";
      break;
    case "drain":
      if (pipeBytes <= bdp(model, 1)) beginDown(window, model);
      break;
    case "down":
      if (isTimeToProbe(window, model)) beginRefill(model);
      else if (pipeBytes <= bdp(model, 1) && pipeBytes <= headroom(window, model)) model.state = "cruise";
      break;
    case "cruise":
      if (isTimeToProbe(window, model)) beginRefill(model);
      break;
    case "refill":
      if (model.isRoundStart) {
        model.state = "up";
        growsFrom(model, sample.bytesPerSecond);
        model.cycleAtNs = nowNs;
      }
      break;
    case "up":
      raiseInflightHi(window, model, pipeBytes);
      if (isTimeToGoDown(window, model, sample)) beginDown(window, model);
      break;
    case "probe-rtt":
      leaveProbeRtt(window, model, pipeBytes);
      break;
  }
  if (model.state !== "probe-rtt" && nowNs - model.probeRttAtNs > PROBE_RTT_INTERVAL_NS) {
    model.priorCwnd = Math.max(model.priorCwnd, window.cwnd);
    model.state = "probe-rtt";
    model.probeRttEndNs = null;
  }
}

/** §5.3.1.2: any sample may show growth, and a round in which none did counts. */
function lookForFullPipe(model: Model, { bytesPerSecond, isAppLimited }: Sample): void {
  if (model.isFullNow || isAppLimited) return;
  if (bytesPerSecond >= model.fullBw * FULL_BW_GROWTH) {
    growsFrom(model, bytesPerSecond);
  } else if (model.isRoundStart && ++model.fullBwRounds >= FULL_BW_ROUNDS) {
    model.isFullNow = true;
    model.isFull = true;
  }
}

function growsFrom(model: Model, bytesPerSecond: number): void {
  model.fullBw = bytesPerSecond;
  model.fullBwRounds = 0;
  model.isFullNow = false;
}

/** §5.3.3.6: the bound for loss, and not the path, may be why the bandwidth does not grow. */
function isTimeToGoDown({ cwnd, mss }: Window, model: Model, { bytesPerSecond, pipeBytes }: Sample): boolean {
  const isWindowLimited = pipeBytes + mss > cwnd;
  if (!isWindowLimited || cwnd < model.inflightHi) return model.isFullNow;
  growsFrom(model, bytesPerSecond);
  return false;
}

function beginDown(window: Window, model: Model): void {
  model.state = "down";
  model.cycleAtNs = window.nowNs;
  model.roundsSinceProbe = 0;
  // Another moment for each connection, and the same in each run.
  model.probeWaitNs = PROBE_WAIT_NS + (window.snd.una % 1000) * NS_PER_MS;
  model.upRounds = 0;
  // §5.5.6: the filter spans two cycles.
  if (model.maxBw[1] > 0) model.maxBw = [model.maxBw[1], 0];
}

function beginRefill(model: Model): void {
  model.state = "refill";
  model.bwLo = Number.POSITIVE_INFINITY;
  model.inflightLo = Number.POSITIVE_INFINITY;
}

function isTimeToProbe({ nowNs, mss }: Window, model: Model): boolean {
  if (nowNs - model.cycleAtNs > model.probeWaitNs) return true;
  return model.roundsSinceProbe >= Math.min(RENO_ROUNDS_MAX, Math.ceil(bdp(model, 1) / mss));
}

/** §5.3.3.6: losses say that this was too much: what was in flight, at least most of what was aimed at. */
function endProbe(window: Window, model: Model, { pipeBytes, deliveredBytes, lostBytes }: Sample): void {
  const target = (CWND_GAIN.up * maxBw(model) * model.minRttNs) / NS_PER_SECOND;
  model.inflightHi = Math.max(pipeBytes + deliveredBytes + lostBytes, BETA * target);
  beginDown(window, model);
}

/** §5.3.3.4: by one segment, then two, four, … for each window that is acknowledged. */
function raiseInflightHi({ cwnd, mss }: Window, model: Model, pipeBytes: number): void {
  if (!Number.isFinite(model.inflightHi) || pipeBytes + mss < model.inflightHi) return;
  if (model.isRoundStart) model.upRounds = Math.min(model.upRounds + 1, 30);
  model.upAcked += mss;
  const step = Math.max(1, cwnd / mss / (1 << model.upRounds));
  if (model.upAcked < step * mss) return;
  model.inflightHi += mss;
  model.upAcked = 0;
}

function leaveProbeRtt(window: Window, model: Model, pipeBytes: number): void {
  const { nowNs } = window;
  if (model.probeRttEndNs === null) {
    if (pipeBytes <= Math.max(bdp(model, 0.5), MIN_PIPE_SEGMENTS * window.mss))
      model.probeRttEndNs = nowNs + PROBE_RTT_NS;
    return;
  }
  if (nowNs < model.probeRttEndNs) return;
  model.probeRttAtNs = nowNs;
  window.cwnd = Math.max(window.cwnd, model.priorCwnd);
  model.priorCwnd = 0;
  if (!model.isFull) {
    model.state = "startup";
    return;
  }
  beginDown(window, model);
  model.state = "cruise";
}

function maxBw(model: Model): number {
  return Math.max(model.maxBw[0], model.maxBw[1]);
}

function bandwidth(model: Model): number {
  return Math.min(maxBw(model), model.bwLo);
}

function bdp(model: Model, gain: number): number {
  if (!Number.isFinite(model.minRttNs)) return Number.POSITIVE_INFINITY;
  return (gain * bandwidth(model) * model.minRttNs) / NS_PER_SECOND;
}

function headroom({ mss }: Window, { inflightHi }: Model): number {
  return Math.max((1 - HEADROOM) * inflightHi, MIN_PIPE_SEGMENTS * mss);
}

function setPacing(window: Window, model: Model): void {
  const rate = PACING_GAIN[model.state] * bandwidth(model) * PACING_MARGIN;
  if (rate > 0 && (model.isFull || rate > window.pacingRate)) window.pacingRate = rate;
}

/** §5.6.4. */
function setCwnd(window: Window, model: Model, { deliveredBytes }: Sample): void {
  const { mss } = window;
  const least = MIN_PIPE_SEGMENTS * mss;
  // Some more for what large segments hold back.
  const target = bdp(model, CWND_GAIN[model.state]) + model.aggregation.bytes + 3 * mss;
  let cwnd = window.cwnd + deliveredBytes;
  if (model.isFull) cwnd = Math.min(cwnd, target);
  else if (cwnd >= target && model.rounds > FULL_BW_ROUNDS) cwnd = Math.max(window.cwnd, target);
  let cap = model.inflightLo;
  if (model.state === "cruise" || model.state === "probe-rtt") cap = Math.min(cap, headroom(window, model));
  else cap = Math.min(cap, model.inflightHi);
  if (model.state === "probe-rtt") cap = Math.min(cap, Math.max(bdp(model, 0.5), least));
  window.cwnd = Math.max(Math.min(cwnd, cap), least);
}
