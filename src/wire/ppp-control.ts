/**
 * Packets of PPP's control protocols, and the options in those that configure.
 *
 * Read first: RFC 1661 §5 (codes) and §6 (options), RFC 1334 §2.2 (PAP), RFC 1994 §4 (CHAP).
 *
 *     ┌──────┬────────────┬────────┬──────────┐        option:  ┌──────┬────────┬──────┐
 *     │ code │ identifier │ length │ data ... │                 │ type │ length │ data │
 *     └──────┴────────────┴────────┴──────────┘                 └──────┴────────┴──────┘
 *
 * Both lengths count their own header. What is beyond the packet's length is padding.
 */

const CODE = 0;
const IDENTIFIER = 1;
const LENGTH = 2;
const CONTROL_HEADER_LENGTH = 4;
const OPTION_HEADER_LENGTH = 2;

export const CONFIGURE_REQUEST = 1;
export const CONFIGURE_ACK = 2;
export const CONFIGURE_NAK = 3;
export const CONFIGURE_REJECT = 4;
export const TERMINATE_REQUEST = 5;
export const TERMINATE_ACK = 6;
export const CODE_REJECT = 7;
/** These are LCP's alone. */
export const PROTOCOL_REJECT = 8;
export const ECHO_REQUEST = 9;
export const ECHO_REPLY = 10;
export const DISCARD_REQUEST = 11;

export interface ControlPacket {
  readonly code: number;
  readonly identifier: number;
  readonly data: Uint8Array;
}

export interface ControlOption {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Undefined when it is cut short, or says that it is longer than it is. */
export function parseControl(bytes: Uint8Array): ControlPacket | undefined {
  if (bytes.length < CONTROL_HEADER_LENGTH) return undefined;
  const length = (bytes[LENGTH] as number) * 256 + (bytes[LENGTH + 1] as number);
  if (length < CONTROL_HEADER_LENGTH || length > bytes.length) return undefined;
  const data = bytes.subarray(CONTROL_HEADER_LENGTH, length);
  return { code: bytes[CODE] as number, identifier: bytes[IDENTIFIER] as number, data };
}

export function emitControl({ code, identifier, data }: ControlPacket): Uint8Array {
  const length = CONTROL_HEADER_LENGTH + data.length;
  const bytes = new Uint8Array(length);
  bytes.set([code, identifier, length >>> 8, length & 0xff]);
  bytes.set(data, CONTROL_HEADER_LENGTH);
  return bytes;
}

/** Undefined when an option's length is none. */
export function parseOptions(bytes: Uint8Array): readonly ControlOption[] | undefined {
  const options: ControlOption[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at + 1] ?? 0;
    if (length < OPTION_HEADER_LENGTH || at + length > bytes.length) return undefined;
    options.push({ type: bytes[at] as number, data: bytes.subarray(at + OPTION_HEADER_LENGTH, at + length) });
    at += length;
  }
  return options;
}

export function emitOptions(options: readonly ControlOption[]): Uint8Array {
  return Uint8Array.from(options.flatMap(({ type, data }) => [type, OPTION_HEADER_LENGTH + data.length, ...data]));
}

/** The 32 bits that an option or a magic number has. */
export function wordOf(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset, data.length).getUint32(0);
}

export function bytesOf(word: number): Uint8Array {
  return Uint8Array.of(word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff);
}
