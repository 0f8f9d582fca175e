/**
 * How a connection's window, round trip and rate move over time: a point for each ACK that it takes in.
 *
 * A recorder is handed to the hosts that it is to see; without one a connection pays for one comparison. plot.ts draws.
 */
import type { Tcb } from "./tcb.ts";

/** A connection after an ACK, or a timeout. */
export interface SeriesPoint {
  /** Since the world's start. */
  readonly timeNs: number;
  readonly cwndBytes: number;
  /** Null: it has never been set. */
  readonly ssthreshBytes: number | null;
  readonly srttNs: number;
  readonly rttvarNs: number;
  readonly inFlightBytes: number;
  /** Segments sent again so far. */
  readonly retransmissions: number;
  readonly deliveryRateBps: number;
}

/** One end of a connection. */
export interface ConnectionSeries {
  readonly host: string;
  /** "10.0.0.1:40000" */
  readonly local: string;
  readonly remote: string;
  readonly points: readonly SeriesPoint[];
}

/** Which connections are recorded; what is left out does not matter. */
export interface SeriesFilter {
  readonly host?: string;
  /** Of either end. */
  readonly port?: number;
  /** Points are at least so far apart. Default 0: one for each ACK. */
  readonly intervalMs?: number;
}

const NS_PER_MS = 1_000_000;
const BITS = 8;
/** So many points are kept of a connection; from then on every second one goes, and half as many come. */
const POINTS_MAX = 20_000;

interface Recorded extends ConnectionSeries {
  points: SeriesPoint[];
  intervalNs: number;
}

export class SeriesRecorder {
  readonly #filter: SeriesFilter;
  readonly #recorded: Map<Tcb, Recorded> = new Map<Tcb, Recorded>();

  constructor(filter: SeriesFilter) {
    this.#filter = filter;
  }

  /** In the order in which they were first heard of. */
  get connections(): readonly ConnectionSeries[] {
    return [...this.#recorded.values()];
  }

  note(tcb: Tcb): void {
    const recorded = this.#recorded.get(tcb) ?? this.#begin(tcb);
    if (recorded === undefined) return;
    const { points, intervalNs } = recorded;
    const last = points.at(-1);
    if (last !== undefined && tcb.nowNs - last.timeNs < intervalNs) return;
    points.push(pointOf(tcb));
    if (points.length <= POINTS_MAX) return;
    recorded.points = points.filter((_, index) => index % 2 === 0);
    const spanNs = tcb.nowNs - (points[0] as SeriesPoint).timeNs;
    recorded.intervalNs = Math.max(2 * intervalNs, Math.ceil(spanNs / recorded.points.length));
  }

  #begin(tcb: Tcb): Recorded | undefined {
    const { host, port, intervalMs = 0 } = this.#filter;
    const { name } = tcb.tcp.machine;
    if (host !== undefined && host !== name) return undefined;
    if (port !== undefined && port !== tcb.localPort && port !== tcb.remotePort) return undefined;
    const recorded = {
      host: name,
      local: `${tcb.localAddress}:${tcb.localPort}`,
      remote: `${tcb.remoteAddress}:${tcb.remotePort}`,
      points: [],
      intervalNs: intervalMs * NS_PER_MS,
    };
    this.#recorded.set(tcb, recorded);
    return recorded;
  }
}

function pointOf({ nowNs, cwnd, ssthresh, rtt, pipeBytes, retransmissions, rate }: Tcb): SeriesPoint {
  return {
    timeNs: nowNs,
    cwndBytes: Math.floor(cwnd),
    ssthreshBytes: Number.isFinite(ssthresh) ? Math.floor(ssthresh) : null,
    srttNs: rtt.srttNs,
    rttvarNs: rtt.rttvarNs,
    inFlightBytes: pipeBytes,
    retransmissions,
    deliveryRateBps: Math.round(rate.bytesPerSecond * BITS),
  };
}
