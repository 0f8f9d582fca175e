/**
 * TCP_INFO: what a connection knows of itself, with the names and units of Linux's struct tcp_info, without the prefix.
 *
 * Read first: Linux's tcp_get_info, ss(8). Times are microseconds, `cwnd` and the like are segments.
 */
import type { TcpInfo } from "../../abi/tcp.ts";
import { withoutTimestamps } from "./mss.ts";
import { rtoNs } from "./retransmission-timeout.ts";
import { unsentBytes } from "./room.ts";
import { LINUX_NUMBERS } from "./state.ts";
import type { Tcb } from "./tcb.ts";
import { offeredWindow } from "./window.ts";

const NS_PER_US = 1000;
const NS_PER_MS = 1_000_000;
const INFINITE_SSTHRESH = 0x7fff_ffff;

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
  const { snd, rcv, rtt, mss, nowNs, acknowledgment, state } = tcb;
  const counts = countSent(tcb);
  const { ssthresh } = tcb;
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
    snd_wscale: snd.scale,
    rcv_wscale: rcv.scale,
    rto: toUs(rtoNs(tcb)),
    ato: toUs(40 * NS_PER_MS),
    snd_mss: withoutTimestamps(tcb, mss),
    rcv_mss: acknowledgment.segmentBytes,
    ...counts,
    last_data_sent: sinceMs(nowNs, tcb.lastSentNs),
    last_data_recv: sinceMs(nowNs, acknowledgment.lastReceivedNs),
    last_ack_recv: sinceMs(nowNs, tcb.lastHeardNs),
    pmtu: pathMtu(tcb),
    rtt: toUs(rtt.srttNs),
    rttvar: toUs(rtt.rttvarNs),
    snd_ssthresh: ssthresh === Number.POSITIVE_INFINITY ? INFINITE_SSTHRESH : Math.floor(ssthresh / mss),
    snd_cwnd: Math.floor(tcb.cwnd / mss),
    advmss: withoutTimestamps(tcb, rcv.mss),
    reordering: Math.max(tcb.tcp.settings.reordering.value, tcb.loss.rack.reordering),
    rcv_rtt: toUs(tcb.tuning?.rttNs ?? 0),
    rcv_space: tcb.tuning?.space ?? 0,
    total_retrans: tcb.retransmissions,
    bytes_acked: tcb.bytesAcked,
    bytes_received: tcb.bytesReceived,
    bytes_sent: tcb.bytesSent,
    segs_out: tcb.segmentsOut,
    segs_in: tcb.segmentsIn,
    notsent_bytes: Math.max(0, unsentBytes(tcb)),
    min_rtt: rtt.isMeasured ? toUs(rtt.minNs) : 0xffff_ffff,
    fastopen_client_fail: tcb.fastOpen?.clientFailure ?? 0,
    reord_seen: tcb.loss.rack.reorderings,
    snd_wnd: snd.wnd,
    rcv_wnd: offeredWindow(tcb),
  };
}

function fastOpenBits({ fastOpen, isActive }: Tcb): number {
  if (fastOpen === null) return 0;
  return (fastOpen.isAcknowledged ? OPTION_SYN_DATA : 0) | (isActive ? 0 : OPTION_FAST_OPEN_CHILD);
}

/** Of a listening socket, as on Linux: how many connections wait for accept(2), and the backlog. */
function countSent({ sent, socket, state }: Tcb): Pick<TcpInfo, "unacked" | "sacked" | "lost" | "retrans"> {
  if (state === "LISTEN") {
    const queue = socket?.acceptQueue;
    return { unacked: queue?.length ?? 0, sacked: queue?.backlogMax ?? 0, lost: 0, retrans: 0 };
  }
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

function pathMtu({ tcp, remoteAddress, device }: Tcb): number {
  const path = tcp.ip.paths.to(remoteAddress, device);
  return typeof path === "string" ? 0 : tcp.ip.paths.mtu(path);
}

function toUs(ns: number): number {
  return Math.floor(ns / NS_PER_US);
}

function sinceMs(nowNs: number, thenNs: number): number {
  return Math.floor((nowNs - Math.max(0, thenNs)) / NS_PER_MS);
}
