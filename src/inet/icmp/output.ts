/**
 * ICMP messages go down: errors about packets of others, redirects, and answers to echo and timestamp requests.
 *
 * Read first: RFC 1122 §3.2.2, RFC 1812 §4.3.2 (what is quoted, from which address, when not), Linux's icmp_send and icmp_reply.
 */
import { IP_PMTUDISC_DONT } from "../../abi/ip.ts";
import { IPPROTO_ICMP } from "../../abi/socket.ts";
import type { FrameKind } from "../../netif/protocol-queue.ts";
import * as icmpv4 from "../../wire/icmpv4.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as ipv4Options from "../../wire/ipv4-options.ts";
import { Packet } from "../../wire/packet.ts";
import type { Ip, SendOptions } from "../ip/ip.ts";
import { output } from "../ip/output.ts";
import type { Path } from "../ip/path.ts";
import type { ErrorLimit } from "./limit.ts";

/** RFC 1812 §4.3.2.3: as much of the packet as fits without the error exceeding this. */
const ERROR_MAX_BYTES = 576;
/** RFC 1812 §4.3.2.5: errors are of internetwork control; what the packet says of delay and throughput is kept. */
const INTERNETWORK_CONTROL = 0xc0;
const TYPE_OF_SERVICE_MASK = 0x1e;

const OUT_COUNTERS: Readonly<Record<icmpv4.Message["kind"], string>> = {
  "echo-request": "IcmpOutEchos",
  "echo-reply": "IcmpOutEchoReps",
  "destination-unreachable": "IcmpOutDestUnreachs",
  "time-exceeded": "IcmpOutTimeExcds",
  "parameter-problem": "IcmpOutParmProbs",
  redirect: "IcmpOutRedirects",
  "timestamp-request": "IcmpOutTimestamps",
  "timestamp-reply": "IcmpOutTimestampReps",
  other: "IcmpOutErrors",
};

/** What a request asked for, and how it came: an answer goes back in the same manner. */
export interface Request {
  readonly path: Path;
  readonly source: IpAddress;
  readonly trafficClass: number;
  /** The options of its IP header; those that record are sent back. */
  readonly ipOptions: Uint8Array;
}

/** Tells the sender of a packet, which starts with its IP header and stays the caller's, what has become of it. */
export function error(ip: Ip, limit: ErrorLimit, packet: Packet, frameKind: FrameKind, message: icmpv4.Message): void {
  if (frameKind !== "host" || !mayBeToldOf(ip, packet)) return;
  const { view, start } = packet;
  const [source, destination] = [ipv4.source(view, start), ipv4.destination(view, start)];
  const path = ip.paths.to(source);
  if (typeof path === "string") {
    ip.machine.counters.bump("IcmpOutErrors");
    return;
  }
  const refusal = refusalOf(ip, limit, path, source, message);
  if (refusal !== null) {
    ip.machine.counters.bump(refusal);
    return;
  }
  const isOurs = ip.addresses.kindOf(destination) === "local";
  const trafficClass = (ipv4.typeOfService(view, start) & TYPE_OF_SERVICE_MASK) | INTERNETWORK_CONTROL;
  const about = quoting(packet, message);
  send(ip, about, path, isOurs ? destination : path.source, message.kind, { ...MAY_BE_CUT, trafficClass });
}

/** Answers an echo request with its own packet, which starts with the ICMP header. */
export function echoReply(ip: Ip, packet: Packet, request: Request): void {
  packet.own();
  const { view, start } = packet;
  const message = icmpv4.parse(view, start);
  if (message.kind === "echo-request") reply(ip, packet, { ...message, kind: "echo-reply" }, request);
}

