/**
 * TCP_INFO: what a connection knows of itself, with the names and units of Linux's struct tcp_info, without the prefix.
 *
 * Read first: Linux's tcp_get_info, ss(8). Times are microseconds, `cwnd` and the like are segments.
 */
import type { TcpInfo } from "../../abi/tcp.ts";
import { INITIAL_WINDOW_SEGMENTS } from "./congestion/congestion.ts";
import { hasReceived, timeoutNs } from "./delayed-ack.ts";
import { withoutTimestamps } from "./mss.ts";
import { rtoNs } from "./retransmission-timeout.ts";
import { unsentBytes } from "./room.ts";
import { LINUX_NUMBERS } from "./state.ts";
import type { Tcb } from "./tcb.ts";
import { offeredWindow, windowOf } from "./window.ts";

const NS_PER_US = 1000;
const NS_PER_MS = 1_000_000;
const NS_PER_SECOND = 1_000_000_000;
const INFINITE_SSTHRESH = 0x7fff_ffff;
const MTU4_MAX = 65_535;
/** A quarter of TCP_TIMEOUT_INIT, Linux's first guess. */
const UNMEASURED_RTTVAR_US = 250_000;
/** net.ipv4.tcp_pacing_ss_ratio and tcp_pacing_ca_ratio. */
const SLOW_START_GROWTH = 2;
const AVOIDANCE_GROWTH = 1.2;

/** TCPI_OPT_*. */
const OPTION_TIMESTAMPS = 1;
const OPTION_SACK = 2;
const OPTION_SCALE = 4;
const OPTION_ECN = 8;
const OPTION_SYN_DATA = 32;
const OPTION_FAST_OPEN_CHILD = 128;

/** TCP_CA_*. */
const CONGESTION_STATES = { open: 0, cwr: 2, recovery: 3, loss: 4 } as const;

export function info(tcb: Tcb): TcpInfo {
  const told = infoOfConnection(tcb);
  return tcb.state === "LISTEN" ? infoOfListener(tcb, told) : told;
}

function infoOfConnection(tcb: Tcb): TcpInfo {
  const { snd, rcv, rtt, nowNs, acknowledgment, state, rate } = tcb;
  const counts = countSent(tcb);
  return {
    state: LINUX_NUMBERS[state],
    ca_state: CONGESTION_STATES[tcb.phase],
    retransmits: tcb.retransmitsSinceNs === 0 ? 0 : tcb.backoff,
    probes: tcb.probes,
    backoff: Math.max(tcb.backoff, tcb.probeBackoff),
    options:
      (tcb.timestamps === null ? 0 : OPTION_TIMESTAMPS) |
      (tcb.sackPermitted ? OPTION_SACK : 0) |
      (tcb.ecn === null ? 0 : OPTION_ECN) |
      (rcv.scale > 0 || snd.scale > 0 ? OPTION_SCALE : 0) |
      fastOpenBits(tcb),
    delivery_rate_app_limited: Number(rate.isRateAppLimited),
    snd_wscale: snd.scale,
    rcv_wscale: rcv.scale,
    rto: toUs(rtoNs(tcb)),
    ato: hasReceived(acknowledgment) ? toUs(timeoutNs(acknowledgment)) : 0,
    snd_mss: withoutTimestamps(tcb, tcb.mss),
    rcv_mss: acknowledgment.segmentBytes,
    ...counts,
    last_data_sent: sinceMs(nowNs, tcb.lastSentNs),
    last_ack_sent: 0,
    last_data_recv: sinceMs(nowNs, acknowledgment.lastReceivedNs),
    last_ack_recv: sinceMs(nowNs, tcb.lastHeardNs),
    pmtu: pathMtu(tcb),
    rtt: toUs(rtt.srttNs),
    rcv_ssthresh: state === "CLOSED" ? 0 : windowOf(tcb),
    rttvar: rtt.isMeasured ? toUs(rtt.rttvarNs) : UNMEASURED_RTTVAR_US,
    snd_ssthresh: thresholdOf(tcb),
    snd_cwnd: windowSegments(tcb),
    advmss: withoutTimestamps(tcb, rcv.mss),
    reordering: Math.max(tcb.tcp.settings.reordering.value, tcb.loss.rack.reordering),
    rcv_rtt: toUs(tcb.tuning?.rttNs ?? 0),
    rcv_space: tcb.tuning?.space ?? 0,
    total_retrans: tcb.retransmissions,
    bytes_acked: Math.max(0, tcb.bytesAcked),
    bytes_received: tcb.bytesReceived,
    pacing_rate: pacingRate(tcb),
    max_pacing_rate: tcb.options.maxPacingRate,
    bytes_sent: tcb.bytesSent,
    bytes_retrans: tcb.bytesRetransmitted,
    segs_out: tcb.segmentsOut,
    segs_in: tcb.segmentsIn,
    data_segs_out: tcb.dataSegmentsOut,
    data_segs_in: tcb.dataSegmentsIn,
    delivery_rate: Math.floor(rate.bytesPerSecond),
    busy_time: toUs(busyNs(tcb)),
    delivered: rate.deliveredSegments,
    delivered_ce: rate.markedSegments,
    dsack_dups: tcb.duplicateSegments,
    notsent_bytes: Math.max(0, unsentBytes(tcb)),
    min_rtt: rtt.isMeasured ? toUs(rtt.minNs) : 0xffff_ffff,
    fastopen_client_fail: tcb.fastOpen?.clientFailure ?? 0,
    reord_seen: tcb.loss.rack.reorderings,
    rcv_ooopack: tcb.earlySegments,
    snd_wnd: snd.wnd,
    rcv_wnd: offeredWindow(tcb),
  };
}

