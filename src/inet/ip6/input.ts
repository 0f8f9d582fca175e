/**
 * An IPv6 packet comes up: is it sound, may it have come this way, is it for this host?
 *
 * Read first: RFC 8200 §3 and §4, RFC 4291 §2.5 and §2.7; Linux's ip6_rcv_core and ip6_protocol_deliver_rcu. Called from the
 * protocol queue. Order: input() → checkHeader() → read() → isMartian() → deliver(), header by header, or forward().
 */
import { countDrop } from "../../base/machine.ts";
import type { Interface } from "../../netif/interface.ts";
import type { FrameKind } from "../../netif/protocol-queue.ts";
import * as icmpv6 from "../../wire/icmpv6.ts";
import * as ipv6 from "../../wire/ipv6.ts";
import * as extension from "../../wire/ipv6-extension.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, Ip } from "../ip/ip.ts";
import { takeOptions, takeRouting } from "./extension.ts";
import { forward } from "./forward.ts";
import { isInterfaceLocal, trace } from "./output.ts";
import type { Reassembly6 } from "./reassembly.ts";

/** Where the octet that names the first header behind the IPv6 header is. */
const NEXT_HEADER_FIELD = 6;

export function input(ip: Ip, reassembly: Reassembly6, packet: Packet, from: Interface, frameKind: FrameKind): void {
  ip.machine.counters.bump("Ip6InReceives");
  if (!from.isLoopback && !ip.v6.settings.isEnabled(from)) {
    discard(ip, packet, "Ip6InDiscards");
    return;
  }
  const fault = checkHeader(packet);
  if (fault !== null) {
    discard(ip, packet, fault);
    return;
  }
  const arrival = read(ip, packet, from, frameKind);
  if (ip.machine.tracer.on) trace(ip, "inet/ip/input", packet);
  if (isMartian(ip, arrival, from)) {
    discard(ip, packet, "Ip6InAddrErrors");
    return;
  }
  if (!takeHopByHop(ip, packet, arrival)) return;
  if (arrival.kind === "local") deliver(ip, reassembly, packet, arrival);
  else if (arrival.kind === "multicast") deliverToGroup(ip, reassembly, packet, arrival, from);
  else if (ip.v6.settings.isForwarding(from)) forward(ip, packet, arrival, from);
  else discard(ip, packet, "Ip6InAddrErrors");
}

/** The counter of what is wrong with it, null when nothing is. */
function checkHeader(packet: Packet): string | null {
  if (!packet.pullUp(ipv6.HEADER_LENGTH)) return "Ip6InHdrErrors";
  switch (ipv6.check(packet.view, packet.start, packet.length)) {
    case true:
      return null;
    case "truncated":
      return "Ip6InTruncatedPkts";
    case "mapped-address":
      return "Ip6InAddrErrors";
    default:
      return "Ip6InHdrErrors";
  }
}

/** Cuts link padding off and notes what the header says. */
function read(ip: Ip, packet: Packet, from: Interface, frameKind: FrameKind): Arrival {
  const { view, start } = packet;
  packet.truncate(ipv6.HEADER_LENGTH + ipv6.payloadLength(view, start));
  const { arrival } = ip;
  arrival.headerLength = ipv6.HEADER_LENGTH;
  arrival.source = ipv6.source(view, start);
  arrival.destination = ipv6.destination(view, start);
  arrival.kind = kindOf(ip, arrival, from);
  arrival.frameKind = frameKind;
  arrival.through = from;
  arrival.timeToLive = ipv6.hopLimit(view, start);
  arrival.trafficClass = ipv6.trafficClass(view, start);
  arrival.flowLabel = ipv6.flowLabel(view, start);
  return arrival;
}

/** RFC 4007 §6: a link-local address of another of our links is not ours on this one. */
function kindOf(ip: Ip, { destination }: Arrival, from: Interface): Arrival["kind"] {
  const kind = ip.addresses.kindOf(destination);
  const isElsewhere = kind === "local" && destination.isLinkLocal && !from.isLoopback;
  return isElsewhere && ip.addresses.find(from, destination) === undefined ? "unicast" : kind;
}

/** Can a packet between these addresses not have come this way? */
function isMartian(ip: Ip, { source, destination, kind, frameKind }: Arrival, from: Interface): boolean {
  // RFC 4291 §2.7: no packet comes from a group.
  if (source.isMulticast || kind === "unspecified") return true;
  if (from.isLoopback || frameKind === "looped") return false;
  // RFC 4291 §2.5.3 and §2.7: these do not leave a host.
  if (source.isLoopback || destination.isLoopback) return true;
  if (kind === "multicast") return isInterfaceLocal(destination) || destination.w0 >>> 16 === 0xff00;
  // Who has no address yet speaks to groups alone; and nobody else speaks as we do (RFC 4862 §5.4.4 finds that out).
  return source.isUnspecified || (ip.addresses.kindOf(source) === "local" && !source.isLinkLocal);
}

