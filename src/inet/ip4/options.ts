/**
 * What a host does about the options of an IPv4 header.
 *
 * Read first: RFC 1122 §3.2.1.8, RFC 7126; Linux's ip_rcv_options and ip_forward_options. A host that takes a datagram in
 * writes down its own address, a gateway that of the interface by which the datagram leaves. Source routes are refused,
 * as with Linux's default (net.ipv4.conf.all.accept_source_route).
 */
import { countDrop } from "../../base/machine.ts";
import type { Interface } from "../../netif/interface.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as options from "../../wire/ipv4-options.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, Ip } from "../ip/ip.ts";

/** Looks at the options of a datagram that has come in. False when it was dropped for them. */
export function obeyOptions(ip: Ip, packet: Packet, arrival: Arrival, from: Interface): boolean {
  const contents = scan(packet);
  if (typeof contents === "number") {
    const pointer = ipv4.HEADER_LENGTH + contents;
    ip.sendError(packet, arrival.frameKind, { kind: "parameter-problem", code: 0, pointer });
    drop(ip, packet, "IpInHdrErrors");
    return false;
  }
  if (contents.hasSourceRoute) {
    // Linux is silent as well: whoever writes one is up to something.
    drop(ip, packet, "IpInSourceRoutes");
    return false;
  }
  // The gateway's turn comes when it knows the way out.
  if (arrival.kind === "unicast" || arrival.frameKind === "looped") return true;
  const own = arrival.kind === "local" ? arrival.destination : ip.addresses.select(from, arrival.source);
  if (own === undefined) return true;
  packet.own();
  stamp(ip, packet, own);
  return true;
}

/** This host writes itself down, by that address, in the options of a packet whose head it may change. */
export function stamp(ip: Ip, packet: Packet, address: IpAddress): void {
  const contents = scan(packet);
  if (typeof contents === "number") return;
  const who = {
    address,
    timeMs: ip.timeOfDayMs,
    isOurs: (given: IpAddress) => ip.addresses.kindOf(given) === "local",
  };
  if (!options.stamp(packet.view, packet.start + ipv4.HEADER_LENGTH, contents, who)) return;
  ipv4.fillChecksum(packet.view, packet.start);
}

function scan({ view, start }: Packet): options.Contents | number {
  return options.scan(view, start + ipv4.HEADER_LENGTH, ipv4.headerLength(view, start) - ipv4.HEADER_LENGTH);
}

function drop(ip: Ip, packet: Packet, counter: string): void {
  countDrop(ip.machine, counter, packet.length);
  packet.release();
}
