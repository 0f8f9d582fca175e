/**
 * A datagram comes up: is it sound, whose is it?
 *
 * Read first: RFC 768, RFC 1122 §4.1.3, Linux's __udp4_lib_rcv and __udp4_lib_err.
 * Order: input() → deliver() to one socket or deliverToAll(). error() is ICMP's news of a datagram of ours.
 */
import { IP_MULTICAST_ALL, IP_PMTUDISC_DONT, IP_RECVERR } from "../../abi/ip.ts";
import { IPV6_RECVERR } from "../../abi/ipv6.ts";
import { AF_INET6 } from "../../abi/socket.ts";
import { countDrop } from "../../base/machine.ts";
import { type InetAddress, inetAddress } from "../../socket/address.ts";
import type { Ancillary } from "../../socket/ancillary.ts";
import type { Packet } from "../../wire/packet.ts";
import * as udp from "../../wire/udp.ts";
import type { Arrival, IcmpError } from "../ip/ip.ts";
import { control, queueIcmpError } from "../ip4/control.ts";
import { control6, inet6Address, queueIcmpError6 } from "../ip6/control.ts";
import type { UdpPcb } from "./pcb.ts";
import type { Udp } from "./udp.ts";

export function input(layer: Udp, packet: Packet, arrival: Arrival): void {
  const fault = checkHeader(packet, arrival);
  const prefix = prefixOf(arrival);
  if (fault !== null) {
    // Linux counts a wrong checksum in both.
    if (fault === "InCsumErrors") layer.machine.counters.bump(`${prefix}InErrors`);
    discard(layer, packet, `${prefix}${fault}`);
    return;
  }
  const offset = packet.start + arrival.headerLength;
  packet.truncate(arrival.headerLength + udp.datagramLength(packet.view, offset));
  if (layer.machine.tracer.on) trace(layer, packet, arrival);
  const port = udp.destinationPort(packet.view, offset);
  if (arrival.kind === "broadcast" || arrival.kind === "multicast") {
    deliverToAll(layer, packet, arrival, port);
    return;
  }
  const sourcePort = udp.sourcePort(packet.view, offset);
  const pcb = layer.table.lookup(arrival.destination, port, arrival.source, sourcePort, arrival.through);
  if (pcb !== null) {
    deliver(layer, pcb, packet, arrival, sourcePort, port);
    return;
  }
  // RFC 1122 §4.1.3.1.
  layer.ip.portUnreachable(packet, arrival);
  discard(layer, packet, `${prefix}NoPorts`);
}

/** The counter of what is wrong with it, without the prefix of the family; null when nothing is. */
function checkHeader(packet: Packet, arrival: Arrival): string | null {
  const { headerLength } = arrival;
  const isOffloaded = packet.checksumStart >= 0;
  // What is to be summed must lie in one piece.
  if (!packet.pullUp(isOffloaded ? headerLength + udp.HEADER_LENGTH : packet.length)) return "InErrors";
  const addresses = isOffloaded ? "offloaded" : arrival;
  switch (udp.check(packet.view, packet.start + headerLength, packet.length - headerLength, addresses)) {
    case true:
      return null;
    case "bad-checksum":
      return "InCsumErrors";
    default:
      return "InErrors";
  }
}

function deliver(layer: Udp, pcb: UdpPcb, packet: Packet, arrival: Arrival, sourcePort: number, port: number): void {
  const ancillary = ancillaryFor(pcb, packet, arrival, port);
  packet.trimStart(arrival.headerLength + udp.HEADER_LENGTH);
  const isQueued = pcb.socket.deliver(packet, sourceOf(pcb, arrival, sourcePort), ancillary);
  // When it is not, the socket has counted UdpRcvbufErrors; Linux counts it as an error as well.
  layer.machine.counters.bump(`${prefixOf(arrival)}${isQueued ? "InDatagrams" : "InErrors"}`);
}

