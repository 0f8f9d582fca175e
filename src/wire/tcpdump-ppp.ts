/**
 * PPP's own packets in the words of tcpdump: one line each. Read first: print-ppp.c's output in tcpdump(8); tcpdump.ts.
 */
import * as ppp from "./ppp.ts";

const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([
  [ppp.PROTOCOL_LCP, "LCP"],
  [ppp.PROTOCOL_IPCP, "IPCP"],
  [ppp.PROTOCOL_IPV6CP, "IP6CP"],
]);

/** By code, from 1. */
const CONTROL_NAMES = [
  "Conf-Request",
  "Conf-Ack",
  "Conf-Nack",
  "Conf-Reject",
  "Term-Request",
  "Term-Ack",
  "Code-Reject",
  "Prot-Reject",
  "Echo-Request",
  "Echo-Reply",
  "Disc-Request",
];
const PAP_NAMES = ["Auth-Req", "Auth-ACK", "Auth-NACK"];
const CHAP_NAMES = ["Challenge", "Response", "Success", "Fail"];

/** What is behind a PPP header, of which `length` bytes were captured. The protocol is not one of IP's. */
export function describeControl(protocol: number, view: DataView, offset: number, length: number): string {
  const name = PROTOCOL_NAMES.get(protocol);
  if (name !== undefined) return `${name}, ${heading(CONTROL_NAMES, view, offset, length)}`;
  if (protocol === ppp.PROTOCOL_PAP) return `PAP, ${heading(PAP_NAMES, view, offset, length)}`;
  if (protocol === ppp.PROTOCOL_CHAP) return `CHAP, ${heading(CHAP_NAMES, view, offset, length)}`;
  return `unknown PPP protocol (0x${protocol.toString(16).padStart(4, "0")}), length ${length + 2}`;
}

function heading(names: readonly string[], view: DataView, offset: number, length: number): string {
  if (length < 4) return "[|ppp]";
  const code = view.getUint8(offset);
  const text = names[code - 1] ?? "Unknown";
  // As tcpdump does, the two bytes of the protocol count.
  return `${text} (0x${code.toString(16).padStart(2, "0")}), id ${view.getUint8(offset + 1)}, length ${length + 2}`;
}
