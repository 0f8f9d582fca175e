/**
 * Messages of neighbour discovery come up.
 *
 * Read first: RFC 4861 §6.1 and §7.1 (what a message must be to be believed), §7.2.3–7.2.5, §6.3.4; RFC 4862 §5.4.3–5.4.5. Order:
 * input() → solicited(), advertised(), routerAdvertised() or a redirect. The hop limit of 255 says that no router has passed it on.
 */
import { countDrop } from "../../base/machine.ts";
import type { Interface } from "../../netif/interface.ts";
import { ETHERTYPE_IPV6 } from "../../wire/ethernet.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import { MTU_MIN } from "../../wire/ipv6.ts";
import type { MacAddress } from "../../wire/mac-address.ts";
import * as nd from "../../wire/nd.ts";
import type { Option } from "../../wire/nd-option.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival } from "../ip/ip.ts";
import type { NeighbourDiscovery } from "./nd.ts";
import { ALL_NODES, HOP_LIMIT, linkAddress, send, solicitedNode } from "./output.ts";

export function input(layer: NeighbourDiscovery, packet: Packet, arrival: Arrival): void {
  const { through } = arrival;
  packet.release();
  const isSound =
    through !== null &&
    arrival.timeToLive === HOP_LIMIT &&
    nd.check(packet.view, packet.start, packet.length) === true &&
    take(layer, arrival, through, nd.parse(packet.view, packet.start, packet.length));
  if (!isSound) countDrop(layer.ip.machine, "Icmp6InErrors", packet.length);
}

/** False: it is not to be believed. */
function take(layer: NeighbourDiscovery, arrival: Arrival, through: Interface, message: nd.Message): boolean {
  switch (message.kind) {
    case "neighbour-solicitation":
      return solicited(layer, arrival, through, message.target, message.options);
    case "neighbour-advertisement":
      return advertised(layer, arrival, through, message);
    case "router-solicitation":
      return routerSolicited(layer, arrival, through, message.options);
    case "router-advertisement":
      return routerAdvertised(layer, arrival, through, message);
    case "redirect":
      return layer.redirects.take(arrival, through, message);
  }
}

/** RFC 4861 §7.2.3. */
function solicited(
  layer: NeighbourDiscovery,
  { source, destination }: Arrival,
  through: Interface,
  target: IpAddress,
  options: readonly Option[],
): boolean {
  const { ip } = layer;
  const link = sourceLink(options);
  if (target.isMulticast || target.family === 4) return false;
  // §7.1.1: a probe goes to the solicited-node group, and says nothing of its sender.
  if (source.isUnspecified && (link !== null || !destination.equals(solicitedNode(target)))) return false;
  const own = ip.addresses.find(through, target);
  if (own === undefined || own.state === "dadfailed") return true;
  if (own.state === "tentative") {
    // RFC 4862 §5.4.3: somebody else asks the same; a question to us finds nobody yet.
    if (source.isUnspecified) layer.dad.duplicate(own);
    return true;
  }
  if (link !== null) learn(layer, through, source, link);
  const isRouter = ip.v6.settings.isForwarding(through);
  const isSolicited = !source.isUnspecified;
  const answer = { kind: "neighbour-advertisement", isRouter, isSolicited, overrides: true, target } as const;
  const to = isSolicited ? source : ALL_NODES;
  send(ip, through, target, to, { ...answer, options: linkAddress(through, "target-link-address") });
  return true;
}

/** RFC 4861 §7.2.5. */
function advertised(
  layer: NeighbourDiscovery,
  { destination }: Arrival,
  through: Interface,
  message: nd.NeighbourAdvertisement,
): boolean {
  const { target, isRouter, isSolicited, overrides } = message;
  if (target.isMulticast || (destination.isMulticast && isSolicited)) return false;
  const own = layer.ip.addresses.find(through, target);
  if (own !== undefined) {
    if (own.state === "tentative") layer.dad.duplicate(own);
    // RFC 4862 §5.4.4: somebody has an address of ours; it is kept, and not defended.
    else layer.ip.machine.counters.bump("Icmp6InConflicts");
    return true;
  }
  const link = message.options.find((option) => option.kind === "target-link-address");
  const advertisement = { macAddress: link?.macAddress ?? null, isSolicited, overrides, isRouter };
  // §7.3.3: a router that is one no more is no default router.
  if (layer.ip.netif.neighbours.advise(through, target, advertisement)) layer.routers.remove(through, target);
  return true;
}

/** RFC 4861 §6.2.6. */
function routerSolicited(
  layer: NeighbourDiscovery,
  { source }: Arrival,
  through: Interface,
  options: readonly Option[],
): boolean {
  const link = sourceLink(options);
  if (source.isUnspecified && link !== null) return false;
  if (!layer.ip.v6.settings.isForwarding(through)) return true;
  if (link !== null) learn(layer, through, source, link);
  layer.advertisers.solicited(through);
  return true;
}

/** RFC 4861 §6.3.4. */
function routerAdvertised(
  layer: NeighbourDiscovery,
  { source }: Arrival,
  through: Interface,
  message: nd.RouterAdvertisement,
): boolean {
  if (!source.isLinkLocal) return false;
  if (!layer.acceptsAdvertisements(through)) return true;
  const { ip } = layer;
  const settings = ip.v6.settings.interfaces.of(through);
  const link = sourceLink(message.options);
  if (link !== null) learn(layer, through, source, link);
  const neighbour = ip.netif.neighbours.get(through, source);
  if (neighbour !== undefined) neighbour.isRouter = true;
  if (message.hopLimit >= Math.max(1, settings.accept_ra_min_hop_limit.value))
    settings.hop_limit.value = message.hopLimit;
  // The link's prefixes first: a gateway has to be on the link.
  for (const option of message.options) takeOption(layer, through, option);
  if (settings.accept_ra_defrtr.value !== 0) layer.routers.take(through, source, message);
  layer.advertised(through);
  return true;
}

function takeOption(layer: NeighbourDiscovery, through: Interface, option: Option): void {
  const settings = layer.ip.v6.settings.interfaces.of(through);
  if (option.kind === "prefix" && settings.accept_ra_pinfo.value !== 0) layer.prefixes.take(through, option);
  if (option.kind === "mtu" && settings.accept_ra_mtu.value !== 0) {
    // RFC 4861 §6.3.4: within the bounds of the link and of IPv6.
    if (option.mtu >= MTU_MIN && option.mtu <= through.mtu) layer.ip.paths.setLinkMtu(through, option.mtu);
  }
  if (option.kind === "dns-servers") {
    layer.setDnsServers(through, option.lifetimeSeconds === 0 ? [] : option.servers);
  }
}

function sourceLink(options: readonly Option[]): MacAddress | null {
  const link = options.find((option) => option.kind === "source-link-address");
  return link?.macAddress ?? null;
}

/** RFC 4861 §7.2.3: what somebody says of itself makes an entry, which is verified when it is used. */
function learn(layer: NeighbourDiscovery, through: Interface, source: IpAddress, macAddress: MacAddress): void {
  if (source.isUnspecified) return;
  const lesson = { create: true, confirmed: false, etherType: ETHERTYPE_IPV6 };
  layer.ip.netif.neighbours.learn(through, source, macAddress, lesson);
}
