/** What ICMP errors are called: by ping(8) in words, by traceroute(8) in letters. */
import { AF_INET6 } from "../../../abi/socket.ts";
import * as icmpv4 from "../../../wire/icmpv4.ts";
import * as icmpv6 from "../../../wire/icmpv6.ts";

const UNREACHABLE_V4: readonly string[] = [
  "Destination Net Unreachable",
  "Destination Host Unreachable",
  "Destination Protocol Unreachable",
  "Destination Port Unreachable",
  "Frag needed and DF set",
  "Source Route Failed",
  "Destination Net Unknown",
  "Destination Host Unknown",
  "Source Host Isolated",
  "Destination Net Prohibited",
  "Destination Host Prohibited",
  "Destination Net Unreachable for Type of Service",
  "Destination Host Unreachable for Type of Service",
  "Packet filtered",
  "Precedence Violation",
  "Precedence Cutoff",
];

const UNREACHABLE_V6: readonly string[] = [
  "No route",
  "Administratively prohibited",
  "Beyond scope of source address",
  "Address unreachable",
  "Port unreachable",
];

/** "Destination Host Unreachable", as ping says it. */
export function unreachableText(family: number, type: number, code: number, info: number): string {
  return family === AF_INET6 ? textV6(type, code, info) : textV4(type, code, info);
}

function textV4(type: number, code: number, info: number): string {
  switch (type) {
    case icmpv4.DESTINATION_UNREACHABLE: {
      const text = UNREACHABLE_V4[code] ?? `Dest Unreachable, Bad Code: ${code}`;
      return code === icmpv4.FRAGMENTATION_NEEDED ? `${text} (mtu = ${info})` : text;
    }
    case icmpv4.TIME_EXCEEDED:
      return code === icmpv4.TTL_EXCEEDED ? "Time to live exceeded" : "Frag reassembly time exceeded";
    case icmpv4.PARAMETER_PROBLEM:
      return "Parameter problem";
    case icmpv4.REDIRECT:
      return "Redirect";
    default:
      return `Bad ICMP type: ${type}`;
  }
}

function textV6(type: number, code: number, info: number): string {
  switch (type) {
    case icmpv6.DESTINATION_UNREACHABLE:
      return `Destination unreachable: ${UNREACHABLE_V6[code] ?? `Unknown code ${code}`}`;
    case icmpv6.PACKET_TOO_BIG:
      return `Packet too big: mtu=${info}`;
    case icmpv6.TIME_EXCEEDED:
      return `Time exceeded: ${code === icmpv6.HOP_LIMIT_EXCEEDED ? "Hop limit" : "Defragmentation failure"}`;
    case icmpv6.PARAMETER_PROBLEM:
      return "Parameter problem";
    default:
      return `Unknown icmp type: ${type}`;
  }
}

const LETTERS_V4: Readonly<Record<number, string>> = {
  0: "!N",
  1: "!H",
  2: "!P",
  3: "",
  5: "!S",
  9: "!X",
  10: "!X",
  13: "!X",
};
const LETTERS_V6: Readonly<Record<number, string>> = { 0: "!N", 1: "!X", 2: "!H", 3: "!H", 4: "" };

/** "!H", as traceroute says it; "" when the destination itself has answered, undefined when a hop has. */
export function unreachableLetters(family: number, type: number, code: number, info: number): string | undefined {
  if (family === AF_INET6) {
    if (type === icmpv6.PACKET_TOO_BIG) return `!F-${info}`;
    return type === icmpv6.DESTINATION_UNREACHABLE ? (LETTERS_V6[code] ?? `!<${code}>`) : undefined;
  }
  if (type !== icmpv4.DESTINATION_UNREACHABLE) return undefined;
  return code === icmpv4.FRAGMENTATION_NEEDED ? `!F-${info}` : (LETTERS_V4[code] ?? `!<${code}>`);
}
