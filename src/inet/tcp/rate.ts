/**
 * How fast data are delivered, estimated at each ACK.
 *
 * Read first: draft-ietf-ccwg-bbr, §4.1 (delivery rate samples); Linux's tcp_rate.c. Each segment notes when it is sent how
 * much had been delivered by then; its ACK says how much has been since, and in which time.
 */
import type { SentSegment } from "./sent.ts";
import type { Tcb } from "./tcb.ts";

const NS_PER_SECOND = 1_000_000_000;

/** What the ACK that is taken in now says of the rate. One record for all connections; nothing keeps it. */
export const sample = {
  /** 0: nothing. */
  bytesPerSecond: 0,
  /** Delivered while it was measured. */
  bytes: 0,
  /** Of the segment that was sent last of those that it covers: what had been delivered (-1: it covers none) and lost before. */
  priorDeliveredBytes: -1,
  priorLostBytes: 0,
  txInFlightBytes: 0,
  isAppLimited: false,
};

/** What a connection keeps for it. */
export class DeliveryRate {
  /** Segments that have arrived, SYN and FIN included, and those of them that ACKs with ECE have told of. */
  deliveredSegments = 0;
  markedSegments = 0;
  deliveredBytes = 0;
  deliveredNs = 0;
  lostBytes = 0;
  /** When the first of the flight was sent. */
  flightStartNs = 0;
  /** Beyond so many delivered bytes a sample is not limited by the application any more; 0: it is not. */
  appLimitedUntil = 0;
  /** The segment that the ACK of now covers and that was sent last; null: none yet. */
  latest: SentSegment | null = null;
  /** The last rate that was good, for people to see, and whether it was the user who limited it. */
  bytesPerSecond = 0;
  isRateAppLimited = true;

  /** Nothing waits, and the window is not full: samples say what the user does, not what the path carries. */
  limit(pipeBytes: number): void {
    this.appLimitedUntil = Math.max(1, this.deliveredBytes + pipeBytes);
  }
}

/** A segment is sent, for the first time or again. */
export function stamp(tcb: Tcb, segment: SentSegment): void {
  const { rate, sent, nowNs } = tcb;
  if (sent.pipeBytes === 0) {
    rate.flightStartNs = nowNs;
    rate.deliveredNs = nowNs;
  }
  segment.deliveredBytes = rate.deliveredBytes;
  segment.deliveredNs = rate.deliveredNs;
  segment.flightStartNs = rate.flightStartNs;
  segment.isAppLimited = rate.appLimitedUntil > 0;
  segment.txInFlightBytes = tcb.pipeBytes + segment.length;
  segment.priorLostBytes = rate.lostBytes;
}

/** A segment has arrived, for the first time that we hear of it; of a large one, so many of those on the wire. */
export function noteDelivered({ rate, nowNs }: Tcb, segment: SentSegment, bytes: number, count: number): void {
  rate.deliveredBytes += bytes;
  rate.deliveredSegments += count;
  rate.deliveredNs = nowNs;
  // The one that was sent last says most.
  if (rate.latest !== null && segment.deliveredBytes < rate.latest.deliveredBytes) return;
  rate.latest = segment;
}

/** The ACK has been taken in: the sample that it makes. */
export function takeSample({ rate, nowNs, rtt }: Tcb): void {
  const { latest } = rate;
  sample.bytesPerSecond = 0;
  if (latest === null) {
    sample.bytes = 0;
    sample.priorDeliveredBytes = -1;
    sample.priorLostBytes = rate.lostBytes;
    sample.txInFlightBytes = 0;
    sample.isAppLimited = rate.appLimitedUntil > 0;
    return;
  }
  rate.latest = null;
  if (rate.appLimitedUntil > 0 && rate.deliveredBytes > rate.appLimitedUntil) rate.appLimitedUntil = 0;
  sample.bytes = rate.deliveredBytes - latest.deliveredBytes;
  sample.priorDeliveredBytes = latest.deliveredBytes;
  sample.priorLostBytes = latest.priorLostBytes;
  sample.txInFlightBytes = latest.txInFlightBytes;
  sample.isAppLimited = latest.isAppLimited;
  const sendIntervalNs = latest.sentNs - latest.flightStartNs;
  rate.flightStartNs = latest.sentNs;
  const intervalNs = Math.max(sendIntervalNs, nowNs - latest.deliveredNs);
  // Less than the least round trip: the ACKs were compressed, and say nothing.
  if (intervalNs <= 0 || intervalNs < (Number.isFinite(rtt.minNs) ? rtt.minNs : 0)) return;
  sample.bytesPerSecond = (sample.bytes * NS_PER_SECOND) / intervalNs;
  if (sample.isAppLimited && sample.bytesPerSecond < rate.bytesPerSecond) return;
  rate.bytesPerSecond = sample.bytesPerSecond;
  rate.isRateAppLimited = sample.isAppLimited;
}
