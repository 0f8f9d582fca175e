/**
 * How fast data are delivered, estimated at each ACK.
 *
 * Read first: draft-ietf-ccwg-bbr, §4.1 (delivery rate samples); Linux's tcp_rate.c. Each segment notes when it is sent how
 * much had been delivered by then; its ACK says how much has been since, and in which time.
 */
import type { SentSegment } from "./sent.ts";
import type { Tcb } from "./tcb.ts";

const NS_PER_SECOND = 1_000_000_000;

/** What a connection keeps for it. */
export class DeliveryRate {
  deliveredBytes = 0;
  deliveredNs = 0;
  /** When the first of the flight was sent. */
  flightStartNs = 0;
  /** Beyond so many delivered bytes a sample is not limited by the application any more; 0: it is not. */
  appLimitedUntil = 0;
  /** Of the sample that is being taken. */
  priorDeliveredBytes = -1;
  priorDeliveredNs = 0;
  sendIntervalNs = 0;
  isAppLimited = false;
  /** The last one, in bytes a second. */
  bytesPerSecond = 0;
  /** What had been delivered when its segment was sent. */
  samplePriorBytes = 0;
  isSampleAppLimited = false;
}

/** A segment is sent, for the first time or again. */
export function stamp({ rate, sent, nowNs }: Tcb, segment: SentSegment): void {
  if (sent.pipeBytes === 0) {
    rate.flightStartNs = nowNs;
    rate.deliveredNs = nowNs;
  }
  segment.deliveredBytes = rate.deliveredBytes;
  segment.deliveredNs = rate.deliveredNs;
  segment.flightStartNs = rate.flightStartNs;
  segment.isAppLimited = rate.appLimitedUntil > 0;
}

/** A segment has arrived, for the first time that we hear of it. */
export function noteDelivered({ rate, nowNs }: Tcb, segment: SentSegment, bytes: number): void {
  rate.deliveredBytes += bytes;
  rate.deliveredNs = nowNs;
  if (segment.deliveredBytes < rate.priorDeliveredBytes) return;
  // The one that was sent last says most.
  rate.priorDeliveredBytes = segment.deliveredBytes;
  rate.priorDeliveredNs = segment.deliveredNs;
  rate.isAppLimited = segment.isAppLimited;
  rate.sendIntervalNs = segment.sentNs - segment.flightStartNs;
  rate.flightStartNs = segment.sentNs;
}

/** The ACK has been taken in: the sample that it makes. */
export function takeSample({ rate, nowNs, rtt }: Tcb): void {
  if (rate.priorDeliveredBytes < 0) return;
  if (rate.appLimitedUntil > 0 && rate.deliveredBytes > rate.appLimitedUntil) rate.appLimitedUntil = 0;
  const ackIntervalNs = nowNs - rate.priorDeliveredNs;
  const intervalNs = Math.max(rate.sendIntervalNs, ackIntervalNs);
  const bytes = rate.deliveredBytes - rate.priorDeliveredBytes;
  rate.samplePriorBytes = rate.priorDeliveredBytes;
  rate.priorDeliveredBytes = -1;
  // Less than the least round trip: the ACKs were compressed, and say nothing.
  if (intervalNs <= 0 || intervalNs < (Number.isFinite(rtt.minNs) ? rtt.minNs : 0)) return;
  const bytesPerSecond = (bytes * NS_PER_SECOND) / intervalNs;
  if (rate.isAppLimited && bytesPerSecond < rate.bytesPerSecond) return;
  rate.bytesPerSecond = bytesPerSecond;
  rate.isSampleAppLimited = rate.isAppLimited;
}

/** Nothing waits, and the window is not full: samples say what the user does, not what the path carries. */
export function noteAppLimited({ rate, sent }: Tcb): void {
  rate.appLimitedUntil = Math.max(1, rate.deliveredBytes + sent.pipeBytes);
}
