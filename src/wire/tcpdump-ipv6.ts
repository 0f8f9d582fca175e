/**
 * One line about an IPv6 packet, in the words of `tcpdump -n -t`.
 *
 * Read first: tcpdump.ts, whose tables lead here and which says what is inside. As there, nothing relies on a check(): a field is
 * read after a look at how many bytes there are.
 */
import { IPPROTO_ICMPV6, IPPROTO_TCP, IPPROTO_UDP } from "../abi/socket.ts";
import * as icmpv6 from "./icmpv6.ts";
import * as ipv6 from "./ipv6.ts";
import * as extension from "./ipv6-extension.ts";
import * as mld from "./mld.ts";
import * as nd from "./nd.ts";
import * as udp from "./udp.ts";

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

/** `describePayload` is asked for what is not ICMPv6. */
export function describeIp6(view: DataView, offset: number, length: number, describePayload: DescribePayload): string {
  if (length === 0) return "[|ip6]";
  if (ipv6.version(view, offset) !== 6) return `IP6 version error: ${ipv6.version(view, offset)} != 6`;
  if (length < ipv6.HEADER_LENGTH) return "IP6 [|ip6]";
  const payloadLength = ipv6.payloadLength(view, offset);
  const present = Math.min(payloadLength, length - ipv6.HEADER_LENGTH);
  const missing = payloadLength > present ? `truncated-ip6 - ${payloadLength - present} bytes missing! ` : "";
  const first = offset + ipv6.HEADER_LENGTH;
  const walk = extension.walk(view, first, present, ipv6.nextHeader(view, offset));
  const payload = {
    source: `${ipv6.source(view, offset)}`,
    destination: `${ipv6.destination(view, offset)}`,
    protocol: walk.protocol,
    length: payloadLength - (walk.offset - first),
    captured: present - (walk.offset - first),
    isFragment: walk.fragment !== null,
  };
  const hop = ipv6.nextHeader(view, offset) === extension.HOP_BY_HOP ? "HBH " : "";
  const prefix = `${hop}${fragmentText(walk.fragment, payload)}`;
  const ends = `${payload.source} > ${payload.destination}:`;
  if (walk.isCut) return `IP6 ${missing}${ends} ${prefix}[|ip6]`;
  if (walk.fragment !== null && walk.fragment.fragmentOffset > 0) return `IP6 ${missing}${ends} ${prefix.trimEnd()}`;
  if (walk.protocol === IPPROTO_ICMPV6) {
    return `IP6 ${missing}${ends} ${prefix}${describeIcmp6(view, walk.offset, payload)}`;
  }
  const text = describeTransport(view, walk.offset, payload, describePayload);
  return `IP6 ${missing}${prefix === "" ? text : `${ends} ${prefix}${withoutAddresses(text, payload)}`}`;
}

/** Behind extension headers tcpdump shows the ports alone, as the addresses stand before these. */
function withoutAddresses(text: string, { source, destination }: Payload): string {
  const ends = `${source} > ${destination}: `;
  if (text.startsWith(ends)) return text.slice(ends.length);
  return text.replace(`${source}.`, "").replace(` > ${destination}.`, " > ");
}

function describeTransport(view: DataView, offset: number, payload: Payload, describePayload: DescribePayload): string {
  if (payload.protocol !== extension.NO_NEXT_HEADER) return describePayload(view, offset, payload);
  return `${payload.source} > ${payload.destination}: no next header`;
}

function fragmentText(fragment: extension.FragmentHeader | null, { length }: Payload): string {
  return fragment === null ? "" : `frag (${fragment.fragmentOffset}|${length}) `;
}

function describeIcmp6(view: DataView, offset: number, { length, captured }: Payload): string {
  const text = captured < icmpv6.HEADER_LENGTH ? undefined : icmp6Text(view, offset, captured);
  return text === undefined ? "[|icmp6]" : `ICMP6, ${text}, length ${length}`;
}

