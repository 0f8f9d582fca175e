/**
 * ICMP messages for IPv4.
 *
 * Read first: RFC 792, RFC 1191 §4 (next-hop MTU), RFC 1122 §3.2.2 (which types are errors).
 *
 *      0      1      2          4                            8
 *     ┌──────┬──────┬──────────┬────────────────────────────┬───────────────────────────────────────────────
 *     │ type │ code │ checksum │ rest: depends on the type  │ echo: data; errors: the packet they are about
 *     └──────┴──────┴──────────┴────────────────────────────┴───────────────────────────────────────────────
 *
 * The checksum covers the data too: emit() leaves it zero, and fillChecksum() follows when the data are in place.
 */
import * as checksum from "./checksum.ts";
import { IpAddress } from "./ip-address.ts";
import * as ipv4 from "./ipv4.ts";

const TYPE = 0;
const CODE = 1;
const CHECKSUM = 2;
const REST = 4;
export const HEADER_LENGTH = 8;

export const ECHO_REPLY = 0;
export const DESTINATION_UNREACHABLE = 3;
const SOURCE_QUENCH = 4;
export const REDIRECT = 5;
export const ECHO_REQUEST = 8;
export const TIME_EXCEEDED = 11;
export const PARAMETER_PROBLEM = 12;
export const TIMESTAMP_REQUEST = 13;
export const TIMESTAMP_REPLY = 14;
/** NR_ICMP_TYPES: nothing is known of types behind this. */
const TYPE_MAX = 18;

/** Code of REDIRECT. */
export const REDIRECT_HOST = 1;

/** Codes of DESTINATION_UNREACHABLE. */
export const NET_UNREACHABLE = 0;
export const HOST_UNREACHABLE = 1;
export const PROTOCOL_UNREACHABLE = 2;
export const PORT_UNREACHABLE = 3;
export const FRAGMENTATION_NEEDED = 4;
/** RFC 1812 §5.2.7.1: communication administratively prohibited. */
export const ADMINISTRATIVELY_PROHIBITED = 13;
/** Codes of TIME_EXCEEDED. */
export const TTL_EXCEEDED = 0;
export const REASSEMBLY_TIME_EXCEEDED = 1;

export type Message =
  | { readonly kind: "echo-request" | "echo-reply"; readonly identifier: number; readonly sequence: number }
  /** The MTU is zero unless the code is FRAGMENTATION_NEEDED, and from routers older than RFC 1191. */
  | { readonly kind: "destination-unreachable"; readonly code: number; readonly nextHopMtu: number }
  | { readonly kind: "time-exceeded"; readonly code: number }
  /** The pointer is the index of the octet at fault in the quoted packet, when the code is zero. */
  | { readonly kind: "parameter-problem"; readonly code: number; readonly pointer: number }
  /** The gateway to use instead, for the destination of the quoted packet. */
  | { readonly kind: "redirect"; readonly code: number; readonly gateway: IpAddress }
  | {
      readonly kind: "timestamp-request" | "timestamp-reply";
      readonly identifier: number;
      readonly sequence: number;
    }
  | { readonly kind: "other"; readonly type: number; readonly code: number; readonly rest: number };

/** Where the packet that an error is about begins, and how much of it came along: the caller checks before reading ports. */
export interface Quote {
  readonly offset: number;
  readonly length: number;
}

export type Reason = "truncated" | "bad-checksum" | "bad-quote";

/** True promises, for an error, that the quoted packet starts with an IPv4 header that can be read, options included. */
export function check(view: DataView, offset: number, length: number): true | Reason {
  if (length < HEADER_LENGTH) return "truncated";
  if (checksum.fold(checksum.sum(view, offset, length, 0)) !== 0xffff) return "bad-checksum";
  if (!isError(type(view, offset))) return true;
  const about = quote(offset, length);
  return ipv4.checkHeader(view, about.offset, about.length) === true ? true : "bad-quote";
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
      // RFC 1191 §4: the low half of the word that RFC 792 left unused.
      return { kind: "destination-unreachable", code, nextHopMtu: rest & 0xffff };
    case TIME_EXCEEDED:
      return { kind: "time-exceeded", code };
    case PARAMETER_PROBLEM:
      return { kind: "parameter-problem", code, pointer: rest >>> 24 };
    case REDIRECT:
      return { kind: "redirect", code, gateway: IpAddress.v4(rest) };
    case TIMESTAMP_REQUEST:
      return { kind: "timestamp-request", identifier: rest >>> 16, sequence: rest & 0xffff };
    case TIMESTAMP_REPLY:
      return { kind: "timestamp-reply", identifier: rest >>> 16, sequence: rest & 0xffff };
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
      return [DESTINATION_UNREACHABLE, message.code, message.nextHopMtu];
    case "time-exceeded":
      return [TIME_EXCEEDED, message.code, 0];
    case "parameter-problem":
      return [PARAMETER_PROBLEM, message.code, message.pointer * 0x100_0000];
    case "redirect":
      return [REDIRECT, message.code, message.gateway.v4];
    case "timestamp-request":
      return [TIMESTAMP_REQUEST, 0, message.identifier * 0x1_0000 + message.sequence];
    case "timestamp-reply":
      return [TIMESTAMP_REPLY, 0, message.identifier * 0x1_0000 + message.sequence];
    case "other":
      return [message.type, message.code, message.rest];
  }
}

/** The number of a message's type. */
export function typeOf(message: Message): number {
  return words(message)[0];
}

/** Computes and writes the checksum of a message of `length` bytes, whatever stands in its place. */
export function fillChecksum(view: DataView, offset: number, length: number): void {
  view.setUint16(offset + CHECKSUM, 0);
  view.setUint16(offset + CHECKSUM, checksum.finish(checksum.sum(view, offset, length, 0)));
}

export function type(view: DataView, offset: number): number {
  return view.getUint8(offset + TYPE);
}

/** Bytes of the three times behind the header of a timestamp message. */
export const TIMES_LENGTH = 12;

/** RFC 792: when an answer was received and sent, in milliseconds since midnight UT; the first of the three is the asker's. */
export function setReceiveAndTransmitTime(view: DataView, offset: number, timeMs: number): void {
  view.setUint32(offset + HEADER_LENGTH + 4, timeMs);
  view.setUint32(offset + HEADER_LENGTH + 8, timeMs);
}

/** As Linux's icmp_send: nothing is ever sent about an error, nor about what may be one. */
export function drawsNoError(type: number): boolean {
  return type > TYPE_MAX || isError(type);
}

/** RFC 1122 §3.2.2: no ICMP error is ever sent about one of these. */
export function isError(type: number): boolean {
  return (
    type === DESTINATION_UNREACHABLE ||
    type === TIME_EXCEEDED ||
    type === PARAMETER_PROBLEM ||
    type === REDIRECT ||
    type === SOURCE_QUENCH
  );
}

/** The packet that the error of `length` bytes at `offset` is about. */
export function quote(offset: number, length: number): Quote {
  return { offset: offset + HEADER_LENGTH, length: length - HEADER_LENGTH };
}
