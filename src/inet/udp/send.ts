/**
 * A program sends a datagram: where to, from where, with what, and may it?
 *
 * Read first: Linux's udp_sendmsg, whose order of checks is kept; ip(7) for the control messages. Order: send() → wayOf()
 * → output.ts, now or, with MSG_MORE and UDP_CORK, when the datagram is whole.
 */
import type { Errno } from "../../abi/errno.ts";
import { MSG_CONFIRM, MSG_DONTROUTE, MSG_MORE, MSG_OOB } from "../../abi/socket.ts";
import { inetAddress, type SocketAddress } from "../../socket/address.ts";
import type { Ancillary } from "../../socket/ancillary.ts";
import { queueLocalError, readWishes, sendOptions } from "../ip4/control.ts";
import { mtuFor } from "../ip4/output.ts";
import { pathTo, sourceOn } from "../ip4/way.ts";
import { Corked, type Way } from "./cork.ts";
import { output } from "./output.ts";
import type { UdpPcb } from "./pcb.ts";
import { autobind } from "./ports.ts";
import { checkFamily, wayOf6 } from "./send6.ts";
import type { Udp } from "./udp.ts";

/** What the length field of UDP could say: udp_sendmsg refuses more before it looks at anything else. */
const LENGTH_MAX_BYTES = 65_535;
/** 65,535 less the headers of IP and UDP. */
const PAYLOAD_MAX_BYTES = 65_507;
/** The length field of IPv6 does not count its own header. */
const PAYLOAD_MAX_BYTES_6 = 65_527;

export function send(
  udp: Udp,
  pcb: UdpPcb,
  data: Uint8Array,
  destination: SocketAddress | null,
  ancillary: Ancillary | null,
  flags: number,
): number | Errno {
  // As inet_sendmsg on Linux: a port is taken first, even if nothing is sent in the end.
  if (!autobind(udp, pcb)) return "EAGAIN";
  if (data.length > LENGTH_MAX_BYTES) return "EMSGSIZE";
  if ((flags & MSG_OOB) !== 0) return "EOPNOTSUPP";
  const holdsBack = pcb.isCorked || (flags & MSG_MORE) !== 0;
  if (pcb.corked !== null) return append(udp, pcb, pcb.corked, data, holdsBack);
  const way = wayOf(udp, pcb, destination, ancillary, flags);
  if (typeof way === "string") return way;
  if (data.length > payloadMax(way)) return tooLong(udp, pcb, way);
  // As in __ip_append_data, where the first bytes of a datagram ask for room, and hear of a pending error.
  const refusal = pcb.socket.room();
  if (refusal !== 0) return refusal;
  if (!holdsBack) return transmit(udp, pcb, data, way);
  pcb.corked = new Corked(way);
  return append(udp, pcb, pcb.corked, data, true);
}

/** UDP_CORK is taken out: what was held back goes. */
export function flush(udp: Udp, pcb: UdpPcb): void {
  const { corked } = pcb;
  if (corked === null) return;
  pcb.corked = null;
  transmit(udp, pcb, corked.join(), corked.way);
}

function wayOf(
  udp: Udp,
  pcb: UdpPcb,
  destination: SocketAddress | null,
  ancillary: Ancillary | null,
  flags: number,
): Way | Errno {
  const to = destination ?? pcb.remote;
  if (to === null) return "EDESTADDRREQ";
  const refusal = checkFamily(pcb, to);
  if (refusal !== 0) return refusal;
  if (!("address" in to)) return "EAFNOSUPPORT";
  // A peer may have been given port 0: connect(2) doesn't mind, and what is sent there finds nobody.
  if (to.port === 0 && destination !== null) return "EINVAL";
  if (to.address.family === 6) return wayOf6(udp, pcb, to, ancillary, flags);
  const wishes = readWishes(ancillary);
  if (typeof wishes === "string") return wishes;
  const path = pathTo(udp.ip, pcb, to.address, wishes);
  if (typeof path === "string") return path;
  const staysOnLink = pcb.socket.options.dontRoute || (flags & MSG_DONTROUTE) !== 0;
  if (staysOnLink && !path.nextHop.equals(path.destination)) return "ENETUNREACH";
  if (path.kind === "broadcast" && !pcb.socket.broadcast) return "EACCES";
  const source = sourceOn(udp.ip, pcb, path, wishes);
  if (typeof source === "string") return source;
  if ((flags & MSG_CONFIRM) !== 0) udp.ip.netif.neighbours.confirm(path.through, path.nextHop);
  return { path, source, port: to.port, options: sendOptions(pcb.options, wishes, path.kind === "multicast") };
}

/** Bytes of a datagram that is made in several calls. One that gets too long is thrown away, as on Linux. */
function append(udp: Udp, pcb: UdpPcb, corked: Corked, data: Uint8Array, holdsBack: boolean): number | Errno {
  if (corked.length + data.length > payloadMax(corked.way)) {
    pcb.corked = null;
    return tooLong(udp, pcb, corked.way);
  }
  corked.append(data);
  if (holdsBack) return data.length;
  pcb.corked = null;
  const sent = transmit(udp, pcb, corked.join(), corked.way);
  return typeof sent === "string" ? sent : data.length;
}

function payloadMax({ path }: Way): number {
  return path.destination.family === 4 ? PAYLOAD_MAX_BYTES : PAYLOAD_MAX_BYTES_6;
}

function transmit(udp: Udp, pcb: UdpPcb, data: Uint8Array, way: Way): number | Errno {
  const sent = output(udp, pcb, data, way);
  return sent === "EMSGSIZE" ? tooLong(udp, pcb, way) : sent;
}

function tooLong({ ip }: Udp, pcb: UdpPcb, { path, port }: Way): Errno {
  const { options } = pcb;
  const mtu = mtuFor(ip, path, options.mtuDiscovery);
  queueLocalError(options, "EMSGSIZE", inetAddress(path.destination, port), mtu);
  return "EMSGSIZE";
}
