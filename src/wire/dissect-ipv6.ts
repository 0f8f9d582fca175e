/**
 * IPv6's headers taken apart: the fixed one, extension headers, ICMPv6 with neighbour discovery and listener discovery.
 *
 * Read first: dissect.ts; RFC 8200 §4, RFC 4443, RFC 4861 §4, RFC 2710. Each extension header is a layer of its own.
 */
import { IPPROTO_ICMPV6, IPPROTO_TCP, IPPROTO_UDP } from "../abi/socket.ts";
import { type Header, hexadecimal, numbered, type Read } from "./dissect-header.ts";
import * as icmpv6 from "./icmpv6.ts";
import * as ipv6 from "./ipv6.ts";
import * as extension from "./ipv6-extension.ts";
import * as mac from "./mac-address.ts";
import * as mld from "./mld.ts";
import * as nd from "./nd.ts";
import type { Option } from "./nd-option.ts";

type Fields = Header["fields"];

/** What may follow, by its number. */
const NEXT: Readonly<Record<number, string>> = {
  [extension.HOP_BY_HOP]: "Hop-by-Hop",
  [IPPROTO_TCP]: "TCP",
  [IPPROTO_UDP]: "UDP",
  [extension.ROUTING]: "Routing",
  [extension.FRAGMENT]: "Fragment",
  [IPPROTO_ICMPV6]: "ICMPv6",
  [extension.DESTINATION_OPTIONS]: "Destination Options",
};

/** The rows for the table of layers. */
export const IPV6_LAYERS: Readonly<Record<string, Read>> = {
  IPv6: readIpv6,
  "Hop-by-Hop": (view, offset, length) => readOptions(view, offset, length, extension.HOP_BY_HOP),
  "Destination Options": (view, offset, length) => readOptions(view, offset, length, extension.DESTINATION_OPTIONS),
  Routing: readRouting,
  Fragment: readFragment,
  ICMPv6: readIcmpv6,
};

function readIpv6(view: DataView, offset: number, length: number): Header | undefined {
  if (length < ipv6.HEADER_LENGTH || ipv6.version(view, offset) !== 6) return undefined;
  const header = ipv6.parse(view, offset);
  const inner = NEXT[header.nextHeader] ?? null;
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

/** The length of an extension header, if all of it is there. */
function wholeLength(view: DataView, offset: number, length: number, type: number): number | undefined {
  if (length < extension.FRAGMENT_LENGTH) return undefined;
  const whole = extension.lengthOf(view, offset, type);
  return whole > length ? undefined : whole;
}

function nextHeaderField(view: DataView, offset: number): readonly [string, string] {
  const next = view.getUint8(offset);
  return ["next header", numbered(next, NEXT[next] ?? null)];
}

function readOptions(view: DataView, offset: number, length: number, type: number): Header | undefined {
  const whole = wholeLength(view, offset, length, type);
  if (whole === undefined) return undefined;
  const found = extension.options(view, offset, whole);
  const options = found === "truncated" ? [] : found.filter((option) => option.type !== extension.PAD_N);
  const names = options.map((option) =>
    option.type === extension.ROUTER_ALERT ? "router alert" : hexadecimal(option.type, 2),
  );
  return {
    length: whole,
    fields: [nextHeaderField(view, offset), ["header length", whole], ["options", names.join(", ") || "padding"]],
    inner: NEXT[view.getUint8(offset)] ?? null,
  };
}

function readRouting(view: DataView, offset: number, length: number): Header | undefined {
  const whole = wholeLength(view, offset, length, extension.ROUTING);
  if (whole === undefined) return undefined;
  return {
    length: whole,
    fields: [
      nextHeaderField(view, offset),
      ["header length", whole],
      ["routing type", view.getUint8(offset + 2)],
      ["segments left", view.getUint8(offset + 3)],
    ],
    inner: NEXT[view.getUint8(offset)] ?? null,
  };
}

function readFragment(view: DataView, offset: number, length: number): Header | undefined {
  if (length < extension.FRAGMENT_LENGTH) return undefined;
  const { nextHeader, fragmentOffset, moreFragments, identification } = extension.parseFragment(view, offset);
  const inner = NEXT[nextHeader] ?? null;
  return {
    length: extension.FRAGMENT_LENGTH,
    fields: [
      nextHeaderField(view, offset),
      ["fragment offset", fragmentOffset],
      ["more fragments", moreFragments],
      ["identification", hexadecimal(identification, 8)],
    ],
    // Only the first fragment has the header of what is inside.
    inner: fragmentOffset === 0 ? inner : null,
  };
}

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [icmpv6.DESTINATION_UNREACHABLE]: "destination unreachable",
  [icmpv6.PACKET_TOO_BIG]: "packet too big",
  [icmpv6.TIME_EXCEEDED]: "time exceeded",
  [icmpv6.PARAMETER_PROBLEM]: "parameter problem",
  [icmpv6.ECHO_REQUEST]: "echo request",
  [icmpv6.ECHO_REPLY]: "echo reply",
  [mld.QUERY]: "multicast listener query",
  [mld.REPORT]: "multicast listener report",
  [mld.DONE]: "multicast listener done",
  [mld.REPORT_2]: "multicast listener report v2",
  [nd.ROUTER_SOLICITATION]: "router solicitation",
  [nd.ROUTER_ADVERTISEMENT]: "router advertisement",
  [nd.NEIGHBOUR_SOLICITATION]: "neighbour solicitation",
  [nd.NEIGHBOUR_ADVERTISEMENT]: "neighbour advertisement",
  [nd.REDIRECT]: "redirect",
};

