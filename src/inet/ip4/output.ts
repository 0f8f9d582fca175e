/**
 * A datagram goes down: IP header, size, and the way that the path says.
 *
 * Read first: RFC 1122 §3.3, Linux's ip_queue_xmit and ip_finish_output. Order: a transport asks ip.paths for the path
 * → output() → transmit() → netif/output.ts. Forwarded datagrams join at transmit(). All of these consume the packet.
 * Every datagram carries "don't fragment", which is what Linux does where path MTU discovery is on (its default); there
 * is no local fragmentation either, so what does not fit is refused.
 */
import type { Errno } from "../../abi/errno.ts";
import { output as linkOutput, loopBack, send } from "../../netif/output.ts";
import { ETHERTYPE_IPV4 } from "../../wire/ethernet.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { BROADCAST } from "../../wire/mac-address.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Ip, SendOptions } from "../ip/ip.ts";
import type { Path } from "../ip/path.ts";

const NO_OPTIONS = new Uint8Array(0);

/** Sends a transport's packet. EMSGSIZE: it does not fit into one frame. */
export function output(
  ip: Ip,
  packet: Packet,
  path: Path,
  source: IpAddress,
  protocol: number,
  options: SendOptions,
): 0 | Errno {
  const { timeToLive = ip.settings.defaultTtl.value, trafficClass = 0 } = options;
  const totalLength = ipv4.HEADER_LENGTH + packet.length;
  ip.machine.counters.bump("IpOutRequests");
  if (totalLength > path.through.mtu) {
    ip.machine.counters.bump("IpFragFails");
    packet.release();
    return "EMSGSIZE";
  }
  const start = packet.prepend(ipv4.HEADER_LENGTH);
  ipv4.emit(packet.view, start, {
    dscp: trafficClass >>> 2,
    ecn: trafficClass & 3,
    totalLength,
    identification: ip.nextIdentification,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive,
    protocol,
    source,
    destination: path.destination,
    options: NO_OPTIONS,
  });
  ip.nextIdentification = (ip.nextIdentification + 1) & 0xffff;
  if (ip.machine.tracer.on) trace(ip, "inet/ip/output", packet);
  transmit(ip, packet, path);
  return 0;
}

/** Sends a packet that has its IP header. */
export function transmit(ip: Ip, packet: Packet, path: Path): void {
  if (path.kind === "broadcast") {
    // Our own sockets hear our broadcasts too, as on Linux.
    loopBack(ip.netif, path.through, packet.clone(), ETHERTYPE_IPV4);
    send(path.through, packet, BROADCAST, ETHERTYPE_IPV4);
  } else {
    linkOutput(ip.netif, path.through, packet, path.nextHop, ETHERTYPE_IPV4);
  }
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
