/**
 * Connections as netstat(8) and ss(8) show them, as data.
 */

import { AF_INET6 } from "../../abi/socket.ts";
import type { TcpInfo } from "../../abi/tcp.ts";
import { diff } from "../../base/seq32.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import { addressText } from "../ip6/control.ts";
import { info } from "./info.ts";
import type { Listener } from "./listener.ts";
import { LINUX_NUMBERS, NETSTAT_NAMES, type State } from "./state.ts";
import type { SynRequest } from "./syn-queue.ts";
import type { Tcb } from "./tcb.ts";
import type { Tcp } from "./tcp.ts";
import type { TimeWait } from "./time-wait.ts";

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
  /** Linux's number of the state. */
  readonly stateNumber: number;
  /** 0 when no socket belongs to it any more. */
  readonly inode: number;
  /** Whose socket it is. */
  readonly uid: number;
  /** The algorithm of congestion control; "" where there is no connection. */
  readonly congestion: string;
  /** What TCP_INFO says; null where there is no connection. */
  readonly info: TcpInfo | null;
}

/** Listeners first, then connections, requests and what is in TIME_WAIT. */
export function snapshot({ demux }: Tcp): readonly ConnectionSnapshot[] {
  return [...[...demux.listeners()].map(ofListener), ...[...demux.all()].map(ofEndpoint)];
}

function ofListener({ socket, tcb, localAddress, localPort }: Listener): ConnectionSnapshot {
  return {
    protocol: socket.domain === AF_INET6 ? "tcp6" : "tcp",
    receiveQueueBytes: socket.acceptQueue?.length ?? 0,
    sendQueueBytes: socket.acceptQueue?.backlogMax ?? 0,
    localAddress: textOf(localAddress, socket.domain === AF_INET6),
    localPort,
    remoteAddress: null,
    remotePort: null,
    state: "LISTEN",
    stateNumber: LINUX_NUMBERS.LISTEN,
    inode: socket.inode,
    uid: tcb.sharing.uid,
    congestion: "",
    info: null,
  };
}

function ofEndpoint(each: Tcb | SynRequest | TimeWait): ConnectionSnapshot {
  const { localAddress, localPort, remoteAddress, remotePort } = each;
  const tcb = each.kind === "connection" ? each : null;
  const state: State = each.kind === "connection" ? each.state : each.kind === "request" ? "SYN_RECEIVED" : "TIME_WAIT";
  const isV6 = tcb?.socket?.domain === AF_INET6 || localAddress.family === 6;
  return {
    protocol: isV6 ? "tcp6" : "tcp",
    receiveQueueBytes: tcb?.socket?.receiveQueueBytes ?? 0,
    sendQueueBytes: tcb === null ? 0 : Math.max(0, diff(tcb.sendQueue.end, tcb.snd.una)),
    localAddress: textOf(localAddress, isV6),
    localPort,
    remoteAddress: textOf(remoteAddress, isV6),
    remotePort,
    state: NETSTAT_NAMES[state],
    stateNumber: LINUX_NUMBERS[state],
    inode: tcb?.socket?.inode ?? 0,
    uid: tcb?.sharing.uid ?? 0,
    congestion: tcb?.congestion.name ?? "",
    info: tcb === null ? null : info(tcb),
  };
}

/** A socket of AF_INET6 shows IPv4 addresses as mapped ones. */
function textOf(address: IpAddress, isV6: boolean): string {
  return isV6 ? addressText(address) : address.toString();
}
