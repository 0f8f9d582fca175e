/**
 * Blocks of a capture file in the pcapng format, which Wireshark and tcpdump read.
 *
 * Read first: draft-ietf-opsawg-pcapng §3.1 (general block), §4.1–4.3 and §4.6 (the four blocks here).
 *
 *     ┌──────┬──────────────┬──────────────┬─────────────┬─────────┬──────────────┐
 *     │ type │ total length │ fixed fields │ packet data │ options │ total length │     all in words of 32 bits
 *     └──────┴──────────────┴──────────────┴─────────────┴─────────┴──────────────┘
 *
 * A file is a section-header, an interface-description for each interface (numbered from 0 in that order), and then
 * packets and statistics: the blocks that emit() returns, one after the other. Reading is check() → parse() → on by
 * blockLength(). All is little-endian and counts nanoseconds; check() refuses files of other kinds.
 */
import { assert } from "../base/assert.ts";
import * as options from "./pcapng-options.ts";

const TYPE = 0;
const TOTAL_LENGTH = 4;
const BODY = 8;
const TRAILER_LENGTH = 4;
const LITTLE_ENDIAN = true;

const SECTION_HEADER = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION = 1;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;

/** Offsets in the bodies. */
const SHB_MAGIC = 0;
const SHB_MAJOR = 4;
const SHB_MINOR = 6;
const SHB_SECTION_LENGTH = 8;
const IDB_LINK_TYPE = 0;
const IDB_SNAP_LENGTH = 4;
/** Packets and statistics begin alike. */
const INTERFACE_ID = 0;
const TIMESTAMP = 4;
const EPB_CAPTURED_LENGTH = 12;
const EPB_ORIGINAL_LENGTH = 16;
const EPB_DATA = 20;

const TYPE_OF: Readonly<Record<Block["type"], number>> = {
  "section-header": SECTION_HEADER,
  "interface-description": INTERFACE_DESCRIPTION,
  "enhanced-packet": ENHANCED_PACKET,
  "interface-statistics": INTERFACE_STATISTICS,
};

/** Bytes of a body before data and options. */
const FIXED_LENGTH: ReadonlyMap<number, number> = new Map([
  [SECTION_HEADER, 16],
  [INTERFACE_DESCRIPTION, 8],
  [ENHANCED_PACKET, EPB_DATA],
  [INTERFACE_STATISTICS, 12],
]);

const BYTE_ORDER_MAGIC = 0x1a2b_3c4d;
const VERSION_MAJOR = 1;
const VERSION_MINOR = 0;
const SECTION_LENGTH_UNKNOWN = -1n;

const OPT_COMMENT = 1;
const SHB_HARDWARE = 2;
const SHB_OS = 3;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;
const ISB_IFRECV = 4;
const ISB_IFDROP = 5;

/** The value of IF_TSRESOL for units of 10⁻⁹ s; without the option a file counts microseconds. */
const NANOSECONDS = 9;

/** EPB_FLAGS, bits 0 and 1. */
const DIRECTION_MASK = 3;
const INBOUND = 1;
const OUTBOUND = 2;

export const LINKTYPE_ETHERNET = 1;
/** PPP frames with their address and control bytes. */
export const LINKTYPE_PPP = 9;
/** IPv4 or IPv6 packets without a link header. */
export const LINKTYPE_RAW = 101;

export interface SectionHeader {
  readonly type: "section-header";
  readonly hardware?: string | undefined;
  readonly os?: string | undefined;
  readonly application?: string | undefined;
  readonly comment?: string | undefined;
}

export interface InterfaceDescription {
  readonly type: "interface-description";
  readonly linkType: number;
  /** The most bytes of a packet that are kept; zero for no limit. */
  readonly snapLength: number;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly comment?: string | undefined;
}

export interface EnhancedPacket {
  readonly type: "enhanced-packet";
  readonly interfaceId: number;
  /** Nanoseconds since the Unix epoch. A bigint, because a number stops being exact after 104 days of them. */
  readonly timeNs: bigint;
  readonly captured: Uint8Array;
  /** Bytes that the packet had on the wire. */
  readonly originalLength: number;
  readonly direction?: "inbound" | "outbound" | undefined;
  readonly comment?: string | undefined;
}

export interface InterfaceStatistics {
  readonly type: "interface-statistics";
  readonly interfaceId: number;
  /** When the counters were read, in nanoseconds since the Unix epoch. */
  readonly timeNs: bigint;
  readonly receivedPackets?: number | undefined;
  readonly droppedPackets?: number | undefined;
  readonly comment?: string | undefined;
}

export type Block = SectionHeader | InterfaceDescription | EnhancedPacket | InterfaceStatistics;

export type Reason =
  | "truncated"
  | "bad-magic"
  | "bad-length"
  | "bad-version"
  | "bad-option"
  | "unknown-type"
  | "not-nanoseconds";

