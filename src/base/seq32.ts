/**
 * Sequence numbers modulo 2^32: TCP's data and its timestamps, and everything else that counts round and round.
 *
 * Read first: RFC 9293 §3.4, RFC 1982 §3.
 *
 * A number is an unsigned 32-bit integer. Of two numbers the one behind is that from which fewer than 2^31 steps
 * forward lead to the other. At exactly 2^31 steps RFC 1982 leaves the order undefined: here each of the two is then
 * less than the other and neither is greater, as in BSD, so that lt is always the opposite of geq, and leq of gt.
 */

/** value + delta, where delta may be negative. */
export function add(value: number, delta: number): number {
  return (value + delta) >>> 0;
}

/** How far a is ahead of b: a signed number, −2^31 … 2^31 − 1. */
export function diff(a: number, b: number): number {
  return (a - b) | 0;
}

export function lt(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

export function leq(a: number, b: number): boolean {
  return ((a - b) | 0) <= 0;
}

export function gt(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}

export function geq(a: number, b: number): boolean {
  return ((a - b) | 0) >= 0;
}

export function max(a: number, b: number): number {
  return lt(a, b) ? b : a;
}

export function min(a: number, b: number): number {
  return lt(b, a) ? b : a;
}

/** low ≤ value ≤ high, going forward from low; the stretch may be longer than 2^31. */
export function between(low: number, value: number, high: number): boolean {
  return (value - low) >>> 0 <= (high - low) >>> 0;
}

/** RFC 9293 §3.4: start ≤ value < start + size. Nothing is in a window of size 0. */
export function inWindow(value: number, start: number, size: number): boolean {
  return (value - start) >>> 0 < size;
}
