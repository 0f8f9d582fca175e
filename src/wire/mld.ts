/**
 * Messages of multicast listener discovery, which are ICMPv6 messages.
 *
 * Read first: RFC 2710 §3 (version 1), RFC 3810 §5 (version 2). Version 1 is spoken; of version 2, queries (which a host has to
 * understand) and reports are read and written.
 *
 *      0      1      2          4               6          8         24
 *     ┌──────┬──────┬──────────┬───────────────┬──────────┬─────────┬──────────────────────────────────────
 *     │ type │ code │ checksum │ max response  │ reserved │ group   │ version 2: flags, interval, sources
 *     └──────┴──────┴──────────┴───────────────┴──────────┴─────────┴──────────────────────────────────────
 */
import type { IpAddress } from "./ip-address.ts";
import { readAddress, writeAddress } from "./ipv6.ts";

export const QUERY = 130;
export const REPORT = 131;
export const DONE = 132;
export const REPORT_2 = 143;

const LENGTH_1 = 24;
const QUERY_2_LENGTH_MIN = 28;
const RECORD_LENGTH_MIN = 20;

/** What a version 2 report says of one group. */
export interface GroupRecord {
  /** RFC 3810 §5.2.12: 1 to 6, MODE_IS_INCLUDE to BLOCK_OLD_SOURCES. */
  readonly type: number;
  readonly group: IpAddress;
  readonly sources: readonly IpAddress[];
}

export type Message =
  | { readonly kind: "query"; readonly maxResponseMs: number; readonly group: IpAddress }
  | { readonly kind: "report" | "done"; readonly group: IpAddress }
  | { readonly kind: "report-2"; readonly records: readonly GroupRecord[] };

export function isMulticastListener(type: number): boolean {
  return type === QUERY || type === REPORT || type === DONE || type === REPORT_2;
}

/** Is the ICMPv6 message of `length` bytes at `offset`, of one of these types, long enough for what it says? */
export function check(view: DataView, offset: number, length: number): true | "truncated" {
  if (view.getUint8(offset) !== REPORT_2) return length < LENGTH_1 ? "truncated" : true;
  const count = length < 8 ? 1 : view.getUint16(offset + 6);
  let at = 8;
  for (let index = 0; index < count; index++) {
    if (at + RECORD_LENGTH_MIN > length) return "truncated";
    at += recordLength(view, offset + at);
  }
  return at > length ? "truncated" : true;
}

export function parse(view: DataView, offset: number, length: number): Message {
  switch (view.getUint8(offset)) {
    case QUERY: {
      const code = view.getUint16(offset + 4);
      const maxResponseMs = length < QUERY_2_LENGTH_MIN ? code : fromFloating(code);
      return { kind: "query", maxResponseMs, group: readAddress(view, offset + 8) };
    }
    case REPORT_2:
      return { kind: "report-2", records: parseRecords(view, offset) };
    default: {
      const kind = view.getUint8(offset) === REPORT ? "report" : "done";
      return { kind, group: readAddress(view, offset + 8) };
    }
  }
}

function parseRecords(view: DataView, offset: number): readonly GroupRecord[] {
  const records: GroupRecord[] = [];
  let at = offset + 8;
  for (let count = view.getUint16(offset + 6); count > 0; count--) {
    const sources: IpAddress[] = [];
    for (let index = 0; index < view.getUint16(at + 2); index++) sources.push(readAddress(view, at + 20 + 16 * index));
    records.push({ type: view.getUint8(at), group: readAddress(view, at + 4), sources });
    at += recordLength(view, at);
  }
  return records;
}

/** Auxiliary data, which version 2 does not define, are passed over. */
function recordLength(view: DataView, at: number): number {
  return RECORD_LENGTH_MIN + view.getUint16(at + 2) * 16 + view.getUint8(at + 1) * 4;
}

export function lengthOf(message: Message): number {
  if (message.kind !== "report-2") return LENGTH_1;
  return message.records.reduce((total, { sources }) => total + RECORD_LENGTH_MIN + 16 * sources.length, 8);
}

/** Writes lengthOf(message) bytes, the checksum as zero. Queries are those of version 1. */
export function emit(view: DataView, offset: number, message: Message): void {
  view.setUint32(offset, TYPES[message.kind] * 0x100_0000);
  view.setUint32(offset + 4, 0);
  if (message.kind === "report-2") {
    emitRecords(view, offset, message.records);
    return;
  }
  if (message.kind === "query") view.setUint16(offset + 4, message.maxResponseMs);
  writeAddress(view, offset + 8, message.group);
}

const TYPES: Readonly<Record<Message["kind"], number>> = {
  query: QUERY,
  report: REPORT,
  done: DONE,
  "report-2": REPORT_2,
};

function emitRecords(view: DataView, offset: number, records: readonly GroupRecord[]): void {
  view.setUint16(offset + 6, records.length);
  let at = offset + 8;
  for (const { type, group, sources } of records) {
    view.setUint8(at, type);
    view.setUint8(at + 1, 0);
    view.setUint16(at + 2, sources.length);
    writeAddress(view, at + 4, group);
    for (const [index, source] of sources.entries()) writeAddress(view, at + 20 + 16 * index, source);
    at += recordLength(view, at);
  }
}

/** RFC 3810 §5.1.3: beyond 32767 the code is a small floating-point number. */
function fromFloating(code: number): number {
  if (code < 0x8000) return code;
  return ((code & 0xfff) | 0x1000) << (((code >>> 12) & 7) + 3);
}
