/**
 * The UDP header.
 *
 * Read first: RFC 768 (one page), RFC 1122 §4.1.3.4 (checksums), RFC 8200 §8.1 (over IPv6).
 *
 *      0             2                  4        6          8
 *     ┌─────────────┬──────────────────┬────────┬──────────┬──────
 *     │ source port │ destination port │ length │ checksum │ data
 *     └─────────────┴──────────────────┴────────┴──────────┴──────
 *
 * The checksum covers data that may not be in place yet, or may never be summed, so the record carries it and emit()
 * writes it as it stands: zero for none, the folded pseudo-header where it is left for later, or zero and then
 * fillChecksum() once the data are in place.
 */
import { IPPROTO_UDP } from "../abi/socket.ts";
import * as checksum from "./checksum.ts";
import type { AddressPair } from "./ip-address.ts";

const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const LENGTH = 4;
export const CHECKSUM = 6;
export const HEADER_LENGTH = 8;

export interface Header {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Bytes of header and data. */
  readonly length: number;
  /** Zero: the sender computed none. */
  readonly checksum: number;
}

export type Reason = "truncated" | "bad-length" | "no-checksum" | "bad-checksum";

/**
 * Is there a datagram in the `length` bytes at `offset`? `addresses` are those of the IP header (its record will do), or
 * "offloaded" for a packet that never left this machine and whose checksum was left for later: then only the header is
 * read, and the data may lie elsewhere.
 */
export function check(
  view: DataView,
  offset: number,
  length: number,
  addresses: AddressPair | "offloaded",
): true | Reason {
  if (length < HEADER_LENGTH) return "truncated";
  const claimed = datagramLength(view, offset);
  if (claimed < HEADER_LENGTH) return "bad-length";
  if (claimed > length) return "truncated";
  if (addresses === "offloaded") return true;
  if (view.getUint16(offset + CHECKSUM) === 0) {
    // RFC 8200 §8.1: over IPv6 the checksum is not optional.
    return addresses.source.family === 4 ? true : "no-checksum";
  }
  return checksum.fold(sum(view, offset, addresses)) === 0xffff ? true : "bad-checksum";
}

export function parse(view: DataView, offset: number): Header {
  return {
    sourcePort: sourcePort(view, offset),
    destinationPort: destinationPort(view, offset),
    length: datagramLength(view, offset),
    checksum: view.getUint16(offset + CHECKSUM),
  };
}

export function emit(view: DataView, offset: number, header: Header): void {
  view.setUint16(offset + SOURCE_PORT, header.sourcePort);
  view.setUint16(offset + DESTINATION_PORT, header.destinationPort);
  view.setUint16(offset + LENGTH, header.length);
  view.setUint16(offset + CHECKSUM, header.checksum);
}

/** Computes and writes the checksum of a datagram that lies in one piece, whatever stands in its place. */
export function fillChecksum(view: DataView, offset: number, addresses: AddressPair): void {
  view.setUint16(offset + CHECKSUM, 0);
  // RFC 768: "If the computed checksum is zero, it is transmitted as all ones": zero means that there is none.
  view.setUint16(offset + CHECKSUM, checksum.finish(sum(view, offset, addresses)) || 0xffff);
}

export function sourcePort(view: DataView, offset: number): number {
  return view.getUint16(offset + SOURCE_PORT);
}

export function destinationPort(view: DataView, offset: number): number {
  return view.getUint16(offset + DESTINATION_PORT);
}

/** Bytes of header and data. */
export function datagramLength(view: DataView, offset: number): number {
  return view.getUint16(offset + LENGTH);
}

function sum(view: DataView, offset: number, { source, destination }: AddressPair): number {
  const length = datagramLength(view, offset);
  return checksum.sum(view, offset, length, checksum.pseudoHeader(source, destination, IPPROTO_UDP, length));
}
