/**
 * Which addresses and ports a UDP socket may have: bind(2), and the port that is chosen when nobody names one.
 *
 * Read first: ip(7), socket(7) SO_REUSEADDR and SO_REUSEPORT; RFC 6056 §3.3.1; Linux's __inet_bind and udp_lib_get_port.
 */
import type { Errno } from "../../abi/errno.ts";
import { IP_FREEBIND } from "../../abi/ip.ts";
import { IPV6_FREEBIND } from "../../abi/ipv6.ts";
import type { Task } from "../../file/task.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import type { UdpPcb } from "./pcb.ts";
import type { Udp } from "./udp.ts";

/** bind(2) with an address of the socket's family, or an IPv4 one on a socket of both. */
export function bind(udp: Udp, pcb: UdpPcb, task: Task, address: IpAddress, port: number): 0 | Errno {
  const { settings, addresses } = udp.ip;
  const isForeign = addresses.kindOf(address) === "unicast";
  const isFree = pcb.options.has(IP_FREEBIND) || pcb.options6?.has(IPV6_FREEBIND) === true;
  if (isForeign && !isFree && settings.nonlocalBind.value === 0) return "EADDRNOTAVAIL";
  if (port !== 0 && port < settings.unprivilegedPortStart.value && task.uid !== 0) return "EACCES";
  if (pcb.localPort !== 0) return "EINVAL";
  pcb.uid = task.uid;
  const chosen = port === 0 ? ephemeralPort(udp) : port;
  if (chosen === null || isTaken(udp, pcb, address, chosen)) return "EADDRINUSE";
  enter(udp, pcb, address, chosen);
  pcb.hasOwnAddress = !address.isUnspecified;
  pcb.hasOwnPort = port !== 0;
  return 0;
}

/** A socket that sends before it was bound gets a port. False when there is none left. */
export function autobind(udp: Udp, pcb: UdpPcb): boolean {
  if (pcb.localPort !== 0) return true;
  const port = ephemeralPort(udp);
  if (port === null) return false;
  enter(udp, pcb, pcb.anyAddress, port);
  return true;
}

function enter(udp: Udp, pcb: UdpPcb, address: IpAddress, port: number): void {
  pcb.localAddress = address;
  pcb.localPort = port;
  pcb.reusesPort = pcb.socket.options.reusePort;
  udp.table.add(pcb);
}

/** RFC 6056 §3.3.1: from a random place onward to the next port that nobody has; null when all are in use. */
function ephemeralPort(udp: Udp): number | null {
  const { localPortRange, reservedPorts } = udp.ip.settings;
  const [low = 0, high = 0] = localPortRange.values;
  const count = high - low + 1;
  const first = udp.ports.below(count);
  for (let step = 0; step < count; step++) {
    const port = low + ((first + step) % count);
    if (udp.table.onPort(port).length === 0 && !reservedPorts.has(port)) return port;
  }
  return null;
}

/**
 * Sockets may share a port when their addresses differ and neither is a wildcard, when they are bound to different
 * interfaces, or when all allow it: with SO_REUSEADDR anybody's, with SO_REUSEPORT those of one user.
 */
function isTaken(udp: Udp, pcb: UdpPcb, address: IpAddress, port: number): boolean {
  const { reuseAddress, options } = pcb.socket;
  return udp.table.onPort(port).some((other) => {
    if (!overlaps(pcb, address, other)) return false;
    if (pcb.device !== null && other.device !== null && pcb.device !== other.device) return false;
    if (reuseAddress && other.socket.reuseAddress) return false;
    return !(options.reusePort && other.socket.options.reusePort && pcb.uid === other.uid);
  });
}

/** As inet_rcv_saddr_equal: :: and 0.0.0.0 are one, unless IPV6_V6ONLY is set. */
function overlaps(pcb: UdpPcb, address: IpAddress, other: UdpPcb): boolean {
  const own = pcb.localAddress;
  pcb.localAddress = address;
  const isOverlap = pcb.covers(other.localAddress) || other.covers(address);
  pcb.localAddress = own;
  return isOverlap;
}
