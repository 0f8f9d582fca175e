/**
 * What goes beside the bytes of a message over IPv4: control messages of a sender, and for a receiver; errors that come back.
 *
 * Read first: ip(7), cmsg(3); Linux's ip_cmsg_send, ip_cmsg_recv_offset and ip_icmp_error.
 */
import type { Errno } from "../../abi/errno.ts";
import * as abi from "../../abi/ip.ts";
import { AF_INET, IPPROTO_IP, SOL_SOCKET } from "../../abi/socket.ts";
import { inetAddress, type SocketAddress } from "../../socket/address.ts";
import type { Ancillary } from "../../socket/ancillary.ts";
import { SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_LOCAL } from "../../socket/error-queue.ts";
import type { ControlMessage } from "../../socket/option.ts";
import { timestampMessage } from "../../socket/timestamp.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, IcmpError, Ip, SendOptions } from "../ip/ip.ts";
import type { IpSocketOptions } from "./socket-options.ts";

/** struct in_pktinfo. */
export interface PacketInfo {
  readonly ipi_ifindex: number;
  /** Of ours: where an answer would come from. To send: where from. */
  readonly ipi_spec_dst: string;
  /** Whom the header is addressed to. */
  readonly ipi_addr?: string;
}

/** What the control messages of one sending call come to. */
export interface Wishes {
  readonly timeToLive: number | null;
  readonly tos: number | null;
  /** IP_PKTINFO: the interface's index, 0 for any; and the source, null for the usual one. */
  readonly interfaceIndex: number;
  readonly source: IpAddress | null;
  readonly headerOptions: Uint8Array | null;
}

export const NO_WISHES: Wishes = {
  timeToLive: null,
  tos: null,
  interfaceIndex: 0,
  source: null,
  headerOptions: null,
};

/** Reads a sender's control messages. EINVAL: one of IPPROTO_IP that there is not, or its value is none. */
export function readWishes(ancillary: Ancillary | null): Wishes | Errno {
  if (ancillary?.control === undefined) return NO_WISHES;
  let wishes = NO_WISHES;
  for (const { level, type, value } of ancillary.control) {
    // As __sock_cmsg_send: of the socket's own level nothing means anything here.
    if (level === SOL_SOCKET) return "EINVAL";
    if (level !== IPPROTO_IP) continue;
    const read = readWish(type, value);
    if (read === null) return "EINVAL";
    wishes = { ...wishes, ...read };
  }
  return wishes;
}

function readWish(type: number, value: ControlMessage["value"]): Partial<Wishes> | null {
  if (type === abi.IP_PKTINFO) return readPacketInfo(value);
  if (type === abi.IP_RETOPTS) {
    return value instanceof Uint8Array && value.length <= 40 && value.length % 4 === 0
      ? { headerOptions: value }
      : null;
  }
  if (typeof value !== "number" || !Number.isInteger(value)) return null;
  if (type === abi.IP_TTL) return value >= 1 && value <= 255 ? { timeToLive: value } : null;
  if (type === abi.IP_TOS) return value >= 0 && value <= 255 ? { tos: value } : null;
  return null;
}

function readPacketInfo(value: ControlMessage["value"]): Partial<Wishes> | null {
  const { ipi_ifindex = 0, ipi_spec_dst = "0.0.0.0" } = value as Partial<PacketInfo>;
  const source = typeof ipi_spec_dst === "string" ? IpAddress.parse(ipi_spec_dst) : undefined;
  if (!Number.isInteger(ipi_ifindex) || source?.family !== 4) return null;
  return { interfaceIndex: ipi_ifindex, source: source.isUnspecified ? null : source };
}

/** What IP is told about a datagram: the wishes of the call, else of the socket. */
export function sendOptions(options: IpSocketOptions, wishes: Wishes, isMulticast: boolean): SendOptions {
  const own = isMulticast ? options.multicastTimeToLive : options.timeToLive;
  const timeToLive = wishes.timeToLive ?? (own < 0 ? undefined : own);
  return {
    ...(timeToLive === undefined ? {} : { timeToLive }),
    trafficClass: wishes.tos ?? options.tos,
    mtuDiscovery: options.mtuDiscovery,
    ipOptions: wishes.headerOptions ?? options.headerOptions,
    multicastLoop: options.has(abi.IP_MULTICAST_LOOP),
  };
}

