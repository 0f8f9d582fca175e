/**
 * The text of /proc/net/{snmp,netstat,raw,igmp,packet}, from the same snapshots as netstat. Read first: proc(5), "net".
 *
 * snmp and netstat are pairs of lines, names and values; the names and their order are Linux's, and a counter that this kernel
 * does not keep is 0.
 */
import type { Netstat } from "./netstat.ts";

/** By the first word of a line; "Tcp" stands for TcpActiveOpens and its like. */
const SNMP: Readonly<Record<string, string>> = {
  Ip: "Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates",
  Icmp: "InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs InRedirects InEchos InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps OutMsgs OutErrors OutRateLimitGlobal OutRateLimitHost OutDestUnreachs OutTimeExcds OutParmProbs OutSrcQuenchs OutRedirects OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks OutAddrMaskReps",
  Tcp: "RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors",
  Udp: "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors",
};

/** RFC 4022's words for TCP's timers, in milliseconds, as Linux gives them: 1 is "other". */
const CONSTANTS: Readonly<Record<string, number>> = {
  TcpRtoAlgorithm: 1,
  TcpRtoMin: 200,
  TcpRtoMax: 120_000,
  TcpMaxConn: -1,
};

/** /proc/net/snmp. */
export function snmpText({ counters, forwarding, defaultTtl, connections }: Netstat): string {
  const special: Readonly<Record<string, number>> = {
    ...CONSTANTS,
    // RFC 4293: 1 forwarding, 2 not forwarding.
    IpForwarding: forwarding ? 1 : 2,
    IpDefaultTTL: defaultTtl,
    TcpCurrEstab: connections.filter(({ state }) => state === "ESTABLISHED" || state === "CLOSE_WAIT").length,
  };
  const lines = Object.entries(SNMP).map(([prefix, names]) => {
    const values = names.split(" ").map((name) => special[prefix + name] ?? counters[prefix + name] ?? 0);
    return `${prefix}: ${names}\n${prefix}: ${values.join(" ")}\n`;
  });
  return lines.join("");
}

/** /proc/net/netstat: every counter of TcpExt and IpExt that has moved, in alphabetical order. */
export function netstatText({ counters }: Netstat): string {
  return ["TcpExt", "IpExt"].map((prefix) => pair(counters, prefix)).join("");
}

function pair(counters: Netstat["counters"], prefix: string): string {
  const names = Object.keys(counters).filter((name) => name.startsWith(prefix));
  const shown = names.map((name) => name.slice(prefix.length));
  return `${prefix}: ${shown.join(" ")}\n${prefix}: ${names.map((name) => counters[name]).join(" ")}\n`;
}

/** /proc/net/raw: the port is the protocol. */
export function rawText({ rawSockets }: Netstat): string {
  const head =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops";
  const own = rawSockets.filter(({ localAddress }) => !localAddress.includes(":"));
  const lines = own.map((socket) => {
    const local = `${hexAddress(socket.localAddress)}:${hex(socket.protocol, 4)}`;
    const remote = `${hexAddress(socket.remoteAddress ?? "0.0.0.0")}:0000`;
    const queues = `${hex(socket.sendQueueBytes, 8)}:${hex(socket.receiveQueueBytes, 8)}`;
    const state = socket.remoteAddress === null ? "07" : "01";
    const number = String(socket.protocol).padStart(4);
    const rest = `00:00000000 00000000 ${String(socket.uid).padStart(5)}        0 ${socket.inode} 2 0000000000000000 ${socket.drops}`;
    return `${number}: ${local} ${remote} ${state} ${queues} ${rest}`;
  });
  return [head, ...lines].map((line) => `${line}\n`).join("");
}

/** /proc/net/igmp: the groups of each interface. */
export function igmpText({ groups, interfaces }: Netstat): string {
  const lines = interfaces.map(({ name, index }) => {
    const own = groups.filter((group) => group.interface === name && !group.group.includes(":"));
    const members = own.map(
      ({ group, users }) => `\t\t\t\t${hexAddress(group)} ${String(users).padStart(5)} 0:00000000\t\t0\n`,
    );
    return `${index}\t${name.padEnd(10)}: ${String(own.length).padStart(5)}      V2\n${members.join("")}`;
  });
  return `Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n${lines.join("")}`;
}

/** /proc/net/packet. */
export function packetText({ packetSockets }: Netstat): string {
  const lines = packetSockets.map(({ type, protocol, interfaceIndex, receiveQueueBytes, inode }) => {
    const cells = [
      "0000000000000000",
      "3".padEnd(6),
      String(type).padEnd(4),
      hex(protocol, 4).toLowerCase().padEnd(6),
      String(interfaceIndex).padEnd(5),
      "1",
      String(receiveQueueBytes).padEnd(6),
      "0".padEnd(6),
      String(inode).padEnd(6),
    ];
    return `${cells.join(" ")}\n`;
  });
  return `sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n${lines.join("")}`;
}

function hexAddress(address: string): string {
  const bytes = address.split(".").map((byte) => hex(Number(byte), 2));
  return bytes.reverse().join("");
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
