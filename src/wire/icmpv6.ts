/**
 * ICMP messages for IPv6: errors and echo. Neighbour discovery and multicast listeners have files of their own (nd.ts, mld.ts).
 *
 * Read first: RFC 4443 §2.1 (types below 128 are errors), §3 and §4.
 *
 *      0      1      2          4                            8
 *     ┌──────┬──────┬──────────┬────────────────────────────┬───────────────────────────────────────────────
 *     │ type │ code │ checksum │ rest: depends on the type  │ echo: data; errors: the packet they are about
 *     └──────┴──────┴──────────┴────────────────────────────┴───────────────────────────────────────────────
 *
 * The checksum covers a pseudo-header and the data too: emit() leaves it zero, fillChecksum() follows when the data are in place.
 */
import { IPPROTO_ICMPV6 } from "../abi/socket.ts";
import * as checksum from "./checksum.ts";
import type { AddressPair } from "./ip-address.ts";
import * as ipv6 from "./ipv6.ts";

const TYPE = 0;
const CODE = 1;
const CHECKSUM = 2;
const REST = 4;
export const HEADER_LENGTH = 8;

export const DESTINATION_UNREACHABLE = 1;
export const PACKET_TOO_BIG = 2;
export const TIME_EXCEEDED = 3;
export const PARAMETER_PROBLEM = 4;
export const ECHO_REQUEST = 128;
export const ECHO_REPLY = 129;
/** RFC 4443 §2.1: the first type that is no error. */
const INFORMATIONAL = 128;

/** Codes of DESTINATION_UNREACHABLE. */
export const NO_ROUTE = 0;
export const PROHIBITED = 1;
export const BEYOND_SCOPE = 2;
export const ADDRESS_UNREACHABLE = 3;
export const PORT_UNREACHABLE = 4;
/** Codes of TIME_EXCEEDED. */
export const HOP_LIMIT_EXCEEDED = 0;
export const REASSEMBLY_TIME_EXCEEDED = 1;
/** Codes of PARAMETER_PROBLEM. */
export const ERRONEOUS_HEADER = 0;
export const UNRECOGNISED_NEXT_HEADER = 1;
export const UNRECOGNISED_OPTION = 2;
/** RFC 7112 §5. */
export const INCOMPLETE_HEADER_CHAIN = 3;

export type Message =
  | { readonly kind: "echo-request"; readonly identifier: number; readonly sequence: number }
  | { readonly kind: "echo-reply"; readonly identifier: number; readonly sequence: number }
  | { readonly kind: "destination-unreachable"; readonly code: number }
  | { readonly kind: "packet-too-big"; readonly code: number; readonly mtu: number }
  | { readonly kind: "time-exceeded"; readonly code: number }
  /** The pointer is the offset of the octet at fault in the packet that the error is about. */
  | { readonly kind: "parameter-problem"; readonly code: number; readonly pointer: number }
  | { readonly kind: "other"; readonly type: number; readonly code: number; readonly rest: number };

/** What a message about a packet says. */
export type ErrorMessage = Exclude<Message, { readonly kind: "echo-request" | "echo-reply" | "other" }>;

export type Reason = "truncated" | "bad-checksum" | "bad-quote";

/** True promises, for an error, that the quoted packet starts with an IPv6 header that can be read. */
export function check(
  view: DataView,
  offset: number,
  length: number,
  addresses: AddressPair | "offloaded",
): true | Reason {
  if (length < HEADER_LENGTH) return "truncated";
  if (addresses !== "offloaded" && checksum.fold(sum(view, offset, length, addresses)) !== 0xffff)
    return "bad-checksum";
  if (!isError(type(view, offset))) return true;
  const isReadable = ipv6.checkHeader(view, offset + HEADER_LENGTH, length - HEADER_LENGTH) === true;
  return isReadable ? true : "bad-quote";
}

export function parse(view: DataView, offset: number): Message {
  const code = view.getUint8(offset + CODE);
  const rest = view.getUint32(offset + REST);
  switch (type(view, offset)) {
    case ECHO_REQUEST:
      return { kind: "echo-request", identifier: rest >>> 16, sequence: rest & 0xffff };
    case ECHO_REPLY:
      return { kind: "echo-reply", identifier: rest >>> 16, sequence: rest & 0xffff };
    case DESTINATION_UNREACHABLE:
      return { kind: "destination-unreachable", code };
    case PACKET_TOO_BIG:
      return { kind: "packet-too-big", code, mtu: rest };
    case TIME_EXCEEDED:
      return { kind: "time-exceeded", code };
    case PARAMETER_PROBLEM:
      return { kind: "parameter-problem", code, pointer: rest };
    default:
      return { kind: "other", type: type(view, offset), code, rest };
  }
}

/** Writes the eight bytes of the header; data and then fillChecksum() follow. */
export function emit(view: DataView, offset: number, message: Message): void {
  const [type, code, rest] = words(message);
  view.setUint8(offset + TYPE, type);
  view.setUint8(offset + CODE, code);
  view.setUint16(offset + CHECKSUM, 0);
  view.setUint32(offset + REST, rest);
}

function words(message: Message): readonly [type: number, code: number, rest: number] {
  switch (message.kind) {
    case "echo-request":
      return [ECHO_REQUEST, 0, message.identifier * 0x1_0000 + message.sequence];
    case "echo-reply":
      return [ECHO_REPLY, 0, message.identifier * 0x1_0000 + message.sequence];
    case "destination-unreachable":
      return [DESTINATION_UNREACHABLE, message.code, 0];
    case "packet-too-big":
      return [PACKET_TOO_BIG, message.code, message.mtu];
    case "time-exceeded":
      return [TIME_EXCEEDED, message.code, 0];
    case "parameter-problem":
      return [PARAMETER_PROBLEM, message.code, message.pointer];
    case "other":
      return [message.type, message.code, message.rest];
  }
}

/** Computes and writes the checksum of a message of `length` bytes, whatever stands in its place. */
export function fillChecksum(view: DataView, offset: number, length: number, addresses: AddressPair): void {
  view.setUint16(offset + CHECKSUM, 0);
  view.setUint16(offset + CHECKSUM, checksum.finish(sum(view, offset, length, addresses)));
}

export function type(view: DataView, offset: number): number {
  return view.getUint8(offset + TYPE);
}

/** RFC 4443 §2.4 (e): no ICMPv6 error is ever sent about one of these. */
export function isError(type: number): boolean {
  return type < INFORMATIONAL;
}

function sum(view: DataView, offset: number, length: number, { source, destination }: AddressPair): number {
  return checksum.sum(view, offset, length, checksum.pseudoHeader(source, destination, IPPROTO_ICMPV6, length));
}
