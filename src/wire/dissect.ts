/**
 * A frame taken apart: each layer's header with its fields, outermost first, and the payload last.
 *
 * Read first: ARCHITECTURE.md, "The life of one message". For pictures of how layers wrap one another; one line about a
 * packet is wire/tcpdump.ts. A layer is a row of LAYERS: how long its header is, what stands in it, and which layer is
 * inside. What is cut short or unknown ends as payload, so no input makes it throw.
 */
import { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP } from "../abi/socket.ts";
import * as arp from "./arp.ts";
import * as ethernet from "./ethernet.ts";
import * as icmpv4 from "./icmpv4.ts";
import * as ipv4 from "./ipv4.ts";
import * as ipv6 from "./ipv6.ts";
import * as mac from "./mac-address.ts";
import { LINKTYPE_ETHERNET, LINKTYPE_PPP, LINKTYPE_RAW } from "./pcapng.ts";
import * as ppp from "./ppp.ts";
import * as tcp from "./tcp.ts";
import { flagLetters } from "./tcpdump-tcp.ts";
import * as udp from "./udp.ts";

/** One header, or the payload. */
export interface Layer {
  /** "Ethernet", "IPv4", "UDP", "payload". */
  readonly protocol: string;
  /** Where it begins in the frame, in bytes. */
  readonly offset: number;
  /** Bytes of this header alone. */
  readonly length: number;
  /** The header's fields, as text. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** What a header is, and what it wraps: the name of a row, or null for payload. */
interface Header {
  readonly length: number;
  readonly fields: readonly (readonly [string, string | number | boolean])[];
  readonly inner: string | null;
  /** Bytes of header and contents; what is behind them is padding of the link. */
  readonly whole?: number;
}

/** Reads the header at `offset`, of which `length` bytes are there; undefined when it is none. */
type Read = (view: DataView, offset: number, length: number) => Header | undefined;

const ETHERTYPES: Readonly<Record<number, string>> = {
  [ethernet.ETHERTYPE_IPV4]: "IPv4",
  [ethernet.ETHERTYPE_IPV6]: "IPv6",
  [ethernet.ETHERTYPE_ARP]: "ARP",
};
const PPP_PROTOCOLS: Readonly<Record<number, string>> = {
  [ppp.PROTOCOL_IPV4]: "IPv4",
  [ppp.PROTOCOL_IPV6]: "IPv6",
};
const IP_PROTOCOLS: Readonly<Record<number, string>> = {
  [IPPROTO_ICMP]: "ICMP",
  [IPPROTO_TCP]: "TCP",
  [IPPROTO_UDP]: "UDP",
};

const LAYERS: Readonly<Record<string, Read>> = {
  Ethernet: readEthernet,
  PPP: readPpp,
  IPv4: readIpv4,
  IPv6: readIpv6,
  ARP: readArp,
  ICMP: readIcmp,
  TCP: readTcp,
  UDP: readUdp,
};

/** Takes the frame apart. The link type is one of the LINKTYPE constants of a capture. */
export function dissect(linkType: number, frame: Uint8Array): Layer[] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const layers: Layer[] = [];
  let protocol = outermost(linkType, frame);
  let offset = 0;
  let end = frame.length;
  while (protocol !== null) {
    const header = LAYERS[protocol]?.(view, offset, end - offset);
    if (header === undefined) break;
    const { length, fields, inner, whole } = header;
    layers.push({ protocol, offset, length, fields: fields.map(([name, value]) => [name, String(value)]) });
    if (whole !== undefined) end = offset + whole;
    offset += length;
    protocol = inner;
  }
  if (end > offset) layers.push({ protocol: "payload", offset, length: end - offset, fields: [] });
  return layers;
}

function outermost(linkType: number, frame: Uint8Array): string | null {
  if (linkType === LINKTYPE_ETHERNET) return "Ethernet";
  if (linkType === LINKTYPE_PPP) return "PPP";
  if (linkType !== LINKTYPE_RAW) return null;
  const version = (frame[0] ?? 0) >> 4;
  return version === 6 ? "IPv6" : "IPv4";
}

function readEthernet(view: DataView, offset: number, length: number): Header | undefined {
  if (ethernet.check(view, offset, length) !== true) return undefined;
  const { destination, source, etherType } = ethernet.parse(view, offset);
  const inner = ETHERTYPES[etherType] ?? null;
  return {
    length: ethernet.HEADER_LENGTH,
    fields: [
      ["destination", mac.format(destination)],
      ["source", mac.format(source)],
      ["type", numbered(etherType, inner, 16)],
    ],
    inner,
  };
}

function readPpp(view: DataView, offset: number, length: number): Header | undefined {
  if (ppp.check(view, offset, length) !== true) return undefined;
  const protocol = ppp.protocol(view, offset);
  const inner = PPP_PROTOCOLS[protocol] ?? null;
  return {
    length: ppp.HEADER_LENGTH,
    fields: [
      ["address", hexadecimal(ppp.ALL_STATIONS, 2)],
      ["control", hexadecimal(ppp.UNNUMBERED, 2)],
      ["protocol", numbered(protocol, inner, 16)],
    ],
    inner,
  };
}