function fastOpenBits({ fastOpen, isActive }: Tcb): number {
  if (fastOpen === null) return 0;
  return (fastOpen.isAcknowledged ? OPTION_SYN_DATA : 0) | (isActive ? 0 : OPTION_FAST_OPEN_CHILD);
}

/** As on Linux: how many connections wait for accept(2), the backlog, and hardly more. */
function infoOfListener({ socket }: Tcb, told: TcpInfo): TcpInfo {
  const { state, reordering, snd_cwnd, pacing_rate, max_pacing_rate } = told;
  const queue = socket?.acceptQueue;
  const nothing = Object.fromEntries(Object.keys(told).map((name) => [name, 0])) as unknown as TcpInfo;
  const waiting = { unacked: queue?.length ?? 0, sacked: queue?.backlogMax ?? 0 };
  return { ...nothing, ...waiting, state, reordering, snd_cwnd, pacing_rate, max_pacing_rate };
}

/** In segments; before anything can be sent, the window that it will begin with. */
function windowSegments({ cwnd, mss }: Tcb): number {
  return cwnd === 0 ? INITIAL_WINDOW_SEGMENTS : Math.floor(cwnd / mss);
}

function thresholdOf({ ssthresh, mss }: Tcb): number {
  return ssthresh === Number.POSITIVE_INFINITY ? INFINITE_SSTHRESH : Math.floor(ssthresh / mss);
}

/** That of the algorithm; without one, as tcp_update_pacing_rate: what a round trip carries, and some room to grow. */
function pacingRate({ pacingRate: own, options, cwnd, ssthresh, rtt }: Tcb): number {
  if (own !== Number.POSITIVE_INFINITY || rtt.srttNs === 0) return Math.floor(Math.min(own, options.maxPacingRate));
  const growth = cwnd < ssthresh / 2 ? SLOW_START_GROWTH : AVOIDANCE_GROWTH;
  return Math.floor(Math.min((growth * cwnd * NS_PER_SECOND) / rtt.srttNs, options.maxPacingRate));
}

function busyNs({ busyNs: before, busySinceNs, nowNs, state }: Tcb): number {
  return busySinceNs < 0 || state === "CLOSED" ? before : before + nowNs - busySinceNs;
}

function countSent({ sent }: Tcb): Pick<TcpInfo, "unacked" | "sacked" | "lost" | "retrans"> {
  let unacked = 0;
  let sacked = 0;
  let lost = 0;
  let retrans = 0;
  for (let segment = sent.first; segment !== null; segment = segment.next) {
    const { count } = segment;
    unacked += count;
    if (segment.isSacked) sacked += count;
    else if (segment.isLost) lost += count;
    else if (segment.transmissions > 1) retrans += count;
  }
  return { unacked, sacked, lost, retrans };
}

/** As ipv4_mtu on Linux: an IPv4 packet is never longer than its length field says, whatever the interface takes. */
function pathMtu({ tcp, remoteAddress, remotePort, device }: Tcb): number {
  if (remotePort === 0) return 0;
  const path = tcp.ip.paths.to(remoteAddress, device);
  return typeof path === "string"
    ? 0
    : Math.min(tcp.ip.paths.mtu(path), remoteAddress.family === 4 ? MTU4_MAX : Infinity);
}

function toUs(ns: number): number {
  return Math.floor(ns / NS_PER_US);
}

function sinceMs(nowNs: number, thenNs: number): number {
  return Math.floor((nowNs - Math.max(0, thenNs)) / NS_PER_MS);
}
