/**
 * Options of IPv6 extension headers, and routing headers: what this host does about them.
 *
 * Read first: RFC 8200 §4.2 (what the two highest bits of an unknown option ask for), §4.4; RFC 5095 (why routing type 0 is
 * refused); RFC 2675 (jumbograms, which are not taken: their option is unknown here, and asks to be refused).
 */
import { countDrop } from "../../base/machine.ts";
import * as icmpv6 from "../../wire/icmpv6.ts";
import * as extension from "../../wire/ipv6-extension.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, Ip } from "../ip/ip.ts";

/** RFC 8200 §4.2: what a node that does not know an option does. */
const SKIP = 0;
const DISCARD = 1;
const REFUSE_ALWAYS = 2;

/**
 * Looks at the options header `at` bytes behind the packet's start. False: the packet has been dropped, and its sender
 * told where the option asks for it.
 */
export function takeOptions(ip: Ip, packet: Packet, arrival: Arrival, at: number, isHopByHop: boolean): boolean {
  const offset = packet.start + at;
  const type = isHopByHop ? extension.HOP_BY_HOP : extension.DESTINATION_OPTIONS;
  const options = extension.options(packet.view, offset, extension.lengthOf(packet.view, offset, type));
  if (options === "truncated") return drop(ip, packet, "Ip6InHdrErrors");
  for (const option of options) {
    if (option.type === extension.PAD_1 || option.type === extension.PAD_N) continue;
    // RFC 2711 §2.1: of router alert there is nothing to do here, as every packet is looked at anyway.
    if (isHopByHop && option.type === extension.ROUTER_ALERT && option.length === 2) continue;
    const action = option.type >>> 6;
    if (action === SKIP) continue;
    if (action === REFUSE_ALWAYS || (action !== DISCARD && arrival.kind !== "multicast")) {
      const pointer = option.offset - packet.start;
      const message = { kind: "parameter-problem", code: icmpv6.UNRECOGNISED_OPTION, pointer } as const;
      ip.v6.sendError(packet, arrival.frameKind, message, arrival.through);
    }
    return drop(ip, packet, "Ip6InHdrErrors");
  }
  return true;
}

/** Looks at the routing header: one with nothing left to visit is passed over, any other is refused. */
export function takeRouting(ip: Ip, packet: Packet, arrival: Arrival, at: number): boolean {
  const segmentsLeft = packet.view.getUint8(packet.start + at + 3);
  if (segmentsLeft === 0) return true;
  // RFC 8200 §4.4, RFC 5095 §3: type 0 as any that is not known.
  const message = { kind: "parameter-problem", code: icmpv6.ERRONEOUS_HEADER, pointer: at + 2 } as const;
  ip.v6.sendError(packet, arrival.frameKind, message, arrival.through);
  return drop(ip, packet, "Ip6InHdrErrors");
}

function drop(ip: Ip, packet: Packet, counter: string): false {
  countDrop(ip.machine, counter, packet.length);
  packet.release();
  return false;
}