function readIpv4(view: DataView, offset: number, length: number): Header | undefined {
  if (length < ipv4.HEADER_LENGTH || ipv4.version(view, offset) !== 4) return undefined;
  const headerLength = ipv4.headerLength(view, offset);
  if (headerLength < ipv4.HEADER_LENGTH || headerLength > length) return undefined;
  const header = ipv4.parse(view, offset);
  const inner = IP_PROTOCOLS[header.protocol] ?? null;
  return {
    length: headerLength,
    fields: [
      ["version", 4],
      ["header length", headerLength],
      ["DSCP", header.dscp],
      ["ECN", header.ecn],
      ["total length", header.totalLength],
      ["identification", header.identification],
      ["don't fragment", header.dontFragment],
      ["more fragments", header.moreFragments],
      ["fragment offset", header.fragmentOffset],
      ["time to live", header.timeToLive],
      ["protocol", numbered(header.protocol, inner)],
      ["checksum", hexadecimal(view.getUint16(offset + 10), 4)],
      ["source", header.source.toString()],
      ["destination", header.destination.toString()],
    ],
    // Only the first fragment has the header of what is inside.
    inner: header.fragmentOffset === 0 ? inner : null,
    whole: Math.min(length, Math.max(headerLength, header.totalLength)),
  };
}

function readIpv6(view: DataView, offset: number, length: number): Header | undefined {
  if (length < ipv6.HEADER_LENGTH || ipv6.version(view, offset) !== 6) return undefined;
  const header = ipv6.parse(view, offset);
  const inner = IP_PROTOCOLS[header.nextHeader] ?? null;
  return {
    length: ipv6.HEADER_LENGTH,
    fields: [
      ["version", 6],
      ["traffic class", header.trafficClass],
      ["flow label", hexadecimal(header.flowLabel, 5)],
      ["payload length", header.payloadLength],
      ["next header", numbered(header.nextHeader, inner)],
      ["hop limit", header.hopLimit],
      ["source", header.source.toString()],
      ["destination", header.destination.toString()],
    ],
    inner,
    whole: Math.min(length, ipv6.HEADER_LENGTH + header.payloadLength),
  };
}

function readArp(view: DataView, offset: number, length: number): Header | undefined {
  if (arp.check(view, offset, length) !== true) return undefined;
  const { op, sha, spa, tha, tpa } = arp.parse(view, offset);
  return {
    length: arp.MESSAGE_LENGTH,
    fields: [
      ["operation", numbered(op, op === arp.REQUEST ? "request" : op === arp.REPLY ? "reply" : null)],
      ["sender hardware address", mac.format(sha)],
      ["sender protocol address", spa.toString()],
      ["target hardware address", mac.format(tha)],
      ["target protocol address", tpa.toString()],
    ],
    inner: null,
    whole: arp.MESSAGE_LENGTH,
  };
}

function readIcmp(view: DataView, offset: number, length: number): Header | undefined {
  if (length < icmpv4.HEADER_LENGTH) return undefined;
  return {
    length: icmpv4.HEADER_LENGTH,
    fields: [
      ["type", icmpv4.type(view, offset)],
      ["code", view.getUint8(offset + 1)],
      ["checksum", hexadecimal(view.getUint16(offset + 2), 4)],
      ["rest of header", hexadecimal(view.getUint32(offset + 4), 8)],
    ],
    inner: null,
  };
}

function readTcp(view: DataView, offset: number, length: number): Header | undefined {
  if (tcp.checkHeader(view, offset, length) !== true) return undefined;
  const header = tcp.parse(view, offset);
  return {
    length: header.headerLength,
    fields: [
      ["source port", header.sourcePort],
      ["destination port", header.destinationPort],
      ["sequence number", header.sequence],
      ["acknowledgment number", header.acknowledgment],
      ["header length", header.headerLength],
      ["flags", flagLetters(header.flags)],
      ["window", header.window],
      ["checksum", hexadecimal(header.checksum, 4)],
      ["urgent pointer", header.urgentPointer],
    ],
    inner: null,
  };
}

function readUdp(view: DataView, offset: number, length: number): Header | undefined {
  if (length < udp.HEADER_LENGTH) return undefined;
  const header = udp.parse(view, offset);
  return {
    length: udp.HEADER_LENGTH,
    fields: [
      ["source port", header.sourcePort],
      ["destination port", header.destinationPort],
      ["length", header.length],
      ["checksum", hexadecimal(header.checksum, 4)],
    ],
    inner: null,
  };
}

/** `0x0800 (IPv4)`, `17 (UDP)`. */
function numbered(number: number, name: string | null, radix: 10 | 16 = 10): string {
  const text = radix === 16 ? hexadecimal(number, 4) : String(number);
  return name === null ? text : `${text} (${name})`;
}

const hexadecimal = (number: number, digits: number): string =>
  `0x${(number >>> 0).toString(16).padStart(digits, "0")}`;
