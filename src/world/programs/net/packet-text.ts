/**
 * A captured packet in tcpdump(8)'s words, with the link header (-e), the IP header (-v) and the bytes (-x, -X) around the line that
 * wire/tcpdump.ts makes.
 */
import * as ethernet from "../../../wire/ethernet.ts";
import * as ipv4 from "../../../wire/ipv4.ts";
import * as ipv6 from "../../../wire/ipv6.ts";
import * as mac from "../../../wire/mac-address.ts";
import { LINKTYPE_ETHERNET } from "../../../wire/pcapng.ts";
import { describe } from "../../../wire/tcpdump.ts";
import { networkOf } from "./packet-facts.ts";

export interface Form {
  readonly withLink: boolean;
  readonly isVerbose: boolean;
  readonly hex: "none" | "plain" | "text";
}

const ETHERTYPE_NAMES: Readonly<Record<number, string>> = {
  [ethernet.ETHERTYPE_IPV4]: "IPv4",
  [ethernet.ETHERTYPE_IPV6]: "IPv6",
  [ethernet.ETHERTYPE_ARP]: "ARP",
};
const PROTOCOL_NAMES: Readonly<Record<number, string>> = { 1: "ICMP", 2: "IGMP", 6: "TCP", 17: "UDP", 58: "ICMPv6" };

export function packetText(linkType: number, view: DataView, { withLink, isVerbose, hex }: Form): string {
  const line = describe(linkType, view, 0, view.byteLength);
  const header = withLink && linkType === LINKTYPE_ETHERNET ? linkText(view) : "";
  const body = isVerbose ? verboseText(linkType, view, line) : line;
  // With the link header, the protocol stands there, and is not told again.
  const text = header === "" ? body : body.replace(/^(IP6?|ARP),? /, "");
  const dump = hex === "none" ? "" : `\n${hexText(view, networkOf(linkType, view)?.offset ?? 0, hex === "text")}`;
  return `${header}${text}${dump}`;
}

function linkText(view: DataView): string {
  if (view.byteLength < ethernet.HEADER_LENGTH) return "";
  const { source, destination, etherType } = ethernet.parse(view, 0);
  const number = `0x${etherType.toString(16).padStart(4, "0")}`;
  const name = ETHERTYPE_NAMES[etherType] ?? "Unknown";
  return `${mac.format(source)} > ${mac.format(destination)}, ethertype ${name} (${number}), length ${view.byteLength}: `;
}

/** "IP (tos 0x0, ttl 64, id 1, …)" on a line of its own before the rest. */
function verboseText(linkType: number, view: DataView, line: string): string {
  const network = networkOf(linkType, view);
  if (network === undefined) return line;
  const { etherType, offset } = network;
  const left = view.byteLength - offset;
  if (etherType === ethernet.ETHERTYPE_IPV4 && line.startsWith("IP ") && left >= ipv4.HEADER_LENGTH) {
    return `IP (${headerText(view, offset)})\n    ${line.slice(3)}`;
  }
  if (etherType !== ethernet.ETHERTYPE_IPV6 || !line.startsWith("IP6 ") || left < ipv6.HEADER_LENGTH) return line;
  const next = ipv6.nextHeader(view, offset);
  const label = ipv6.flowLabel(view, offset);
  const flow = label === 0 ? "" : `flowlabel 0x${label.toString(16).padStart(5, "0")}, `;
  const what = `hlim ${ipv6.hopLimit(view, offset)}, next-header ${PROTOCOL_NAMES[next] ?? "unknown"} (${next})`;
  return `IP6 (${flow}${what} payload length: ${ipv6.payloadLength(view, offset)}) ${line.slice(4)}`;
}

function headerText(view: DataView, offset: number): string {
  const isPart = ipv4.moreFragments(view, offset);
  const flags = isPart ? "+" : ipv4.dontFragment(view, offset) ? "DF" : "none";
  const protocol = ipv4.protocol(view, offset);
  const fields = [
    `tos 0x${ipv4.typeOfService(view, offset).toString(16)}`,
    `ttl ${ipv4.timeToLive(view, offset)}`,
    `id ${ipv4.identification(view, offset)}`,
    `offset ${ipv4.fragmentOffset(view, offset)}`,
    `flags [${flags}]`,
    `proto ${PROTOCOL_NAMES[protocol] ?? "unknown"} (${protocol})`,
    `length ${ipv4.totalLength(view, offset)}`,
  ];
  return fields.join(", ");
}

const LINE_BYTES = 16;

/** Sixteen bytes a line from the network header on, with what can be printed beside them. */
function hexText(view: DataView, from: number, withText: boolean): string {
  const lines: string[] = [];
  for (let at = from; at < view.byteLength; at += LINE_BYTES) {
    const bytes: number[] = [];
    for (let i = at; i < Math.min(at + LINE_BYTES, view.byteLength); i++) bytes.push(view.getUint8(i));
    const pairs = bytes
      .map((byte, index) => `${byte.toString(16).padStart(2, "0")}${index % 2 === 1 ? " " : ""}`)
      .join("");
    const text = bytes.map((byte) => (byte > 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    const number = (at - from).toString(16).padStart(4, "0");
    lines.push(`\t0x${number}:  ${withText ? `${pairs.padEnd(40)} ${text}` : pairs.trimEnd()}`);
  }
  return lines.join("\n");
}
