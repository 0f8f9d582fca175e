/**
 * A datagram for somebody else goes on: what a gateway does.
 *
 * Read first: RFC 1812 §5.2.1 and §5.3.1, RFC 1191 §4, Linux's ip_forward. Off unless `ip.forwarding` is set.
 * A datagram that leaves by the interface through which it has come draws a redirect. One that does not fit is cut, where its sender allows it, else refused with what would fit.
 */
import type { Errno } from "../../abi/errno.ts";
import { countDrop } from "../../base/machine.ts";
import type { Interface } from "../../netif/interface.ts";
import * as icmpv4 from "../../wire/icmpv4.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Packet } from "../../wire/packet.ts";
import { shouldRedirect } from "../icmp/redirect.ts";
import type { Arrival, Ip } from "../ip/ip.ts";
import { stamp } from "./options.ts";
import { trace, transmit } from "./output.ts";

export function forward(ip: Ip, packet: Packet, { source, destination, frameKind }: Arrival, from: Interface): void {
  const { view, start } = packet;
  // As on Linux, the route comes first: where there is none, that is told, also of a datagram that could go no further.
  const path = ip.paths.to(destination);
  if (typeof path === "string") {
    refuse(ip, packet, frameKind, "IpExtInNoRoutes", messageFor(path));
    return;
  }
  // RFC 1812 §5.3.1: a gateway does not pass on what would arrive with a time to live of zero.
  const timeToLive = ipv4.timeToLive(view, start);
  if (timeToLive <= 1) {
    refuse(ip, packet, frameKind, "IpInHdrErrors", { kind: "time-exceeded", code: icmpv4.TTL_EXCEEDED });
    return;
  }
  const { mtu } = path.through;
  if (packet.wireLength > mtu && ipv4.dontFragment(view, start)) {
    refuse(ip, packet, frameKind, "IpFragFails", unreachable(icmpv4.FRAGMENTATION_NEEDED, mtu));
    return;
  }
  const isDetour = shouldRedirect(ip, source, path.nextHop, from, path.through);
  if (isDetour)
    ip.sendError(packet, frameKind, { kind: "redirect", code: icmpv4.REDIRECT_HOST, gateway: path.nextHop });
  // The bytes may be shared with the copies that a switch has made for others.
  packet.own();
  if (ipv4.headerLength(view, start) > ipv4.HEADER_LENGTH) stamp(ip, packet, path.source);
  ipv4.setTimeToLive(packet.view, packet.start, timeToLive - 1);
  ip.forwarded.bump();
  if (ip.machine.tracer.on) trace(ip, "inet/ip/forward", packet);
  transmit(ip, packet, path, mtu);
}

/** What the sender is told where the routing table has no way for its datagram: Linux's ip_error. */
function messageFor(error: Errno): icmpv4.Message | null {
  if (error === "EHOSTUNREACH") return unreachable(icmpv4.HOST_UNREACHABLE, 0);
  if (error === "EACCES") return unreachable(icmpv4.ADMINISTRATIVELY_PROHIBITED, 0);
  // A blackhole says nothing.
  return error === "ENETUNREACH" ? unreachable(icmpv4.NET_UNREACHABLE, 0) : null;
}

function unreachable(code: number, nextHopMtu: number): icmpv4.Message {
  return { kind: "destination-unreachable", code, nextHopMtu };
}

function refuse(
  ip: Ip,
  packet: Packet,
  frameKind: Arrival["frameKind"],
  counter: string,
  message: icmpv4.Message | null,
): void {
  if (message !== null) ip.sendError(packet, frameKind, message);
  countDrop(ip.machine, counter, packet.length);
  packet.release();
}