/** Is the first block in the `length` bytes at `offset` one that parse() reads? */
export function check(view: DataView, offset: number, length: number): true | Reason {
  if (length < BODY + TRAILER_LENGTH) return "truncated";
  const type = view.getUint32(offset + TYPE, LITTLE_ENDIAN);
  const body = offset + BODY;
  // The magic tells the byte order, so it is looked at before any length is believed.
  if (type === SECTION_HEADER && view.getUint32(body + SHB_MAGIC, LITTLE_ENDIAN) !== BYTE_ORDER_MAGIC)
    return "bad-magic";
  const total = blockLength(view, offset);
  if (total > length) return "truncated";
  const fixedLength = FIXED_LENGTH.get(type) ?? 0;
  if (total % 4 !== 0 || total < BODY + fixedLength + TRAILER_LENGTH) return "bad-length";
  if (view.getUint32(offset + total - TRAILER_LENGTH, LITTLE_ENDIAN) !== total) return "bad-length";
  if (fixedLength === 0) return "unknown-type";
  if (dataLength(view, offset) > total - BODY - fixedLength - TRAILER_LENGTH) return "bad-length";
  if (type === SECTION_HEADER && view.getUint16(body + SHB_MAJOR, LITTLE_ENDIAN) !== VERSION_MAJOR)
    return "bad-version";
  const [start, optionsLength] = optionsRange(view, offset);
  if (options.check(view, start, optionsLength) !== true) return "bad-option";
  if (type !== INTERFACE_DESCRIPTION) return true;
  const resolution = options.parse(view, start, optionsLength).get(IF_TSRESOL);
  return resolution?.[0] === NANOSECONDS ? true : "not-nanoseconds";
}

/** Bytes to the next block; right also for a block of unknown type, which is stepped over. */
export function blockLength(view: DataView, offset: number): number {
  return view.getUint32(offset + TOTAL_LENGTH, LITTLE_ENDIAN);
}

/** Reads one block. Options that the records don't have are skipped. */
export function parse(view: DataView, offset: number): Block {
  const body = offset + BODY;
  const found = options.parse(view, ...optionsRange(view, offset));
  const comment = options.toText(found.get(OPT_COMMENT));
  switch (view.getUint32(offset + TYPE, LITTLE_ENDIAN)) {
    case SECTION_HEADER:
      return {
        type: "section-header",
        hardware: options.toText(found.get(SHB_HARDWARE)),
        os: options.toText(found.get(SHB_OS)),
        application: options.toText(found.get(SHB_USERAPPL)),
        comment,
      };
    case INTERFACE_DESCRIPTION:
      return {
        type: "interface-description",
        linkType: view.getUint16(body + IDB_LINK_TYPE, LITTLE_ENDIAN),
        snapLength: view.getUint32(body + IDB_SNAP_LENGTH, LITTLE_ENDIAN),
        name: options.toText(found.get(IF_NAME)),
        description: options.toText(found.get(IF_DESCRIPTION)),
        comment,
      };
    case ENHANCED_PACKET:
      return {
        type: "enhanced-packet",
        interfaceId: view.getUint32(body + INTERFACE_ID, LITTLE_ENDIAN),
        timeNs: readTime(view, body + TIMESTAMP),
        captured: bytesAt(view, body + EPB_DATA, dataLength(view, offset)).slice(),
        originalLength: view.getUint32(body + EPB_ORIGINAL_LENGTH, LITTLE_ENDIAN),
        direction: directionOf(options.toUint32(found.get(EPB_FLAGS))),
        comment,
      };
    default:
      return {
        type: "interface-statistics",
        interfaceId: view.getUint32(body + INTERFACE_ID, LITTLE_ENDIAN),
        timeNs: readTime(view, body + TIMESTAMP),
        receivedPackets: options.toUint64(found.get(ISB_IFRECV)),
        droppedPackets: options.toUint64(found.get(ISB_IFDROP)),
        comment,
      };
  }
}

