/**
 * BBR, version 3: a model of the path, its bandwidth and its round trip, instead of losses, says how fast and how much is sent.
 *
 * Read first: draft-ietf-ccwg-bbr §3 and §5.2.3. bbr-model.ts is what is known, bbr-signals.ts how it is learnt, bbr-phases.ts
 * the state machine. Order for each ACK: lost() for each segment that is found to be lost → control(): the signals → the phase →
 * pacing rate and window.
 */
import {
  bandwidth,
  inflightWithHeadroom,
  isInProbeBw,
  Model,
  maxInflight,
  minPipe,
  modelOf,
  nominalBandwidth,
  pacingGain,
  probeRttCwnd,
} from "./bbr-model.ts";
import {
  checkDrainDone,
  checkFullBw,
  checkProbeRtt,
  checkProbeRttDone,
  checkStartupDone,
  handleLost,
  handleMark,
  handleSpurious,
  restoreCwnd,
  saveCwnd,
  updateCycle,
} from "./bbr-phases.ts";
import {
  advanceLatestDelivery,
  updateAggregation,
  updateCongestion,
  updateLatestDelivery,
  updateMaxBw,
  updateMinRtt,
  updateRound,
} from "./bbr-signals.ts";
import type { CongestionControl, Sample, Window } from "./congestion.ts";

/** §2.6, PacingMarginPercent: a little less than the estimate, so that queues drain. */
const PACING_MARGIN = 0.99;

export const bbr: CongestionControl = {
  name: "bbr",
  start(window) {
    const model = new Model(window);
    window.memory = model;
    window.ssthresh = Number.POSITIVE_INFINITY;
    window.pacingRate = pacingGain(model) * nominalBandwidth(window);
  },
  acknowledged() {},
  thresholdAfterLoss(window) {
    saveCwnd(window, modelOf(window));
    return Number.POSITIVE_INFINITY;
  },
  timedOut(window) {
    saveCwnd(window, modelOf(window));
  },
  lost(window, packet) {
    handleLost(window, modelOf(window), packet);
  },
  undone(window) {
    handleSpurious(window, modelOf(window));
  },
  idle(window) {
    restartFromIdle(window, modelOf(window));
  },
  control(window, sample) {
    const model = modelOf(window);
    updateModel(window, model, sample);
    setPacingRate(window, model, pacingGain(model));
    followRecovery(window, model, sample);
    setCwnd(window, model, sample);
  },
};

/** BBRUpdateModelAndState. */
function updateModel(window: Window, model: Model, sample: Sample): void {
  updateLatestDelivery(model, sample);
  updateRound(model, sample);
  updateMaxBw(model, sample);
  if (sample.isMarked) handleMark(window, model, sample);
  updateCongestion(window, model);
  updateAggregation(window, model, sample);
  checkFullBw(model, sample);
  checkStartupDone(window, model);
  checkDrainDone(window, model, sample);
  updateCycle(window, model, sample);
  const isProbeRttDue = updateMinRtt(window, model, sample);
  checkProbeRtt(window, model, sample, isProbeRttDue);
  advanceLatestDelivery(model, sample);
}

/** BBRSetPacingRateWithGain: until the pipe is full it only rises. */
function setPacingRate(window: Window, model: Model, gain: number): void {
  const rate = gain * bandwidth(model) * PACING_MARGIN;
  if (rate > 0 && (model.isFullBwReached || rate > window.pacingRate)) window.pacingRate = rate;
}

/** §5.6.4.4: the first round of recovery sends what is delivered, no more; its end brings the window back. */
function followRecovery(window: Window, model: Model, sample: Sample): void {
  const { isRecovering, isFastRecovery, pipeBytes, deliveredBytes, lostBytes } = sample;
  if (isRecovering && !model.isRecovering) {
    // BBROnEnterFastRecovery. After a timeout recovery.ts has set the window.
    if (isFastRecovery) window.cwnd = pipeBytes + Math.max(deliveredBytes, window.mss);
    model.isConserving = isFastRecovery;
    model.nextRoundDelivered = sample.deliveredTotalBytes;
  } else if (!isRecovering && model.isRecovering) {
    model.isConserving = false;
    restoreCwnd(window, model);
  } else if (isRecovering) {
    if (model.isRoundStart) model.isConserving = false;
    if (lostBytes > 0) window.cwnd = Math.max(window.cwnd - lostBytes, window.mss);
  }
  model.isRecovering = isRecovering;
}

/** BBRSetCwnd. */
function setCwnd(window: Window, model: Model, sample: Sample): void {
  const { deliveredBytes, deliveredTotalBytes, pipeBytes } = sample;
  const most = maxInflight(window, model);
  if (model.isConserving) window.cwnd = Math.max(window.cwnd, pipeBytes + deliveredBytes);
  else if (model.isFullBwReached) window.cwnd = Math.min(window.cwnd + deliveredBytes, most);
  else if (window.cwnd < most || deliveredTotalBytes < window.initialCwnd) window.cwnd += deliveredBytes;
  window.cwnd = Math.max(window.cwnd, minPipe(window));
  if (model.phase === "probe-rtt") window.cwnd = Math.min(window.cwnd, probeRttCwnd(window, model));
  window.cwnd = Math.min(window.cwnd, boundForModel(window, model));
}

/** BBRBoundCwndForModel. */
function boundForModel(window: Window, model: Model): number {
  let cap = Number.POSITIVE_INFINITY;
  if (model.phase === "probe-rtt" || model.phase === "cruise") cap = inflightWithHeadroom(window, model);
  else if (isInProbeBw(model)) cap = model.inflightLongterm;
  return Math.max(Math.min(cap, model.inflightShortterm), minPipe(window));
}

/** BBRHandleRestartFromIdle: an empty pipe is filled at the rate that it carries, without a burst. */
function restartFromIdle(window: Window, model: Model): void {
  if (!window.isAppLimited) return;
  model.isIdleRestart = true;
  model.extraAckedSinceNs = window.nowNs;
  if (isInProbeBw(model)) setPacingRate(window, model, 1);
  else if (model.phase === "probe-rtt") checkProbeRttDone(window, model, model.nextRoundDelivered);
}
