/**
 * ICMP messages go down: errors about packets of others, and answers to echo requests.
 *
 * Read first: RFC 1122 §3.2.2, RFC 1812 §4.3.2 (what is quoted, from which address), Linux's icmp_send.
 */
import { IP_PMTUDISC_DONT } from "../../abi/ip.ts";
import { IPPROTO_ICMP } from "../../abi/socket.ts";
import type { FrameKind } from "../../netif/protocol-queue.ts";
import * as icmpv4 from "../../wire/icmpv4.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { Packet } from "../../wire/packet.ts";
import type { Ip } from "../ip/ip.ts";
import { output } from "../ip/output.ts";
import type { Path } from "../ip/path.ts";
import type { ErrorLimit } from "./limit.ts";

/** RFC 1812 §4.3.2.3: as much of the packet as fits without the error exceeding this. */
const ERROR_MAX_BYTES = 576;

const OUT_COUNTERS: Readonly<Record<icmpv4.Message["kind"], string>> = {
  "echo-request": "IcmpOutEchos",
  "echo-reply": "IcmpOutEchoReps",
  "destination-unreachable": "IcmpOutDestUnreachs",
  "time-exceeded": "IcmpOutTimeExcds",
  "parameter-problem": "IcmpOutParmProbs",
  other: "IcmpOutErrors",
};

/** Tells the sender of a packet, which starts with its IP header and stays the caller's, what has become of it. */
export function error(ip: Ip, limit: ErrorLimit, packet: Packet, frameKind: FrameKind, message: icmpv4.Message): void {
  if (frameKind !== "host" || !mayBeToldOf(ip, packet)) return;
  const { source, destination } = ipv4.parse(packet.view, packet.start);
  const path = ip.paths.to(source);
  if (typeof path === "string") {
    ip.machine.counters.bump("IcmpOutErrors");
    return;
  }
  if (path.kind !== "local" && !isMtuNews(message)) {
    const refusal = limit.refuses(source, ip.machine.scheduler.nowNs);
    if (refusal !== null) {
      ip.machine.counters.bump(refusal);
      return;
    }
  }
  const isOurs = ip.addresses.kindOf(destination) === "local";
  send(ip, quoting(packet, message), path, isOurs ? destination : path.source, message.kind);
}

/** Answers an echo request with its own packet, which starts with the ICMP header. */
export function echoReply(ip: Ip, request: Packet, path: Path, source: IpAddress): void {
  request.own();
  const { view, start, length } = request;
  const message = icmpv4.parse(view, start);
  if (message.kind !== "echo-request") return;
  icmpv4.emit(view, start, { ...message, kind: "echo-reply" });
  icmpv4.fillChecksum(view, start, length);
  send(ip, request, path, source, "echo-reply");
}

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
  return packet.pullUp(headerLength + 1) && !icmpv4.isError(icmpv4.type(packet.view, packet.start + headerLength));
}

/** As on Linux, what path MTU discovery lives on is not limited. */
function isMtuNews(message: icmpv4.Message): boolean {
  return message.kind === "destination-unreachable" && message.code === icmpv4.FRAGMENTATION_NEEDED;
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

function send(ip: Ip, packet: Packet, path: Path, source: IpAddress, kind: icmpv4.Message["kind"]): void {
  ip.machine.counters.bump("IcmpOutMsgs");
  ip.machine.counters.bump(OUT_COUNTERS[kind]);
  // As icmp_sk_init: what ICMP sends may be cut, and starts no discovery of its own.
  const options = { mtuDiscovery: IP_PMTUDISC_DONT };
  if (output(ip, packet, path, source, IPPROTO_ICMP, options) !== 0) ip.machine.counters.bump("IcmpOutErrors");
}
