/**
 * Redirects: a gateway says that another one on the same link is nearer to a destination.
 *
 * Read first: RFC 1122 §3.2.2.2 and §3.3.1.2, RFC 1812 §5.2.7.2; Linux's __ip_do_redirect and __mkroute_input. A host is
 * told by forward.ts, through shouldRedirect(); it obeys, for five minutes, if the news comes from the gateway that it uses
 * and names a neighbour.
 */
import type { Interface } from "../../netif/interface.ts";
import * as icmpv4 from "../../wire/icmpv4.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, Ip } from "../ip/ip.ts";

/** Obeys a redirect, which starts the packet. False when it is not to be believed. */
export function redirect(
  ip: Ip,
  packet: Packet,
  { source, through }: Arrival,
  { code, gateway }: Extract<icmpv4.Message, { kind: "redirect" }>,
): boolean {
  const quote = icmpv4.quote(packet.start, packet.length);
  const destination = ipv4.destination(packet.view, quote.offset);
  if (through === null || code > 3 || !obeysOn(ip, through)) return false;
  const path = ip.paths.to(destination);
  // Only the gateway that is used may name another, and on its own link.
  if (typeof path === "string" || path.kind !== "unicast" || path.through !== through) return false;
  if (!path.nextHop.equals(source) || path.nextHop.equals(destination)) return false;
  if (gateway.equals(source) || ip.addresses.kindOf(gateway) !== "unicast") return false;
  const { interfaces } = ip.settings;
  if (!interfaces.either(through, "shared_media")) {
    if (!areNeighbours(ip, through, gateway, source)) return false;
    if (interfaces.either(through, "secure_redirects") && !isDefaultGateway(ip, gateway)) return false;
  }
  ip.paths.redirect(destination, gateway, through);
  return true;
}

/** Should the sender of a datagram that leaves by the interface through which it has come be told of a nearer gateway? */
export function shouldRedirect(ip: Ip, source: IpAddress, nextHop: IpAddress, from: Interface, to: Interface): boolean {
  const { interfaces } = ip.settings;
  if (from !== to || !interfaces.either(to, "send_redirects")) return false;
  return interfaces.either(to, "shared_media") || areNeighbours(ip, to, source, nextHop);
}

/** IN_DEV_RX_REDIRECTS: a gateway obeys where all say so, a host where any does. */
function obeysOn({ settings }: Ip, through: Interface): boolean {
  const { interfaces } = settings;
  const forwards = interfaces.of(through).forwarding.value !== 0;
  return forwards ? interfaces.both(through, "accept_redirects") : interfaces.either(through, "accept_redirects");
}

/** Are both in one of the networks of the interface? */
function areNeighbours({ addresses }: Ip, through: Interface, one: IpAddress, other: IpAddress): boolean {
  const own = addresses.list().filter((address) => address.through === through);
  return own.some(({ network }) => network.contains(one) && network.contains(other));
}

function isDefaultGateway({ routes }: Ip, gateway: IpAddress): boolean {
  return routes.snapshot().some((route) => route.destination === "0.0.0.0/0" && route.gateway === gateway.toString());
}
