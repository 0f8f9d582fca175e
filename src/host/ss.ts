/**
 * ss(8): connections with what they know of themselves, as text. The data are netstat().connections.
 */
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
  const parts = [
    (info.options & 1) === 0 ? "" : "ts",
    (info.options & 2) === 0 ? "" : "sack",
    congestion,
    (info.options & 4) === 0 ? "" : `wscale:${info.snd_wscale},${info.rcv_wscale}`,
    `rto:${ms(info.rto)}`,
    counted("backoff", info.backoff),
    info.min_rtt === 0xffff_ffff ? "" : `rtt:${ms(info.rtt)}/${ms(info.rttvar)}`,
    `mss:${info.snd_mss}`,
    `pmtu:${info.pmtu}`,
    `rcvmss:${info.rcv_mss}`,
    `advmss:${info.advmss}`,
    `cwnd:${info.snd_cwnd}`,
    info.snd_ssthresh === INFINITE_SSTHRESH ? "" : `ssthresh:${info.snd_ssthresh}`,
    counted("bytes_sent", info.bytes_sent),
    counted("bytes_acked", info.bytes_acked),
    counted("bytes_received", info.bytes_received),
    `segs_out:${info.segs_out}`,
    `segs_in:${info.segs_in}`,
    `lastsnd:${info.last_data_sent}`,
    `lastrcv:${info.last_data_recv}`,
    `lastack:${info.last_ack_recv}`,
    counted("unacked", info.unacked),
    info.total_retrans === 0 ? "" : `retrans:${info.retrans}/${info.total_retrans}`,
    counted("lost", info.lost),
    counted("sacked", info.sacked),
    `rcv_space:${info.rcv_space}`,
    counted("notsent", info.notsent_bytes),
    info.min_rtt === 0xffff_ffff ? "" : `minrtt:${ms(info.min_rtt)}`,
    `snd_wnd:${info.snd_wnd}`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}
