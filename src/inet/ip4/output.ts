/**
 * A datagram goes down: IP header, size, and the way that the path says.
 *
 * Read first: RFC 1122 §3.3, Linux's ip_queue_xmit and ip_finish_output. Order: a transport asks ip.paths for the path
 * → output() → transmit() → netif/output.ts. Forwarded datagrams join at transmit(). All of these consume the packet.
 * What does not fit the path is cut by fragment.ts, or refused: SendOptions.mtuDiscovery, which is IP_MTU_DISCOVER, decides.
 */
import type { Errno } from "../../abi/errno.ts";
import { IP_PMTUDISC_DO, IP_PMTUDISC_OMIT, IP_PMTUDISC_PROBE, IP_PMTUDISC_WANT } from "../../abi/ip.ts";
import { output as linkOutput, loopBack, send } from "../../netif/output.ts";
import { ETHERTYPE_IPV4 } from "../../wire/ethernet.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { BROADCAST, multicastV4 } from "../../wire/mac-address.ts";
import type { Packet } from "../../wire/packet.ts";
import { cut } from "../../wire/segmentation.ts";
import type { Ip, SendOptions } from "../ip/ip.ts";
import type { Path } from "../ip/path.ts";
import { fragment } from "./fragment.ts";
import { stamp } from "./options.ts";

const NO_IP_OPTIONS = new Uint8Array(0);
const DATAGRAM_MAX_BYTES = 65_535;

/** Sends a transport's packet. EMSGSIZE: it does not fit, and may not be cut. */
export function output(
  ip: Ip,
  packet: Packet,
  path: Path,
  source: IpAddress,
  protocol: number,
  options: SendOptions,
): 0 | Errno {
  const { trafficClass = 0, ipOptions = NO_IP_OPTIONS, mtuDiscovery = ip.settings.mtuDiscovery } = options;
  const timeToLive = options.timeToLive ?? (path.kind === "multicast" ? 1 : ip.settings.defaultTtl.value);
  const ipHeaderLength = ipv4.HEADER_LENGTH + ipOptions.length;
  const totalLength = ipHeaderLength + packet.length;
  const mtu = mtuFor(ip, path, mtuDiscovery);
  const isLarge = ipHeaderLength + packet.wireLength > mtu;
  ip.outRequests.bump();
  if (totalLength > DATAGRAM_MAX_BYTES || (isLarge && !mayCut(mtuDiscovery))) {
    ip.machine.counters.bump("IpFragFails");
    packet.release();
    return "EMSGSIZE";
  }
  const start = packet.prepend(ipHeaderLength);
  const { view } = packet;
  const { destination } = path;
  const identification = ip.nextIdentification;
  const dontFragment =
    isWhole(mtuDiscovery) || (mtuDiscovery === IP_PMTUDISC_WANT && !isLarge && !ip.paths.isNarrow(path));
  if (ipOptions.length === 0) {
    ipv4.emitPlain(
      view,
      start,
      trafficClass,
      totalLength,
      identification,
      dontFragment,
      timeToLive,
      protocol,
      source,
      destination,
    );
  } else {
    ipv4.emit(view, start, {
      dscp: trafficClass >>> 2,
      ecn: trafficClass & 3,
      totalLength,
      identification,
      dontFragment,
      moreFragments: false,
      fragmentOffset: 0,
      timeToLive,
      protocol,
      source,
      destination,
      options: ipOptions,
    });
  }
  // One for each of the packets that a large segment becomes.
  ip.nextIdentification = (ip.nextIdentification + packet.segments) & 0xffff;
  // The sender is the first one in a record of the route.
  if (ipOptions.length > 0) stamp(ip, packet, source);
  if (ip.machine.tracer.on) trace(ip, "inet/ip/output", packet);
  const isToOne = path.kind === "local" || path.kind === "unicast";
  if (isToOne && !isLarge) linkOutput(ip.netif, path.through, packet, path.nextHop, ETHERTYPE_IPV4);
  else transmit(ip, packet, path, mtu, options.multicastLoop);
  return 0;
}

/** Sends a packet that has its IP header, in pieces where it is larger than the MTU. */
export function transmit(ip: Ip, packet: Packet, path: Path, mtu: number, multicastLoop: boolean = true): void {
  // Our own sockets hear our broadcasts, and groups that they have joined, before anything is cut, as on Linux.
  if (path.kind === "multicast") ip.machine.counters.bump("IpExtOutMcastPkts");
  if (path.kind === "broadcast") ip.machine.counters.bump("IpExtOutBcastPkts");
  // What goes through a loopback interface comes back by itself: __mkroute_output.
  const { isLoopback } = path.through;
  const isHeard = path.kind === "broadcast" || (path.kind === "multicast" && multicastLoop);
  if (isHeard && !isLoopback) loopBack(ip.netif, path.through, packet.clone(), ETHERTYPE_IPV4);
  // RFC 1112 §6.1: with a time to live of zero a multicast does not leave the host.
  const staysHere = path.kind === "multicast" && !isLoopback && ipv4.timeToLive(packet.view, packet.start) === 0;
  if (staysHere) packet.release();
  else if (packet.wireLength <= mtu) transmitPiece(ip, packet, path);
  // As ip_finish_output_gso: segments that do not fit are fragments of what they are on a wire.
  else cut(packet, 0, (segment) => transmitInPieces(ip, segment, path, mtu));
}

function transmitInPieces(ip: Ip, packet: Packet, path: Path, mtu: number): void {
  if (packet.length <= mtu) transmitPiece(ip, packet, path);
  else fragment(ip, packet, mtu, (piece) => transmitPiece(ip, piece, path));
}

function transmitPiece(ip: Ip, packet: Packet, path: Path): void {
  switch (path.kind) {
    case "broadcast":
      send(path.through, packet, BROADCAST, ETHERTYPE_IPV4);
      return;
    case "multicast":
      send(path.through, packet, multicastV4(path.destination.v4), ETHERTYPE_IPV4);
      return;
    default:
      linkOutput(ip.netif, path.through, packet, path.nextHop, ETHERTYPE_IPV4);
  }
}

/** How much fits: as ip_skb_dst_mtu and ip_sk_use_pmtu. */
export function mtuFor(ip: Ip, path: Path, mtuDiscovery: number): number {
  return mtuDiscovery < IP_PMTUDISC_PROBE ? ip.paths.mtu(path) : path.through.mtu;
}

/** As ip_sk_ignore_df: is what does not fit cut, and not refused? */
export function mayCut(mtuDiscovery: number): boolean {
  return mtuDiscovery < IP_PMTUDISC_DO || mtuDiscovery === IP_PMTUDISC_OMIT;
}

/** Is no gateway ever to cut it? */
function isWhole(mtuDiscovery: number): boolean {
  return mtuDiscovery === IP_PMTUDISC_DO || mtuDiscovery === IP_PMTUDISC_PROBE;
}

/** One step of the trace. Ask `tracer.on` first. */
export function trace(
  ip: Ip,
  step: "inet/ip/output" | "inet/ip/input" | "inet/ip/forward",
  { view, start, length }: Packet,
): void {
  const source = ipv4.source(view, start).toString();
  const destination = ipv4.destination(view, start).toString();
  ip.machine.tracer.emit(ip.machine.name, { step, source, destination, bytes: length });
}
