/**
 * A frame taken apart: each layer's header with its fields, outermost first, and the payload last.
 *
 * Read first: ARCHITECTURE.md, "The life of one message". For pictures of how layers wrap one another; one line about a
 * packet is wire/tcpdump.ts. A layer is a row of LAYERS: how long its header is, what stands in it, and which layer is
 * inside. What is cut short or unknown ends as payload, so no input makes it throw.
 */
import { IPPROTO_ICMP, IPPROTO_IGMP, IPPROTO_TCP, IPPROTO_UDP } from "../abi/socket.ts";
import * as arp from "./arp.ts";
import { type Header, hexadecimal, numbered, type Read } from "./dissect-header.ts";
import { IPV6_LAYERS } from "./dissect-ipv6.ts";
import * as ethernet from "./ethernet.ts";
import * as icmpv4 from "./icmpv4.ts";
import * as igmp from "./igmp.ts";
import * as ipv4 from "./ipv4.ts";
import * as ipv4Options from "./ipv4-options.ts";
import * as mac from "./mac-address.ts";
import { LINKTYPE_ETHERNET, LINKTYPE_PPP, LINKTYPE_RAW } from "./pcapng.ts";
import * as ppp from "./ppp.ts";
import * as tcp from "./tcp.ts";
import * as tcpOptions from "./tcp-options.ts";
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
  [IPPROTO_IGMP]: "IGMP",
  [IPPROTO_TCP]: "TCP",
  [IPPROTO_UDP]: "UDP",
};

const LAYERS: Readonly<Record<string, Read>> = {
  Ethernet: readEthernet,
  PPP: readPpp,
  IPv4: readIpv4,
  ...IPV6_LAYERS,
  ARP: readArp,
  ICMP: readIcmp,
  IGMP: readIgmp,
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
      ...optionsField(view, offset + ipv4.HEADER_LENGTH, headerLength - ipv4.HEADER_LENGTH),
    ],
    // Only the first fragment has the header of what is inside.
    inner: header.fragmentOffset === 0 ? inner : null,
    whole: Math.min(length, Math.max(headerLength, header.totalLength)),
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

/** IPv4's options in tcpdump's words. */
function optionsField(view: DataView, offset: number, length: number): Header["fields"] {
  return length === 0 ? [] : [["options", ipv4Options.text(view, offset, length)]];
}

const ICMP_TYPES: Readonly<Record<number, string>> = {
  [icmpv4.ECHO_REPLY]: "echo reply",
  [icmpv4.DESTINATION_UNREACHABLE]: "destination unreachable",
  [icmpv4.REDIRECT]: "redirect",
  [icmpv4.ECHO_REQUEST]: "echo request",
  [icmpv4.TIME_EXCEEDED]: "time exceeded",
  [icmpv4.PARAMETER_PROBLEM]: "parameter problem",
  [icmpv4.TIMESTAMP_REQUEST]: "timestamp request",
  [icmpv4.TIMESTAMP_REPLY]: "timestamp reply",
};

function readIcmp(view: DataView, offset: number, length: number): Header | undefined {
  if (length < icmpv4.HEADER_LENGTH) return undefined;
  const type = icmpv4.type(view, offset);
  return {
    length: icmpv4.HEADER_LENGTH,
    fields: [
      ["type", numbered(type, ICMP_TYPES[type] ?? null)],
      ["code", view.getUint8(offset + 1)],
      ["checksum", hexadecimal(view.getUint16(offset + 2), 4)],
      ...icmpFields(icmpv4.parse(view, offset), view.getUint32(offset + 4)),
    ],
    // What an error is about begins behind its header.
    inner: icmpv4.isError(type) ? "IPv4" : null,
  };
}

function icmpFields(message: icmpv4.Message, rest: number): Header["fields"] {
  switch (message.kind) {
    case "echo-request":
    case "echo-reply":
    case "timestamp-request":
    case "timestamp-reply":
      return [
        ["identifier", message.identifier],
        ["sequence number", message.sequence],
      ];
    case "destination-unreachable":
      return [["next-hop MTU", message.nextHopMtu]];
    case "parameter-problem":
      return [["pointer", message.pointer]];
    case "redirect":
      return [["gateway", message.gateway.toString()]];
    default:
      return [["rest of header", hexadecimal(rest, 8)]];
  }
}

const IGMP_TYPES: Readonly<Record<number, string>> = {
  [igmp.QUERY]: "membership query",
  [igmp.REPORT_V1]: "v1 membership report",
  [igmp.REPORT_V2]: "v2 membership report",
  [igmp.LEAVE]: "leave group",
  [igmp.REPORT_V3]: "v3 membership report",
};

function readIgmp(view: DataView, offset: number, length: number): Header | undefined {
  if (length < igmp.MESSAGE_LENGTH) return undefined;
  const { type, responseTime, group } = igmp.parse(view, offset);
  return {
    length: igmp.MESSAGE_LENGTH,
    fields: [
      ["type", `${hexadecimal(type, 2)} (${IGMP_TYPES[type] ?? "unknown"})`],
      ["maximum response time", responseTime],
      ["checksum", hexadecimal(view.getUint16(offset + 2), 4)],
      ["group", group.toString()],
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
      ...tcpOptionFields(view, offset + tcp.HEADER_LENGTH, header.headerLength - tcp.HEADER_LENGTH),
    ],
    inner: null,
  };
}

function tcpOptionFields(view: DataView, offset: number, length: number): Header["fields"] {
  const options = tcpOptions.noOptions();
  if (length === 0 || !tcpOptions.parse(view, offset, length, options)) return [];
  const { mss, windowScale, sackPermitted, hasTimestamps, timestampValue, timestampEcho, sackBlocks, fastOpenCookie } =
    options;
  const fields: [string, string | number][] = [];
  if (mss > 0) fields.push(["option: maximum segment size", mss]);
  if (windowScale >= 0) fields.push(["option: window scale", windowScale]);
  if (sackPermitted) fields.push(["option: SACK permitted", "yes"]);
  if (hasTimestamps) fields.push(["option: timestamps", `${timestampValue}, echo ${timestampEcho}`]);
  if (sackBlocks.length > 0)
    fields.push(["option: SACK", sackBlocks.map(({ start, end }) => `${start}-${end}`).join(" ")]);
  if (fastOpenCookie !== null) fields.push(["option: fast open cookie", tcpOptions.cookieText(fastOpenCookie)]);
  return fields;
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
