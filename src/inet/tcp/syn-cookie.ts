/**
 * SYN cookies: the SYN queue is full, so what a request would remember is put into the number that the peer sends back.
 *
 * Read first: RFC 4987 §3.6, D. J. Bernstein's "SYN cookies"; Linux's net/ipv4/syncookies.c.
 *
 *     ISS = F(four-tuple, key 1) + IRS + count × 2²⁴ + (F(four-tuple, key 2, count, IRS) + index of the MSS) mod 2²⁴
 *
 * `count` moves on each minute. Other than on Linux IRS is in the second hash too: else a late segment that begins a few
 * bytes behind the handshake's ACK would bring the cookie of another MSS, and make a connection without these bytes.
 * The options of the SYN do not fit in; with timestamps their lowest bits hold window scale and SACK: xxxx xxxx xx·es wwww
 * (e: ECN, s: SACK, w: window scale, 15 for none).
 */
import { add, diff } from "../../base/seq32.ts";
import { COOKIE_FIRST, COOKIE_SECOND, type FourTuple } from "./isn.ts";
import type { Tcp } from "./tcp.ts";

/** Linux's tables: what peers mostly say. */
const MSS_TABLE_V4 = [536, 1300, 1440, 1460] as const;
const MSS_TABLE_V6 = [1220, 1280, 1420, 1440, 8940] as const;
/** How long a listener that has sent cookies looks for them to come back: until the last is too old. */
export const COOKIE_LIFE_NS: number = 2 * 60 * 1_000_000_000;
const PERIOD_NS = 60 * 1_000_000_000;
/** A cookie is good for two periods. */
const AGE_MAX = 2;
const COUNT_SHIFT = 24;
const MASK = 0xff_ffff;

const TIMESTAMP_BITS = 6;
const TIMESTAMP_MASK = (1 << TIMESTAMP_BITS) - 1;
const NO_SCALE = 0xf;
const SACK_BIT = 1 << 4;

/** The number of a SYN-ACK that nothing is remembered of. */
export function makeCookie(tcp: Tcp, tuple: FourTuple, irs: number, peerMss: number): number {
  const table = tableFor(tuple);
  let index = table.length - 1;
  while (index > 0 && (table[index] as number) > peerMss) index--;
  const count = countAt(tcp);
  const second = (tcp.secrets.hash(tuple, COOKIE_SECOND, mix(count, irs)) + index) & MASK;
  return (tcp.secrets.hash(tuple, COOKIE_FIRST) + irs + ((count << COUNT_SHIFT) >>> 0) + second) >>> 0;
}

/** Is it a cookie of ours that comes back? Its MSS, or null. */
export function checkCookie(tcp: Tcp, tuple: FourTuple, irs: number, cookie: number): number | null {
  const count = countAt(tcp);
  const rest = (cookie - tcp.secrets.hash(tuple, COOKIE_FIRST) - irs) >>> 0;
  const age = (count - (rest >>> COUNT_SHIFT)) & 0xff;
  if (age >= AGE_MAX) return null;
  const index = (rest - tcp.secrets.hash(tuple, COOKIE_SECOND, mix(count - age, irs))) & MASK;
  return tableFor(tuple)[index] ?? null;
}

/** A timestamp that holds what the SYN had; it is a little in the past, never in the future. */
export function cookieTimestamp(now: number, scale: number, sackPermitted: boolean): number {
  const bits = (scale < 0 ? NO_SCALE : scale) | (sackPermitted ? SACK_BIT : 0);
  const stamped = ((now & ~TIMESTAMP_MASK) | bits) >>> 0;
  return diff(stamped, now) > 0 ? add(stamped, -(TIMESTAMP_MASK + 1)) : stamped;
}

/** What the echo of such a timestamp says. */
export function readCookieTimestamp(echo: number): { readonly scale: number; readonly sackPermitted: boolean } {
  const scale = echo & NO_SCALE;
  return { scale: scale === NO_SCALE ? -1 : scale, sackPermitted: (echo & SACK_BIT) !== 0 };
}

function mix(count: number, irs: number): number {
  return Math.imul(count, 0x9e37_79b1) ^ irs;
}

function countAt({ machine }: Tcp): number {
  return Math.floor(machine.scheduler.nowNs / PERIOD_NS);
}

function tableFor({ remoteAddress }: FourTuple): readonly number[] {
  return remoteAddress.family === 4 ? MSS_TABLE_V4 : MSS_TABLE_V6;
}
