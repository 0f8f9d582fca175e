/**
 * What BBR knows of a path: how fast it delivers, how long it takes, and how much may be in it.
 *
 * Read first: draft-ietf-ccwg-bbr §2, whose names and constants these are. Bandwidths are bytes a second, volumes bytes,
 * times nanoseconds.
 *
 *     max_bw ── of the last two cycles            bw = min(max_bw, bw_shortterm)
 *     min_rtt ── of the last ten seconds          bdp = bw × min_rtt
 *     inflight_longterm ── what proved too much while probing; inflight_shortterm, bw_shortterm ── after losses, until the next probe
 */
import type { Window } from "./congestion.ts";

const NS_PER_SECOND = 1_000_000_000;
const NS_PER_MS = 1_000_000;
/** §2.4: no path is so bad that fewer may be in flight: with delayed ACKs the pipe would run dry. */
const MIN_PIPE_SEGMENTS = 4;
/** §5.6.3: what leaves together lasts a millisecond, and is at least what one delayed ACK covers. */
const QUANTA_PER_SECOND = 1000;
const QUANTUM_SEGMENTS_MIN = 2;
const QUANTUM_BYTES_MAX = 65_536;
/** §5.5.3: quanta that wait at the sender, on the way, and at the receiver. */
const QUANTA = 3;
/** §5.5.3: for one that probes at a small pipe a quarter is less than this. */
const PROBE_SEGMENTS = 2;
/** §2.5: what is left for others below a bound. */
const HEADROOM = 0.15;

export type Phase = "startup" | "drain" | "down" | "cruise" | "refill" | "up" | "probe-rtt";

/** §5.3.3.2, ack_phase: which of its own packets the ACKs of now tell of. */
type AckPhase = "none" | "refilling" | "starting" | "feedback" | "stopping";

/** §2.9 and §5.3: gains of pacing and of the window. */
const GAINS: Readonly<Record<Phase, { readonly pacing: number; readonly cwnd: number }>> = {
  startup: { pacing: 2.77, cwnd: 2 },
  drain: { pacing: 0.5, cwnd: 2 },
  down: { pacing: 0.9, cwnd: 2 },
  cruise: { pacing: 1, cwnd: 2 },
  refill: { pacing: 1, cwnd: 2 },
  up: { pacing: 1.25, cwnd: 2.25 },
  "probe-rtt": { pacing: 1, cwnd: 0.5 },
};

/** §5.5.10.3, BBRSaveStateUponLoss: what the model was before it heard of losses that were none. */
export interface BeforeLoss {
  readonly phase: Phase;
  readonly bwShortterm: number;
  readonly inflightShortterm: number;
  readonly inflightLongterm: number;
}

export class Model {
  phase: Phase = "startup";
  // ---- rounds: §5.5.1 ----
  nextRoundDelivered = 0;
  roundCount = 0;
  isRoundStart = false;
  // ---- the path: §5.5.5 to §5.5.7 ----
  /** Of the cycle before, and of this one. */
  maxBwOfCycles: [number, number] = [0, 0];
  bwShortterm: number = Number.POSITIVE_INFINITY;
  inflightShortterm: number = Number.POSITIVE_INFINITY;
  inflightLongterm: number = Number.POSITIVE_INFINITY;
  minRttNs: number = Number.POSITIVE_INFINITY;
  minRttStampNs = 0;
  probeRttMinNs: number = Number.POSITIVE_INFINITY;
  probeRttMinStampNs = 0;
  // ---- aggregation of ACKs: §5.5.9 ----
  extraAckedDelivered = 0;
  extraAckedSinceNs = 0;
  /** The most of the last rounds, each with its number. */
  readonly extraAcked: { readonly round: number; readonly bytes: number }[] = [];
  // ---- signals of the present round: §5.5.10 ----
  bwLatest = 0;
  inflightLatest = 0;
  lossRoundDelivered = 0;
  isLossRoundStart = false;
  isLossInRound = false;
  /** Runs of lost segments in the round, and what was lost and delivered in it: §5.3.1.3. */
  lossEvents = 0;
  lostInRound = 0;
  deliveredInRound = 0;
  beforeLoss: BeforeLoss | null = null;
  // ---- is the pipe full? §5.3.1.2 ----
  fullBw = 0;
  fullBwCount = 0;
  isFullBwNow = false;
  isFullBwReached = false;
  // ---- probing for bandwidth: §5.3.3 ----
  cycleStampNs = 0;
  ackPhase: AckPhase = "none";
  probeWaitNs = 0;
  roundsSinceProbe = 0;
  /** Losses now tell of packets that were sent to probe. */
  isProbeSample = false;
  probeUpRounds = 0;
  probeUpAcked = 0;
  /** So many bytes are acknowledged for each segment by which the bound rises. */
  probeUpEvery: number = Number.POSITIVE_INFINITY;
  // ---- probing for the round trip: §5.3.4 ----
  probeRttDoneNs: number | null = null;
  isProbeRttRoundDone = false;
  isIdleRestart = false;
  // ---- recovery: §5.6.4.4 ----
  priorCwnd = 0;
  isRecovering = false;
  isConserving = false;
  /** The window held sending back, in this round and in the one before. */
  isLimited = false;
  wasLimited = false;

