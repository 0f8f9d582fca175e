/**
 * ICMPv6 messages go down: errors about packets of others, answers to echo requests, and what nd/ and mld/ send.
 *
 * Read first: RFC 4443 §2.2 (from which address) and §2.4 (about what, how much is quoted, how often); Linux's icmp6_send.
 */
import type { Errno } from "../../abi/errno.ts";
import { IPPROTO_ICMPV6 } from "../../abi/socket.ts";
import type { Interface } from "../../netif/interface.ts";
import type { FrameKind } from "../../netif/protocol-queue.ts";
import * as icmpv6 from "../../wire/icmpv6.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as ipv6 from "../../wire/ipv6.ts";
import * as extension from "../../wire/ipv6-extension.ts";
import * as nd from "../../wire/nd.ts";
import { Packet } from "../../wire/packet.ts";
import type { ErrorLimit } from "../icmp/limit.ts";
import { type Ip, NO_OPTIONS, type SendOptions } from "../ip/ip.ts";
import { output } from "../ip/output.ts";
import type { Path } from "../ip/path.ts";
import { counterOf } from "./counters.ts";

/** Tells the sender of a packet, which starts with its IPv6 header and stays the caller's, what has become of it. */
export function error(
  ip: Ip,
  limit: ErrorLimit,
  packet: Packet,
  frameKind: FrameKind,
  message: icmpv6.ErrorMessage,
  from: Interface | null,
): void {
  if (!packet.pullUp(ipv6.HEADER_LENGTH) || !mayBeToldOf(ip, packet, frameKind, message)) return;
  const { view, start } = packet;
  const [source, destination] = [ipv6.source(view, start), ipv6.destination(view, start)];
  const path = ip.paths.to(source, source.isLinkLocal && from?.isLoopback === false ? from : null);
  if (typeof path === "string") {
    ip.machine.counters.bump("Icmp6OutErrors");
    return;
  }
  // As on Linux, what path MTU discovery lives on is not limited, nor what a host tells itself.
  if (path.kind !== "local" && message.kind !== "packet-too-big") {
    const refusal = limit.refuses(source, ip.machine.scheduler.nowNs);
    if (refusal !== null) {
      ip.machine.counters.bump(refusal.replace("Icmp", "Icmp6"));
      return;
    }
  }
  // RFC 4443 §2.2 (a): from the address that the packet was for, if it is ours.
  const isOurs = ip.addresses.kindOf(destination) === "local";
  send(ip, quoting(packet, message), path, isOurs ? destination : path.source);
}

/** RFC 4443 §2.4 (e): never about an error or a redirect, nor, but for two kinds, about what was sent to many. */
function mayBeToldOf(ip: Ip, packet: Packet, frameKind: FrameKind, message: icmpv6.ErrorMessage): boolean {
  const { view, start } = packet;
  const source = ipv6.source(view, start);
  const isForMany = ipv6.destination(view, start).isMulticast || frameKind !== "host";
  if (isForMany && !isForManySenders(message)) return false;
  if (source.isUnspecified || source.isMulticast || source.family === 4) return false;
  if (ip.addresses.kindOf(source) === "multicast") return false;
  const length = packet.headLength - ipv6.HEADER_LENGTH;
  const walk = extension.walk(view, start + ipv6.HEADER_LENGTH, length, ipv6.nextHeader(view, start));
  if (walk.fragment !== null && walk.fragment.fragmentOffset > 0) return false;
  if (walk.protocol !== IPPROTO_ICMPV6 || walk.isCut || walk.offset >= start + packet.headLength) return true;
  const type = icmpv6.type(view, walk.offset);
  return !icmpv6.isError(type) && type !== nd.REDIRECT;
}

/** §2.4 (e.3): path MTU discovery works for groups too, and an option may ask for an answer in any case. */
function isForManySenders(message: icmpv6.ErrorMessage): boolean {
  if (message.kind === "packet-too-big") return true;
  return message.kind === "parameter-problem" && message.code === icmpv6.UNRECOGNISED_OPTION;
}

/** RFC 4443 §2.4 (c): as much of the packet as fits without the error exceeding the least MTU. */
function quoting(packet: Packet, message: icmpv6.Message): Packet {
  // The sender compares the quote with what it has sent: no half-made checksum leaves the host.
  packet.completeChecksum();
  const quoteLength = Math.min(packet.length, ipv6.MTU_MIN - ipv6.HEADER_LENGTH - icmpv6.HEADER_LENGTH);
  const about = Packet.allocate(icmpv6.HEADER_LENGTH + quoteLength);
  const quoteStart = about.start + icmpv6.HEADER_LENGTH;
  packet.copyTo(about.bytes.subarray(quoteStart, quoteStart + quoteLength));
  icmpv6.emit(about.view, about.start, message);
  return about;
}

/** Answers an echo request with its own packet, which starts with the ICMPv6 header. */
export function echoReply(ip: Ip, request: Packet, path: Path, source: IpAddress, options: SendOptions): void {
  request.own();
  const { view, start } = request;
  const message = icmpv6.parse(view, start);
  if (message.kind !== "echo-request") return;
  icmpv6.emit(view, start, { ...message, kind: "echo-reply" });
  send(ip, request, path, source, options);
}

/** Sends an ICMPv6 message that lies in the head of a packet; its checksum is filled in here. */
export function send(
  ip: Ip,
  packet: Packet,
  path: Path,
  source: IpAddress,
  options: SendOptions = NO_OPTIONS,
): 0 | Errno {
  const { counters } = ip.machine;
  const type = icmpv6.type(packet.view, packet.start);
  icmpv6.fillChecksum(packet.view, packet.start, packet.length, { source, destination: path.destination });
  counters.bump("Icmp6OutMsgs");
  counters.bump(counterOf("Out", type));
  const result = output(ip, packet, path, source, IPPROTO_ICMPV6, options);
  if (result !== 0) counters.bump("Icmp6OutErrors");
  return result;
}
