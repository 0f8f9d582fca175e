/**
 * Messages of neighbour discovery go down.
 *
 * Read first: RFC 4861 §4 (addresses and hop limits of each message), §7.2.2 (solicitations). All have the hop limit 255, so
 * that a receiver sees that no router has passed them on. They go straight to the interface: routes and paths may depend on them.
 */
import type { Interface } from "../../netif/interface.ts";
import { ANY_V6, IpAddress } from "../../wire/ip-address.ts";
import type { MacAddress } from "../../wire/mac-address.ts";
import * as nd from "../../wire/nd.ts";
import type { Option } from "../../wire/nd-option.ts";
import { Packet } from "../../wire/packet.ts";
import * as icmp6 from "../icmp6/output.ts";
import type { Ip } from "../ip/ip.ts";
import type { Path } from "../ip/path.ts";

export const HOP_LIMIT = 255;
export const ALL_NODES: IpAddress = IpAddress.v6(0xff02_0000, 0, 0, 1);
export const ALL_ROUTERS: IpAddress = IpAddress.v6(0xff02_0000, 0, 0, 2);

const OPTIONS = { timeToLive: HOP_LIMIT, multicastLoop: false } as const;

/** RFC 4291 §2.7.1: the group in which nobody but the owners of the last 24 bits listen. */
export function solicitedNode(address: IpAddress): IpAddress {
  return IpAddress.v6(0xff02_0000, 0, 1, 0xff00_0000 + (address.w3 & 0xff_ffff));
}

/** A way through an interface that no route has decided. */
export function directPath(through: Interface, destination: IpAddress, source: IpAddress): Path {
  const kind = destination.isMulticast ? "multicast" : "unicast";
  return { destination, kind, through, nextHop: destination, source, demanded: through, generation: 0 };
}

export function send(ip: Ip, through: Interface, source: IpAddress, destination: IpAddress, message: nd.Message): void {
  const packet = Packet.allocate(nd.lengthOf(message));
  nd.emit(packet.view, packet.start, message);
  icmp6.send(ip, packet, directPath(through, destination, source), source, OPTIONS);
}

/** Where this interface is, for the options of a message that others learn from; links without addresses say nothing. */
export function linkAddress(
  through: Interface,
  kind: "source-link-address" | "target-link-address",
): readonly Option[] {
  return through.linkType === "ethernet" ? [{ kind, macAddress: through.macAddress }] : [];
}

/** The neighbour table wants to know an address, or, with `unicastTo`, whether what it knows still holds. */
export function solicit(ip: Ip, through: Interface, target: IpAddress, unicastTo?: MacAddress): void {
  const source = ip.addresses.select(through, target);
  // An address that was taken away while packets were waiting leaves nothing to ask from.
  if (source === undefined) return;
  const options = linkAddress(through, "source-link-address");
  const destination = unicastTo === undefined ? solicitedNode(target) : target;
  send(ip, through, source, destination, { kind: "neighbour-solicitation", target, options });
}

/** RFC 4862 §5.4.2: does anybody have this address? */
export function probe(ip: Ip, through: Interface, target: IpAddress): void {
  send(ip, through, ANY_V6, solicitedNode(target), { kind: "neighbour-solicitation", target, options: [] });
}

/** RFC 4861 §6.3.7: which routers are there? */
export function solicitRouters(ip: Ip, through: Interface, source: IpAddress): void {
  const options = linkAddress(through, "source-link-address");
  send(ip, through, source, ALL_ROUTERS, { kind: "router-solicitation", options });
}
