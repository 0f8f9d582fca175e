/**
 * A packet goes down: next hop → link address → link header → the queue of the interface.
 *
 * Read first: RFC 894, RFC 1122 §2.3.1; 4.4BSD's ether_output. All of these consume the packet.
 * Order: output() asks the neighbour table, which keeps the packet while it does not know → send() → interface.enqueue().
 */
import * as ethernet from "../wire/ethernet.ts";
import type { IpAddress } from "../wire/ip-address.ts";
import type { MacAddress } from "../wire/mac-address.ts";
import type { Packet } from "../wire/packet.ts";
import * as ppp from "../wire/ppp.ts";
import type { Interface } from "./interface.ts";
import { UNRESOLVED } from "./neighbour.ts";
import type { Netif } from "./netif.ts";

/** Sends a packet to a neighbour, whose link address is looked up. */
export function output(netif: Netif, through: Interface, packet: Packet, nextHop: IpAddress, etherType: number): void {
  if (!through.up) {
    through.discardOutgoing(packet, "IfOutDiscards");
    return;
  }
  if (through.linkType !== "ethernet") {
    // There is one neighbour, and it has no link address.
    send(through, packet, 0, etherType);
    return;
  }
  const macAddress = netif.neighbours.resolve(through, nextHop, packet, etherType);
  if (macAddress !== UNRESOLVED) send(through, packet, macAddress, etherType);
}

/** Sends a packet to a link address that the caller knows: a broadcast, an ARP reply. */
export function send(through: Interface, packet: Packet, destination: MacAddress, etherType: number): void {
  if (!through.up) {
    through.discardOutgoing(packet, "IfOutDiscards");
    return;
  }
  if (through.linkType === "ethernet") {
    const start = packet.prepend(ethernet.HEADER_LENGTH);
    ethernet.emit(packet.view, start, { destination, source: through.macAddress, etherType });
  } else if (through.linkType === "ppp") {
    const start = packet.prepend(ppp.HEADER_LENGTH);
    ppp.emit(packet.view, start, etherType === ethernet.ETHERTYPE_IPV6 ? ppp.PROTOCOL_IPV6 : ppp.PROTOCOL_IPV4);
  }
  through.enqueue(packet);
}

/** Hands a copy of what this host broadcasts to its own protocols, as dev_loopback_xmit does on Linux. */
export function loopBack(netif: Netif, through: Interface, packet: Packet, etherType: number): void {
  const input = netif.inputFor(etherType);
  if (input !== undefined) netif.protocolQueue.add(packet, through, "looped", input);
}
