/**
 * The IPv6 header.
 *
 * Read first: RFC 8200 §3, RFC 2474 §3 and RFC 3168 §5 (the traffic class), RFC 6437 (the flow label).
 *
 *      0                                          4                6             7           8        24             40
 *     ┌─────────┬───────────────┬────────────────┬────────────────┬─────────────┬───────────┬────────┬─────────────┬─────────
 *     │ version │ traffic class │ flow label     │ payload length │ next header │ hop limit │ source │ destination │ payload
 *     └─────────┴───────────────┴────────────────┴────────────────┴─────────────┴───────────┴────────┴─────────────┴─────────
 *
 * The payload begins with the extension headers (ipv6-extension.ts). There is no checksum. An address that is a mapped IPv4
 * address does not belong on a wire, and IpAddress could not tell it from IPv4: check() refuses it.
 */
import { IpAddress } from "./ip-address.ts";

const FIRST_WORD = 0;
const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const HOP_LIMIT = 7;
const SOURCE = 8;
const DESTINATION = 24;
export const HEADER_LENGTH = 40;
/** RFC 8200 §5: every link carries packets of this size. */
export const MTU_MIN = 1280;
/** What the payload length can say; jumbograms (RFC 2675) are not taken. */
export const PAYLOAD_MAX_BYTES = 65_535;

export interface Header {
  /** DSCP and ECN: 8 bits. */
  readonly trafficClass: number;
  /** 20 bits. */
  readonly flowLabel: number;
  /** Bytes behind this header, extension headers included. */
  readonly payloadLength: number;
  /** What follows: a transport protocol's number, or an extension header's. */
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

export type Reason = "truncated" | "bad-version" | "mapped-address";

/** Is there a whole packet in the `length` bytes at `offset`? More bytes than the packet's are link padding. */
export function check(view: DataView, offset: number, length: number): true | Reason {
  const readable = checkHeader(view, offset, length);
  if (readable !== true) return readable;
  return HEADER_LENGTH + payloadLength(view, offset) > length ? "truncated" : true;
}

/** Can a header be read in the `length` bytes at `offset`? All that can be asked of one quoted by ICMPv6. */
export function checkHeader(view: DataView, offset: number, length: number): true | Reason {
  if (length < HEADER_LENGTH) return "truncated";
  if (version(view, offset) !== 6) return "bad-version";
  return source(view, offset).family === 4 || destination(view, offset).family === 4 ? "mapped-address" : true;
}

export function parse(view: DataView, offset: number): Header {
  return {
    trafficClass: trafficClass(view, offset),
    flowLabel: flowLabel(view, offset),
    payloadLength: payloadLength(view, offset),
    nextHeader: nextHeader(view, offset),
    hopLimit: hopLimit(view, offset),
    source: source(view, offset),
    destination: destination(view, offset),
  };
}

export function emit(view: DataView, offset: number, header: Header): void {
  view.setUint32(offset + FIRST_WORD, 0x6000_0000 + header.trafficClass * 0x10_0000 + header.flowLabel);
  view.setUint16(offset + PAYLOAD_LENGTH, header.payloadLength);
  view.setUint8(offset + NEXT_HEADER, header.nextHeader);
  view.setUint8(offset + HOP_LIMIT, header.hopLimit);
  writeAddress(view, offset + SOURCE, header.source);
  writeAddress(view, offset + DESTINATION, header.destination);
}

export function version(view: DataView, offset: number): number {
  return view.getUint8(offset + FIRST_WORD) >>> 4;
}

export function trafficClass(view: DataView, offset: number): number {
  return (view.getUint16(offset + FIRST_WORD) >>> 4) & 0xff;
}

export function flowLabel(view: DataView, offset: number): number {
  return view.getUint32(offset + FIRST_WORD) & 0xf_ffff;
}

export function payloadLength(view: DataView, offset: number): number {
  return view.getUint16(offset + PAYLOAD_LENGTH);
}

export function nextHeader(view: DataView, offset: number): number {
  return view.getUint8(offset + NEXT_HEADER);
}

export function hopLimit(view: DataView, offset: number): number {
  return view.getUint8(offset + HOP_LIMIT);
}

export function setHopLimit(view: DataView, offset: number, value: number): void {
  view.setUint8(offset + HOP_LIMIT, value);
}

export function setPayloadLength(view: DataView, offset: number, value: number): void {
  view.setUint16(offset + PAYLOAD_LENGTH, value);
}

export function source(view: DataView, offset: number): IpAddress {
  return readAddress(view, offset + SOURCE);
}

export function destination(view: DataView, offset: number): IpAddress {
  return readAddress(view, offset + DESTINATION);
}

/** Sixteen bytes at `offset`. */
export function readAddress(view: DataView, offset: number): IpAddress {
  return IpAddress.v6(
    view.getUint32(offset),
    view.getUint32(offset + 4),
    view.getUint32(offset + 8),
    view.getUint32(offset + 12),
  );
}

export function writeAddress(view: DataView, offset: number, { w0, w1, w2, w3 }: IpAddress): void {
  view.setUint32(offset, w0);
  view.setUint32(offset + 4, w1);
  view.setUint32(offset + 8, w2);
  view.setUint32(offset + 12, w3);
}