/** Answers a timestamp request, which is whole, with its own packet. */
export function timestampReply(ip: Ip, packet: Packet, request: Request): void {
  packet.own();
  packet.truncate(icmpv4.HEADER_LENGTH + icmpv4.TIMES_LENGTH);
  const { view, start } = packet;
  const message = icmpv4.parse(view, start);
  if (message.kind !== "timestamp-request") return;
  icmpv4.setReceiveAndTransmitTime(view, start, ip.timeOfDayMs);
  reply(ip, packet, { ...message, kind: "timestamp-reply" }, request);
}

function reply(ip: Ip, packet: Packet, message: icmpv4.Message, request: Request): void {
  const { view, start, length } = packet;
  icmpv4.emit(view, start, message);
  icmpv4.fillChecksum(view, start, length);
  const { path, source, trafficClass } = request;
  const ipOptions = ipv4Options.recording(request.ipOptions);
  send(ip, packet, path, source, message.kind, { ...MAY_BE_CUT, trafficClass, ipOptions });
}

/** As icmp_sk_init: what ICMP sends may be cut, and starts no discovery of its own. */
const MAY_BE_CUT: SendOptions = { mtuDiscovery: IP_PMTUDISC_DONT };

/** RFC 1122 §3.2.2: never about an ICMP error, a broadcast, a fragment other than the first, or a source that is none. */
function mayBeToldOf(ip: Ip, packet: Packet): boolean {
  const { view, start } = packet;
  if (ipv4.fragmentOffset(view, start) !== 0) return false;
  const destinationKind = ip.addresses.kindOf(ipv4.destination(view, start));
  if (destinationKind === "broadcast" || destinationKind === "multicast") return false;
  const sourceKind = ip.addresses.kindOf(ipv4.source(view, start));
  if (sourceKind !== "unicast" && sourceKind !== "local") return false;
  if (ipv4.protocol(view, start) !== IPPROTO_ICMP) return true;
  const headerLength = ipv4.headerLength(view, start);
  if (!packet.pullUp(headerLength + 1)) return false;
  return !icmpv4.drawsNoError(icmpv4.type(packet.view, packet.start + headerLength));
}

/** The counter of the limit that is reached, null when none is. */
function refusalOf(
  ip: Ip,
  limit: ErrorLimit,
  path: Path,
  destination: IpAddress,
  message: icmpv4.Message,
): string | null {
  const { nowNs } = ip.machine.scheduler;
  if (message.kind === "redirect") {
    return limit.allowsRedirect(destination, nowNs) ? null : "IcmpOutRateLimitHost";
  }
  // As on Linux, what path MTU discovery lives on is not limited, nor what stays on this host.
  const isMtuNews = message.kind === "destination-unreachable" && message.code === icmpv4.FRAGMENTATION_NEEDED;
  if (isMtuNews || path.kind === "local") return null;
  return limit.refuses(destination, nowNs, icmpv4.typeOf(message));
}

function quoting(packet: Packet, message: icmpv4.Message): Packet {
  // The sender compares the quote with what it has sent: no half-made checksum leaves the host.
  packet.completeChecksum();
  const quoteLength = Math.min(packet.length, ERROR_MAX_BYTES - ipv4.HEADER_LENGTH - icmpv4.HEADER_LENGTH);
  const about = Packet.allocate(icmpv4.HEADER_LENGTH + quoteLength);
  const quoteStart = about.start + icmpv4.HEADER_LENGTH;
  packet.copyTo(about.bytes.subarray(quoteStart, quoteStart + quoteLength));
  icmpv4.emit(about.view, about.start, message);
  icmpv4.fillChecksum(about.view, about.start, about.length);
  return about;
}

function send(
  ip: Ip,
  packet: Packet,
  path: Path,
  source: IpAddress,
  kind: icmpv4.Message["kind"],
  options: SendOptions,
): void {
  ip.machine.counters.bump("IcmpOutMsgs");
  ip.machine.counters.bump(OUT_COUNTERS[kind]);
  if (output(ip, packet, path, source, IPPROTO_ICMP, options) !== 0) ip.machine.counters.bump("IcmpOutErrors");
}
