/**
 * The phases of BBR: when each begins and ends.
 *
 * Read first: draft-ietf-ccwg-bbr §5.3, whose functions these are.
 *
 *     Startup ──bandwidth no longer grows, or too many losses──▶ Drain ──the queue is empty──▶ Down
 *     Down ──▶ Cruise ──two to three seconds, or Reno's period──▶ Refill ──a round──▶ Up ──the pipe is full, or losses──▶ Down
 *     any ──the least round trip is five seconds old──▶ ProbeRTT ──200 ms and a round──▶ Cruise
 */
import {
  bdpMultiple,
  inflight,
  inflightWithHeadroom,
  isInProbeBw,
  type Model,
  maxBw,
  probeRttCwnd,
  targetInflight,
} from "./bbr-model.ts";
import { advanceMaxBwFilter, noteLoss, resetCongestion, resetShortTerm, startRound } from "./bbr-signals.ts";
import type { LostPacket, Sample, Window } from "./congestion.ts";

const NS_PER_SECOND = 1_000_000_000;
const NS_PER_MS = 1_000_000;
/** §5.3.1.2: bandwidth that has not grown by a quarter in three rounds is all there is. */
const FULL_BW_GROWTH = 1.25;
const FULL_BW_ROUNDS = 3;
/** §5.3.1.3, StartupFullLossCnt. */
const STARTUP_LOSS_EVENTS = 6;
/** §2.5. */
const LOSS_THRESH = 0.02;
const BETA = 0.7;
/** §5.3.4.3, ProbeRTTDuration. */
const PROBE_RTT_NS = 200 * NS_PER_MS;
/** §5.3.3.5.3, BBRPickProbeWait: two to three seconds. */
const PROBE_WAIT_NS = 2 * NS_PER_SECOND;
const PROBE_WAIT_SPREAD_MS = 1000;
/** §5.3.3.5.2: Reno would fill a larger pipe in more rounds, but then it is no neighbour any more. */
const RENO_ROUNDS_MAX = 63;
/** §5.3.3.6: 2³⁰ segments. */
const PROBE_UP_ROUNDS_MAX = 30;

// ---- is the pipe full? ----

/** BBRResetFullBW. */
function resetFullBw(model: Model, bytesPerSecond: number = 0): void {
  model.fullBw = bytesPerSecond;
  model.fullBwCount = 0;
  model.isFullBwNow = false;
}

/** BBRCheckFullBWReached: any sample may show growth, and a round in which none did counts. */
export function checkFullBw(model: Model, { bytesPerSecond, isAppLimited }: Sample): void {
  if (model.isFullBwNow || isAppLimited) return;
  if (bytesPerSecond >= model.fullBw * FULL_BW_GROWTH) {
    resetFullBw(model, bytesPerSecond);
    return;
  }
  if (!model.isRoundStart) return;
  model.fullBwCount++;
  model.isFullBwNow = model.fullBwCount >= FULL_BW_ROUNDS;
  if (model.isFullBwNow) model.isFullBwReached = true;
}

// ---- Startup and Drain ----

/** BBRCheckStartupDone. */
export function checkStartupDone(window: Window, model: Model): void {
  if (model.phase !== "startup") return;
  if (isStartupLossy(model)) {
    model.isFullBwReached = true;
    model.inflightLongterm = Math.max(bdpMultiple(window, model, 1), model.inflightLatest);
  }
  if (model.isFullBwReached) model.phase = "drain";
}

/** BBRCheckStartupHighLoss: recovery for a whole round trip, in which too much was lost, and not in a single burst. */
function isStartupLossy(model: Model): boolean {
  const { isLossRoundStart, isRecovering, lossEvents, lostInRound, deliveredInRound } = model;
  if (!isLossRoundStart || !isRecovering || lossEvents < STARTUP_LOSS_EVENTS) return false;
  return lostInRound > LOSS_THRESH * (lostInRound + deliveredInRound);
}

/** BBRCheckDrainDone. */
export function checkDrainDone(window: Window, model: Model, sample: Sample): void {
  if (model.phase !== "drain" || sample.pipeBytes > inflight(window, model, 1)) return;
  startDown(window, model, sample.deliveredTotalBytes);
}

// ---- ProbeBW ----

/** BBRUpdateProbeBWCyclePhase. */
export function updateCycle(window: Window, model: Model, sample: Sample): void {
  if (!model.isFullBwReached) return;
  adaptLongTerm(window, model, sample);
  switch (model.phase) {
    case "down":
      if (isTimeToProbe(window, model)) startRefill(model, sample);
      else if (isTimeToCruise(window, model, sample)) model.phase = "cruise";
      break;
    case "cruise":
      if (isTimeToProbe(window, model)) startRefill(model, sample);
      break;
    case "refill":
      // What comes from now on was sent when the pipe was full, and its losses are of our doing.
      if (!model.isRoundStart) break;
      model.isProbeSample = true;
      startUp(window, model, sample);
      break;
    case "up":
      if (isTimeToGoDown(window, model, sample)) startDown(window, model, sample.deliveredTotalBytes);
  }
}