/** RFC 8200 §4: every node on the way may look at this one, which comes first or not at all. */
function takeHopByHop(ip: Ip, packet: Packet, arrival: Arrival): boolean {
  if (ipv6.nextHeader(packet.view, packet.start) !== extension.HOP_BY_HOP) return true;
  const length = pullHeader(packet, ipv6.HEADER_LENGTH, extension.HOP_BY_HOP);
  if (length !== null) return takeOptions(ip, packet, arrival, ipv6.HEADER_LENGTH, true);
  discard(ip, packet, "Ip6InHdrErrors");
  return false;
}

function deliverToGroup(ip: Ip, reassembly: Reassembly6, packet: Packet, arrival: Arrival, from: Interface): void {
  ip.machine.counters.bump("Ip6InMcastPkts");
  if (ip.groups.has(from, arrival.destination)) deliver(ip, reassembly, packet, arrival);
  else discard(ip, packet, "Ip6InDiscards");
}

/** Goes from header to header until one belongs to a transport. */
function deliver(ip: Ip, reassembly: Reassembly6, arrived: Packet, arrival: Arrival): void {
  let packet = arrived;
  let at = ipv6.HEADER_LENGTH;
  /** The octet that says what is at `at`. */
  let field = NEXT_HEADER_FIELD;
  for (let count = 0; count < extension.HEADERS_MAX; count++) {
    const type = packet.view.getUint8(packet.start + field);
    const isFirst = field === NEXT_HEADER_FIELD;
    if (!isKnownExtension(type, isFirst)) {
      arrival.headerLength = at;
      hand(ip, packet, arrival, type, field);
      return;
    }
    const length = pullHeader(packet, at, type);
    if (length === null) {
      discard(ip, packet, "Ip6InTruncatedPkts");
      return;
    }
    if (type === extension.DESTINATION_OPTIONS && !takeOptions(ip, packet, arrival, at, false)) return;
    if (type === extension.ROUTING && !takeRouting(ip, packet, arrival, at)) return;
    if (type === extension.FRAGMENT && !isAtomic(packet, at)) {
      const whole = reassembly.add(packet, arrival, at, field);
      if (whole === null) return;
      packet = whole;
      arrival.trafficClass = ipv6.trafficClass(packet.view, packet.start);
      continue;
    }
    field = at;
    at += length;
  }
  discard(ip, packet, "Ip6InHdrErrors");
}

/** Hop-by-hop options come first, or are not known (RFC 8200 §4.1). */
function isKnownExtension(type: number, isFirst: boolean): boolean {
  if (type === extension.HOP_BY_HOP) return isFirst;
  return type === extension.DESTINATION_OPTIONS || type === extension.ROUTING || type === extension.FRAGMENT;
}

/** RFC 6946: a fragment that is the whole is taken as it is, whatever waits with the same number. */
function isAtomic(packet: Packet, at: number): boolean {
  const { fragmentOffset, moreFragments } = extension.parseFragment(packet.view, packet.start + at);
  return fragmentOffset === 0 && !moreFragments;
}

/** Makes an extension header readable, and answers its length; null when the packet ends before. */
function pullHeader(packet: Packet, at: number, type: number): number | null {
  if (!packet.pullUp(at + 8)) return null;
  const length = extension.lengthOf(packet.view, packet.start + at, type);
  return packet.pullUp(at + length) ? length : null;
}

function hand(ip: Ip, packet: Packet, arrival: Arrival, protocol: number, pointer: number): void {
  const isRaw = ip.v6.rawInput(packet, arrival, protocol);
  const transportInput = ip.inputFor(protocol, 6);
  if (transportInput !== undefined) {
    ip.machine.counters.bump("Ip6InDelivers");
    transportInput(packet, arrival);
    return;
  }
  if (protocol === extension.NO_NEXT_HEADER) {
    // RFC 8200 §4.7: there is nothing, and nothing to complain of.
    discard(ip, packet, "Ip6InDiscards");
    return;
  }
  if (isRaw) {
    ip.machine.counters.bump("Ip6InDelivers");
    packet.release();
    return;
  }
  const message = { kind: "parameter-problem", code: icmpv6.UNRECOGNISED_NEXT_HEADER, pointer } as const;
  ip.v6.sendError(packet, arrival.frameKind, message, arrival.through);
  discard(ip, packet, "Ip6InUnknownProtos");
}

function discard(ip: Ip, packet: Packet, counter: string): void {
  countDrop(ip.machine, counter, packet.length);
  packet.release();
}
