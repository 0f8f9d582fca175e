/**
 * Which way a datagram of a socket goes over IPv6, and from which address: what the call, the socket, the zone and the routing table
 * say.
 *
 * Read first: ipv6(7), RFC 3542 §6.7, RFC 4007 §9; Linux's ip6_datagram_flow_key_init and ip6_dst_lookup_tail.
 */
import type { Errno } from "../../abi/errno.ts";
import type { Interface } from "../../netif/interface.ts";
import type { InetAddress } from "../../socket/address.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import type { Ip } from "../ip/ip.ts";
import type { Path } from "../ip/path.ts";
import { type Wishes6, zoneOf } from "./control.ts";
import type { Ipv6SocketOptions } from "./socket-options.ts";

/** What a socket has settled about its own end. */
export interface End6 {
  readonly localAddress: IpAddress;
  readonly options6: Ipv6SocketOptions | null;
  /** The interface that it is bound to; null: any. */
  readonly device: Interface | null;
}

/** The way to an address, by the interface that the call, the socket or the address asks for; a failure is counted. */
export function pathTo6(ip: Ip, end: End6, to: InetAddress, { interfaceIndex }: Wishes6): Path | Errno {
  const zone = zoneOf(ip, to);
  if (typeof zone === "string") return "EINVAL";
  const { address } = to;
  const isScoped = address.isLinkLocal || address.isMulticast;
  let demanded: Interface | null | undefined = end.device ?? (isScoped ? zone : null);
  if (interfaceIndex !== 0) demanded = ip.netif.interfaces.list().find(({ index }) => index === interfaceIndex);
  else if (demanded === null && address.isMulticast) demanded = end.options6?.multicastInterface ?? null;
  if (demanded === undefined) return "ENODEV";
  const path = ip.paths.to(address, demanded);
  if (typeof path === "string") ip.machine.counters.bump("Ip6OutNoRoutes");
  return path;
}

/** Where from: what the call asks for, the bound address, else what the path says. */
export function sourceOn6(ip: Ip, { localAddress }: End6, path: Path, { source: asked }: Wishes6): IpAddress | Errno {
  const isOwn = !localAddress.isUnspecified && !localAddress.isMulticast;
  const source = asked ?? (isOwn ? localAddress : path.source);
  if (ip.addresses.kindOf(source) !== "local") return "EINVAL";
  // RFC 4291 §2.5.3: the loopback address does not leave the host.
  return source.isLoopback && path.kind !== "local" && !path.through.isLoopback ? "ENETUNREACH" : source;
}