/** BBRStartProbeBW_DOWN. */
function startDown(window: Window, model: Model, deliveredTotalBytes: number): void {
  resetCongestion(model);
  model.probeUpEvery = Number.POSITIVE_INFINITY;
  // Another moment for each connection, or all would probe together.
  model.roundsSinceProbe = window.below(2);
  model.probeWaitNs = PROBE_WAIT_NS + window.below(PROBE_WAIT_SPREAD_MS) * NS_PER_MS;
  model.cycleStampNs = window.nowNs;
  model.ackPhase = "stopping";
  model.nextRoundDelivered = deliveredTotalBytes;
  model.phase = "down";
}

/** BBRStartProbeBW_REFILL: a round at full rate, without the bounds of losses that may be over. */
function startRefill(model: Model, sample: Sample): void {
  resetShortTerm(model);
  model.probeUpRounds = 0;
  model.probeUpAcked = 0;
  model.ackPhase = "refilling";
  startRound(model, sample);
  model.phase = "refill";
}

/** BBRStartProbeBW_UP. */
function startUp(window: Window, model: Model, sample: Sample): void {
  model.ackPhase = "starting";
  startRound(model, sample);
  resetFullBw(model, sample.bytesPerSecond);
  model.phase = "up";
  raiseSlope(window, model);
}

/** BBRIsTimeToProbeBW: the wait is over, or Reno's saw-tooth would be. */
function isTimeToProbe(window: Window, model: Model): boolean {
  if (window.nowNs > model.cycleStampNs + model.probeWaitNs) return true;
  const renoRounds = Math.min(targetInflight(window, model) / window.mss, RENO_ROUNDS_MAX);
  return model.roundsSinceProbe >= renoRounds;
}

/** BBRIsTimeToCruise. */
function isTimeToCruise(window: Window, model: Model, { pipeBytes }: Sample): boolean {
  return pipeBytes <= inflightWithHeadroom(window, model) && pipeBytes <= inflight(window, model, 1);
}

/** BBRIsTimeToGoDown: bandwidth has stopped to grow, and it is not the bound that holds it. */
function isTimeToGoDown(window: Window, model: Model, { bytesPerSecond }: Sample): boolean {
  if (isLimited(model) && window.cwnd >= model.inflightLongterm) {
    resetFullBw(model, bytesPerSecond);
    return false;
  }
  return model.isFullBwNow;
}

function isLimited({ isLimited: isNow, wasLimited }: Model): boolean {
  return isNow || wasLimited;
}

/** BBRAdaptLongTermModel. */
function adaptLongTerm(window: Window, model: Model, sample: Sample): void {
  if (model.isRoundStart && model.ackPhase === "starting") model.ackPhase = "feedback";
  else if (model.isRoundStart && model.ackPhase === "stopping") {
    // The last of what was sent to probe has been acknowledged: §5.5.6.
    model.isProbeSample = false;
    model.ackPhase = "none";
    if (isInProbeBw(model) && !sample.isAppLimited) advanceMaxBwFilter(model);
  }
  if (isTooHigh(sample.sampleLostBytes, sample.txInFlightBytes) || !Number.isFinite(model.inflightLongterm)) return;
  // So much was in flight, and it was not too much.
  if (sample.txInFlightBytes > model.inflightLongterm) model.inflightLongterm = sample.txInFlightBytes;
  if (model.phase === "up") probeUpward(window, model, sample);
}

/** BBRRaiseInflightLongtermSlope: by one segment in this round, two in the next, then four, … */
function raiseSlope({ cwnd, mss }: Window, model: Model): void {
  const growth = mss * (1 << model.probeUpRounds);
  model.probeUpRounds = Math.min(model.probeUpRounds + 1, PROBE_UP_ROUNDS_MAX);
  model.probeUpEvery = Math.max((cwnd * mss) / growth, mss);
}

/** BBRProbeInflightLongtermUpward: only while the bound is what holds sending back. */
function probeUpward(window: Window, model: Model, { deliveredBytes }: Sample): void {
  if (!isLimited(model) || window.cwnd < model.inflightLongterm) return;
  model.probeUpAcked += deliveredBytes;
  const steps = Math.floor(model.probeUpAcked / model.probeUpEvery);
  if (steps > 0) {
    model.probeUpAcked -= steps * model.probeUpEvery;
    model.inflightLongterm += steps * window.mss;
  }
  if (model.isRoundStart) raiseSlope(window, model);
}

// ---- losses ----

function isTooHigh(lostBytes: number, txInFlightBytes: number): boolean {
  return lostBytes > txInFlightBytes * LOSS_THRESH;
}

