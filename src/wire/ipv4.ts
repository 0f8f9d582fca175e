/**
 * The IPv4 header.
 *
 * Read first: RFC 791 §3.1, RFC 2474 §3 and RFC 3168 §5 (the octet that was Type of Service), RFC 1624 (setTimeToLive).
 *
 *      0         1         2              4                6        8     9        10         12       16            20
 *     ┌─────────┬─────────┬──────────────┬────────────────┬────────┬─────┬────────┬──────────┬────────┬─────────────┬─────────
 *     │ ver/ihl │ ds/ecn  │ total length │ identification │ fl/off │ ttl │ proto  │ checksum │ source │ destination │ options
 *     └─────────┴─────────┴──────────────┴────────────────┴────────┴─────┴────────┴──────────┴────────┴─────────────┴─────────
 *
 * The checksum covers the header alone, so emit() fills it in, check() verifies it, and it is not part of the record.
 */
import { assert } from "../base/assert.ts";
import * as checksum from "./checksum.ts";
import { IpAddress } from "./ip-address.ts";

const VERSION_IHL = 0;
const DS_ECN = 1;
const TOTAL_LENGTH = 2;
const IDENTIFICATION = 4;
const FLAGS_FRAGMENT = 6;
const TTL = 8;
const PROTOCOL = 9;
const CHECKSUM = 10;
const SOURCE = 12;
const DESTINATION = 16;
const OPTIONS = 20;

/** Bytes of a header without options, which is the shortest. */
export const HEADER_LENGTH = 20;
const HEADER_LENGTH_MAX = 60;

const DF = 0x4000;
const MF = 0x2000;
const OFFSET_MASK = 0x1fff;

const NO_OPTIONS = new Uint8Array(0);

export interface Header {
  readonly dscp: number;
  readonly ecn: number;
  /** Bytes of header and payload. */
  readonly totalLength: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In bytes, a multiple of eight. */
  readonly fragmentOffset: number;
  readonly timeToLive: number;
  readonly protocol: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** As they stand in the header, padded to a multiple of four bytes; a copy. */
  readonly options: Uint8Array;
}

export type Reason = "truncated" | "bad-version" | "bad-header-length" | "bad-total-length" | "bad-checksum";

/** Is there a whole datagram in the `length` bytes at `offset`? More bytes than the datagram's are link padding. */
export function check(view: DataView, offset: number, length: number): true | Reason {
  const readable = checkHeader(view, offset, length);
  if (readable !== true) return readable;
  const bytes = headerLength(view, offset);
  if (headerSum(view, offset, bytes) !== 0xffff) return "bad-checksum";
  if (totalLength(view, offset) < bytes) return "bad-total-length";
  return totalLength(view, offset) > length ? "truncated" : true;
}

/** Can a header be read in the `length` bytes at `offset`? All that can be asked of one quoted by ICMP. */
export function checkHeader(
  view: DataView,
  offset: number,
  length: number,
): true | "truncated" | "bad-version" | "bad-header-length" {
  if (length < HEADER_LENGTH) return "truncated";
  if (version(view, offset) !== 4) return "bad-version";
  if (headerLength(view, offset) < HEADER_LENGTH) return "bad-header-length";
  return headerLength(view, offset) > length ? "truncated" : true;
}

export function parse(view: DataView, offset: number): Header {
  return {
    dscp: view.getUint8(offset + DS_ECN) >>> 2,
    ecn: view.getUint8(offset + DS_ECN) & 3,
    totalLength: totalLength(view, offset),
    identification: view.getUint16(offset + IDENTIFICATION),
    dontFragment: (view.getUint16(offset + FLAGS_FRAGMENT) & DF) !== 0,
    moreFragments: moreFragments(view, offset),
    fragmentOffset: fragmentOffset(view, offset),
    timeToLive: timeToLive(view, offset),
    protocol: protocol(view, offset),
    source: source(view, offset),
    destination: destination(view, offset),
    options: options(view, offset),
  };
}

