/**
 * The options of a TCP header.
 *
 * Read first: RFC 9293 §3.2 (kinds 0 to 2), RFC 7323 §2.2 and §3.2 (window scale, timestamps), RFC 2018 §2 and §3 (SACK),
 * RFC 7413 §4.1.1 (the cookie of fast open).
 * parse() fills a record that the caller keeps, since it runs for each segment; what it does not know it passes over
 * (RFC 9293 §3.1, MUST-6). emit() writes in Linux's order, each option padded to whole words.
 */

const END = 0;
const NOP = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const FAST_OPEN = 34;

const MSS_LENGTH = 4;
const WINDOW_SCALE_LENGTH = 3;
const SACK_PERMITTED_LENGTH = 2;
const TIMESTAMPS_LENGTH = 10;
const SACK_BLOCK_LENGTH = 8;
/** RFC 7413 §4.1.1: an even number of bytes between these, or none, which asks for one. */
const COOKIE_MIN_BYTES = 4;
const COOKIE_MAX_BYTES = 16;

/** NOP, NOP and the head of a timestamps option: what stands before the timestamps of nearly every segment. */
const ALIGNED_TIMESTAMPS = 0x0101_080a;
/** NOP, NOP and the head of what follows. */
const TWO_NOPS = 0x0101_0000;

/** So many blocks fit into 40 bytes of options; one less beside timestamps: RFC 2018 §3. */
export const SACK_BLOCKS_MAX = 4;

/** Bytes that have come: [start, end). */
export interface SackBlock {
  readonly start: number;
  readonly end: number;
}

const NO_BLOCKS: readonly SackBlock[] = [];

export interface Options {
  /** The largest segment that the sender takes; 0: absent. */
  mss: number;
  /** The shift count; -1: absent. */
  windowScale: number;
  sackPermitted: boolean;
  hasTimestamps: boolean;
  timestampValue: number;
  timestampEcho: number;
  sackBlocks: readonly SackBlock[];
  /** The cookie of fast open; empty: one is asked for; null: absent. */
  fastOpenCookie: Uint8Array | null;
}

export function noOptions(): Options {
  return {
    mss: 0,
    windowScale: -1,
    sackPermitted: false,
    hasTimestamps: false,
    timestampValue: 0,
    timestampEcho: 0,
    sackBlocks: NO_BLOCKS,
    fastOpenCookie: null,
  };
}

// @rfc 9293 3.1 MUST-4, MUST-5, MUST-6, MUST-7, MUST-64
/** Reads the options in the `length` bytes at `offset`. False when one of them runs over the end; the others count. */
export function parse(view: DataView, offset: number, length: number, into: Options): boolean {
  into.mss = 0;
  into.windowScale = -1;
  into.sackPermitted = false;
  into.hasTimestamps = false;
  into.timestampValue = 0;
  into.timestampEcho = 0;
  into.sackBlocks = NO_BLOCKS;
  into.fastOpenCookie = null;
  if (length === 0) return true;
  if (length === TIMESTAMPS_LENGTH + 2 && view.getUint32(offset) === ALIGNED_TIMESTAMPS) {
    readTimestamps(view, offset + 2, into);
    return true;
  }
  const end = offset + length;
  let at = offset;
  while (at < end) {
    const kind = view.getUint8(at);
    if (kind === END) return true;
    if (kind === NOP) {
      at++;
      continue;
    }
    // RFC 9293 §3.1, MUST-7: a length that can't be is handled without failing.
    const optionLength = at + 1 < end ? view.getUint8(at + 1) : 0;
    if (optionLength < 2 || at + optionLength > end) return false;
    readOption(view, at, kind, optionLength, into);
    at += optionLength;
  }
  return true;
}

function readOption(view: DataView, at: number, kind: number, length: number, into: Options): void {
  if (kind === MSS && length === MSS_LENGTH) into.mss = view.getUint16(at + 2);
  else if (kind === WINDOW_SCALE && length === WINDOW_SCALE_LENGTH) into.windowScale = view.getUint8(at + 2);
  else if (kind === SACK_PERMITTED && length === SACK_PERMITTED_LENGTH) into.sackPermitted = true;
  else if (kind === TIMESTAMPS && length === TIMESTAMPS_LENGTH) readTimestamps(view, at, into);
  else if (kind === SACK && (length - 2) % SACK_BLOCK_LENGTH === 0)
    into.sackBlocks = readBlocks(view, at + 2, length - 2);
  else if (kind === FAST_OPEN && isCookieLength(length - 2)) into.fastOpenCookie = readCookie(view, at + 2, length - 2);
}