/** A broadcast, or what a group is sent, goes to each socket that accepts it: RFC 1122 §4.1.3.3 would give it to one, BSD and Linux to all. */
function deliverToAll(layer: Udp, packet: Packet, arrival: Arrival, port: number): void {
  const sourcePort = udp.sourcePort(packet.view, packet.start + arrival.headerLength);
  const { destination, source, through, kind } = arrival;
  const takers = layer.table.onPort(port).filter((pcb) => {
    if (!pcb.accepts(destination, source, sourcePort, through)) return false;
    if (destination.family === 6) return pcb.options6?.hears(destination, source, through) ?? false;
    const { memberships } = pcb.options;
    return kind !== "multicast" || memberships.allows(destination, source, through, pcb.options.has(IP_MULTICAST_ALL));
  });
  // RFC 1122 §3.2.2: nobody is told that nobody listens to a broadcast.
  if (takers.length === 0) discard(layer, packet, `${prefixOf(arrival)}IgnoredMulti`);
  for (const [index, pcb] of takers.entries()) {
    const isLast = index === takers.length - 1;
    deliver(layer, pcb, isLast ? packet : packet.clone(), arrival, sourcePort, port);
  }
}

/** The address for recvfrom(2): made once for a run of datagrams from one peer. */
function sourceOf(pcb: UdpPcb, { source, through }: Arrival, port: number): InetAddress {
  const known = pcb.remote ?? pcb.lastSource;
  const scope = source.isLinkLocal ? through?.index : undefined;
  if (known !== null && known.port === port && known.address.equals(source) && known.scopeId === scope) return known;
  const made = pcb.socket.domain === AF_INET6 ? inet6Address(source, port, through) : inetAddress(source, port);
  pcb.lastSource = made;
  return made;
}

/** ICMP says that a datagram of ours has come to grief. True when the socket that has sent it is still there. */
export function error(layer: Udp, news: IcmpError): boolean {
  const { source, destination, view, offset, length } = news;
  if (length < udp.HEADER_LENGTH) return false;
  const localPort = udp.sourcePort(view, offset);
  const pcb = layer.table.lookup(source, localPort, destination, udp.destinationPort(view, offset));
  if (pcb === null) return false;
  if (source.family === 6) return error6(pcb, news);
  const { options } = pcb;
  // "Packet too big" is told where path MTU discovery is on, so that the sender sends less.
  const isTooBig = news.kind === "packet-too-big";
  if (isTooBig && options.mtuDiscovery === IP_PMTUDISC_DONT) return true;
  if (options.has(IP_RECVERR)) {
    queueIcmpError(options, news, udp.destinationPort(view, offset), udp.HEADER_LENGTH);
    pcb.socket.fail(news.errno);
  } else if ((news.isHard || isTooBig) && pcb.remote !== null) {
    // Without IP_RECVERR a socket that is not connected can't know whom it concerns, so it is not told.
    pcb.socket.fail(news.errno);
  }
  return true;
}

/** As __udp6_lib_err: the same over IPv6. */
function error6({ socket, options, options6, remote }: UdpPcb, news: IcmpError): boolean {
  const isTooBig = news.kind === "packet-too-big";
  if (isTooBig && options6?.mtuDiscovery === IP_PMTUDISC_DONT) return true;
  if (options6?.has(IPV6_RECVERR) === true) {
    queueIcmpError6(options.errors, news, udp.destinationPort(news.view, news.offset), udp.HEADER_LENGTH);
    socket.fail(news.errno);
  } else if ((news.isHard || isTooBig) && remote !== null) {
    socket.fail(news.errno);
  }
  return true;
}

/** What goes beside the bytes: of the socket's options of either level, those of the family that the datagram is of. */
function ancillaryFor(pcb: UdpPcb, packet: Packet, arrival: Arrival, port: number): Ancillary | null {
  const { options, options6 } = pcb;
  if (arrival.destination.family === 4 && options6 === null) return control(options, packet, arrival, port);
  const own = arrival.destination.family === 4 ? control(options, packet, arrival, port) : null;
  const messages = options6 === null ? [] : control6(options6, arrival);
  if (messages.length === 0) return own;
  return { credentials: null, rights: null, control: [...(own?.control ?? []), ...messages] };
}

function prefixOf({ destination }: Arrival): "Udp" | "Udp6" {
  return destination.family === 4 ? "Udp" : "Udp6";
}

function trace({ machine }: Udp, packet: Packet, arrival: Arrival): void {
  const offset = packet.start + arrival.headerLength;
  machine.tracer.emit(machine.name, {
    step: "inet/udp/input",
    source: `${arrival.source}:${udp.sourcePort(packet.view, offset)}`,
    destination: `${arrival.destination}:${udp.destinationPort(packet.view, offset)}`,
    bytes: packet.length - arrival.headerLength,
  });
}

function discard({ machine }: Udp, packet: Packet, counter: string): void {
  countDrop(machine, counter, packet.length);
  packet.release();
}