/** Writes HEADER_LENGTH bytes and the options, checksum included. */
export function emit(view: DataView, offset: number, header: Header): void {
  const bytes = HEADER_LENGTH + header.options.length;
  assert(bytes % 4 === 0 && bytes <= HEADER_LENGTH_MAX, "IPv4 options are whole words and at most 40 bytes");
  assert(header.fragmentOffset % 8 === 0, "an IPv4 fragment starts at a multiple of eight bytes");
  const flags = (header.dontFragment ? DF : 0) | (header.moreFragments ? MF : 0);
  view.setUint8(offset + VERSION_IHL, 0x40 | (bytes / 4));
  view.setUint8(offset + DS_ECN, (header.dscp << 2) | header.ecn);
  view.setUint16(offset + TOTAL_LENGTH, header.totalLength);
  view.setUint16(offset + IDENTIFICATION, header.identification);
  view.setUint16(offset + FLAGS_FRAGMENT, flags | (header.fragmentOffset / 8));
  view.setUint8(offset + TTL, header.timeToLive);
  view.setUint8(offset + PROTOCOL, header.protocol);
  view.setUint16(offset + CHECKSUM, 0);
  view.setUint32(offset + SOURCE, header.source.v4);
  view.setUint32(offset + DESTINATION, header.destination.v4);
  const { options } = header;
  for (let index = 0; index < options.length; index++)
    view.setUint8(offset + OPTIONS + index, options[index] as number);
  view.setUint16(offset + CHECKSUM, ~headerSum(view, offset, bytes));
}

/**
 * What emit() writes for nearly every packet: a header without options of a datagram that is no fragment. The sum is made of what is
 * written, which is not read again.
 */
export function emitPlain(
  view: DataView,
  offset: number,
  typeOfService: number,
  totalLength: number,
  identification: number,
  dontFragment: boolean,
  timeToLive: number,
  protocol: number,
  source: IpAddress,
  destination: IpAddress,
): void {
  const from = source.v4 | 0;
  const to = destination.v4 | 0;
  const first = 0x4500 | typeOfService;
  const flags = dontFragment ? DF : 0;
  const ttlProtocol = (timeToLive << 8) | protocol;
  let total = first + totalLength + identification + flags + ttlProtocol;
  total += (from >>> 16) + (from & 0xffff) + (to >>> 16) + (to & 0xffff);
  total = (total >>> 16) + (total & 0xffff);
  total = (total >>> 16) + (total & 0xffff);
  view.setInt32(offset + VERSION_IHL, (first << 16) | totalLength);
  view.setInt32(offset + IDENTIFICATION, (identification << 16) | flags);
  view.setInt32(offset + TTL, (ttlProtocol << 16) | (~total & 0xffff));
  view.setInt32(offset + SOURCE, from);
  view.setInt32(offset + DESTINATION, to);
}

/** The sum of a header, carried around: of at most thirty words, so that it is a small integer all the time. */
function headerSum(view: DataView, offset: number, bytes: number): number {
  let total = 0;
  for (let at = offset; at < offset + bytes; at += 4) {
    const word = view.getInt32(at);
    total += (word >>> 16) + (word & 0xffff);
  }
  total = (total >>> 16) + (total & 0xffff);
  return (total >>> 16) + (total & 0xffff);
}

export function version(view: DataView, offset: number): number {
  return view.getUint8(offset + VERSION_IHL) >>> 4;
}

/** In bytes: four times the IHL. */
export function headerLength(view: DataView, offset: number): number {
  return (view.getUint8(offset + VERSION_IHL) & 0xf) * 4;
}

export function totalLength(view: DataView, offset: number): number {
  return view.getUint16(offset + TOTAL_LENGTH);
}

export function identification(view: DataView, offset: number): number {
  return view.getUint16(offset + IDENTIFICATION);
}

export function moreFragments(view: DataView, offset: number): boolean {
  return (view.getUint16(offset + FLAGS_FRAGMENT) & MF) !== 0;
}

/** In bytes. */
export function fragmentOffset(view: DataView, offset: number): number {
  return (view.getUint16(offset + FLAGS_FRAGMENT) & OFFSET_MASK) * 8;
}

