/**
 * A datagram comes up: is it sound, whose is it?
 *
 * Read first: RFC 768, RFC 1122 §4.1.3, Linux's __udp4_lib_rcv and __udp4_lib_err.
 * Order: input() → deliver() to one socket or deliverToAll(). error() is ICMP's news of a datagram of ours.
 */
import { IP_MULTICAST_ALL, IP_PMTUDISC_DONT, IP_RECVERR } from "../../abi/ip.ts";
import { countDrop } from "../../base/machine.ts";
import { type InetAddress, inetAddress } from "../../socket/address.ts";
import type { Packet } from "../../wire/packet.ts";
import * as udp from "../../wire/udp.ts";
import type { Arrival, IcmpError } from "../ip/ip.ts";
import { control, queueIcmpError } from "../ip4/control.ts";
import type { UdpPcb } from "./pcb.ts";
import type { Udp } from "./udp.ts";

export function input(layer: Udp, packet: Packet, arrival: Arrival): void {
  const fault = checkHeader(packet, arrival);
  if (fault !== null) {
    // Linux counts a wrong checksum in both.
    if (fault === "UdpInCsumErrors") layer.machine.counters.bump("UdpInErrors");
    discard(layer, packet, fault);
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
  discard(layer, packet, "UdpNoPorts");
}

/** The counter of what is wrong with it, null when nothing is. */
function checkHeader(packet: Packet, arrival: Arrival): string | null {
  const { headerLength } = arrival;
  const isOffloaded = packet.checksumStart >= 0;
  // What is to be summed must lie in one piece.
  if (!packet.pullUp(isOffloaded ? headerLength + udp.HEADER_LENGTH : packet.length)) return "UdpInErrors";
  const addresses = isOffloaded ? "offloaded" : arrival;
  switch (udp.check(packet.view, packet.start + headerLength, packet.length - headerLength, addresses)) {
    case true:
      return null;
    case "bad-checksum":
      return "UdpInCsumErrors";
    default:
      return "UdpInErrors";
  }
}

function deliver(layer: Udp, pcb: UdpPcb, packet: Packet, arrival: Arrival, sourcePort: number, port: number): void {
  const ancillary = control(pcb.options, packet, arrival, port);
  packet.trimStart(arrival.headerLength + udp.HEADER_LENGTH);
  const isQueued = pcb.socket.deliver(packet, sourceOf(pcb, arrival, sourcePort), ancillary);
  // When it is not, the socket has counted UdpRcvbufErrors; Linux counts it as an error as well.
  layer.machine.counters.bump(isQueued ? "UdpInDatagrams" : "UdpInErrors");
}

/** A broadcast, or what a group is sent, goes to each socket that accepts it: RFC 1122 §4.1.3.3 would give it to one, BSD and Linux to all. */
function deliverToAll(layer: Udp, packet: Packet, arrival: Arrival, port: number): void {
  const sourcePort = udp.sourcePort(packet.view, packet.start + arrival.headerLength);
  const { destination, source, through, kind } = arrival;
  const takers = layer.table.onPort(port).filter((pcb) => {
    if (!pcb.accepts(destination, source, sourcePort, through)) return false;
    const { memberships } = pcb.options;
    return kind !== "multicast" || memberships.allows(destination, source, through, pcb.options.has(IP_MULTICAST_ALL));
  });
  // RFC 1122 §3.2.2: nobody is told that nobody listens to a broadcast.
  if (takers.length === 0) discard(layer, packet, "UdpIgnoredMulti");
  for (const [index, pcb] of takers.entries()) {
    const isLast = index === takers.length - 1;
    deliver(layer, pcb, isLast ? packet : packet.clone(), arrival, sourcePort, port);
  }
}

/** The address for recvfrom(2): made once for a run of datagrams from one peer. */
function sourceOf(pcb: UdpPcb, { source }: Arrival, port: number): InetAddress {
  const known = pcb.remote ?? pcb.lastSource;
  if (known !== null && known.port === port && known.address.equals(source)) return known;
  const made = inetAddress(source, port);
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
