/**
 * A datagram comes up: is it sound, may it have come this way, is it for this host?
 *
 * Read first: RFC 1122 §3.2.1, RFC 1812 §5.2, Linux's ip_rcv and ip_route_input. Called from the protocol queue.
 * Order: input() → checkHeader() → read() → checkWay(), which asks isMartian() → obeyOptions() → deliver() to the transport, or forward().
 */
import { countDrop } from "../../base/machine.ts";
import type { Interface } from "../../netif/interface.ts";
import type { FrameKind } from "../../netif/protocol-queue.ts";
import * as icmpv4 from "../../wire/icmpv4.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, Ip } from "../ip/ip.ts";
import { forward } from "./forward.ts";
import { obeyOptions } from "./options.ts";
import { trace } from "./output.ts";

const PROTOCOL_UNREACHABLE: icmpv4.Message = {
  kind: "destination-unreachable",
  code: icmpv4.PROTOCOL_UNREACHABLE,
  nextHopMtu: 0,
};

export function input(ip: Ip, packet: Packet, from: Interface, frameKind: FrameKind): void {
  ip.inReceives.bump();
  const fault = checkHeader(packet);
  if (fault !== null) {
    discard(ip, packet, fault);
    return;
  }
  const arrival = read(ip, packet, from, frameKind);
  if (ip.machine.tracer.on) trace(ip, "inet/ip/input", packet);
  if (!checkWay(ip, arrival, from)) {
    discard(ip, packet, "IpInAddrErrors");
    return;
  }
  if (frameKind !== "looped" && !isSourceValid(ip, arrival.source, from)) {
    discard(ip, packet, "TcpExtIPReversePathFilter");
    return;
  }
  if (arrival.headerLength > ipv4.HEADER_LENGTH && !obeyOptions(ip, packet, arrival, from)) return;
  if (arrival.kind === "multicast") inputMulticast(ip, packet, arrival, from);
  else if (arrival.kind === "local" || arrival.kind === "broadcast") deliver(ip, packet, arrival);
  else if (arrival.kind === "unicast" && ip.settings.forwardsOn(from)) forward(ip, packet, arrival, from);
  else discard(ip, packet, "IpInAddrErrors");
}

/** The counter of what is wrong with it, null when nothing is. */
function checkHeader(packet: Packet): string | null {
  if (!packet.pullUp(ipv4.HEADER_LENGTH)) return "IpInHdrErrors";
  packet.pullUp(ipv4.headerLength(packet.view, packet.start));
  switch (ipv4.check(packet.view, packet.start, packet.length)) {
    case true:
      return null;
    case "bad-checksum":
      return "IpExtInCsumErrors";
    case "truncated":
      return "IpExtInTruncatedPkts";
    default:
      return "IpInHdrErrors";
  }
}

/** Cuts link padding off and notes what the header says. */
function read(ip: Ip, packet: Packet, from: Interface, frameKind: FrameKind): Arrival {
  const { view, start } = packet;
  packet.truncate(ipv4.totalLength(view, start));
  const { arrival } = ip;
  arrival.headerLength = ipv4.headerLength(view, start);
  // No address is made anew for each packet.
  arrival.source = ip.addresses.known4(ipv4.sourceBits(view, start)).address;
  const destination = ip.addresses.known4(ipv4.destinationBits(view, start));
  arrival.destination = destination.address;
  arrival.kind = destination.kind;
  arrival.frameKind = frameKind;
  arrival.through = from;
  arrival.timeToLive = ipv4.timeToLive(view, start);
  arrival.trafficClass = ipv4.typeOfService(view, start);
  arrival.flowLabel = 0;
  return arrival;
}

/** RFC 1112 §7.2: what a group is sent is for us where somebody here has joined it on that interface. */
function inputMulticast(ip: Ip, packet: Packet, arrival: Arrival, from: Interface): void {
  ip.machine.counters.bump("IpExtInMcastPkts");
  if (ip.groups.has(from, arrival.destination)) deliver(ip, packet, arrival);
  else discard(ip, packet, "IpInAddrErrors");
}

