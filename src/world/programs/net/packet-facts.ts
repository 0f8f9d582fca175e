/** What a filter may ask of a captured packet. Read first: filter.ts. Damaged or short packets tell less; nothing here throws. */
import { IPPROTO_TCP, IPPROTO_UDP } from "../../../abi/socket.ts";
import * as arp from "../../../wire/arp.ts";
import * as ethernet from "../../../wire/ethernet.ts";
import type { IpAddress } from "../../../wire/ip-address.ts";
import * as ipv4 from "../../../wire/ipv4.ts";
import * as ipv6 from "../../../wire/ipv6.ts";
import type { MacAddress } from "../../../wire/mac-address.ts";
import { LINKTYPE_ETHERNET, LINKTYPE_PPP } from "../../../wire/pcapng.ts";
import * as ppp from "../../../wire/ppp.ts";

export interface Facts {
  readonly length: number;
  readonly macSource?: MacAddress;
  readonly macDestination?: MacAddress;
  readonly etherType?: number;
  readonly version?: 4 | 6;
  readonly source?: IpAddress;
  readonly destination?: IpAddress;
  readonly protocol?: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
}

/** IPv6 headers that stand before the transport's: hop-by-hop, routing, fragment, destination options. */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 44, 60]);
const FRAGMENT = 44;

const PPP_ETHERTYPES: Readonly<Record<number, number>> = {
  [ppp.PROTOCOL_IPV4]: ethernet.ETHERTYPE_IPV4,
  [ppp.PROTOCOL_IPV6]: ethernet.ETHERTYPE_IPV6,
};

/** Where the network header begins, and what it is. */
export function networkOf(
  linkType: number,
  view: DataView,
): { readonly etherType: number; readonly offset: number } | undefined {
  const length = view.byteLength;
  if (linkType === LINKTYPE_ETHERNET) {
    if (length < ethernet.HEADER_LENGTH) return undefined;
    return { etherType: ethernet.etherType(view, 0), offset: ethernet.HEADER_LENGTH };
  }
  const offset = linkType === LINKTYPE_PPP ? ppp.HEADER_LENGTH : 0;
  if (length <= offset) return undefined;
  if (linkType === LINKTYPE_PPP) {
    return { etherType: PPP_ETHERTYPES[ppp.protocol(view, 0)] ?? 0, offset };
  }
  return { etherType: ipv4.version(view, 0) === 6 ? ethernet.ETHERTYPE_IPV6 : ethernet.ETHERTYPE_IPV4, offset };
}

export function factsOf(linkType: number, view: DataView): Facts {
  const length = view.byteLength;
  const network = networkOf(linkType, view);
  if (network === undefined) return { length };
  const { etherType, offset } = network;
  const link =
    linkType === LINKTYPE_ETHERNET
      ? { macSource: ethernet.source(view, 0), macDestination: ethernet.destination(view, 0) }
      : {};
  return { length, etherType, ...link, ...inner(etherType, view, offset) };
}

function inner(etherType: number, view: DataView, offset: number): Partial<Facts> {
  const left = view.byteLength - offset;
  if (etherType === ethernet.ETHERTYPE_ARP) {
    if (arp.check(view, offset, left) !== true) return {};
    const { spa, tpa } = arp.parse(view, offset);
    return { source: spa, destination: tpa };
  }
  if (etherType === ethernet.ETHERTYPE_IPV4) return innerV4(view, offset, left);
  return etherType === ethernet.ETHERTYPE_IPV6 ? innerV6(view, offset, left) : {};
}

function innerV4(view: DataView, offset: number, left: number): Partial<Facts> {
  if (left < ipv4.HEADER_LENGTH) return {};
  const protocol = ipv4.protocol(view, offset);
  const facts = {
    version: 4,
    source: ipv4.source(view, offset),
    destination: ipv4.destination(view, offset),
    protocol,
  } as const;
  // Only the first fragment has the ports.
  if (ipv4.fragmentOffset(view, offset) > 0) return facts;
  return { ...facts, ...ports(protocol, view, offset + ipv4.headerLength(view, offset)) };
}

function innerV6(view: DataView, offset: number, left: number): Partial<Facts> {
  if (left < ipv6.HEADER_LENGTH) return {};
  let protocol = ipv6.nextHeader(view, offset);
  let at = offset + ipv6.HEADER_LENGTH;
  while (EXTENSIONS.has(protocol) && at + 8 <= view.byteLength) {
    const isFragment = protocol === FRAGMENT;
    const isLater = isFragment && (view.getUint16(at + 2) & 0xfff8) !== 0;
    protocol = view.getUint8(at);
    at += isFragment ? 8 : 8 + 8 * view.getUint8(at + 1);
    if (isLater) at = view.byteLength;
  }
  const [source, destination] = [ipv6.source(view, offset), ipv6.destination(view, offset)];
  return { version: 6, source, destination, protocol, ...ports(protocol, view, at) };
}

function ports(protocol: number, view: DataView, at: number): Partial<Facts> {
  if ((protocol !== IPPROTO_TCP && protocol !== IPPROTO_UDP) || at + 4 > view.byteLength) return {};
  return { sourcePort: view.getUint16(at), destinationPort: view.getUint16(at + 2) };
}
