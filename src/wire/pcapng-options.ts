/**
 * Options of pcapng blocks: a list of (code, length, value), ended by a code of zero.
 *
 * Read first: draft-ietf-opsawg-pcapng §3.5.
 *
 *     ┌──────┬────────┬───────┬─────────┐
 *     │ code │ length │ value │ padding │ …     codes and lengths of 16 bits, values padded to words of 32 bits
 *     └──────┴────────┴───────┴─────────┘
 *
 * Order: collect() → size() → emit(), and check() → parse(). In between, options are a map from the code to the value.
 * What a code means depends on the block, so codes are named in pcapng.ts.
 */
const CODE = 0;
const LENGTH = 2;
const VALUE = 4;
const END_OF_OPTIONS = 0;
const VALUE_LENGTH_MAX = 0xffff;
const LITTLE_ENDIAN = true;

export type Options = ReadonlyMap<number, Uint8Array>;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The options whose value is there. */
export function collect(...entries: readonly (readonly [code: number, value: Uint8Array | undefined])[]): Options {
  const options = new Map<number, Uint8Array>();
  for (const [code, value] of entries) if (value !== undefined) options.set(code, value);
  return options;
}

/** Bytes that emit() writes: none when there are no options. */
export function size(options: Options): number {
  if (options.size === 0) return 0;
  let bytes = VALUE;
  for (const value of options.values()) bytes += VALUE + padded(value.length);
  return bytes;
}

/** Do all options lie inside the `length` bytes at `offset`? A list that fills them needs no end mark. */
export function check(view: DataView, offset: number, length: number): true | "bad-option" {
  const end = offset + length;
  let at = offset;
  while (at < end) {
    if (end - at < VALUE) return "bad-option";
    if (view.getUint16(at + CODE, LITTLE_ENDIAN) === END_OF_OPTIONS) return true;
    at += VALUE + padded(view.getUint16(at + LENGTH, LITTLE_ENDIAN));
  }
  return at === end ? true : "bad-option";
}

/** Copies of the values. Of options with the same code the last one counts. */
export function parse(view: DataView, offset: number, length: number): Options {
  const options = new Map<number, Uint8Array>();
  let at = offset;
  while (at < offset + length) {
    const code = view.getUint16(at + CODE, LITTLE_ENDIAN);
    if (code === END_OF_OPTIONS) break;
    const valueLength = view.getUint16(at + LENGTH, LITTLE_ENDIAN);
    options.set(code, new Uint8Array(view.buffer, view.byteOffset + at + VALUE, valueLength).slice());
    at += VALUE + padded(valueLength);
  }
  return options;
}

/** Writes into bytes that are zero: padding and end mark are left as they are. */
export function emit(view: DataView, offset: number, options: Options): void {
  let at = offset;
  for (const [code, value] of options) {
    view.setUint16(at + CODE, code, LITTLE_ENDIAN);
    view.setUint16(at + LENGTH, value.length, LITTLE_ENDIAN);
    new Uint8Array(view.buffer, view.byteOffset + at + VALUE).set(value);
    at += VALUE + padded(value.length);
  }
}

/** Rounded up to whole words, as everything in the file is. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

/** UTF-8 without an end mark. A text too long for an option is cut between two characters. */
export function fromText(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const whole = encoder.encode(text);
  if (whole.length <= VALUE_LENGTH_MAX) return whole;
  const cut = new Uint8Array(VALUE_LENGTH_MAX);
  return cut.subarray(0, encoder.encodeInto(text, cut).written);
}

export function toText(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : decoder.decode(value);
}

export function fromUint32(number: number | undefined): Uint8Array | undefined {
  if (number === undefined) return undefined;
  const value = new Uint8Array(4);
  new DataView(value.buffer).setUint32(0, number, LITTLE_ENDIAN);
  return value;
}

/** Undefined also when the value has not the length of such a number: it came from a file. */
export function toUint32(value: Uint8Array | undefined): number | undefined {
  if (value?.length !== 4) return undefined;
  return new DataView(value.buffer, value.byteOffset).getUint32(0, LITTLE_ENDIAN);
}

export function fromUint64(number: number | undefined): Uint8Array | undefined {
  if (number === undefined) return undefined;
  const value = new Uint8Array(8);
  new DataView(value.buffer).setBigUint64(0, BigInt(number), LITTLE_ENDIAN);
  return value;
}

/** Exact up to 2⁵³; undefined also when the value has not the length of such a number. */
export function toUint64(value: Uint8Array | undefined): number | undefined {
  if (value?.length !== 8) return undefined;
  return Number(new DataView(value.buffer, value.byteOffset).getBigUint64(0, LITTLE_ENDIAN));
}
