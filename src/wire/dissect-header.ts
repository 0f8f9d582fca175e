/** What the readers of dissect.ts have in common: what a header is, and how its fields are written. */

/** What a header is, and what it wraps: the name of a row, or null for payload. */
export interface Header {
  readonly length: number;
  readonly fields: readonly (readonly [string, string | number | boolean])[];
  readonly inner: string | null;
  /** Bytes of header and contents; what is behind them is padding of the link. */
  readonly whole?: number;
}

/** Reads the header at `offset`, of which `length` bytes are there; undefined when it is none. */
export type Read = (view: DataView, offset: number, length: number) => Header | undefined;

/** `0x0800 (IPv4)`, `17 (UDP)`. */
export function numbered(number: number, name: string | null, radix: 10 | 16 = 10): string {
  const text = radix === 16 ? hexadecimal(number, 4) : String(number);
  return name === null ? text : `${text} (${name})`;
}

export function hexadecimal(number: number, digits: number): string {
  return `0x${(number >>> 0).toString(16).padStart(digits, "0")}`;
}