/** The control messages for who receives the packet, which starts with its IP header; null when nothing was asked for. */
export function control(options: IpSocketOptions, packet: Packet, arrival: Arrival, port: number): Ancillary | null {
  if (!options.wantsControl && options.socket.options.timestamp === "none") return null;
  return controlWith(options, optionBytes(packet), arrival, port);
}

/** The same where the IP header is gone; `headerOptions` are what was behind it, null for none. */
export function controlWith(
  options: IpSocketOptions,
  headerOptions: Uint8Array | null,
  arrival: Arrival,
  port: number,
): Ancillary | null {
  const { ip, socket } = options;
  const { timestamp } = socket.options;
  if (!options.wantsControl && timestamp === "none") return null;
  const messages: ControlMessage[] = [];
  const add = (type: number, value: ControlMessage["value"]) => messages.push({ level: IPPROTO_IP, type, value });
  if (timestamp !== "none") {
    messages.push(timestampMessage(ip.machine.clock, ip.machine.scheduler.nowNs, timestamp === "nanoseconds"));
  }
  if (options.has(abi.IP_PKTINFO)) add(abi.IP_PKTINFO, packetInfo(ip, arrival));
  if (options.has(abi.IP_RECVTTL)) add(abi.IP_TTL, arrival.timeToLive);
  if (options.has(abi.IP_RECVTOS)) add(abi.IP_TOS, arrival.trafficClass);
  if (headerOptions !== null) {
    if (options.has(abi.IP_RECVOPTS)) add(abi.IP_RECVOPTS, headerOptions);
    if (options.has(abi.IP_RETOPTS)) add(abi.IP_RETOPTS, headerOptions);
  }
  if (options.has(abi.IP_RECVORIGDSTADDR)) {
    add(abi.IP_RECVORIGDSTADDR, { family: AF_INET, address: `${arrival.destination}`, port });
  }
  return { credentials: null, rights: null, control: messages };
}

function packetInfo(ip: Ip, { through, kind, source, destination }: Arrival): PacketInfo {
  const own =
    kind === "local" || through === null ? destination : (ip.addresses.select(through, source) ?? destination);
  return { ipi_ifindex: through?.index ?? 0, ipi_spec_dst: `${own}`, ipi_addr: `${destination}` };
}

function optionBytes({ view, start, bytes }: Packet): Uint8Array | null {
  const length = ipv4.headerLength(view, start) - ipv4.HEADER_LENGTH;
  return length === 0 ? null : bytes.slice(start + ipv4.HEADER_LENGTH, start + ipv4.HEADER_LENGTH + length);
}

/** IP_RECVERR: ICMP's news of a datagram; `headerLength` bytes of it are the transport's own. */
export function queueIcmpError(options: IpSocketOptions, news: IcmpError, port: number, headerLength: number): void {
  const { view, offset, length, reporter } = news;
  const from = view.byteOffset + offset + headerLength;
  const payload = new Uint8Array(view.buffer, from, Math.max(0, length - headerLength)).slice();
  options.errors.push({
    errno: news.errno,
    origin: SO_EE_ORIGIN_ICMP,
    type: news.type,
    code: news.code,
    info: news.kind === "packet-too-big" ? news.mtu : 0,
    offender: { family: AF_INET, address: `${reporter}`, port: 0 },
    payload,
    destination: inetAddress(news.destination, port),
    level: IPPROTO_IP,
    option: abi.IP_RECVERR,
  });
}

/** IP_RECVERR: what this host itself has against a datagram that it does not send. */
export function queueLocalError(
  options: IpSocketOptions,
  errno: Errno,
  destination: SocketAddress,
  info: number,
): void {
  if (!options.has(abi.IP_RECVERR)) return;
  options.errors.push({
    errno,
    origin: SO_EE_ORIGIN_LOCAL,
    type: 0,
    code: 0,
    info,
    offender: null,
    payload: new Uint8Array(0),
    destination,
    level: IPPROTO_IP,
    option: abi.IP_RECVERR,
  });
}
