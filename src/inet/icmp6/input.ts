/**
 * ICMPv6 messages come up: echo requests are answered, errors handed to the protocol whose packet they quote, and neighbour
 * discovery and multicast listeners to those who speak them.
 *
 * Read first: RFC 4443 §2.4 and §4, Linux's icmpv6_rcv and icmpv6_notify. Order: input() → echo(), error() or `others`.
 */
import { countDrop } from "../../base/machine.ts";
import * as icmpv6 from "../../wire/icmpv6.ts";
import * as ipv6 from "../../wire/ipv6.ts";
import * as extension from "../../wire/ipv6-extension.ts";
import * as mld from "../../wire/mld.ts";
import * as nd from "../../wire/nd.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, IcmpError, Ip, TransportInput } from "../ip/ip.ts";
import { counterOf } from "./counters.ts";
import { meaning } from "./error.ts";
import * as icmpOutput from "./output.ts";

/** Who takes messages of other kinds. The packet starts with the ICMPv6 header, lies in one piece and has a right checksum. */
export interface Others {
  readonly neighbourDiscovery: TransportInput;
  readonly multicastListener: TransportInput;
}

export function input(ip: Ip, others: Others, packet: Packet, arrival: Arrival): void {
  ip.machine.counters.bump("Icmp6InMsgs");
  const isOffloaded = packet.checksumStart >= 0;
  packet.pullUp(packet.length);
  packet.trimStart(arrival.headerLength);
  const addresses = isOffloaded ? "offloaded" : arrival;
  const verdict = icmpv6.check(packet.view, packet.start, packet.length, addresses);
  if (verdict !== true) {
    if (verdict === "bad-checksum") ip.machine.counters.bump("Icmp6InCsumErrors");
    discard(ip, packet, "Icmp6InErrors");
    return;
  }
  const type = icmpv6.type(packet.view, packet.start);
  ip.machine.counters.bump(counterOf("In", type));
  const message = icmpv6.parse(packet.view, packet.start);
  if (message.kind === "echo-request") echo(ip, packet, arrival);
  else if (message.kind === "echo-reply") packet.release();
  else if (message.kind !== "other") error(ip, packet, arrival, message);
  else if (nd.isNeighbourDiscovery(type)) others.neighbourDiscovery(packet, arrival);
  else if (mld.isMulticastListener(type)) others.multicastListener(packet, arrival);
  // RFC 4443 §2.4 (b): an unknown message that is no error is discarded; an unknown error goes to whom it concerns.
  else packet.release();
}

function echo(ip: Ip, packet: Packet, arrival: Arrival): void {
  const { icmpEchoIgnoreAll, icmpEchoIgnoreMulticast } = ip.v6.settings;
  const isMulticast = arrival.kind === "multicast";
  const isIgnored = icmpEchoIgnoreAll.value !== 0 || (isMulticast && icmpEchoIgnoreMulticast.value !== 0);
  const { source, through } = arrival;
  const demanded = source.isLinkLocal && through?.isLoopback === false ? through : null;
  const path = isIgnored || source.isUnspecified ? "EACCES" : ip.paths.to(source, demanded);
  if (typeof path === "string") {
    discard(ip, packet, "Icmp6InErrors");
    return;
  }
  // RFC 4443 §4.2: from the address that was asked, unless it is a group.
  const from = isMulticast ? path.source : arrival.destination;
  icmpOutput.echoReply(ip, packet, path, from, { trafficClass: arrival.trafficClass });
}

function error(ip: Ip, packet: Packet, arrival: Arrival, message: icmpv6.ErrorMessage): void {
  const { view, end } = packet;
  const quote = packet.start + icmpv6.HEADER_LENGTH;
  const headers = quote + ipv6.HEADER_LENGTH;
  const walk = extension.walk(view, headers, end - headers, ipv6.nextHeader(view, quote));
  const isFirst = walk.fragment === null || walk.fragment.fragmentOffset === 0;
  const source = ipv6.source(view, quote);
  const destination = ipv6.destination(view, quote);
  const news = meaning(message);
  // Linux does not ask whether the quote is of a packet that we have sent; that it is from an address of ours, this does.
  const isOurs = ip.addresses.kindOf(source) === "local";
  if (isOurs && news.mtu > 0) ip.paths.learnMtu(destination, news.mtu);
  const handler = walk.isCut || !isFirst || !isOurs ? undefined : ip.errorHandlerFor(walk.protocol);
  const told: IcmpError = {
    ...news,
    reporter: arrival.source,
    source,
    destination,
    view,
    offset: walk.offset,
    length: end - walk.offset,
  };
  const isRaw = !walk.isCut && isFirst && isOurs && ip.v6.rawError(walk.protocol, told);
  const isHandled = handler?.(told) === true || isRaw;
  if (isHandled) packet.release();
  else discard(ip, packet, "Icmp6InErrors");
}

function discard(ip: Ip, packet: Packet, counter: string): void {
  countDrop(ip.machine, counter, packet.length);
  packet.release();
}
