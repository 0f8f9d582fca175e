/**
 * An IPv6 packet goes down: header, size, and the way that the path says.
 *
 * Read first: RFC 8200 §3 and §5; Linux's ip6_xmit and ip6_finish_output. Order: ip/output.ts → output() → transmit(), or
 * fragment.ts and then transmit() for each piece → netif/output.ts. Forwarded packets join at transmit(). All of these consume the
 * packet.
 */
import type { Errno } from "../../abi/errno.ts";
import { IP_PMTUDISC_WANT } from "../../abi/ip.ts";
import { output as linkOutput, loopBack, send } from "../../netif/output.ts";
import { ETHERTYPE_IPV6 } from "../../wire/ethernet.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as ipv6 from "../../wire/ipv6.ts";
import { HOP_BY_HOP } from "../../wire/ipv6-extension.ts";
import { multicastV6 } from "../../wire/mac-address.ts";
import type { Packet } from "../../wire/packet.ts";
import { cut } from "../../wire/segmentation.ts";
import type { Ip, SendOptions } from "../ip/ip.ts";
import type { Path } from "../ip/path.ts";
import { mayCut } from "../ip4/output.ts";
import { fragment } from "./fragment.ts";

/** RFC 3493 §5.2. */
const MULTICAST_HOPS = 1;

/** Sends a transport's packet. EMSGSIZE: it does not fit, and is not to be cut. */
export function output(
  ip: Ip,
  packet: Packet,
  path: Path,
  source: IpAddress,
  protocol: number,
  options: SendOptions,
): 0 | Errno {
  const { counters } = ip.machine;
  const { trafficClass = 0, flowLabel = 0, hopByHop = null } = options;
  counters.bump("Ip6OutRequests");
  if (hopByHop !== null) prependHopByHop(packet, hopByHop, protocol);
  const unfragmentable = ipv6.HEADER_LENGTH + (hopByHop?.length ?? 0);
  const payloadLength = packet.length;
  const mtu = ip.paths.mtu(path);
  const isWhole = options.dontFragment === true || !mayCut(options.mtuDiscovery ?? IP_PMTUDISC_WANT);
  const isLarge = ipv6.HEADER_LENGTH + packet.wireLength > mtu;
  if (payloadLength > ipv6.PAYLOAD_MAX_BYTES || (isLarge && isWhole)) {
    counters.bump("Ip6FragFails");
    packet.release();
    return "EMSGSIZE";
  }
  const start = packet.prepend(ipv6.HEADER_LENGTH);
  ipv6.emit(packet.view, start, {
    trafficClass,
    flowLabel,
    payloadLength,
    nextHeader: hopByHop === null ? protocol : HOP_BY_HOP,
    hopLimit: options.timeToLive ?? defaultHopLimit(ip, path),
    source,
    destination: path.destination,
  });
  if (ip.machine.tracer.on) trace(ip, "inet/ip/output", packet);
  // Our own sockets hear what we send to groups that they have joined, before anything is cut.
  if (path.kind === "multicast" && options.multicastLoop !== false) loop(ip, packet, path);
  if (!isLarge) transmit(ip, packet, path);
  else cut(packet, 0, (segment) => transmitInPieces(ip, segment, path, unfragmentable, mtu));
  return 0;
}

/** As ip6_finish_output_gso_slowpath_drop: segments that do not fit are fragments of what they are on a wire. */
function transmitInPieces(ip: Ip, packet: Packet, path: Path, unfragmentable: number, mtu: number): void {
  if (packet.length <= mtu) transmit(ip, packet, path);
  else fragment(ip, packet, unfragmentable, mtu, (piece) => transmit(ip, piece, path));
}

/** Sends a packet that has its IPv6 header and fits. */
export function transmit(ip: Ip, packet: Packet, path: Path): void {
  if (path.kind === "multicast") {
    // RFC 4291 §2.7: what reaches as far as the interface, and what may go no hop, stays at home.
    const staysHome = isInterfaceLocal(path.destination) || ipv6.hopLimit(packet.view, packet.start) === 0;
    if (staysHome) packet.release();
    else send(path.through, packet, multicastV6(path.destination.w3), ETHERTYPE_IPV6);
    return;
  }
  linkOutput(ip.netif, path.through, packet, path.nextHop, ETHERTYPE_IPV6);
}

function defaultHopLimit(ip: Ip, path: Path): number {
  if (path.kind === "multicast") return MULTICAST_HOPS;
  return ip.v6.settings.interfaces.of(path.through).hop_limit.value;
}

export function isInterfaceLocal(group: IpAddress): boolean {
  return ((group.w0 >>> 16) & 0xf) === 1;
}

function loop(ip: Ip, packet: Packet, { through, destination }: Path): void {
  // What goes to the loopback interface comes back by itself.
  if (!through.isLoopback && ip.groups.has(through, destination)) {
    loopBack(ip.netif, through, packet.clone(), ETHERTYPE_IPV6);
  }
}

function prependHopByHop(packet: Packet, header: Uint8Array, protocol: number): void {
  const start = packet.prepend(header.length);
  packet.bytes.set(header, start);
  packet.view.setUint8(start, protocol);
}

/** One step of the trace. Ask `tracer.on` first. */
export function trace(
  ip: Ip,
  step: "inet/ip/output" | "inet/ip/input" | "inet/ip/forward",
  { view, start, length }: Packet,
): void {
  const source = ipv6.source(view, start).toString();
  const destination = ipv6.destination(view, start).toString();
  ip.machine.tracer.emit(ip.machine.name, { step, source, destination, bytes: length });
}