/** What is the destination to us, and may the datagram have come this way? Packets come in rows: the last answer is remembered. */
function checkWay(ip: Ip, arrival: Arrival, from: Interface): boolean {
  const { way, addresses } = ip;
  if (
    way.source === arrival.source &&
    way.destination === arrival.destination &&
    way.through === from &&
    way.frameKind === arrival.frameKind &&
    way.generation === addresses.generation
  ) {
    arrival.kind = way.kind;
    return true;
  }
  arrival.kind = addresses.kindOf(arrival.destination);
  if (isMartian(ip, arrival, from)) return false;
  way.source = arrival.source;
  way.destination = arrival.destination;
  way.through = from;
  way.frameKind = arrival.frameKind;
  way.kind = arrival.kind;
  // Where a setting has decided, it decides anew.
  way.generation = !from.isLoopback && addresses.kindOf(arrival.source) === "local" ? -1 : addresses.generation;
  return true;
}

/** RFC 1812 §5.3.7, RFC 1122 §3.2.1.3: can a datagram between these addresses not have come this way? */
function isMartian(ip: Ip, { source, destination, kind, frameKind }: Arrival, from: Interface): boolean {
  if (frameKind === "looped") return false;
  // RFC 1122 §3.3.6: no datagram for one host arrives in a frame for many.
  if (frameKind === "group" && kind !== "broadcast" && kind !== "multicast") return true;
  const sourceKind = ip.addresses.kindOf(source);
  if (sourceKind === "broadcast" || sourceKind === "multicast") return true;
  // 0.0.0.0/8 is this network, and no address of it but the first is anything.
  if (isOfThisNetwork(source) || isOfThisNetwork(destination)) return true;
  if (from.isLoopback) return false;
  if (source.isLoopback || destination.isLoopback) return true;
  // Who has no address yet asks everybody (BOOTP, DHCP), or speaks of groups on its own link, and to nobody in particular.
  if (sourceKind === "unspecified") return kind !== "broadcast" && !isLocalGroup(destination);
  return sourceKind === "local" && !ip.settings.interfaces.either(from, "accept_local");
}

/**
 * The reverse-path filter, rp_filter: 1 (RFC 3704 §2.2), the way back leaves by the interface through which the datagram has
 * come; 2 (RFC 3704 §2.4), there is a way back at all.
 */
function isSourceValid(ip: Ip, source: IpAddress, from: Interface): boolean {
  if (from.isLoopback) return true;
  const mode = ip.settings.reversePathFilter(from);
  if (mode === 0 || source.isUnspecified) return true;
  const back = ip.routes.lookup(source);
  if (typeof back === "string") return false;
  return mode === 2 || back.through === from;
}

function isOfThisNetwork(address: IpAddress): boolean {
  return address.v4 >>> 24 === 0 && !address.isUnspecified;
}

/** 224.0.0.0/24: no router passes it on. */
function isLocalGroup(destination: IpAddress): boolean {
  return destination.v4 >>> 8 === 0xe0_0000;
}

function deliver(ip: Ip, packet: Packet, arrival: Arrival): void {
  const { view, start } = packet;
  if (ipv4.isFragment(view, start)) {
    const whole = ip.reassembly.add(packet, arrival);
    if (whole === null) return;
    arrival.headerLength = ipv4.headerLength(whole.view, whole.start);
    arrival.trafficClass = ipv4.typeOfService(whole.view, whole.start);
    deliver(ip, whole, arrival);
    return;
  }
  const isRaw = ip.rawInput(packet, arrival);
  const transportInput = ip.inputFor(ipv4.protocol(view, start), 4);
  if (transportInput === undefined && isRaw) {
    ip.inDelivers.bump();
    packet.release();
    return;
  }
  if (transportInput === undefined) {
    ip.sendError(packet, arrival.frameKind, PROTOCOL_UNREACHABLE);
    discard(ip, packet, "IpInUnknownProtos");
    return;
  }
  ip.inDelivers.bump();
  transportInput(packet, arrival);
}

function discard(ip: Ip, packet: Packet, counter: string): void {
  countDrop(ip.machine, counter, packet.length);
  packet.release();
}
