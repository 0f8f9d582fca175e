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

/** The pieces of a message as one; null when one of them is no bytes. */
export function gather(data: Uint8Array | string | readonly (Uint8Array | string)[] | undefined): Uint8Array | null {
  const pieces = (Array.isArray(data) ? data : [data]).map((piece) => toBytes(piece));
  if (!pieces.every(isBytes)) return null;
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const whole = new Uint8Array(totalLength(pieces));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Fills the pieces one after the other. */
export function scatter(bytes: Uint8Array, pieces: readonly Uint8Array[]): void {
  let at = 0;
  for (const piece of pieces) {
    const part = bytes.subarray(at, at + piece.length);
    piece.set(part);
    at += part.length;
  }
}

export function totalLength(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
