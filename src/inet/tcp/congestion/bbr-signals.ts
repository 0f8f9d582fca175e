/**
 * What ACKs and losses tell BBR: rounds, bandwidth, round trip, aggregation, congestion.
 *
 * Read first: draft-ietf-ccwg-bbr §5.5, whose functions these are. They change the model and no phase.
 */
import { bandwidth, isProbing, type Model, maxBw } from "./bbr-model.ts";
import type { Sample, Window } from "./congestion.ts";

const NS_PER_SECOND = 1_000_000_000;
/** §2.8, MinRTTFilterLen and ProbeRTTInterval. */
const MIN_RTT_FILTER_NS = 10 * NS_PER_SECOND;
const PROBE_RTT_INTERVAL_NS = 5 * NS_PER_SECOND;
/** §2.7, ExtraAckedFilterLen, in rounds. */
const EXTRA_ACKED_ROUNDS = 10;
/** §2.5, Beta: what is left after losses. */
const BETA = 0.7;

/** BBRStartRound: it ends when what is sent from now on is delivered. */
export function startRound(model: Model, { deliveredTotalBytes }: Sample): void {
  model.nextRoundDelivered = deliveredTotalBytes;
}

/** BBRUpdateRound, and what is counted by the round. */
export function updateRound(model: Model, sample: Sample): void {
  model.isRoundStart = sample.priorDeliveredBytes >= model.nextRoundDelivered;
  if (model.isRoundStart) {
    startRound(model, sample);
    model.roundCount++;
    model.roundsSinceProbe++;
    model.wasLimited = model.isLimited;
    model.isLimited = false;
  }
  if (sample.isCwndLimited) model.isLimited = true;
}

/** BBRUpdateLatestDeliverySignals: the best of the round trip that is under way. */
export function updateLatestDelivery(model: Model, sample: Sample): void {
  model.isLossRoundStart = false;
  model.bwLatest = Math.max(model.bwLatest, sample.bytesPerSecond);
  model.inflightLatest = Math.max(model.inflightLatest, sample.sampleBytes);
  model.deliveredInRound += sample.deliveredBytes;
  if (sample.priorDeliveredBytes < model.lossRoundDelivered) return;
  model.lossRoundDelivered = sample.deliveredTotalBytes;
  model.isLossRoundStart = true;
}

/** BBRAdvanceLatestDeliverySignals: the next round trip begins with what has just come. */
export function advanceLatestDelivery(model: Model, sample: Sample): void {
  if (!model.isLossRoundStart) return;
  model.bwLatest = sample.bytesPerSecond;
  model.inflightLatest = sample.sampleBytes;
  model.lossEvents = 0;
  model.lostInRound = 0;
  model.deliveredInRound = 0;
}

/** BBRUpdateMaxBw: a sample that the application held back counts only if it is more. */
export function updateMaxBw(model: Model, { bytesPerSecond, isAppLimited }: Sample): void {
  if (bytesPerSecond <= 0 || (bytesPerSecond < maxBw(model) && isAppLimited)) return;
  model.maxBwOfCycles[1] = Math.max(model.maxBwOfCycles[1], bytesPerSecond);
}

/** BBRAdvanceMaxBwFilter: the filter spans two cycles. */
export function advanceMaxBwFilter(model: Model): void {
  if (model.maxBwOfCycles[1] > 0) model.maxBwOfCycles = [model.maxBwOfCycles[1], 0];
}

/** BBRUpdateCongestionSignals: at the end of a round trip with losses the short-term bounds come down. */
export function updateCongestion(window: Window, model: Model): void {
  if (!model.isLossRoundStart) return;
  if (model.isLossInRound && !isProbing(model)) lowerBounds(window, model);
  model.isLossInRound = false;
}

/** BBRInitLowerBounds and BBRLossLowerBounds. */
function lowerBounds(window: Window, model: Model): void {
  if (!Number.isFinite(model.bwShortterm)) model.bwShortterm = maxBw(model);
  // As on Linux: after a timeout the window says nothing any more.
  const cwnd = model.isRecovering ? Math.max(window.cwnd, model.priorCwnd) : window.cwnd;
  if (!Number.isFinite(model.inflightShortterm)) model.inflightShortterm = cwnd;
  model.bwShortterm = Math.max(model.bwLatest, BETA * model.bwShortterm);
  model.inflightShortterm = Math.max(model.inflightLatest, BETA * model.inflightShortterm);
}

/** BBRNoteLoss: something was lost, or marked, in this round trip; the first of it is remembered, should it prove wrong. */
export function noteLoss(model: Model, deliveredTotalBytes: number): void {
  if (model.isLossInRound) return;
  model.isLossInRound = true;
  model.lossRoundDelivered = deliveredTotalBytes;
  const { phase, bwShortterm, inflightShortterm, inflightLongterm } = model;
  model.beforeLoss = { phase, bwShortterm, inflightShortterm, inflightLongterm };
}

/** BBRResetCongestionSignals. */
export function resetCongestion(model: Model): void {
  model.isLossInRound = false;
  model.bwLatest = 0;
  model.inflightLatest = 0;
}

/** BBRResetShortTermModel. */
export function resetShortTerm(model: Model): void {
  model.bwShortterm = Number.POSITIVE_INFINITY;
  model.inflightShortterm = Number.POSITIVE_INFINITY;
}

/** BBRUpdateACKAggregation: so much more than expected was acknowledged at once, in the last rounds. */
export function updateAggregation(window: Window, model: Model, { deliveredBytes }: Sample): void {
  const { nowNs, cwnd } = window;
  let expected = (bandwidth(model) * (nowNs - model.extraAckedSinceNs)) / NS_PER_SECOND;
  if (model.extraAckedDelivered <= expected) {
    model.extraAckedDelivered = 0;
    model.extraAckedSinceNs = nowNs;
    expected = 0;
  }
  model.extraAckedDelivered += deliveredBytes;
  const bytes = Math.min(model.extraAckedDelivered - expected, cwnd);
  const { extraAcked, roundCount } = model;
  const rounds = model.isFullBwReached ? EXTRA_ACKED_ROUNDS : 1;
  while (extraAcked.length > 0 && (extraAcked[0] as { round: number }).round <= roundCount - rounds) extraAcked.shift();
  // A maximum over a window: what is smaller and older than this will never be it.
  while (extraAcked.length > 0 && (extraAcked.at(-1) as { bytes: number }).bytes <= bytes) extraAcked.pop();
  extraAcked.push({ round: roundCount, bytes });
}

/** BBRUpdateMinRTT. True: it is time to look whether the round trip has become another (probe_rtt_expired). */
export function updateMinRtt({ nowNs }: Window, model: Model, { rttNs }: Sample): boolean {
  const isProbeDue = nowNs > model.probeRttMinStampNs + PROBE_RTT_INTERVAL_NS;
  if (rttNs >= 0 && (rttNs < model.probeRttMinNs || isProbeDue)) {
    model.probeRttMinNs = rttNs;
    model.probeRttMinStampNs = nowNs;
  }
  const isOld = nowNs > model.minRttStampNs + MIN_RTT_FILTER_NS;
  if (model.probeRttMinNs < model.minRttNs || isOld) {
    model.minRttNs = model.probeRttMinNs;
    model.minRttStampNs = model.probeRttMinStampNs;
  }
  return isProbeDue;
}