/** Undefined when the message ends before what there is to say. */
function icmp6Text(view: DataView, offset: number, captured: number): string | undefined {
  const type = icmpv6.type(view, offset);
  if (nd.isNeighbourDiscovery(type)) return discoveryText(view, offset, captured);
  if (mld.isMulticastListener(type)) return listenerText(view, offset, captured);
  const message = icmpv6.parse(view, offset);
  const quote = { offset: offset + icmpv6.HEADER_LENGTH, length: captured - icmpv6.HEADER_LENGTH };
  switch (message.kind) {
    case "echo-request":
      return `echo request, id ${message.identifier}, seq ${message.sequence}`;
    case "echo-reply":
      return `echo reply, id ${message.identifier}, seq ${message.sequence}`;
    case "destination-unreachable":
      return unreachableText(view, quote, message.code);
    case "packet-too-big":
      return `packet too big, mtu ${message.mtu}`;
    case "time-exceeded":
      return timeExceededText(view, quote, message.code);
    case "parameter-problem":
      return `parameter problem, ${PARAMETER_TEXTS[message.code] ?? `code-#${message.code}`} - octet ${message.pointer}`;
    case "other":
      return `unknown icmp6 type (${message.type})`;
  }
}

const PARAMETER_TEXTS: readonly string[] = ["erroneous", "next header", "option", "incomplete header chain"];

interface Quote {
  readonly offset: number;
  readonly length: number;
}

const UNREACHABLE_TEXTS: readonly string[] = [
  "unreachable route %",
  "unreachable prohibited %",
  "beyond scope %, source address #",
  "unreachable address %",
  "unreachable port, %",
];

const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([
  [IPPROTO_TCP, "tcp"],
  [IPPROTO_UDP, "udp"],
]);

function unreachableText(view: DataView, quote: Quote, code: number): string | undefined {
  if (quote.length < ipv6.HEADER_LENGTH) return undefined;
  const destination = `${ipv6.destination(view, quote.offset)}`;
  const source = `${ipv6.source(view, quote.offset)}`;
  const known = UNREACHABLE_TEXTS[code] ?? `unknown unreach code (${code})`;
  const text = `destination unreachable, ${known.replace("%", destination).replace("#", source)}`;
  if (code !== icmpv6.PORT_UNREACHABLE) return text;
  const first = quote.offset + ipv6.HEADER_LENGTH;
  const length = quote.length - ipv6.HEADER_LENGTH;
  const walk = extension.walk(view, first, length, ipv6.nextHeader(view, quote.offset));
  // TCP and UDP have the destination port in the same place.
  if (walk.offset + 4 > quote.offset + quote.length) return undefined;
  const name = PROTOCOL_NAMES.get(walk.protocol) ?? `protocol ${walk.protocol}`;
  return `${text} ${name} port ${udp.destinationPort(view, walk.offset)}`;
}

function timeExceededText(view: DataView, quote: Quote, code: number): string | undefined {
  if (quote.length < ipv6.HEADER_LENGTH) return undefined;
  const destination = `${ipv6.destination(view, quote.offset)}`;
  if (code === icmpv6.HOP_LIMIT_EXCEEDED) return `time exceeded in-transit for ${destination}`;
  if (code === icmpv6.REASSEMBLY_TIME_EXCEEDED) return "ip reassembly time exceeded";
  return `time exceeded, unknown code (${code})`;
}

function discoveryText(view: DataView, offset: number, captured: number): string | undefined {
  const fault = nd.check(view, offset, captured);
  if (fault === "truncated") return undefined;
  // What has no sound options is described by what stands before them.
  const message = nd.parse(view, offset, fault === true ? captured : 0);
  switch (message.kind) {
    case "router-solicitation":
      return "router solicitation";
    case "router-advertisement":
      return "router advertisement";
    case "neighbour-solicitation":
      return `neighbor solicitation, who has ${message.target}`;
    case "neighbour-advertisement":
      return `neighbor advertisement, tgt is ${message.target}`;
    case "redirect":
      return `redirect, ${message.destination} to ${message.target}`;
  }
}

function listenerText(view: DataView, offset: number, captured: number): string | undefined {
  if (mld.check(view, offset, captured) !== true) return undefined;
  const message = mld.parse(view, offset, captured);
  switch (message.kind) {
    case "query":
      return `multicast listener query${captured > 24 ? " v2" : ""} max resp delay: ${message.maxResponseMs} addr: ${message.group}`;
    case "report":
      return `multicast listener report max resp delay: 0 addr: ${message.group}`;
    case "done":
      return `multicast listener done max resp delay: 0 addr: ${message.group}`;
    case "report-2":
      return `multicast listener report v2, ${message.records.length} group record(s)`;
  }
}