/** BBRHandleLostPacket. */
export function handleLost(window: Window, model: Model, packet: LostPacket): void {
  noteLoss(model, packet.deliveredTotalBytes);
  model.lostInRound += packet.bytes;
  if (packet.isNewRange) model.lossEvents++;
  if (!model.isProbeSample || !isTooHigh(packet.lostSinceBytes, packet.txInFlightBytes)) return;
  tooHigh(window, model, inflightAtLoss(packet), packet.isAppLimited, packet.deliveredTotalBytes);
}

/** The draft has no word on marks yet. RFC 3168 §5: they are heeded as losses are, of which there is nothing to repair. */
export function handleMark(window: Window, model: Model, sample: Sample): void {
  noteLoss(model, sample.deliveredTotalBytes);
  if (!model.isProbeSample) return;
  tooHigh(window, model, sample.txInFlightBytes, sample.isAppLimited, sample.deliveredTotalBytes);
}

/** BBRInflightAtLoss: so much had been in flight when the losses reached the threshold, within the packet. */
function inflightAtLoss({ bytes, txInFlightBytes, lostSinceBytes }: LostPacket): number {
  const inflightBefore = txInFlightBytes - bytes;
  const lostBefore = lostSinceBytes - bytes;
  return inflightBefore + Math.max(0, (LOSS_THRESH * inflightBefore - lostBefore) / (1 - LOSS_THRESH));
}

/** BBRHandleInflightTooHigh: once for each probe. */
function tooHigh(window: Window, model: Model, bytes: number, isAppLimited: boolean, delivered: number): void {
  model.isProbeSample = false;
  if (!isAppLimited) model.inflightLongterm = Math.max(bytes, targetInflight(window, model) * BETA);
  if (model.phase === "up") startDown(window, model, delivered);
}

/** BBRHandleSpuriousLossDetection. */
export function handleSpurious(window: Window, model: Model): void {
  const { beforeLoss } = model;
  model.isLossInRound = false;
  resetFullBw(model);
  if (beforeLoss === null) return;
  model.beforeLoss = null;
  model.bwShortterm = Math.max(model.bwShortterm, beforeLoss.bwShortterm);
  model.inflightShortterm = Math.max(model.inflightShortterm, beforeLoss.inflightShortterm);
  model.inflightLongterm = Math.max(model.inflightLongterm, beforeLoss.inflightLongterm);
  if (model.phase === "probe-rtt" || model.phase === beforeLoss.phase) return;
  if (beforeLoss.phase === "startup") {
    model.phase = "startup";
    model.isFullBwReached = false;
  } else if (beforeLoss.phase === "up") {
    model.ackPhase = "starting";
    resetFullBw(model, maxBw(model));
    model.phase = "up";
    raiseSlope(window, model);
  }
}

// ---- ProbeRTT ----

/** BBRCheckProbeRTT. `isDue`: the least round trip is old. */
export function checkProbeRtt(window: Window, model: Model, sample: Sample, isDue: boolean): void {
  if (model.phase !== "probe-rtt" && isDue && !model.isIdleRestart) {
    model.phase = "probe-rtt";
    saveCwnd(window, model);
    model.probeRttDoneNs = null;
    model.ackPhase = "stopping";
    startRound(model, sample);
  }
  if (model.phase === "probe-rtt") handleProbeRtt(window, model, sample);
  if (sample.sampleBytes > 0) model.isIdleRestart = false;
}

/** BBRHandleProbeRTT. */
function handleProbeRtt(window: Window, model: Model, sample: Sample): void {
  // Nothing is learnt of the bandwidth from so little.
  window.noteAppLimited();
  if (model.probeRttDoneNs === null) {
    if (sample.pipeBytes > probeRttCwnd(window, model)) return;
    model.probeRttDoneNs = window.nowNs + PROBE_RTT_NS;
    model.isProbeRttRoundDone = false;
    startRound(model, sample);
    return;
  }
  if (model.isRoundStart) model.isProbeRttRoundDone = true;
  if (model.isProbeRttRoundDone) checkProbeRttDone(window, model, sample.deliveredTotalBytes);
}

/** BBRCheckProbeRTTDone and BBRExitProbeRTT. */
export function checkProbeRttDone(window: Window, model: Model, deliveredTotalBytes: number): void {
  if (model.probeRttDoneNs === null || window.nowNs <= model.probeRttDoneNs) return;
  model.probeRttMinStampNs = window.nowNs;
  restoreCwnd(window, model);
  resetShortTerm(model);
  if (!model.isFullBwReached) {
    model.phase = "startup";
    return;
  }
  startDown(window, model, deliveredTotalBytes);
  model.phase = "cruise";
}

// ---- the window that is worth coming back to ----

/** BBRSaveCwnd. */
export function saveCwnd({ cwnd }: Window, model: Model): void {
  const isSmall = model.isRecovering || model.phase === "probe-rtt";
  model.priorCwnd = isSmall ? Math.max(model.priorCwnd, cwnd) : cwnd;
}

/** BBRRestoreCwnd. */
export function restoreCwnd(window: Window, { priorCwnd }: Model): void {
  window.cwnd = Math.max(window.cwnd, priorCwnd);
}
