/**
 * Which way a datagram of a socket goes, and from which address: what the call, the socket and the routing table say.
 *
 * Read first: ip(7), IP_PKTINFO, IP_MULTICAST_IF; socket(7), SO_BINDTODEVICE; Linux's ip_route_output_key_hash.
 */
import type { Errno } from "../../abi/errno.ts";
import type { Interface } from "../../netif/interface.ts";
import type { Socket } from "../../socket/socket.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import type { Ip } from "../ip/ip.ts";
import type { Path } from "../ip/path.ts";
import type { Wishes } from "./control.ts";
import type { IpSocketOptions } from "./socket-options.ts";

/** Where to and where from. */
export interface Way {
  readonly path: Path;
  readonly source: IpAddress;
}

/** What a socket has settled about its own end. */
export interface End {
  readonly localAddress: IpAddress;
  readonly options: IpSocketOptions;
  /** The interface that it is bound to; null: any. */
  readonly device: Interface | null;
}

/** The way to an address, by the interface that the call or the socket asks for; a failure is counted. */
export function pathTo(ip: Ip, end: End, destination: IpAddress, wishes: Wishes): Path | Errno {
  const { localAddress, options, device } = end;
  const isGroup = destination.isMulticast;
  let demanded: Interface | null | undefined = device;
  if (wishes.interfaceIndex !== 0) {
    demanded = ip.netif.interfaces.list().find(({ index }) => index === wishes.interfaceIndex);
    if (demanded === undefined) return "ENODEV";
  } else if (isGroup && demanded === null) {
    demanded = options.multicastInterface;
  }
  // As ip_route_output_key_hash on Linux: 0.0.0.0 is this host, by the address that the socket has.
  const to = destination.isUnspecified ? localAddress : destination;
  const from = wishes.source ?? localAddress;
  const isByAddress = demanded === null && (to.isBroadcast || isGroup) && !from.isUnspecified && !from.isMulticast;
  const path = isByAddress ? ip.paths.groupFrom(from, to) : ip.paths.to(to, demanded);
  if (typeof path === "string") ip.machine.counters.bump("IpOutNoRoutes");
  return path;
}

/** Where from: what the call asks for, the bound address unless only others send to it, else what the path says. */
export function sourceOn(ip: Ip, end: End, path: Path, wishes: Wishes): IpAddress | Errno {
  const kind = ip.addresses.kindOf(end.localAddress);
  const bound = kind === "local" || kind === "unicast" ? end.localAddress : null;
  const { multicastAddress } = end.options;
  const fromInterface = path.kind === "multicast" && !multicastAddress.isUnspecified ? multicastAddress : null;
  const source = wishes.source ?? bound ?? fromInterface ?? path.source;
  if (ip.addresses.kindOf(source) !== "local") return "EINVAL";
  // Nothing from 127/8 leaves the host: RFC 1122 §3.2.1.3 (g).
  if (source.isLoopback && path.kind !== "local" && !path.through.isLoopback) return "EINVAL";
  return source;
}

/** Both, for what is not a stream. EACCES: to a broadcast address, and the socket has not asked for SO_BROADCAST. */
export function wayTo(
  ip: Ip,
  end: End & { readonly socket: Socket },
  destination: IpAddress,
  wishes: Wishes,
): Way | Errno {
  const path = pathTo(ip, end, destination, wishes);
  if (typeof path === "string") return path;
  if (path.kind === "broadcast" && !end.socket.broadcast) return "EACCES";
  const source = sourceOn(ip, end, path, wishes);
  return typeof source === "string" ? source : { path, source };
}