  constructor({ nowNs, srttNs }: Window) {
    if (srttNs > 0) this.minRttNs = srttNs;
    this.minRttStampNs = nowNs;
    this.probeRttMinStampNs = nowNs;
    this.extraAckedSinceNs = nowNs;
  }
}

export function modelOf(window: Window): Model {
  return window.memory as Model;
}

export function maxBw({ maxBwOfCycles: [before, now] }: Model): number {
  return Math.max(before, now);
}

/** §5.5.10, BBRBoundBWForModel. */
export function bandwidth(model: Model): number {
  return Math.min(maxBw(model), model.bwShortterm);
}

export function pacingGain({ phase }: Model): number {
  return GAINS[phase].pacing;
}

/** BBRBDPMultiple. */
export function bdpMultiple(window: Window, model: Model, gain: number): number {
  if (!Number.isFinite(model.minRttNs)) return window.initialCwnd;
  return (gain * bandwidth(model) * model.minRttNs) / NS_PER_SECOND;
}

/** BBRSetSendQuantum: so much may leave together at the present rate. pacing.ts cuts large segments to the like. */
export function sendQuantum({ pacingRate, mss }: Window): number {
  return Math.max(Math.min(pacingRate / QUANTA_PER_SECOND, QUANTUM_BYTES_MAX), QUANTUM_SEGMENTS_MIN * mss);
}

/** BBRQuantizationBudget: room for what leaves and arrives in pieces. */
function quantized(window: Window, { phase }: Model, bytes: number): number {
  const least = Math.max(QUANTA * sendQuantum(window), minPipe(window));
  return Math.max(bytes, least) + (phase === "up" ? PROBE_SEGMENTS * window.mss : 0);
}

/** BBRInflight. */
export function inflight(window: Window, model: Model, gain: number): number {
  return quantized(window, model, bdpMultiple(window, model, gain));
}

/** BBRUpdateMaxInflight: a window, with what ACKs that come in bunches need. */
export function maxInflight(window: Window, model: Model): number {
  return quantized(window, model, bdpMultiple(window, model, GAINS[model.phase].cwnd) + extraAcked(model));
}

/** BBRTargetInflight. */
export function targetInflight(window: Window, model: Model): number {
  return Math.min(bdpMultiple(window, model, 1), window.cwnd);
}

/** BBRInflightWithHeadroom: a newcomer finds some of the queue free. */
export function inflightWithHeadroom(window: Window, { inflightLongterm }: Model): number {
  if (!Number.isFinite(inflightLongterm)) return inflightLongterm;
  return Math.max(inflightLongterm - Math.max(window.mss, HEADROOM * inflightLongterm), minPipe(window));
}

export function minPipe({ mss }: Window): number {
  return MIN_PIPE_SEGMENTS * mss;
}

/** BBRProbeRTTCwnd. */
export function probeRttCwnd(window: Window, model: Model): number {
  return Math.max(bdpMultiple(window, model, GAINS["probe-rtt"].cwnd), minPipe(window));
}

export function extraAcked({ extraAcked: samples }: Model): number {
  let most = 0;
  for (const { bytes } of samples) if (bytes > most) most = bytes;
  return most;
}

/** BBRInitPacingRate's nominal bandwidth: a window in each round trip; nothing measured, in a millisecond. */
export function nominalBandwidth({ initialCwnd, srttNs }: Window): number {
  return (initialCwnd * NS_PER_SECOND) / (srttNs || NS_PER_MS);
}

/** §5.3.3.2: these send more than the path is known to carry, so their losses say nothing of the share that is fair. */
export function isProbing({ phase }: Model): boolean {
  return phase === "startup" || phase === "refill" || phase === "up";
}

/** In one of the four phases of ProbeBW. */
export function isInProbeBw({ phase }: Model): boolean {
  return phase === "down" || phase === "cruise" || phase === "refill" || phase === "up";
}
