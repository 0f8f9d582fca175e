/**
 * A socket of AF_INET6: which address it is bound to, where it sends and from where. With IPv4 addresses, mapped or plain, it goes the
 * way of IPv4 (send.ts).
 *
 * Read first: ipv6(7), RFC 3493 §3.7 and §5.3; Linux's inet6_bind, __ip6_datagram_connect and udpv6_sendmsg.
 */
import type { Errno } from "../../abi/errno.ts";
import { AF_INET, AF_INET6, MSG_DONTROUTE } from "../../abi/socket.ts";
import type { InetAddress, SocketAddress } from "../../socket/address.ts";
import type { Ancillary } from "../../socket/ancillary.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import type { Path } from "../ip/path.ts";
import { NO_WISHES_6, readWishes6, sendOptions6, zoneOf } from "../ip6/control.ts";
import { pathTo6, sourceOn6 } from "../ip6/way.ts";
import type { Way } from "./cork.ts";
import type { UdpPcb } from "./pcb.ts";
import type { Udp } from "./udp.ts";

/** May bind(2) give the socket this address? A link-local one binds it to its interface as well. */
export function checkBind6(udp: Udp, pcb: UdpPcb, endpoint: SocketAddress): 0 | Errno {
  // As inet6_bind: a sockaddr_in is too short.
  if (endpoint.family === AF_INET) return "EINVAL";
  if (endpoint.family !== AF_INET6) return "EAFNOSUPPORT";
  if (endpoint.address.family === 4) return pcb.options6?.v6Only === true ? "EINVAL" : 0;
  if (!endpoint.address.isLinkLocal) return 0;
  const zone = zoneOf(udp.ip, endpoint);
  if (typeof zone === "string") return zone;
  const through = zone ?? pcb.device;
  if (through === null) return "EINVAL";
  if (udp.ip.addresses.find(through, endpoint.address) === undefined) return "EADDRNOTAVAIL";
  pcb.device = through;
  return 0;
}

/** Is it an address that the socket can send to? Those of IPv4 are for sockets of both families. */
export function checkFamily(pcb: UdpPcb, to: SocketAddress): 0 | Errno {
  if (pcb.socket.domain === AF_INET) return to.family === AF_INET ? 0 : "EAFNOSUPPORT";
  if (to.family !== AF_INET6 && to.family !== AF_INET) return "EAFNOSUPPORT";
  const own = pcb.localAddress;
  // Bound to an address of one family it has none of the other to send from.
  if (to.address.family === 6) return own.family === 4 ? "EAFNOSUPPORT" : 0;
  return pcb.options6?.v6Only === true || (own.family === 6 && !own.isUnspecified) ? "ENETUNREACH" : 0;
}

/** What connect(2) fixes: the way, and with a link-local peer the interface. */
export function connect6(
  udp: Udp,
  pcb: UdpPcb,
  to: InetAddress,
): { readonly path: Path; readonly source: IpAddress } | Errno {
  const zone = zoneOf(udp.ip, to);
  if (typeof zone === "string") return "EINVAL";
  if (to.address.isLinkLocal) {
    const through = zone ?? pcb.device;
    if (through === null || (pcb.device !== null && pcb.device !== through)) return "EINVAL";
    pcb.device = through;
  }
  const path = pathTo6(udp.ip, pcb, to, NO_WISHES_6);
  if (typeof path === "string") return path;
  const source = sourceOn6(udp.ip, pcb, path, NO_WISHES_6);
  return typeof source === "string" ? source : { path, source };
}

/** Where to, from where, and how. */
export function wayOf6(
  udp: Udp,
  pcb: UdpPcb,
  to: InetAddress,
  ancillary: Ancillary | null,
  flags: number,
): Way | Errno {
  const wishes = readWishes6(ancillary);
  if (typeof wishes === "string" || pcb.options6 === null) return "EINVAL";
  const path = pathTo6(udp.ip, pcb, to, wishes);
  if (typeof path === "string") return path;
  const staysOnLink = pcb.socket.options.dontRoute || (flags & MSG_DONTROUTE) !== 0;
  if (staysOnLink && !path.nextHop.equals(path.destination)) return "ENETUNREACH";
  const source = sourceOn6(udp.ip, pcb, path, wishes);
  if (typeof source === "string") return source;
  return { path, source, port: to.port, options: sendOptions6(pcb.options6, wishes, path.kind === "multicast") };
}