export function dontFragment(view: DataView, offset: number): boolean {
  return (view.getUint16(offset + FLAGS_FRAGMENT) & DF) !== 0;
}

/** One test for the common case: is this less than a whole datagram? */
export function isFragment(view: DataView, offset: number): boolean {
  return (view.getUint16(offset + FLAGS_FRAGMENT) & (MF | OFFSET_MASK)) !== 0;
}

/** The octet with DSCP and ECN. */
export function typeOfService(view: DataView, offset: number): number {
  return view.getUint8(offset + DS_ECN);
}

export function timeToLive(view: DataView, offset: number): number {
  return view.getUint8(offset + TTL);
}

export function protocol(view: DataView, offset: number): number {
  return view.getUint8(offset + PROTOCOL);
}

export function source(view: DataView, offset: number): IpAddress {
  return IpAddress.v4(view.getUint32(offset + SOURCE));
}

export function destination(view: DataView, offset: number): IpAddress {
  return IpAddress.v4(view.getUint32(offset + DESTINATION));
}

/** Its source as a number, for who knows the addresses that come. */
export function sourceBits(view: DataView, offset: number): number {
  return view.getUint32(offset + SOURCE);
}

export function destinationBits(view: DataView, offset: number): number {
  return view.getUint32(offset + DESTINATION);
}

/** Changes the time to live and what that means for the checksum, without reading the rest: a forwarded packet. */
export function setTimeToLive(view: DataView, offset: number, value: number): void {
  const oldWord = view.getUint16(offset + TTL);
  view.setUint8(offset + TTL, value);
  const newWord = view.getUint16(offset + TTL);
  view.setUint16(offset + CHECKSUM, checksum.update(view.getUint16(offset + CHECKSUM), oldWord, newWord));
}

/** Makes a fragment's header of the header of the whole, checksum included. The offset is in bytes. */
export function setFragment(
  view: DataView,
  offset: number,
  total: number,
  fragmentOffset: number,
  moreFragments: boolean,
): void {
  assert(fragmentOffset % 8 === 0, "an IPv4 fragment starts at a multiple of eight bytes");
  const dontFragment = view.getUint16(offset + FLAGS_FRAGMENT) & DF;
  view.setUint16(offset + TOTAL_LENGTH, total);
  view.setUint16(offset + FLAGS_FRAGMENT, dontFragment | (moreFragments ? MF : 0) | (fragmentOffset / 8));
  fillChecksum(view, offset);
}

/** Makes of the header of a large segment that of its piece with this index: the length, the identification, the checksum. */
export function setSegment(view: DataView, offset: number, total: number, index: number): void {
  view.setUint16(offset + TOTAL_LENGTH, total);
  view.setUint16(offset + IDENTIFICATION, view.getUint16(offset + IDENTIFICATION) + index);
  fillChecksum(view, offset);
}

/** Marks a datagram whose sender reacts to it: RFC 3168 §5. The checksum is the caller's affair. */
export function setCongestionExperienced(view: DataView, offset: number): void {
  view.setUint8(offset + DS_ECN, view.getUint8(offset + DS_ECN) | 3);
}

export function setSource(view: DataView, offset: number, source: IpAddress): void {
  view.setUint32(offset + SOURCE, source.v4);
}

export function setTotalLength(view: DataView, offset: number, bytes: number): void {
  view.setUint16(offset + TOTAL_LENGTH, bytes);
}

export function setIdentification(view: DataView, offset: number, identification: number): void {
  view.setUint16(offset + IDENTIFICATION, identification);
}

/** Computes and writes the header's checksum, whatever stands in its place. */
export function fillChecksum(view: DataView, offset: number): void {
  view.setUint16(offset + CHECKSUM, 0);
  view.setUint16(offset + CHECKSUM, checksum.finish(checksum.sum(view, offset, headerLength(view, offset), 0)));
}

function options(view: DataView, offset: number): Uint8Array {
  const length = headerLength(view, offset) - HEADER_LENGTH;
  if (length === 0) return NO_OPTIONS;
  return new Uint8Array(view.buffer, view.byteOffset + offset + OPTIONS, length).slice();
}
