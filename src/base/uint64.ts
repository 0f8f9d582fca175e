/**
 * Unsigned 64-bit integers as two halves, for counters that go through 8-byte buffers: no BigInt, no rounding.
 */

/** An unsigned 64-bit integer. Both halves are integers from 0 to 2^32 - 1. */
export interface Uint64 {
  readonly high: number;
  readonly low: number;
}

const TWO_32 = 0x1_0000_0000;

export const ZERO: Uint64 = { high: 0, low: 0 };
export const ONE: Uint64 = { high: 0, low: 1 };
/** 2^64 - 1. */
export const MAX: Uint64 = { high: 0xffff_ffff, low: 0xffff_ffff };

/** An integer from 0 to 2^53 - 1. */
export function fromNumber(value: number): Uint64 {
  return { high: Math.floor(value / TWO_32), low: value % TWO_32 };
}

/** Negative when `a` is the smaller one, 0 when they are equal. */
export function compare(a: Uint64, b: Uint64): number {
  return a.high === b.high ? a.low - b.low : a.high - b.high;
}

/** The sum, modulo 2^64. */
export function add(a: Uint64, b: Uint64): Uint64 {
  const low = a.low + b.low;
  const high = a.high + b.high + (low >= TWO_32 ? 1 : 0);
  return { high: high % TWO_32, low: low % TWO_32 };
}

/** The difference, modulo 2^64. */
export function subtract(a: Uint64, b: Uint64): Uint64 {
  const low = a.low - b.low;
  const high = a.high - b.high - (low < 0 ? 1 : 0);
  return { high: (high + TWO_32) % TWO_32, low: (low + TWO_32) % TWO_32 };
}

/** Reads eight bytes, the low ones first, as x86-64 keeps them. */
export function read(bytes: Uint8Array): Uint64 {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return { high: view.getUint32(4, true), low: view.getUint32(0, true) };
}

/** Writes eight bytes, the low ones first. */
export function write(bytes: Uint8Array, value: Uint64): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  view.setUint32(0, value.low, true);
  view.setUint32(4, value.high, true);
}
