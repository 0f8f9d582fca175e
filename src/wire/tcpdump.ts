/**
 * One line about a captured packet, in the words of `tcpdump -n -t`.
 *
 * Read first: tcpdump(8), "Output format".
 * Order: describe() → LINK_TYPES → ETHER_TYPES or IP_VERSIONS → IP_PROTOCOLS. A protocol is a function and a row in one
 * of these tables. Packets are described as they are, damaged or cut short, so nothing here relies on a check(): a field is read
 * after a look at how many bytes there are, and no input makes a function throw.
 */
import { IPPROTO_ICMP, IPPROTO_IGMP, IPPROTO_TCP, IPPROTO_UDP } from "../abi/socket.ts";
import * as arp from "./arp.ts";
import * as ethernet from "./ethernet.ts";
import * as icmpv4 from "./icmpv4.ts";
import * as igmp from "./igmp.ts";
import * as ipv4 from "./ipv4.ts";
import * as ipv4Options from "./ipv4-options.ts";
import * as mac from "./mac-address.ts";
import { LINKTYPE_ETHERNET, LINKTYPE_PPP, LINKTYPE_RAW } from "./pcapng.ts";
import * as ppp from "./ppp.ts";
import { describeIp6 } from "./tcpdump-ipv6.ts";
import { describeControl } from "./tcpdump-ppp.ts";
import { describeTcp } from "./tcpdump-tcp.ts";
import * as udp from "./udp.ts";

/** What is at `offset`, of which `length` bytes were captured. */
type Describe = (view: DataView, offset: number, length: number) => string;

/** What IP says about the payload at hand. */
interface Payload {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  /** Bytes that the IP header promises. */
  readonly length: number;
  /** Bytes that were captured; never more. */
  readonly captured: number;
  readonly isFragment: boolean;
}

type DescribePayload = (view: DataView, offset: number, payload: Payload) => string;

const LINK_TYPES: ReadonlyMap<number, Describe> = new Map([
  [LINKTYPE_ETHERNET, describeEthernet],
  [LINKTYPE_RAW, describeRaw],
  [LINKTYPE_PPP, describePpp],
]);

const ETHER_TYPES: ReadonlyMap<number, Describe> = new Map([
  [ethernet.ETHERTYPE_IPV4, describeIp],
  [ethernet.ETHERTYPE_ARP, describeArp],
  [ethernet.ETHERTYPE_IPV6, describeIpv6],
]);

/** By the version field, where no link header says what follows. */
const IP_VERSIONS: ReadonlyMap<number, Describe> = new Map([
  [4, describeIp],
  [6, describeIpv6],
]);

const IP_PROTOCOLS: ReadonlyMap<number, DescribePayload> = new Map([
  [IPPROTO_ICMP, describeIcmp],
  [IPPROTO_IGMP, describeIgmp],
  [IPPROTO_TCP, describeTcp],
  [IPPROTO_UDP, describeUdp],
]);

const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([
  [IPPROTO_TCP, "tcp"],
  [IPPROTO_UDP, "udp"],
]);

/** Describes the `length` captured bytes at `offset`. The link type is one of the LINKTYPE constants of pcapng.ts. */
export function describe(linkType: number, view: DataView, offset: number, length: number): string {
  const describeFrame = LINK_TYPES.get(linkType);
  return describeFrame === undefined ? `link-type ${linkType}, length ${length}` : describeFrame(view, offset, length);
}

function describeEthernet(view: DataView, offset: number, length: number): string {
  if (length < ethernet.HEADER_LENGTH) return "[|ether]";
  const { source, destination, etherType } = ethernet.parse(view, offset);
  const describePacket = ETHER_TYPES.get(etherType);
  const payloadLength = length - ethernet.HEADER_LENGTH;
  if (describePacket !== undefined) return describePacket(view, offset + ethernet.HEADER_LENGTH, payloadLength);
  const ends = `${mac.format(source)} > ${mac.format(destination)}`;
  if (etherType < ethernet.ETHERTYPE_MIN) return `${ends}, 802.3, length ${etherType}`;
  return `${ends}, ethertype Unknown (0x${etherType.toString(16).padStart(4, "0")}), length ${length}`;
}

