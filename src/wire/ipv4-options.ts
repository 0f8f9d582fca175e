/**
 * The options of an IPv4 header.
 *
 * Read first: RFC 791 §3.1 ("Options"), RFC 2113 (router alert), RFC 7126 (what of this is still wanted); Linux's
 * __ip_options_compile, whose order of checks, and idea of which octet is at fault, is kept.
 *
 *     ┌──────┬────────┬─────────┬──────────┬──────────┐   record route: the pointer counts from 1 and names the next free
 *     │ type │ length │ pointer │ address  │ address …│   octet, so 4 is the first
 *     └──────┴────────┴─────────┴──────────┴──────────┘
 *     ┌──────┬────────┬─────────┬──────────┬──────────┐   timestamp: overflow in the high half, flag in the low half;
 *     │  68  │ length │ pointer │ ovfl/flag│ entry …  │   an entry is a time, or an address and a time
 *     └──────┴────────┴─────────┴──────────┴──────────┘
 *
 * Functions take (view, offset, length) of the options alone.
 */
import { IpAddress } from "./ip-address.ts";
import * as ipv4 from "./ipv4.ts";

const END = 0;
const NO_OPERATION = 1;
const RECORD_ROUTE = 7;
const TIMESTAMP = 68;
export const LOOSE_SOURCE_ROUTE = 131;
export const STRICT_SOURCE_ROUTE = 137;
const ROUTER_ALERT = 148;

/** Flags of the timestamp option: times alone; with the address of each who writes; addresses are given. */
const TIMES_ONLY = 0;
const TIMES_AND_ADDRESSES = 1;
const TIMES_OF_GIVEN = 3;

/** Bit of the type: stands in every fragment. */
const COPIED = 0x80;
const OVERFLOW_MAX = 15;

/** The router alert option, which IGMP messages carry. */
export const ROUTER_ALERT_BYTES: Uint8Array = Uint8Array.of(ROUTER_ALERT, 4, 0, 0);

/** What a host is asked to do, found in one look. */
export interface Contents {
  readonly hasSourceRoute: boolean;
  readonly hasRouterAlert: boolean;
  /** Offsets of the options from the first one; -1 where there is none. */
  readonly recordRoute: number;
  readonly timestamp: number;
}

/** What stands in the options, or the offset of the octet at fault. */
export function scan(view: DataView, offset: number, length: number): Contents | number {
  let hasSourceRoute = false;
  let hasRouterAlert = false;
  let recordRoute = -1;
  let timestamp = -1;
  for (let at = 0; at < length; ) {
    const type = view.getUint8(offset + at);
    if (type === END) break;
    if (type === NO_OPERATION) {
      at++;
      continue;
    }
    if (at + 1 >= length) return at;
    const optionLength = view.getUint8(offset + at + 1);
    if (optionLength < 2 || at + optionLength > length) return at;
    const fault = faultOf(view, offset + at, type, optionLength);
    if (fault >= 0) return at + fault;
    switch (type) {
      case LOOSE_SOURCE_ROUTE:
      case STRICT_SOURCE_ROUTE:
        if (hasSourceRoute) return at;
        hasSourceRoute = true;
        break;
      case RECORD_ROUTE:
        if (recordRoute >= 0) return at;
        recordRoute = at;
        break;
      case TIMESTAMP:
        if (timestamp >= 0) return at;
        timestamp = at;
        break;
      case ROUTER_ALERT:
        hasRouterAlert = view.getUint16(offset + at + 2) === 0;
        break;
      default:
      // RFC 1122 §3.2.1.8: what is not understood is passed over.
    }
    at += optionLength;
  }
  return { hasSourceRoute, hasRouterAlert, recordRoute, timestamp };
}

/** Where in the option an octet is at fault; -1 when none is. */
function faultOf(view: DataView, offset: number, type: number, length: number): number {
  switch (type) {
    case LOOSE_SOURCE_ROUTE:
    case STRICT_SOURCE_ROUTE:
    case RECORD_ROUTE: {
      if (length < 3) return 1;
      const pointer = view.getUint8(offset + 2);
      if (pointer < 4) return 2;
      return type === RECORD_ROUTE && pointer <= length && pointer + 3 > length ? 2 : -1;
    }
    case TIMESTAMP:
      return faultOfTimestamp(view, offset, length);
    case ROUTER_ALERT:
      return length < 4 ? 1 : -1;
    default:
      return -1;
  }
}

function faultOfTimestamp(view: DataView, offset: number, length: number): number {
  if (length < 4) return 1;
  const pointer = view.getUint8(offset + 2);
  if (pointer < 5) return 2;
  const flag = view.getUint8(offset + 3) & 0xf;
  if (pointer > length) {
    const overflow = view.getUint8(offset + 3) >>> 4;
    return flag !== TIMES_OF_GIVEN && overflow === OVERFLOW_MAX ? 3 : -1;
  }
  if (flag === TIMES_ONLY) return pointer + 3 > length ? 2 : -1;
  if (flag === TIMES_AND_ADDRESSES || flag === TIMES_OF_GIVEN) return pointer + 7 > length ? 2 : -1;
  return 3;
}

/**
 * A host that the datagram passes writes itself down, where it is asked to: in a record of the route, and in one of times.
 * `scan` has found nothing wrong. True when anything was written.
 */
export function stamp(
  view: DataView,
  offset: number,
  contents: Contents,
  who: { readonly address: IpAddress; readonly timeMs: number; readonly isOurs: (address: IpAddress) => boolean },
): boolean {
  const routeWritten = contents.recordRoute >= 0 && recordRoute(view, offset + contents.recordRoute, who.address);
  const timeWritten = contents.timestamp >= 0 && recordTime(view, offset + contents.timestamp, who);
  return routeWritten || timeWritten;
}

