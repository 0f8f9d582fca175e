/**
 * The header of a PPP frame, and the numbers of the protocols in it.
 *
 * Read first: RFC 1661 §2, RFC 1662 §3.1. Between an interface and its device every frame starts with all four bytes;
 * on the line address, control and a byte of the protocol may be left out (wire/hdlc.ts knows nothing of it: link/ppp/ does).
 *
 *     ┌─────────┬─────────┬──────────┬─────────────┐
 *     │ address │ control │ protocol │ information │
 *     │  0xff   │  0x03   │ 16 bits  │             │
 *     └─────────┴─────────┴──────────┴─────────────┘
 */

const ADDRESS = 0;
const CONTROL = 1;
const PROTOCOL = 2;

export const HEADER_LENGTH = 4;
/** RFC 1662 §3.1: all stations, and unnumbered information. */
export const ALL_STATIONS = 0xff;
export const UNNUMBERED = 0x03;

export const PROTOCOL_IPV4 = 0x0021;
export const PROTOCOL_IPV6 = 0x0057;
export const PROTOCOL_IPCP = 0x8021;
export const PROTOCOL_IPV6CP = 0x8057;
export const PROTOCOL_LCP = 0xc021;
export const PROTOCOL_PAP = 0xc023;
export const PROTOCOL_CHAP = 0xc223;

/** Why a frame is none. */
export type Fault = "truncated" | "bad-address";

export function check(view: DataView, offset: number, length: number): true | Fault {
  if (length < HEADER_LENGTH) return "truncated";
  const isWhole = view.getUint8(offset + ADDRESS) === ALL_STATIONS && view.getUint8(offset + CONTROL) === UNNUMBERED;
  return isWhole ? true : "bad-address";
}

export function protocol(view: DataView, offset: number): number {
  return view.getUint16(offset + PROTOCOL);
}

export function emit(view: DataView, offset: number, protocolNumber: number): void {
  view.setUint8(offset + ADDRESS, ALL_STATIONS);
  view.setUint8(offset + CONTROL, UNNUMBERED);
  view.setUint16(offset + PROTOCOL, protocolNumber);
}
