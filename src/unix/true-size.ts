/**
 * What a message costs its sender, in the true bytes that Linux charges for the buffers that it would take.
 *
 *     [ head: sk_buff 256 | data … shared info 320, rounded to a power of two ] [ pages of 4096 … ]
 *
 * Read first: Linux's unix_stream_sendmsg, unix_dgram_sendmsg, alloc_skb_with_frags. Measured with SIOCOUTQ on Linux
 * 6.18; a program that fills a socket finds it full after the same number of bytes as there: 278 single ones.
 */
const PAGE_BYTES = 4096;
const OBJECT_BYTES = 256;
const SHARED_INFO_BYTES = 320;
const HEAD_MIN_BYTES = 512;

/** SKB_MAX_HEAD(0): what fits one page beside the shared info. */
const STREAM_HEAD_BYTES = PAGE_BYTES - SHARED_INFO_BYTES;
/** UNIX_SKB_FRAGS_SZ: what a stream puts into pages. */
const STREAM_PAGES_BYTES = 32_768;
/** SKB_MAX_ALLOC: what a datagram has in its head. */
const RECORD_HEAD_BYTES = 4 * PAGE_BYTES - SHARED_INFO_BYTES;

/** A stream is cut into pieces of at most this: two should fit the send buffer. */
export function pieceMaxBytes(sendLimitBytes: number): number {
  return Math.max(1, Math.min((sendLimitBytes >> 1) - 64, STREAM_HEAD_BYTES + STREAM_PAGES_BYTES));
}

/** The cost of a piece of a stream. */
export function pieceBytes(length: number): number {
  return trueSize(length, STREAM_HEAD_BYTES);
}

/** The cost of a datagram, or of a message of a seqpacket socket. */
export function recordBytes(length: number): number {
  return trueSize(length, RECORD_HEAD_BYTES);
}

function trueSize(length: number, headMaxBytes: number): number {
  if (length <= headMaxBytes) return headBytes(length);
  const pages = Math.ceil((length - headMaxBytes) / PAGE_BYTES) * PAGE_BYTES;
  return headBytes(Math.max(0, length - pages)) + pages;
}

function headBytes(length: number): number {
  let size = HEAD_MIN_BYTES;
  while (size < length + SHARED_INFO_BYTES) size *= 2;
  return size + OBJECT_BYTES;
}
