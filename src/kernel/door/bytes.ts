/**
 * The bytes that a program hands to a call.
 */

const encoder: TextEncoder = new TextEncoder();

/** A buffer that the kernel can read and fill; anything else is EFAULT. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** What a program wants to send: text goes as UTF-8. */
export function toBytes(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? encoder.encode(data) : data;
}