/** The bytes of one block. */
export function emit(block: Block): Uint8Array {
  const view = frame(block);
  switch (block.type) {
    case "section-header":
      view.setUint32(BODY + SHB_MAGIC, BYTE_ORDER_MAGIC, LITTLE_ENDIAN);
      view.setUint16(BODY + SHB_MAJOR, VERSION_MAJOR, LITTLE_ENDIAN);
      view.setUint16(BODY + SHB_MINOR, VERSION_MINOR, LITTLE_ENDIAN);
      view.setBigInt64(BODY + SHB_SECTION_LENGTH, SECTION_LENGTH_UNKNOWN, LITTLE_ENDIAN);
      break;
    case "interface-description":
      view.setUint16(BODY + IDB_LINK_TYPE, block.linkType, LITTLE_ENDIAN);
      view.setUint32(BODY + IDB_SNAP_LENGTH, block.snapLength, LITTLE_ENDIAN);
      break;
    case "enhanced-packet":
      view.setUint32(BODY + INTERFACE_ID, block.interfaceId, LITTLE_ENDIAN);
      writeTime(view, BODY + TIMESTAMP, block.timeNs);
      view.setUint32(BODY + EPB_CAPTURED_LENGTH, block.captured.length, LITTLE_ENDIAN);
      view.setUint32(BODY + EPB_ORIGINAL_LENGTH, block.originalLength, LITTLE_ENDIAN);
      bytesAt(view, BODY + EPB_DATA, block.captured.length).set(block.captured);
      break;
    case "interface-statistics":
      view.setUint32(BODY + INTERFACE_ID, block.interfaceId, LITTLE_ENDIAN);
      writeTime(view, BODY + TIMESTAMP, block.timeNs);
      break;
  }
  return bytesAt(view, 0, view.byteLength);
}

/** Room for a block, with what all of them have in place: type, lengths and options. */
function frame(block: Block): DataView {
  const type = TYPE_OF[block.type];
  const fields = optionsOf(block);
  const dataLength = block.type === "enhanced-packet" ? options.padded(block.captured.length) : 0;
  const optionsStart = BODY + (FIXED_LENGTH.get(type) as number) + dataLength;
  const total = optionsStart + options.size(fields) + TRAILER_LENGTH;
  const view = new DataView(new ArrayBuffer(total));
  view.setUint32(TYPE, type, LITTLE_ENDIAN);
  view.setUint32(TOTAL_LENGTH, total, LITTLE_ENDIAN);
  options.emit(view, optionsStart, fields);
  view.setUint32(total - TRAILER_LENGTH, total, LITTLE_ENDIAN);
  return view;
}

function optionsOf(block: Block): options.Options {
  const comment = [OPT_COMMENT, options.fromText(block.comment)] as const;
  switch (block.type) {
    case "section-header":
      return options.collect(
        comment,
        [SHB_HARDWARE, options.fromText(block.hardware)],
        [SHB_OS, options.fromText(block.os)],
        [SHB_USERAPPL, options.fromText(block.application)],
      );
    case "interface-description":
      return options.collect(
        comment,
        [IF_NAME, options.fromText(block.name)],
        [IF_DESCRIPTION, options.fromText(block.description)],
        [IF_TSRESOL, Uint8Array.of(NANOSECONDS)],
      );
    case "enhanced-packet":
      return options.collect(comment, [EPB_FLAGS, options.fromUint32(flagsOf(block.direction))]);
    case "interface-statistics":
      return options.collect(
        comment,
        [ISB_IFRECV, options.fromUint64(block.receivedPackets)],
        [ISB_IFDROP, options.fromUint64(block.droppedPackets)],
      );
  }
}

/** Where the options of a block begin, and their length with the end mark. */
function optionsRange(view: DataView, offset: number): readonly [start: number, length: number] {
  const fixedLength = FIXED_LENGTH.get(view.getUint32(offset + TYPE, LITTLE_ENDIAN));
  assert(fixedLength !== undefined, "a block of unknown type does not pass check()");
  const start = offset + BODY + fixedLength + options.padded(dataLength(view, offset));
  return [start, offset + blockLength(view, offset) - TRAILER_LENGTH - start];
}

/** Only packets carry data. */
function dataLength(view: DataView, offset: number): number {
  if (view.getUint32(offset + TYPE, LITTLE_ENDIAN) !== ENHANCED_PACKET) return 0;
  return view.getUint32(offset + BODY + EPB_CAPTURED_LENGTH, LITTLE_ENDIAN);
}

function flagsOf(direction: EnhancedPacket["direction"]): number | undefined {
  if (direction === undefined) return undefined;
  return direction === "inbound" ? INBOUND : OUTBOUND;
}

function directionOf(flags: number | undefined): EnhancedPacket["direction"] {
  const bits = (flags ?? 0) & DIRECTION_MASK;
  if (bits === INBOUND) return "inbound";
  return bits === OUTBOUND ? "outbound" : undefined;
}

/** A time is two words, the high one first in either byte order: not one word of 64 bits. */
function writeTime(view: DataView, offset: number, timeNs: bigint): void {
  view.setUint32(offset, Number((timeNs >> 32n) & 0xffff_ffffn), LITTLE_ENDIAN);
  view.setUint32(offset + 4, Number(timeNs & 0xffff_ffffn), LITTLE_ENDIAN);
}

function readTime(view: DataView, offset: number): bigint {
  const high = BigInt(view.getUint32(offset, LITTLE_ENDIAN));
  return (high << 32n) | BigInt(view.getUint32(offset + 4, LITTLE_ENDIAN));
}

function bytesAt(view: DataView, offset: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, length);
}
