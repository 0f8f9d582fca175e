/**
 * ss(8): connections with what they know of themselves, as text. The data are netstat().connections.
 */
import type { TcpInfo } from "../abi/tcp.ts";
import type { ConnectionSnapshot } from "../inet/tcp/snapshot.ts";
import { formatTable } from "./table.ts";

/** ss has its own, shorter names. */
export const SS_STATES: Readonly<Record<string, string>> = {
  ESTABLISHED: "ESTAB",
  SYN_SENT: "SYN-SENT",
  SYN_RECV: "SYN-RECV",
  FIN_WAIT1: "FIN-WAIT-1",
  FIN_WAIT2: "FIN-WAIT-2",
  TIME_WAIT: "TIME-WAIT",
  CLOSE: "UNCONN",
  CLOSE_WAIT: "CLOSE-WAIT",
  LAST_ACK: "LAST-ACK",
};

const INFINITE_SSTHRESH = 0x7fff_ffff;
const US_PER_SECOND = 1_000_000;
/** net.ipv4.tcp_reordering, of which ss says nothing. */
const REORDERING = 3;

/** In the manner of `ss -tin`: a line for each connection, and one below with what TCP_INFO says. */
export function formatSs(connections: readonly ConnectionSnapshot[]): string {
  const columns = [
    { heading: "State" },
    { heading: "Recv-Q", align: "right" },
    { heading: "Send-Q", align: "right" },
    { heading: "Local Address:Port" },
    { heading: "Peer Address:Port" },
  ] as const;
  const rows = connections.map((each) => [
    SS_STATES[each.state] ?? each.state,
    each.receiveQueueBytes,
    each.sendQueueBytes,
    endpointText(each.localAddress, each.localPort),
    endpointText(each.remoteAddress, each.remotePort),
  ]);
  const [head = "", ...lines] = formatTable(columns, rows).split("\n");
  const told = connections.flatMap((each, index) => {
    const line = lines[index] ?? "";
    return each.info === null ? [line] : [line, `\t ${infoText(each)}`];
  });
  return [head, ...told].join("\n");
}

function endpointText(address: string | null, port: number | null): string {
  const host = address === null ? "0.0.0.0" : address.includes(":") ? `[${address}]` : address;
  return `${host}:${port ?? "*"}`;
}

/** As ss prints it; what is zero and says nothing is left out. */
export function infoText({ info, congestion }: ConnectionSnapshot): string {
  if (info === null) return "";
  const ms = (us: number): string => String(us / 1000);
  const counted = (name: string, count: number): string => (count === 0 ? "" : `${name}:${count}`);
  const rated = (name: string, rate: number): string => (rate === 0 ? "" : `${name} ${bitsText(rate)}`);
  const parts = [
    (info.options & 1) === 0 ? "" : "ts",
    (info.options & 2) === 0 ? "" : "sack",
    congestion,
    (info.options & 4) === 0 ? "" : `wscale:${info.snd_wscale},${info.rcv_wscale}`,
    counted("rto", info.rto / 1000),
    counted("backoff", info.backoff),
    info.min_rtt === 0xffff_ffff ? "" : `rtt:${ms(info.rtt)}/${ms(info.rttvar)}`,
    counted("ato", info.ato / 1000),
    counted("mss", info.snd_mss),
    counted("pmtu", info.pmtu),
    counted("rcvmss", info.rcv_mss),
    counted("advmss", info.advmss),
    counted("cwnd", info.snd_cwnd),
    info.snd_ssthresh === INFINITE_SSTHRESH ? "" : `ssthresh:${info.snd_ssthresh}`,
    counted("bytes_sent", info.bytes_sent),
    counted("bytes_retrans", info.bytes_retrans),
    counted("bytes_acked", info.bytes_acked),
    counted("bytes_received", info.bytes_received),
    counted("segs_out", info.segs_out),
    counted("segs_in", info.segs_in),
    counted("data_segs_out", info.data_segs_out),
    counted("data_segs_in", info.data_segs_in),
    rated("send", info.rtt === 0 ? 0 : (info.snd_cwnd * info.snd_mss * US_PER_SECOND) / info.rtt),
    counted("lastsnd", info.last_data_sent),
    counted("lastrcv", info.last_data_recv),
    counted("lastack", info.last_ack_recv),
    pacingText(info),
    rated("delivery_rate", info.delivery_rate),
    counted("delivered", info.delivered),
    counted("delivered_ce", info.delivered_ce),
    info.delivery_rate_app_limited === 0 ? "" : "app_limited",
    info.busy_time === 0 ? "" : `busy:${Math.floor(info.busy_time / 1000)}ms`,
    counted("unacked", info.unacked),
    info.total_retrans === 0 ? "" : `retrans:${info.retrans}/${info.total_retrans}`,
    counted("lost", info.lost),
    counted("sacked", info.sacked),
    counted("dsack_dups", info.dsack_dups),
    info.reordering === REORDERING ? "" : `reordering:${info.reordering}`,
    counted("reord_seen", info.reord_seen),
    counted("rcv_rtt", info.rcv_rtt / 1000),
    counted("rcv_space", info.rcv_space),
    counted("rcv_ssthresh", info.rcv_ssthresh),
    counted("notsent", info.notsent_bytes),
    info.min_rtt === 0xffff_ffff ? "" : `minrtt:${ms(info.min_rtt)}`,
    counted("rcv_ooopack", info.rcv_ooopack),
    counted("snd_wnd", info.snd_wnd),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** With the bound of SO_MAX_PACING_RATE, where it is set. */
function pacingText({ pacing_rate: rate, max_pacing_rate: max }: TcpInfo): string {
  if (!Number.isFinite(rate)) return "";
  return `pacing_rate ${bitsText(rate)}${Number.isFinite(max) ? `/${bitsText(max)}` : ""}`;
}

function bitsText(bytesPerSecond: number): string {
  return `${Math.round(bytesPerSecond * 8)}bps`;
}