function readTimestamps(view: DataView, at: number, into: Options): void {
  into.hasTimestamps = true;
  into.timestampValue = view.getUint32(at + 2);
  into.timestampEcho = view.getUint32(at + 6);
}

function isCookieLength(bytes: number): boolean {
  return bytes % 2 === 0 && (bytes === 0 || (bytes >= COOKIE_MIN_BYTES && bytes <= COOKIE_MAX_BYTES));
}

function readCookie({ buffer, byteOffset }: DataView, at: number, bytes: number): Uint8Array {
  return new Uint8Array(buffer, byteOffset + at, bytes).slice();
}

function readBlocks(view: DataView, offset: number, length: number): readonly SackBlock[] {
  const blocks: SackBlock[] = [];
  for (let at = offset; at < offset + length; at += SACK_BLOCK_LENGTH) {
    blocks.push({ start: view.getUint32(at), end: view.getUint32(at + 4) });
  }
  return blocks;
}

/** How many bytes emit() writes: whole words, at most 40. */
export function lengthOf(options: Readonly<Options>): number {
  let length = options.mss === 0 ? 0 : MSS_LENGTH;
  // SACK-permitted takes the place of the padding before timestamps.
  if (options.hasTimestamps) length += TIMESTAMPS_LENGTH + 2;
  else if (options.sackPermitted) length += SACK_PERMITTED_LENGTH + 2;
  if (options.windowScale >= 0) length += WINDOW_SCALE_LENGTH + 1;
  if (options.fastOpenCookie !== null) length += (2 + options.fastOpenCookie.length + 3) & ~3;
  const blocks = options.sackBlocks.length;
  return blocks === 0 ? length : length + 4 + blocks * SACK_BLOCK_LENGTH;
}

// @rfc 9293 3.1 MUST-68, MUST-69
export function emit(view: DataView, offset: number, options: Readonly<Options>): void {
  let at = offset;
  if (options.mss > 0) {
    view.setUint32(at, (MSS << 24) | (MSS_LENGTH << 16) | options.mss);
    at += 4;
  }
  const padding = options.sackPermitted ? (SACK_PERMITTED << 24) | (SACK_PERMITTED_LENGTH << 16) : TWO_NOPS;
  if (options.hasTimestamps) {
    view.setUint32(at, padding | (TIMESTAMPS << 8) | TIMESTAMPS_LENGTH);
    view.setUint32(at + 4, options.timestampValue);
    view.setUint32(at + 8, options.timestampEcho);
    at += 12;
  } else if (options.sackPermitted) {
    view.setUint32(at, TWO_NOPS | (SACK_PERMITTED << 8) | SACK_PERMITTED_LENGTH);
    at += 4;
  }
  if (options.windowScale >= 0) {
    view.setUint32(at, (NOP << 24) | (WINDOW_SCALE << 16) | (WINDOW_SCALE_LENGTH << 8) | options.windowScale);
    at += 4;
  }
  if (options.fastOpenCookie !== null) at += emitCookie(view, at, options.fastOpenCookie);
  if (options.sackBlocks.length > 0) emitBlocks(view, at, options.sackBlocks);
}

function emitCookie(view: DataView, offset: number, cookie: Uint8Array): number {
  view.setUint8(offset, FAST_OPEN);
  view.setUint8(offset + 1, 2 + cookie.length);
  let at = offset + 2;
  for (const byte of cookie) view.setUint8(at++, byte);
  while ((at - offset) % 4 !== 0) view.setUint8(at++, NOP);
  return at - offset;
}

function emitBlocks(view: DataView, offset: number, blocks: readonly SackBlock[]): void {
  view.setUint32(offset, TWO_NOPS | (SACK << 8) | (2 + blocks.length * SACK_BLOCK_LENGTH));
  let at = offset + 4;
  for (const { start, end } of blocks) {
    view.setUint32(at, start);
    view.setUint32(at + 4, end);
    at += SACK_BLOCK_LENGTH;
  }
}

/** A cookie in hexadecimal digits; one that is asked for, in words. */
export function cookieText(cookie: Uint8Array): string {
  if (cookie.length === 0) return "asked for";
  return Array.from(cookie, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
