/**
 * IPv6 extension headers: what may stand between the IPv6 header and the transport's.
 *
 * Read first: RFC 8200 §4, RFC 7045 §2 (which there are), RFC 4302 §2.2 (the length of AH, which counts otherwise).
 *
 *      0             1                  2                                   0             1          2               4
 *     ┌─────────────┬──────────────────┬─────────────────────────────┐     ┌─────────────┬──────────┬───────────────┬────────────────┐
 *     │ next header │ length: 8n + 8   │ options: type, length, data │     │ next header │ reserved │ offset, 00, M │ identification │
 *     └─────────────┴──────────────────┴─────────────────────────────┘     └─────────────┴──────────┴───────────────┴────────────────┘
 *      hop-by-hop and destination options; routing has its own data          fragment: always eight bytes
 *
 * walk() finds the transport's header behind them, in a packet or in what an ICMPv6 error quotes of one.
 */

export const HOP_BY_HOP = 0;
export const ROUTING = 43;
export const FRAGMENT = 44;
const AUTHENTICATION = 51;
export const NO_NEXT_HEADER = 59;
export const DESTINATION_OPTIONS = 60;

/** Options of hop-by-hop and destination options headers. */
export const PAD_1 = 0;
export const PAD_N = 1;
export const ROUTER_ALERT = 5;

export const FRAGMENT_LENGTH = 8;
/** No packet that anybody sends has so many; RFC 8504 §5.3 lets a host set such a limit. */
export const HEADERS_MAX = 8;

const OFFSET_MASK = 0xfff8;
const MORE = 1;

/** A fragment header. */
export interface FragmentHeader {
  readonly nextHeader: number;
  /** In bytes, a multiple of eight. */
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
  readonly identification: number;
}

function isExtension(nextHeader: number): boolean {
  return (
    nextHeader === HOP_BY_HOP ||
    nextHeader === ROUTING ||
    nextHeader === FRAGMENT ||
    nextHeader === AUTHENTICATION ||
    nextHeader === DESTINATION_OPTIONS
  );
}

/** The bytes of an extension header of that type, of which at least two can be read. */
export function lengthOf(view: DataView, offset: number, type: number): number {
  if (type === FRAGMENT) return FRAGMENT_LENGTH;
  const units = view.getUint8(offset + 1);
  return type === AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
}

export function parseFragment(view: DataView, offset: number): FragmentHeader {
  const word = view.getUint16(offset + 2);
  return {
    nextHeader: view.getUint8(offset),
    fragmentOffset: word & OFFSET_MASK,
    moreFragments: (word & MORE) !== 0,
    identification: view.getUint32(offset + 4),
  };
}

export function emitFragment(view: DataView, offset: number, header: FragmentHeader): void {
  view.setUint8(offset, header.nextHeader);
  view.setUint8(offset + 1, 0);
  view.setUint16(offset + 2, header.fragmentOffset + (header.moreFragments ? MORE : 0));
  view.setUint32(offset + 4, header.identification);
}

/** One option of a hop-by-hop or destination options header. */
export interface Option {
  readonly type: number;
  /** Where its type octet is. */
  readonly offset: number;
  /** Bytes of its data. */
  readonly length: number;
}

/**
 * The options of the header of `length` bytes at `offset`, Pad1 and PadN included; "truncated" when one reaches beyond the
 * header.
 */
export function options(view: DataView, offset: number, length: number): readonly Option[] | "truncated" {
  const found: Option[] = [];
  const end = offset + length;
  for (let at = offset + 2; at < end; ) {
    const type = view.getUint8(at);
    const dataLength = type === PAD_1 ? -1 : at + 1 < end ? view.getUint8(at + 1) : end;
    const next = at + 2 + dataLength;
    if (next > end) return "truncated";
    found.push({ type, offset: at, length: Math.max(0, dataLength) });
    at = next;
  }
  return found;
}

/** Where a chain of headers has led. */
export interface Walk {
  /** The first header that is no extension header; NO_NEXT_HEADER, ESP and unknown ones included. */
  readonly protocol: number;
  readonly offset: number;
  /** The fragment header that was passed, null when there was none. */
  readonly fragment: FragmentHeader | null;
  /** A header was cut short, or there are too many: then `protocol` is that of the header that could not be passed. */
  readonly isCut: boolean;
}

/**
 * Follows the chain from the header of type `nextHeader` at `offset`, of which `length` bytes are there. It ends at a fragment
 * other than the first: what follows is no header.
 */
export function walk(view: DataView, offset: number, length: number, nextHeader: number): Walk {
  let [at, type] = [offset, nextHeader];
  const end = offset + length;
  let fragment: FragmentHeader | null = null;
  for (let count = 0; isExtension(type); count++) {
    const isReadable = at + 8 <= end && count < HEADERS_MAX;
    const bytes = isReadable ? lengthOf(view, at, type) : 0;
    if (!isReadable || at + bytes > end) return { protocol: type, offset: at, fragment, isCut: true };
    if (type === FRAGMENT) fragment = parseFragment(view, at);
    type = view.getUint8(at);
    at += bytes;
    if (fragment !== null && fragment.fragmentOffset > 0) break;
  }
  return { protocol: type, offset: at, fragment, isCut: false };
}
