/**
 * How long a round trip takes, and so how long to wait for an ACK.
 *
 * Read first: RFC 6298, Linux's tcp_rtt_estimator. Times are integer nanoseconds; shifts are divisions, as the gains of
 * the RFC are 1/8 and 1/4.
 */
const NS_PER_MS = 1_000_000;

/** RFC 6298 §2.1: before anything has been measured. */
export const RTO_INITIAL_NS: number = 1000 * NS_PER_MS;
/** RFC 6298 §5.7: where the handshake has measured nothing, as SYN had to go again. */
const RTO_FALLBACK_NS = 3000 * NS_PER_MS;
/** Linux's TCP_RTO_MIN, which tcp_rto_min_us begins with, where RFC 6298 §2.4 has a second. */
export const RTO_MIN_NS: number = 200 * NS_PER_MS;
/** Linux's TCP_RTO_MAX, which tcp_rto_max_ms begins with. RFC 6298 §2.5 allows for at least 60 s. */
export const RTO_MAX_NS: number = 120_000 * NS_PER_MS;

/** Between these is RTO: net.ipv4.tcp_rto_min_us and tcp_rto_max_ms. */
export interface RtoBounds {
  readonly rtoMinNs: number;
  readonly rtoMaxNs: number;
}

// @rfc 6298 2 SHOULD-1
export class RoundTrip {
  /** SRTT. On one machine a round trip may take no time at all. */
  srttNs = 0;
  isMeasured = false;
  rttvarNs = 0;
  /** RTO, before any back-off. */
  rtoNs: number = RTO_INITIAL_NS;
  /** The least that was measured. */
  minNs: number = Number.POSITIVE_INFINITY;
  latestNs = 0;

  // @rfc 6298 2 MUST
  /** A segment that was sent once has been acknowledged after so long. */
  sample(measuredNs: number, { rtoMinNs, rtoMaxNs }: RtoBounds): void {
    this.latestNs = measuredNs;
    this.noteLeast(measuredNs);
    if (!this.isMeasured) {
      // RFC 6298 §2.2.
      this.isMeasured = true;
      this.srttNs = measuredNs;
      this.rttvarNs = Math.floor(measuredNs / 2);
    } else {
      // RFC 6298 §2.3: RTTVAR first, for it needs the old SRTT.
      const errorNs = Math.abs(this.srttNs - measuredNs);
      this.rttvarNs = Math.floor((3 * this.rttvarNs + errorNs) / 4);
      this.srttNs = Math.floor((7 * this.srttNs + measuredNs) / 8);
    }
    // As on Linux the lower bound is one of the variance: a steady path of 300 ms has an RTO of 500 ms, not of 300.
    this.rtoNs = Math.min(this.srttNs + Math.max(4 * this.rttvarNs, rtoMinNs), rtoMaxNs);
  }

  // @rfc 6298 5 MUST-2
  /** SYN was sent more than once: as long as nothing is measured, one waits for longer. */
  fallBack(): void {
    if (!this.isMeasured) this.rtoNs = RTO_FALLBACK_NS;
  }

  /** A round trip without what a delayed ACK adds. */
  noteLeast(measuredNs: number): void {
    if (measuredNs < this.minNs) this.minNs = measuredNs;
  }
}