function recordRoute(view: DataView, offset: number, address: IpAddress): boolean {
  const pointer = view.getUint8(offset + 2);
  if (pointer > view.getUint8(offset + 1)) return false;
  view.setUint32(offset + pointer - 1, address.v4);
  view.setUint8(offset + 2, pointer + 4);
  return true;
}

function recordTime(view: DataView, offset: number, who: Parameters<typeof stamp>[3]): boolean {
  const pointer = view.getUint8(offset + 2);
  const overflowAndFlag = view.getUint8(offset + 3);
  const flag = overflowAndFlag & 0xf;
  if (pointer > view.getUint8(offset + 1)) {
    // RFC 791: the overflow says how many hosts could not write theirs.
    if (flag === TIMES_OF_GIVEN) return false;
    view.setUint8(offset + 3, overflowAndFlag + 0x10);
    return true;
  }
  const entry = offset + pointer - 1;
  if (flag === TIMES_OF_GIVEN && !who.isOurs(IpAddress.v4(view.getUint32(entry)))) return false;
  if (flag === TIMES_AND_ADDRESSES) view.setUint32(entry, who.address.v4);
  const hasAddress = flag !== TIMES_ONLY;
  view.setUint32(entry + (hasAddress ? 4 : 0), who.timeMs);
  view.setUint8(offset + 2, pointer + (hasAddress ? 8 : 4));
  return true;
}

/** Of the options of a request, which are sound, those that an answer carries back: RFC 1122 §3.2.2.6. */
export function recording(options: Uint8Array): Uint8Array {
  const view = new DataView(options.buffer, options.byteOffset, options.length);
  const contents = scan(view, 0, options.length);
  if (typeof contents === "number") return new Uint8Array(0);
  const kept = [contents.recordRoute, contents.timestamp].filter((at) => at >= 0).sort((one, other) => one - other);
  const bytes = kept.flatMap((at) => [...options.subarray(at, at + view.getUint8(at + 1))]);
  while (bytes.length % 4 !== 0) bytes.push(END);
  return Uint8Array.from(bytes);
}

/** In the header at `offset`, options that only the first fragment carries become no operations. */
export function blankUncopied(view: DataView, offset: number): void {
  const end = offset + ipv4.headerLength(view, offset);
  for (let at = offset + ipv4.HEADER_LENGTH; at < end; ) {
    const type = view.getUint8(at);
    if (type === END) return;
    const length = type === NO_OPERATION || at + 1 >= end ? 1 : Math.max(1, view.getUint8(at + 1));
    if ((type & COPIED) === 0) {
      for (let index = at; index < Math.min(end, at + length); index++) view.setUint8(index, NO_OPERATION);
    }
    at += length;
  }
}

/** In the words of `tcpdump -v`: "RR 10.0.0.1, 0.0.0.0", "TS{TSONLY ^ 0@0}", "RA". */
export function text(view: DataView, offset: number, length: number): string {
  const texts: string[] = [];
  for (let at = 0; at < length; ) {
    const type = view.getUint8(offset + at);
    if (type === END || type === NO_OPERATION) {
      texts.push(type === END ? "EOL" : "NOP");
      if (type === END) break;
      at++;
      continue;
    }
    const optionLength = at + 1 < length ? view.getUint8(offset + at + 1) : 0;
    if (optionLength < 2 || at + optionLength > length) return [...texts, `[bad length ${optionLength}]`].join(",");
    texts.push(oneText(view, offset + at, type, optionLength));
    at += optionLength;
  }
  return texts.join(",");
}

function oneText(view: DataView, offset: number, type: number, length: number): string {
  switch (type) {
    case RECORD_ROUTE:
      return routeText("RR", view, offset, length);
    case LOOSE_SOURCE_ROUTE:
      return routeText("LSRR", view, offset, length);
    case STRICT_SOURCE_ROUTE:
      return routeText("SSRR", view, offset, length);
    case TIMESTAMP:
      return timestampText(view, offset, length);
    case ROUTER_ALERT:
      return length < 4 || view.getUint16(offset + 2) === 0 ? "RA" : `RA ${view.getUint16(offset + 2)}`;
    default:
      return `unknown ${type}`;
  }
}

function routeText(name: string, view: DataView, offset: number, length: number): string {
  if (length < 3) return `${name} [bad length ${length}]`;
  const next = view.getUint8(offset + 2) - 1;
  const addresses: string[] = [];
  for (let at = 3; at + 4 <= length; at += 4) {
    addresses.push(`${IpAddress.v4(view.getUint32(offset + at))}${at + 4 === next ? "^" : ""}`);
  }
  return addresses.length === 0 ? name : `${name} ${addresses.join(" ")}`;
}

function timestampText(view: DataView, offset: number, length: number): string {
  if (length < 4) return `TS[bad length ${length}]`;
  const flag = view.getUint8(offset + 3) & 0xf;
  const overflow = view.getUint8(offset + 3) >>> 4;
  const names: Readonly<Record<number, string>> = { 0: "TSONLY", 1: "TS+ADDR", 3: "PRESPEC" };
  const entryBytes = flag === TIMES_ONLY ? 4 : 8;
  const entries: string[] = [];
  for (let at = 4; at + entryBytes <= length; at += entryBytes) {
    const time = view.getUint32(offset + at + entryBytes - 4);
    entries.push(entryBytes === 4 ? `${time}` : `${time}@${IpAddress.v4(view.getUint32(offset + at))}`);
  }
  const lost = overflow === 0 ? "" : ` [${overflow} hops not recorded]`;
  return `TS{${[names[flag] ?? `[bad ts type ${flag}]`, ...entries].join(" ")}${lost}}`;
}