function describeArp(view: DataView, offset: number, length: number): string {
  const fault = arp.check(view, offset, length);
  if (fault === "truncated") return "[|arp]";
  if (fault !== true) return `ARP, ${fault}, length ${length}`;
  const { op, sha, spa, tha, tpa } = arp.parse(view, offset);
  // tcpdump names the hardware address in a request only where a sender has filled it in.
  const asked = tha === 0 ? `${tpa}` : `${tpa} (${mac.format(tha)})`;
  if (op === arp.REQUEST) return `ARP, Request who-has ${asked} tell ${spa}, length ${length}`;
  if (op === arp.REPLY) return `ARP, Reply ${spa} is-at ${mac.format(sha)}, length ${length}`;
  return `ARP, Unknown (${op}), length ${length}`;
}

function describeRaw(view: DataView, offset: number, length: number): string {
  if (length === 0) return "[|ip]";
  const version = ipv4.version(view, offset);
  const describePacket = IP_VERSIONS.get(version);
  return describePacket === undefined
    ? `ip version ${version}, length ${length}`
    : describePacket(view, offset, length);
}

function describePpp(view: DataView, offset: number, length: number): string {
  if (ppp.check(view, offset, length) !== true) return "[|ppp]";
  const protocol = ppp.protocol(view, offset);
  const [at, rest] = [offset + ppp.HEADER_LENGTH, length - ppp.HEADER_LENGTH];
  if (protocol === ppp.PROTOCOL_IPV4) return describeIp(view, at, rest);
  return protocol === ppp.PROTOCOL_IPV6 ? describeIpv6(view, at, rest) : describeControl(protocol, view, at, rest);
}

function describeIp(view: DataView, offset: number, length: number): string {
  if (length === 0) return "[|ip]";
  const version = ipv4.version(view, offset);
  if (version !== 4) return `IP${version} (invalid)`;
  if (length < ipv4.HEADER_LENGTH) return "IP [|ip]";
  const headerLength = ipv4.headerLength(view, offset);
  const totalLength = ipv4.totalLength(view, offset);
  if (headerLength < ipv4.HEADER_LENGTH) return `IP bad-hlen ${headerLength}`;
  if (totalLength < headerLength) return `IP bad-len ${totalLength}`;
  const missing = totalLength > length ? `truncated-ip - ${totalLength - length} bytes missing! ` : "";
  const payload = {
    source: `${ipv4.source(view, offset)}`,
    destination: `${ipv4.destination(view, offset)}`,
    protocol: ipv4.protocol(view, offset),
    length: totalLength - headerLength,
    captured: Math.max(0, Math.min(totalLength, length) - headerLength),
    isFragment: ipv4.isFragment(view, offset),
  };
  // Only the first fragment starts with the header of the next protocol.
  const isFirst = ipv4.fragmentOffset(view, offset) === 0;
  const text = isFirst ? describePayload(view, offset + headerLength, payload) : describeLaterFragment(payload);
  return `IP ${missing}${text}${optionsText(view, offset, Math.min(headerLength, length))}`;
}

/** As tcpdump -v shows them, and behind the rest. */
function optionsText(view: DataView, offset: number, captured: number): string {
  const length = captured - ipv4.HEADER_LENGTH;
  return length <= 0 ? "" : `, options (${ipv4Options.text(view, offset + ipv4.HEADER_LENGTH, length)})`;
}

function describeIpv6(view: DataView, offset: number, length: number): string {
  return describeIp6(view, offset, length, describePayload);
}

function describePayload(view: DataView, offset: number, payload: Payload): string {
  const describeProtocol = IP_PROTOCOLS.get(payload.protocol);
  if (describeProtocol !== undefined) return describeProtocol(view, offset, payload);
  return `${payload.source} > ${payload.destination}: ip-proto-${payload.protocol} ${payload.length}`;
}

function describeLaterFragment({ source, destination, protocol }: Payload): string {
  return `${source} > ${destination}: ip-proto-${protocol}`;
}

function describeUdp(view: DataView, offset: number, payload: Payload): string {
  const { source, destination, length, captured, isFragment } = payload;
  if (captured < 4) return `${source} > ${destination}: [|udp]`;
  const ends = `${source}.${udp.sourcePort(view, offset)} > ${destination}.${udp.destinationPort(view, offset)}:`;
  if (length < udp.HEADER_LENGTH) return `${ends} truncated-udp ${length}`;
  if (captured < udp.HEADER_LENGTH) return `${ends} [|udp]`;
  const claimed = udp.datagramLength(view, offset);
  if (claimed < udp.HEADER_LENGTH) return `${ends} truncated-udplength ${claimed}`;
  const dataLength = claimed - udp.HEADER_LENGTH;
  if (claimed <= length || isFragment) return `${ends} UDP, length ${dataLength}`;
  return `${ends} UDP, bad length ${dataLength} > ${length - udp.HEADER_LENGTH}`;
}

