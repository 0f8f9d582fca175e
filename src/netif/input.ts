/**
 * A frame comes up: is it whole, is it for us, does anybody here take its EtherType? If so, into the protocol queue.
 *
 * Read first: RFC 1122 §2.3, IEEE 802.3 §3.2; 4.4BSD's ether_input, Linux's eth_type_trans.
 * Called by the device, so it only sorts; protocols run when the scheduler comes to the protocol queue.
 */
import type { LinkType } from "../link/device.ts";
import * as ethernet from "../wire/ethernet.ts";
import * as ipv4 from "../wire/ipv4.ts";
import { BROADCAST, isMulticast } from "../wire/mac-address.ts";
import type { Packet } from "../wire/packet.ts";
import * as ppp from "../wire/ppp.ts";
import type { Interface } from "./interface.ts";
import type { Netif } from "./netif.ts";
import type { FrameKind } from "./protocol-queue.ts";

export function input(netif: Netif, packet: Packet, from: Interface): void {
  INPUTS[from.linkType](netif, packet, from);
}

const INPUTS: Readonly<Record<LinkType, typeof input>> = {
  ethernet: ethernetInput,
  "raw-ip": rawInput,
  ppp: pppInput,
};

function ethernetInput(netif: Netif, packet: Packet, from: Interface): void {
  const { view, start } = packet;
  if (ethernet.check(view, start, packet.headLength) !== true) {
    from.discardIncoming(packet, "IfInErrors");
    return;
  }
  const destination = ethernet.destination(view, start);
  const isForUs = destination === from.macAddress;
  // A switch floods what it has not learnt yet, and all groups.
  if (!isForUs && !(isMulticast(destination) && from.filter.hears(destination))) {
    from.discardIncoming(packet, isMulticast(destination) ? "IfInOtherGroup" : "IfInOtherHost");
    return;
  }
  if (!isForUs && destination !== BROADCAST) from.counters.rxMulticast++;
  const etherType = ethernet.etherType(view, start);
  packet.trimStart(ethernet.HEADER_LENGTH);
  sort(netif, packet, from, isForUs ? "host" : "group", etherType);
}

/** A point-to-point link has no addresses: what comes is for us. */
function pppInput(netif: Netif, packet: Packet, from: Interface): void {
  const { view, start } = packet;
  if (ppp.check(view, start, packet.headLength) !== true) {
    from.discardIncoming(packet, "IfInErrors");
    return;
  }
  const protocol = ppp.protocol(view, start);
  packet.trimStart(ppp.HEADER_LENGTH);
  if (protocol === ppp.PROTOCOL_IPV4) sort(netif, packet, from, "host", ethernet.ETHERTYPE_IPV4);
  else if (protocol === ppp.PROTOCOL_IPV6) sort(netif, packet, from, "host", ethernet.ETHERTYPE_IPV6);
  else from.discardIncoming(packet, "IfInUnknownProtos");
}

function rawInput(netif: Netif, packet: Packet, from: Interface): void {
  if (packet.headLength === 0) {
    from.discardIncoming(packet, "IfInErrors");
    return;
  }
  const etherType = ipv4.version(packet.view, packet.start) === 6 ? ethernet.ETHERTYPE_IPV6 : ethernet.ETHERTYPE_IPV4;
  sort(netif, packet, from, "host", etherType);
}

function sort(netif: Netif, packet: Packet, from: Interface, kind: FrameKind, etherType: number): void {
  const networkInput = netif.inputFor(etherType);
  if (networkInput === undefined) from.discardIncoming(packet, "IfInUnknownProtos");
  else netif.protocolQueue.add(packet, from, kind, networkInput);
}
