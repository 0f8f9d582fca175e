/**
 * What goes beside the bytes of a message over IPv6: control messages of a sender, and for a receiver; errors that come back; zones.
 *
 * Read first: ipv6(7), RFC 3542 §6, RFC 4007 §11 (zones); Linux's ip6_datagram_send_ctl, ip6_datagram_recv_ctl and ipv6_icmp_error.
 */
import type { Errno } from "../../abi/errno.ts";
import * as abi from "../../abi/ipv6.ts";
import { AF_INET6, IPPROTO_IPV6 } from "../../abi/socket.ts";
import type { Interface } from "../../netif/interface.ts";
import type { InetAddress } from "../../socket/address.ts";
import type { Ancillary } from "../../socket/ancillary.ts";
import { type ErrorQueue, SO_EE_ORIGIN_ICMP6 } from "../../socket/error-queue.ts";
import type { ControlMessage } from "../../socket/option.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import type { Arrival, IcmpError, Ip, SendOptions } from "../ip/ip.ts";
import type { Ipv6SocketOptions } from "./socket-options.ts";

/** struct in6_pktinfo. */
export interface Ipv6PacketInfo {
  /** Received: whom the header is addressed to. To send: where from. */
  readonly ipi6_addr: string;
  readonly ipi6_ifindex: number;
}

/** What the control messages of one sending call come to. */
export interface Wishes6 {
  readonly hopLimit: number | null;
  readonly trafficClass: number | null;
  readonly dontFragment: boolean | null;
  /** IPV6_PKTINFO: the interface's index, 0 for any; and the source, null for the usual one. */
  readonly interfaceIndex: number;
  readonly source: IpAddress | null;
}

export const NO_WISHES_6: Wishes6 = {
  hopLimit: null,
  trafficClass: null,
  dontFragment: null,
  interfaceIndex: 0,
  source: null,
};

/** Reads a sender's control messages. EINVAL: one of IPPROTO_IPV6 that there is not, or its value is none. */
export function readWishes6(ancillary: Ancillary | null): Wishes6 | Errno {
  if (ancillary?.control === undefined) return NO_WISHES_6;
  let wishes = NO_WISHES_6;
  for (const { level, type, value } of ancillary.control) {
    if (level !== IPPROTO_IPV6) continue;
    const read = readWish(type, value);
    if (read === null) return "EINVAL";
    wishes = { ...wishes, ...read };
  }
  return wishes;
}

function readWish(type: number, value: ControlMessage["value"]): Partial<Wishes6> | null {
  if (type === abi.IPV6_PKTINFO) return readPacketInfo(value);
  if (typeof value !== "number" || !Number.isInteger(value) || value < -1 || value > 255) return null;
  if (type === abi.IPV6_HOPLIMIT) return { hopLimit: value === -1 ? null : value };
  if (type === abi.IPV6_TCLASS) return { trafficClass: value === -1 ? null : value };
  return type === abi.IPV6_DONTFRAG && (value === 0 || value === 1) ? { dontFragment: value === 1 } : null;
}

function readPacketInfo(value: ControlMessage["value"]): Partial<Wishes6> | null {
  const { ipi6_addr = "::", ipi6_ifindex = 0 } = value as Partial<Ipv6PacketInfo>;
  const source = typeof ipi6_addr === "string" ? IpAddress.parse(ipi6_addr) : undefined;
  if (!Number.isInteger(ipi6_ifindex) || source === undefined) return null;
  return { interfaceIndex: ipi6_ifindex, source: source.isUnspecified ? null : source };
}

/** What IP is told about a datagram: the wishes of the call, else of the socket. */
export function sendOptions6(options: Ipv6SocketOptions, wishes: Wishes6, isMulticast: boolean): SendOptions {
  const own = isMulticast ? options.multicastHopLimit : options.hopLimit;
  const hopLimit = wishes.hopLimit ?? (own < 0 ? undefined : own);
  return {
    ...(hopLimit === undefined ? {} : { timeToLive: hopLimit }),
    trafficClass: wishes.trafficClass ?? options.trafficClass,
    mtuDiscovery: options.mtuDiscovery,
    dontFragment: wishes.dontFragment ?? options.has(abi.IPV6_DONTFRAG),
    multicastLoop: options.has(abi.IPV6_MULTICAST_LOOP),
  };
}

/** The control messages for who receives a datagram over IPv6. */
export function control6(options: Ipv6SocketOptions, arrival: Arrival): readonly ControlMessage[] {
  const messages: ControlMessage[] = [];
  const add = (type: number, value: ControlMessage["value"]) => messages.push({ level: IPPROTO_IPV6, type, value });
  if (options.has(abi.IPV6_RECVPKTINFO)) {
    add(abi.IPV6_PKTINFO, { ipi6_addr: addressText(arrival.destination), ipi6_ifindex: arrival.through?.index ?? 0 });
  }
  if (options.has(abi.IPV6_RECVHOPLIMIT)) add(abi.IPV6_HOPLIMIT, arrival.timeToLive);
  if (options.has(abi.IPV6_RECVTCLASS)) add(abi.IPV6_TCLASS, arrival.trafficClass);
  return messages;
}

/** As inet_ntop(3) writes an address of AF_INET6: a mapped one with its prefix. */
export function addressText(address: IpAddress): string {
  return address.family === 4 ? `::ffff:${address}` : address.toString();
}

/** IPV6_RECVERR: ICMPv6's news of a datagram; `headerLength` bytes of it are the transport's own. */
export function queueIcmpError6(errors: ErrorQueue, news: IcmpError, port: number, headerLength: number): void {
  const { view, offset, length, reporter } = news;
  const from = view.byteOffset + offset + headerLength;
  errors.push({
    errno: news.errno,
    origin: SO_EE_ORIGIN_ICMP6,
    type: news.type,
    code: news.code,
    info: news.kind === "packet-too-big" ? news.mtu : 0,
    offender: { family: AF_INET6, address: addressText(reporter), port: 0 },
    payload: new Uint8Array(view.buffer, from, Math.max(0, length - headerLength)).slice(),
    destination: { family: AF_INET6, address: news.destination, port },
    level: IPPROTO_IPV6,
    option: abi.IPV6_RECVERR,
  });
}

/** The interface that an address names as its zone, by name or index; null: none. ENODEV: there is none of that name. */
export function zoneOf(ip: Ip, { zone, scopeId = 0 }: InetAddress): Interface | null | Errno {
  const name = zone ?? (scopeId === 0 ? "" : String(scopeId));
  if (name === "") return null;
  const { interfaces } = ip.netif;
  return interfaces.get(name) ?? interfaces.list().find(({ index }) => String(index) === name) ?? "ENODEV";
}

/** An address as a socket of AF_INET6 is told it: link-local ones with the interface that they are behind. */
export function inet6Address(address: IpAddress, port: number, through: Interface | null): InetAddress {
  const endpoint = { family: AF_INET6, address, port } as const;
  return address.isLinkLocal && through !== null ? { ...endpoint, scopeId: through.index } : endpoint;
}