function describeIgmp(view: DataView, offset: number, { source, destination, captured }: Payload): string {
  return `${source} > ${destination}: ${igmp.text(view, offset, captured) ?? "[|igmp]"}`;
}

function describeIcmp(view: DataView, offset: number, payload: Payload): string {
  const ends = `${payload.source} > ${payload.destination}:`;
  const what = payload.captured < icmpv4.HEADER_LENGTH ? undefined : icmpText(view, offset, payload.captured);
  return what === undefined ? `${ends} [|icmp]` : `${ends} ICMP ${what}, length ${payload.length}`;
}

/** Undefined when the message ends before what there is to say. */
function icmpText(view: DataView, offset: number, captured: number): string | undefined {
  const message = icmpv4.parse(view, offset);
  switch (message.kind) {
    case "echo-request":
      return `echo request, id ${message.identifier}, seq ${message.sequence}`;
    case "echo-reply":
      return `echo reply, id ${message.identifier}, seq ${message.sequence}`;
    case "destination-unreachable":
      return unreachableText(view, icmpv4.quote(offset, captured), message.code, message.nextHopMtu);
    case "time-exceeded":
      return TIME_EXCEEDED_TEXTS.get(message.code) ?? `time exceeded-#${message.code}`;
    case "parameter-problem":
      return message.code === 0
        ? `parameter problem - octet ${message.pointer}`
        : `parameter problem - code ${message.code}`;
    case "redirect":
      return redirectText(view, icmpv4.quote(offset, captured), message.code, `${message.gateway}`);
    case "timestamp-request":
      return `time stamp query id ${message.identifier} seq ${message.sequence}`;
    case "timestamp-reply":
      return `time stamp reply id ${message.identifier} seq ${message.sequence}`;
    case "other":
      return `type-#${message.type}`;
  }
}

function redirectText(view: DataView, quote: icmpv4.Quote, code: number, gateway: string): string | undefined {
  if (quote.length < ipv4.HEADER_LENGTH) return undefined;
  const [how, what] = [
    ["", "net"],
    ["", "host"],
    ["-tos", "net"],
    ["-tos", "host"],
  ][code] ?? [`-#${code}`, "host"];
  return `redirect${how} ${ipv4.destination(view, quote.offset)} to ${what} ${gateway}`;
}

const TIME_EXCEEDED_TEXTS: ReadonlyMap<number, string> = new Map([
  [icmpv4.TTL_EXCEEDED, "time exceeded in-transit"],
  [icmpv4.REASSEMBLY_TIME_EXCEEDED, "ip reassembly time exceeded"],
]);

/** By code; `%` is the destination of the quoted packet. Codes 2 to 4 are finished by unreachableText(). */
const UNREACHABLE_TEXTS: readonly string[] = [
  "net % unreachable",
  "host % unreachable",
  "% protocol",
  "%",
  "% unreachable - need to frag",
  "% unreachable - source route failed",
  "net % unreachable - unknown",
  "host % unreachable - unknown",
  "% unreachable - source host isolated",
  "net % unreachable - admin prohibited",
  "host % unreachable - admin prohibited",
  "net % unreachable - tos prohibited",
  "host % unreachable - tos prohibited",
  "host % unreachable - admin prohibited filter",
  "host % unreachable - host precedence violation",
  "host % unreachable - precedence cutoff",
];

function unreachableText(view: DataView, quote: icmpv4.Quote, code: number, nextHopMtu: number): string | undefined {
  if (quote.length < ipv4.HEADER_LENGTH) return undefined;
  const destination = `${ipv4.destination(view, quote.offset)}`;
  const protocol = ipv4.protocol(view, quote.offset);
  const text = (UNREACHABLE_TEXTS[code] ?? `% unreachable - #${code}`).replace("%", destination);
  if (code === icmpv4.PROTOCOL_UNREACHABLE) return `${text} ${protocol} unreachable`;
  if (code === icmpv4.FRAGMENTATION_NEEDED) return nextHopMtu === 0 ? text : `${text} (mtu ${nextHopMtu})`;
  if (code !== icmpv4.PORT_UNREACHABLE) return text;
  // TCP and UDP have the destination port in the same place.
  const transport = ipv4.headerLength(view, quote.offset);
  if (quote.length < transport + 4) return undefined;
  const name = PROTOCOL_NAMES.get(protocol) ?? `protocol ${protocol}`;
  return `${text} ${name} port ${udp.destinationPort(view, quote.offset + transport)} unreachable`;
}
