/**
 * Connections as netstat(8) and ss(8) show them, as data.
 */
import { diff } from "../../base/seq32.ts";
import { NETSTAT_NAMES } from "./state.ts";
import type { Tcp } from "./tcp.ts";

/** One line of `netstat -t` or `ss -t`. */
export interface ConnectionSnapshot {
  readonly protocol: "tcp" | "tcp6";
  /** Of a listener: connections that wait for accept(2). */
  readonly receiveQueueBytes: number;
  /** Of a listener: how many may wait. */
  readonly sendQueueBytes: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Null when there is none. */
  readonly remoteAddress: string | null;
  readonly remotePort: number | null;
  /** In netstat's words: ESTABLISHED, SYN_RECV, FIN_WAIT1, … */
  readonly state: string;
  /** 0 when no socket belongs to it any more. */
  readonly inode: number;
  readonly drops: number;
}

export function snapshot(tcp: Tcp): readonly ConnectionSnapshot[] {
  const lines: ConnectionSnapshot[] = [];
  for (const { socket, localAddress, localPort } of tcp.demux.listeners()) {
    lines.push({
      protocol: localAddress.family === 4 ? "tcp" : "tcp6",
      receiveQueueBytes: socket.acceptQueue?.length ?? 0,
      sendQueueBytes: socket.acceptQueue?.backlogMax ?? 0,
      localAddress: localAddress.toString(),
      localPort,
      remoteAddress: null,
      remotePort: null,
      state: "LISTEN",
      inode: socket.inode,
      drops: 0,
    });
  }
  for (const each of tcp.demux.all()) {
    const { localAddress, localPort, remoteAddress, remotePort } = each;
    const isConnection = each.kind === "connection";
    lines.push({
      protocol: localAddress.family === 4 ? "tcp" : "tcp6",
      receiveQueueBytes: isConnection ? (each.socket?.receiveQueueBytes ?? 0) : 0,
      sendQueueBytes: isConnection ? Math.max(0, diff(each.sendQueue.end, each.snd.una)) : 0,
      localAddress: localAddress.toString(),
      localPort,
      remoteAddress: remoteAddress.toString(),
      remotePort,
      state: isConnection ? NETSTAT_NAMES[each.state] : each.kind === "request" ? "SYN_RECV" : "TIME_WAIT",
      inode: isConnection ? (each.socket?.inode ?? 0) : 0,
      drops: 0,
    });
  }
  return lines;
}