function readIcmpv6(view: DataView, offset: number, length: number): Header | undefined {
  if (length < icmpv6.HEADER_LENGTH) return undefined;
  const type = icmpv6.type(view, offset);
  const common: Fields = [
    ["type", numbered(type, TYPE_NAMES[type] ?? null)],
    ["code", view.getUint8(offset + 1)],
    ["checksum", hexadecimal(view.getUint16(offset + 2), 4)],
  ];
  if (nd.isNeighbourDiscovery(type) && nd.check(view, offset, length) === true) {
    const message = nd.parse(view, offset, length);
    return {
      length,
      fields: [...common, ...discoveryFields(message), ...message.options.map(optionField)],
      inner: null,
    };
  }
  if (mld.isMulticastListener(type) && mld.check(view, offset, length) === true) {
    return { length, fields: [...common, ...listenerFields(mld.parse(view, offset, length))], inner: null };
  }
  const message = icmpv6.parse(view, offset);
  // What an error is about begins behind its header.
  const inner = icmpv6.isError(type) ? "IPv6" : null;
  return { length: icmpv6.HEADER_LENGTH, fields: [...common, ...messageFields(message)], inner };
}

function messageFields(message: icmpv6.Message): Fields {
  switch (message.kind) {
    case "echo-request":
    case "echo-reply":
      return [
        ["identifier", message.identifier],
        ["sequence number", message.sequence],
      ];
    case "packet-too-big":
      return [["MTU", message.mtu]];
    case "parameter-problem":
      return [["pointer", message.pointer]];
    default:
      return [];
  }
}

function discoveryFields(message: nd.Message): Fields {
  switch (message.kind) {
    case "router-solicitation":
      return [];
    case "router-advertisement":
      return [
        ["current hop limit", message.hopLimit],
        ["managed addresses", message.isManaged],
        ["other configuration", message.hasOtherConfiguration],
        ["preference", message.preference],
        ["router lifetime", `${message.lifetimeSeconds} s`],
        ["reachable time", `${message.reachableMs} ms`],
        ["retransmission timer", `${message.retransmitMs} ms`],
      ];
    case "neighbour-solicitation":
      return [["target", message.target.toString()]];
    case "neighbour-advertisement":
      return [
        ["router", message.isRouter],
        ["solicited", message.isSolicited],
        ["override", message.overrides],
        ["target", message.target.toString()],
      ];
    case "redirect":
      return [
        ["target", message.target.toString()],
        ["destination", message.destination.toString()],
      ];
  }
}

function optionField(option: Option): readonly [string, string] {
  const name = `option: ${option.kind.replaceAll("-", " ")}`;
  switch (option.kind) {
    case "source-link-address":
    case "target-link-address":
      return [name, mac.format(option.macAddress)];
    case "prefix": {
      const flags = `${option.isOnLink ? " on-link" : ""}${option.isAutonomous ? " autonomous" : ""}`;
      return [name, `${option.prefix}/${option.prefixLength}${flags}`];
    }
    case "mtu":
      return [name, String(option.mtu)];
    default:
      return [name, "…"];
  }
}

function listenerFields(message: mld.Message): Fields {
  return Object.entries(message).flatMap(([name, value]): [string, string][] => {
    if (name === "kind") return [];
    const label = name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    return [[label, Array.isArray(value) ? value.map((record) => String(record.group)).join(", ") : String(value)]];
  });
}
