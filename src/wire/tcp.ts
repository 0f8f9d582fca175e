/**
 * The TCP header without its options, which wire/tcp-options.ts reads and writes.
 *
 * Read first: RFC 9293 §3.1, RFC 3168 §6.1 (ECE, CWR).
 *
 *      0             2                  4          8       12              14       16         18               20
 *     ┌─────────────┬──────────────────┬──────────┬───────┬───────────────┬────────┬──────────┬────────────────┬─────────
 *     │ source port │ destination port │ sequence │ ack   │ offset, flags │ window │ checksum │ urgent pointer │ options
 *     └─────────────┴──────────────────┴──────────┴───────┴───────────────┴────────┴──────────┴────────────────┴─────────
 *
 * The checksum covers data that may not be in place yet: emit() writes what it is given, as for UDP.
 */
import { IPPROTO_TCP } from "../abi/socket.ts";
import * as checksum from "./checksum.ts";
import type { AddressPair } from "./ip-address.ts";

const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const SEQUENCE = 4;
const ACKNOWLEDGMENT = 8;
const OFFSET_FLAGS = 12;
const WINDOW = 14;
export const CHECKSUM = 16;
const URGENT_POINTER = 18;

/** Bytes of a header without options, which is the shortest. */
export const HEADER_LENGTH = 20;

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;
export const URG = 0x20;
export const ECE = 0x40;
export const CWR = 0x80;
const FLAGS_MASK = 0xff;

export interface Header {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** Bytes of the header with its options: 20 to 60, whole words. */
  readonly headerLength: number;
  /** The control bits: FIN, SYN, RST, PSH, ACK, URG, ECE, CWR. */
  readonly flags: number;
  /** As it stands, not scaled. */
  readonly window: number;
  readonly checksum: number;
  readonly urgentPointer: number;
}

export type Reason = "truncated" | "bad-header-length" | "bad-checksum";

/**
 * Is there a segment in the `length` bytes at `offset`? `addresses` are those of the IP header, or "offloaded" for one
 * that never left this machine and whose checksum was left for later: then only the header is read.
 */
export function check(
  view: DataView,
  offset: number,
  length: number,
  addresses: AddressPair | "offloaded",
): true | Reason {
  const readable = checkHeader(view, offset, length);
  if (readable !== true || addresses === "offloaded") return readable;
  return checksum.fold(sum(view, offset, length, addresses)) === 0xffff ? true : "bad-checksum";
}

/** Can a header with its options be read in the `length` bytes at `offset`? */
export function checkHeader(view: DataView, offset: number, length: number): true | "truncated" | "bad-header-length" {
  if (length < HEADER_LENGTH) return "truncated";
  const bytes = headerLength(view, offset);
  if (bytes < HEADER_LENGTH) return "bad-header-length";
  return bytes > length ? "truncated" : true;
}

export function parse(view: DataView, offset: number): Header {
  return {
    sourcePort: sourcePort(view, offset),
    destinationPort: destinationPort(view, offset),
    sequence: sequence(view, offset),
    acknowledgment: acknowledgment(view, offset),
    headerLength: headerLength(view, offset),
    flags: flags(view, offset),
    window: window(view, offset),
    checksum: view.getUint16(offset + CHECKSUM),
    urgentPointer: urgentPointer(view, offset),
  };
}

/** Writes HEADER_LENGTH bytes. */
export function emit(view: DataView, offset: number, header: Header): void {
  view.setUint16(offset + SOURCE_PORT, header.sourcePort);
  view.setUint16(offset + DESTINATION_PORT, header.destinationPort);
  view.setUint32(offset + SEQUENCE, header.sequence);
  view.setUint32(offset + ACKNOWLEDGMENT, header.acknowledgment);
  view.setUint16(offset + OFFSET_FLAGS, (header.headerLength << 10) | header.flags);
  view.setUint16(offset + WINDOW, header.window);
  view.setUint16(offset + CHECKSUM, header.checksum);
  view.setUint16(offset + URGENT_POINTER, header.urgentPointer);
}

/** Computes and writes the checksum of a segment that lies in one piece, whatever stands in its place. */
export function fillChecksum(view: DataView, offset: number, length: number, addresses: AddressPair): void {
  view.setUint16(offset + CHECKSUM, 0);
  view.setUint16(offset + CHECKSUM, checksum.finish(sum(view, offset, length, addresses)));
}

/**
 * Makes of the header of a large segment that of its piece at that many bytes of the data. What belongs to the end of the
 * data (FIN, PSH) goes with the last piece, CWR with the first: RFC 3168 §6.1.2.
 */
export function setSegment(view: DataView, offset: number, dataOffset: number, isLast: boolean): void {
  view.setUint32(offset + SEQUENCE, sequence(view, offset) + dataOffset);
  const removed = (isLast ? 0 : FIN | PSH) | (dataOffset === 0 ? 0 : CWR);
  view.setUint16(offset + OFFSET_FLAGS, view.getUint16(offset + OFFSET_FLAGS) & ~removed);
}

export function sourcePort(view: DataView, offset: number): number {
  return view.getUint16(offset + SOURCE_PORT);
}

export function destinationPort(view: DataView, offset: number): number {
  return view.getUint16(offset + DESTINATION_PORT);
}

export function sequence(view: DataView, offset: number): number {
  return view.getUint32(offset + SEQUENCE);
}

export function acknowledgment(view: DataView, offset: number): number {
  return view.getUint32(offset + ACKNOWLEDGMENT);
}

/** In bytes: four times the data offset. */
export function headerLength(view: DataView, offset: number): number {
  return (view.getUint8(offset + OFFSET_FLAGS) >>> 4) * 4;
}

export function flags(view: DataView, offset: number): number {
  return view.getUint16(offset + OFFSET_FLAGS) & FLAGS_MASK;
}

export function window(view: DataView, offset: number): number {
  return view.getUint16(offset + WINDOW);
}

export function urgentPointer(view: DataView, offset: number): number {
  return view.getUint16(offset + URGENT_POINTER);
}

function sum(view: DataView, offset: number, length: number, { source, destination }: AddressPair): number {
  return checksum.sum(view, offset, length, checksum.pseudoHeader(source, destination, IPPROTO_TCP, length));
}
