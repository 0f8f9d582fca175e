/**
 * The Internet protocols of one host, put together on top of its interface layer.
 *
 * Read first: ARCHITECTURE.md, "The folders"; netif/netif.ts, ip/ip.ts. The host makes one Netif and one Inet, adds the rows of
 * `protocols` to its table of protocols, and for each interface calls attach() and addAddress().
 */
import type { Errno } from "../abi/errno.ts";
import { IPPROTO_ICMP } from "../abi/socket.ts";
import type { Machine } from "../base/machine.ts";
import type { Interface } from "../netif/interface.ts";
import type { Netif } from "../netif/netif.ts";
import type { Protocol } from "../socket/protocol.ts";
import { ETHERTYPE_ARP, ETHERTYPE_IPV4 } from "../wire/ethernet.ts";
import * as icmpv4 from "../wire/icmpv4.ts";
import { IpAddress, parsePrefix } from "../wire/ip-address.ts";
import * as arpInput from "./arp/input.ts";
import { solicit } from "./arp/output.ts";
import * as icmpInput from "./icmp/input.ts";
import { ErrorLimit } from "./icmp/limit.ts";
import * as icmpOutput from "./icmp/output.ts";
import { Igmp } from "./igmp/igmp.ts";
import { attachIpv6, type Inet6 } from "./inet6.ts";
import { Ip } from "./ip/ip.ts";
import { addRoute, deleteRoute, type RouteSpec } from "./ip/route-spec.ts";
import { input as ipInput } from "./ip4/input.ts";
import { PacketSockets, packetProtocols } from "./packet/packet.ts";
import { Ping, pingProtocol } from "./ping/ping.ts";
import { Raw, rawProtocol } from "./raw/raw.ts";
import { Raw6, raw6Protocol } from "./raw/raw6.ts";
import { Tcp, tcpProtocols } from "./tcp/tcp.ts";
import { Udp, udp6Protocol, udpProtocol } from "./udp/udp.ts";

export class Inet {
  readonly netif: Netif;
  readonly ip: Ip;
  readonly udp: Udp;
  readonly raw: Raw;
  readonly raw6: Raw6;
  readonly packets: PacketSockets;
  readonly v6: Inet6;
  readonly tcp: Tcp;
  /** The rows for the host's table of protocols. */
  readonly protocols: readonly Protocol[];

  constructor(machine: Machine, netif: Netif) {
    this.netif = netif;
    const ip = new Ip(machine, netif);
    this.ip = ip;
    this.#attachArp(ip);
    this.#attachIcmp(ip);
    this.v6 = attachIpv6(ip);
    netif.register(ETHERTYPE_IPV4, (packet, from, kind) => ipInput(ip, packet, from, kind));
    new Igmp(ip);
    this.udp = new Udp(machine, ip);
    this.tcp = new Tcp(machine, ip);
    this.raw = new Raw(ip);
    this.raw6 = new Raw6(ip);
    this.packets = new PacketSockets(netif);
    this.protocols = [
      udpProtocol(this.udp),
      udp6Protocol(this.udp),
      pingProtocol(new Ping(ip)),
      rawProtocol(this.raw),
      raw6Protocol(this.raw6),
      ...packetProtocols(this.packets),
      ...tcpProtocols(this.tcp),
    ];
  }

  /**
   * Gives an interface an address: "10.0.0.1/24", "2001:db8::1/64". An IPv6 address is tentative until nobody has answered for
   * it, unless it is `verified`. EINVAL also when the text is none. EEXIST.
   */
  addAddress(to: Interface, text: string, verified: boolean = false): 0 | Errno {
    const prefix = parsePrefix(text);
    if (prefix === undefined) return "EINVAL";
    if (prefix.address.family === 6) return this.v6.discovery.addAddress(to, prefix, verified);
    return this.ip.addresses.add(to, prefix);
  }

  /** Gives an interface between two ends an address, and the route to the other end unless that is unspecified. */
  addPeerAddress(to: Interface, local: IpAddress, peer: IpAddress): 0 | Errno {
    const prefix = { address: local, prefixLength: local.family === 4 ? 32 : 128 };
    return this.ip.addresses.add(to, prefix, { peer: peer.isUnspecified ? null : peer });
  }

  /** Takes an address away: "10.0.0.1", with or without its prefix. EADDRNOTAVAIL: the interface does not have it. */
  deleteAddress(from: Interface, text: string): 0 | Errno {
    const address = IpAddress.parse(text.replace(/\/\d+$/, ""));
    if (address === undefined) return "EINVAL";
    if (address.family === 6) return this.v6.discovery.deleteAddress(from, address);
    return this.ip.addresses.delete(from, address);
  }

  /** IPv6 begins on an interface: a link-local address, and what routers advertise. EINVAL: its MTU is below 1280. */
  startIpv6(on: Interface): 0 | Errno {
    return this.v6.discovery.start(on);
  }

  /** Adds a route; errors as in ip/route-spec.ts. */
  addRoute(spec: RouteSpec): 0 | Errno {
    return addRoute(this.ip, spec);
  }

  /** Takes the first route away that is as the specification says. */
  deleteRoute(spec: RouteSpec): 0 | Errno {
    return deleteRoute(this.ip, spec);
  }

  #attachArp(ip: Ip): void {
    const { netif } = this;
    netif.register(ETHERTYPE_ARP, (packet, from, kind) => arpInput.input(ip, packet, from, kind));
    netif.neighbours.registerSolicitor(4, (through, target, unicastTo) => solicit(ip, through, target, unicastTo));
  }

  #attachIcmp(ip: Ip): void {
    const limit = new ErrorLimit(ip.settings);
    ip.sendError = (packet, frameKind, message) => icmpOutput.error(ip, limit, packet, frameKind, message);
    ip.portUnreachable = (packet, { frameKind }) => ip.sendError(packet, frameKind, PORT_UNREACHABLE);
    ip.register(IPPROTO_ICMP, (packet, arrival) => icmpInput.input(ip, packet, arrival), 4);
    // RFC 1812 §5.3.3.1: what could not be handed to the last hop is answered with "host unreachable", to ourselves too.
    this.netif.neighbours.onUnreachable(4, (packet) => ip.sendError(packet, "host", HOST_UNREACHABLE));
  }
}

const HOST_UNREACHABLE: icmpv4.Message = {
  kind: "destination-unreachable",
  code: icmpv4.HOST_UNREACHABLE,
  nextHopMtu: 0,
};

const PORT_UNREACHABLE: icmpv4.Message = {
  kind: "destination-unreachable",
  code: icmpv4.PORT_UNREACHABLE,
  nextHopMtu: 0,
};
