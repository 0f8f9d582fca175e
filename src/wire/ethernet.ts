/**
 * Ethernet II frames, without preamble and check sequence.
 *
 * Read first: RFC 894, IEEE 802.3 §3.2.
 *
 *      0                    6                    12          14
 *     ┌────────────────────┬────────────────────┬───────────┬─────────
 *     │ destination        │ source             │ EtherType │ payload
 *     └────────────────────┴────────────────────┴───────────┴─────────
 *
 * Like every format of this folder: check() what came from a wire, then parse() it or read single fields; emit() writes.
 */
import * as mac from "./mac-address.ts";

const DESTINATION = 0;
const SOURCE = 6;
const ETHER_TYPE = 12;
export const HEADER_LENGTH = 14;

export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_ARP = 0x0806;
export const ETHERTYPE_IPV6 = 0x86dd;
/** Smaller values are the length of an IEEE 802.3 frame. */
export const ETHERTYPE_MIN = 0x0600;

export interface Header {
  readonly destination: mac.MacAddress;
  readonly source: mac.MacAddress;
  readonly etherType: number;
}

export type Reason = "truncated" | "not-ethernet-ii";

/** Is a frame of `length` bytes at `offset` one that can be read here? */
export function check(view: DataView, offset: number, length: number): true | Reason {
  if (length < HEADER_LENGTH) return "truncated";
  return etherType(view, offset) < ETHERTYPE_MIN ? "not-ethernet-ii" : true;
}

export function parse(view: DataView, offset: number): Header {
  return {
    destination: destination(view, offset),
    source: source(view, offset),
    etherType: etherType(view, offset),
  };
}

export function emit(view: DataView, offset: number, header: Header): void {
  mac.write(view, offset + DESTINATION, header.destination);
  mac.write(view, offset + SOURCE, header.source);
  view.setUint16(offset + ETHER_TYPE, header.etherType);
}

export function destination(view: DataView, offset: number): mac.MacAddress {
  return mac.read(view, offset + DESTINATION);
}

export function source(view: DataView, offset: number): mac.MacAddress {
  return mac.read(view, offset + SOURCE);
}

export function etherType(view: DataView, offset: number): number {
  return view.getUint16(offset + ETHER_TYPE);
}
