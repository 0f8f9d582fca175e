/**
 * An IPv6 packet for somebody else goes on: what a router does.
 *
 * Read first: RFC 8200 §3 (hop limit) and §5 (routers cut nothing), RFC 4291 §2.5.6, RFC 4443 §3, RFC 4861 §8.2 (redirects);
 * Linux's ip6_forward. Off unless net.ipv6.conf.*.forwarding is set.
 */
import { countDrop } from "../../base/machine.ts";
import type { Interface } from "../../netif/interface.ts";
import * as icmpv6 from "../../wire/icmpv6.ts";
import * as ipv6 from "../../wire/ipv6.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, Ip } from "../ip/ip.ts";
import { trace, transmit } from "./output.ts";

export function forward(ip: Ip, packet: Packet, { source, destination, frameKind }: Arrival, from: Interface): void {
  // A link-local destination that is not ours is somebody's whom the frame did not want, or a lie.
  if (frameKind !== "host" || destination.isLinkLocal || source.isUnspecified) {
    drop(ip, packet, "Ip6InAddrErrors");
    return;
  }
  // As on Linux, the route comes before the hop limit.
  const path = ip.paths.to(destination);
  if (typeof path === "string") {
    // A blackhole says nothing; "prohibit" says so; where no route leads is no route.
    const code = path === "EACCES" ? icmpv6.PROHIBITED : icmpv6.NO_ROUTE;
    if (path === "EINVAL") drop(ip, packet, "Ip6InNoRoutes");
    else refuse(ip, packet, from, "Ip6InNoRoutes", { kind: "destination-unreachable", code });
    return;
  }
  const hopLimit = ipv6.hopLimit(packet.view, packet.start);
  if (hopLimit <= 1) {
    refuse(ip, packet, from, "Ip6InHdrErrors", { kind: "time-exceeded", code: icmpv6.HOP_LIMIT_EXCEEDED });
    return;
  }
  // RFC 4291 §2.5.6: what comes from a link-local address stays on its link.
  if (source.isLinkLocal) {
    refuse(ip, packet, from, "Ip6InAddrErrors", { kind: "destination-unreachable", code: icmpv6.BEYOND_SCOPE });
    return;
  }
  const mtu = ip.paths.linkMtu(path);
  if (packet.wireLength > mtu) {
    refuse(ip, packet, from, "Ip6InTooBigErrors", { kind: "packet-too-big", code: 0, mtu });
    return;
  }
  if (path.through === from) ip.v6.sendRedirect(packet, from, path.nextHop);
  // The bytes may be shared with the copies that a switch has made for others.
  packet.own();
  ipv6.setHopLimit(packet.view, packet.start, hopLimit - 1);
  ip.machine.counters.bump("Ip6OutForwDatagrams");
  if (ip.machine.tracer.on) trace(ip, "inet/ip/forward", packet);
  transmit(ip, packet, path);
}

function refuse(ip: Ip, packet: Packet, from: Interface, counter: string, message: icmpv6.ErrorMessage): void {
  ip.v6.sendError(packet, "host", message, from);
  drop(ip, packet, counter);
}

function drop(ip: Ip, packet: Packet, counter: string): void {
  countDrop(ip.machine, counter, packet.length);
  packet.release();
}
