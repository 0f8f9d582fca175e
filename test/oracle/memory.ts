/**
 * Memory in the notation of helper.c: what calls are given as bytes, and what they have left there.
 */
import type { Outcome } from "./netloom.ts";

/** The bytes that helper.c makes for `w<length>:<seed>`. */
export function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = seed * 37 + i * 11 + (i >> 8);
  return bytes;
}

/** The hash that helper.c reports for `r`: FNV-1a. */
function hashOf(bytes: Uint8Array): string {
  let hash = 2_166_136_261;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16_777_619);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** What a call sends: a text, or so many bytes of the pattern that starts with a seed. */
export type Data = string | { readonly length: number; readonly seed: number };

export const dataText = (data: Data): string =>
  typeof data === "string" ? `${JSON.stringify(data)}, ${data.length}` : `bytes${data.seed}, ${data.length}`;
export const dataSysText = (data: Data): string =>
  typeof data === "string" ? JSON.stringify(data) : `new Uint8Array(${data.length})`;
export const dataArgument = (data: Data): string =>
  typeof data === "string" ? bytesHex(Buffer.from(data)) : `w${data.length}:${data.seed}`;
export const dataBytes = (data: Data): Uint8Array =>
  typeof data === "string" ? Buffer.from(data) : pattern(data.length, data.seed);

/** So much is reported as it is; of more a hash. */
const SHOWN_MAX = 64;

/** Room for so many bytes. */
export function room(length: number): string {
  return length <= SHOWN_MAX ? `x${"00".repeat(length)}` : `r${length}`;
}

/** Outcome of a call that has filled a buffer: `5 bytes "hello"`, or a hash of what is no text. */
export function filled(count: number, buffer: Uint8Array): Outcome {
  if (count === 0) return "0 bytes";
  return `${count} bytes ${textOrHash(buffer.subarray(0, Math.max(0, Math.min(count, buffer.length))), buffer.length)}`;
}

/** The same from what helper.c reports of `room(length)`. */
export function filledRoom(count: number, memory: string | undefined, length: number): Outcome {
  if (count === 0) return "0 bytes";
  return length <= SHOWN_MAX ? filled(count, unhex(memory)) : `${count} bytes ${memory}`;
}

/** The outcome when data, or a part of them, have come, into a buffer of that length. */
export function received(data: Data, from: number = 0, to: number = data.length, length: number = to - from): Outcome {
  const buffer = new Uint8Array(length);
  buffer.set(dataBytes(data).subarray(from, to));
  return filled(to - from, buffer);
}

function textOrHash(bytes: Uint8Array, length: number): string {
  const text = String.fromCharCode(...(length <= SHOWN_MAX ? bytes : []));
  return /^[ -~]+$/.test(text) ? JSON.stringify(text) : hashOf(bytes);
}

/** A C string. */
export function cString(text: string): string {
  return bytesHex(Buffer.from(`${text}\0`));
}

function bytesHex(bytes: Uint8Array): string {
  return `x${Buffer.from(bytes).toString("hex")}`;
}

/** Little-endian integers as the hexadecimal of an `x` argument; `sizes` in bytes. */
export function hex(sizes: readonly number[], values: readonly number[]): string {
  const buffer = Buffer.alloc(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [index, size] of sizes.entries()) {
    const value = values[index] ?? 0;
    if (size === 8) buffer.writeBigInt64LE(BigInt(value), at);
    else buffer.writeUIntLE(value < 0 ? value + 2 ** (8 * size) : value, at, size);
    at += size;
  }
  return bytesHex(buffer);
}

/** What is in memory that was reported. */
export function unhex(text: string | undefined): Buffer {
  return Buffer.from(text === "-" ? "" : (text ?? ""), "hex");
}
