/**
 * Frames in a stream of bytes: PPP in HDLC-like framing.
 *
 * Read first: RFC 1662 §4 (octet-stuffed framing) and appendix C (the FCS).
 *
 *     ┌──────┬───────────────────────────────────────────────┬──────────────┬──────┐
 *     │ 0x7e │ frame; 0x7e, 0x7d and what the map of control │ FCS, low     │ 0x7e │
 *     │ flag │ characters asks for: 0x7d, and the byte ^ 0x20 │ byte first   │ flag │
 *     └──────┴───────────────────────────────────────────────┴──────────────┴──────┘
 *
 * Order: encode() makes the bytes of one frame; a Deframer is given bytes in pieces of any size and finds frames in them.
 */

const FLAG = 0x7e;
const ESCAPE = 0x7d;
const COMPLEMENT = 0x20;
const FCS_BYTES = 2;
/** RFC 1662 §C.1. */
const FCS_INITIAL = 0xffff;
const FCS_GOOD = 0xf0b8;
const FCS_POLYNOMIAL = 0x8408;

/** RFC 1662 §7.1: until LCP has agreed on less, each control character is escaped. */
export const ACCM_ALL = 0xffff_ffff;

const FCS_TABLE: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ FCS_POLYNOMIAL : value >>> 1;
  return value;
});

/** The FCS after these bytes as well. */
function fcs16(bytes: Uint8Array, from: number, to: number, before: number = FCS_INITIAL): number {
  let fcs = before;
  for (let index = from; index < to; index++) {
    fcs = (fcs >>> 8) ^ (FCS_TABLE[(fcs ^ (bytes[index] as number)) & 0xff] as number);
  }
  return fcs;
}

/** The bytes of a frame on the line: flags, escapes and FCS. The map's bit n says that control character n is escaped. */
export function encode(frame: Uint8Array, accm: number): Uint8Array {
  // At worst every byte is escaped.
  const line = new Uint8Array(2 + 2 * (frame.length + FCS_BYTES));
  line[0] = FLAG;
  let length = 1;
  const put = (byte: number): void => {
    if (byte === FLAG || byte === ESCAPE || (byte < COMPLEMENT && ((accm >>> byte) & 1) === 1)) {
      line[length++] = ESCAPE;
      line[length++] = byte ^ COMPLEMENT;
    } else {
      line[length++] = byte;
    }
  };
  for (const byte of frame) put(byte);
  const fcs = ~fcs16(frame, 0, frame.length) & 0xffff;
  put(fcs & 0xff);
  put(fcs >>> 8);
  line[length++] = FLAG;
  return line.subarray(0, length);
}

/** Why the bytes between two flags are no frame. */
export type FramingFault = "bad-fcs" | "too-short" | "too-long" | "aborted";

/** RFC 1662 §4.3: fewer bytes between flags are no frame: address, control, and the FCS; compressed, a protocol and it. */
const FRAME_MIN_BYTES = FCS_BYTES + 1;

export interface DeframerClient {
  /** A frame without its FCS, which is right. The bytes are the client's. */
  frame(bytes: Uint8Array): void;
  fault(fault: FramingFault, bytes: number): void;
}

/** Finds frames in a stream. It never holds more than one, and of that no more than the longest allowed. */
export class Deframer {
  readonly #client: DeframerClient;
  readonly #buffer: Uint8Array;
  #length = 0;
  #isEscaped = false;
  #isTooLong = false;

  /** `maxBytes`: of a frame, FCS not counted. */
  constructor(client: DeframerClient, maxBytes: number) {
    this.#client = client;
    this.#buffer = new Uint8Array(maxBytes + FCS_BYTES);
  }

  input(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === FLAG) this.#end();
      else if (byte === ESCAPE) this.#isEscaped = true;
      else this.#put(byte);
    }
  }

  /** Forgets what has come of a frame: the line was interrupted. */
  reset(): void {
    this.#length = 0;
    this.#isEscaped = false;
    this.#isTooLong = false;
  }

  #put(received: number): void {
    const byte = this.#isEscaped ? received ^ COMPLEMENT : received;
    this.#isEscaped = false;
    if (this.#length < this.#buffer.length) this.#buffer[this.#length++] = byte;
    else this.#isTooLong = true;
  }

  /** A flag: it ends one frame and begins the next. */
  #end(): void {
    const length = this.#length;
    const fault = this.#faultOf(length);
    this.reset();
    if (fault === null) this.#client.frame(this.#buffer.slice(0, length - FCS_BYTES));
    // RFC 1662 §3.1: two flags with nothing between them are an empty frame, which is no error.
    else if (fault !== "too-short" || length > 0) this.#client.fault(fault, length);
  }

  #faultOf(length: number): FramingFault | null {
    // RFC 1662 §4.3: an escape right before the flag aborts the frame.
    if (this.#isEscaped) return "aborted";
    if (this.#isTooLong) return "too-long";
    if (length < FRAME_MIN_BYTES) return "too-short";
    return fcs16(this.#buffer, 0, length) === FCS_GOOD ? null : "bad-fcs";
  }
}
