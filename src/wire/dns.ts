/**
 * DNS messages: questions, and the records of answers.
 *
 * Read first: RFC 1035 §4.1 (messages), §4.1.4 (compression), §3.3 (records); RFC 2782 (SRV), RFC 3403 (NAPTR), RFC 3596 (AAAA),
 * RFC 6698 (TLSA), RFC 8659 (CAA).
 *
 *      0    2       4           6         8             10           12
 *     ┌────┬───────┬───────────┬─────────┬─────────────┬────────────┬───────────┬─────────
 *     │ id │ flags │ questions │ answers │ authorities │ additional │ questions │ answers …
 *     └────┴───────┴───────────┴─────────┴─────────────┴────────────┴───────────┴─────────
 */
import { IpAddress } from "./ip-address.ts";

const HEADER_LENGTH = 12;
const CLASS_IN = 1;
/** Bits of the flags: RFC 1035 §4.1.1. */
const RESPONSE = 0x8000;
const TRUNCATED = 0x0200;
const RECURSION_DESIRED = 0x0100;
const RCODE = 0x000f;
/** A name leads to another place of the message: RFC 1035 §4.1.4. */
const POINTER = 0xc0;
const POINTERS_MAX = 64;

/** Numbers of types. */
export const TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  TLSA: 52,
  ANY: 255,
  CAA: 257,
} as const;

/** A record of a name, as Node's dns.resolveAny() gives it. */
export type DnsRecord =
  | { readonly type: "A" | "AAAA"; readonly address: string; readonly ttl?: number }
  | { readonly type: "CNAME" | "NS" | "PTR"; readonly value: string }
  | { readonly type: "MX"; readonly exchange: string; readonly priority: number }
  | { readonly type: "TXT"; readonly entries: readonly string[] }
  | {
      readonly type: "SRV";
      readonly name: string;
      readonly port: number;
      readonly priority: number;
      readonly weight: number;
    }
  | {
      readonly type: "SOA";
      readonly nsname: string;
      readonly hostmaster: string;
      readonly serial: number;
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minttl: number;
    }
  | {
      readonly type: "NAPTR";
      readonly flags: string;
      readonly service: string;
      readonly regexp: string;
      readonly replacement: string;
      readonly order: number;
      readonly preference: number;
    }
  | {
      readonly type: "TLSA";
      readonly certUsage: number;
      readonly selector: number;
      readonly match: number;
      readonly data: ArrayBuffer;
    }
  /** And its property: `issue: "ca.example"`. */
  | { readonly type: "CAA"; readonly critical: number; readonly [property: string]: string | number };

/** A response. */
export interface Response {
  readonly id: number;
  readonly isTruncated: boolean;
  readonly rcode: number;
  /** Those of types that are known here. */
  readonly answers: readonly DnsRecord[];
}

/** A question for the records of that type. Undefined when the name can't be one. */
export function emitQuestion(id: number, name: string, type: number): Uint8Array | undefined {
  const labels = name.replace(/\.$/, "").split(".");
  if (labels.some(({ length }) => length === 0 || length > 63)) return undefined;
  const bytes = [...word(id), ...word(RECURSION_DESIRED), ...word(1), ...word(0), ...word(0), ...word(0)];
  for (const label of labels) bytes.push(label.length, ...[...label].map((letter) => letter.charCodeAt(0) & 0xff));
  bytes.push(0, ...word(type), ...word(CLASS_IN));
  return Uint8Array.from(bytes);
}

const word = (value: number): [number, number] => [value >> 8, value & 0xff];

/** What a response says. Undefined when it is none, or damaged. */
export function parseResponse(bytes: Uint8Array): Response | undefined {
  try {
    const reader = new Reader(bytes);
    const [id, flags, questions, answers] = [reader.u16(), reader.u16(), reader.u16(), reader.u16()];
    if ((flags & RESPONSE) === 0) return undefined;
    reader.at = HEADER_LENGTH;
    for (let i = 0; i < questions; i++) {
      reader.name();
      reader.at += 4;
    }
    const records = Array.from({ length: answers }, () => parseRecord(reader));
    return {
      id,
      isTruncated: (flags & TRUNCATED) !== 0,
      rcode: flags & RCODE,
      answers: records.filter((record) => record !== undefined),
    };
  } catch (error) {
    // DataView's, of a message that ends too early.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function parseRecord(reader: Reader): DnsRecord | undefined {
  reader.name();
  const type = reader.u16();
  reader.at += 2;
  const ttl = reader.u32();
  const length = reader.u16();
  const end = reader.at + length;
  const record = PARSERS[type]?.(reader, end, ttl);
  reader.at = end;
  return record;
}

const named =
  (type: "CNAME" | "NS" | "PTR") =>
  (reader: Reader): DnsRecord => ({ type, value: reader.name() });

/** RFC 1035 §3.3, in the order of the fields on the wire. */
const PARSERS: Readonly<Record<number, (reader: Reader, end: number, ttl: number) => DnsRecord>> = {
  [TYPES.A]: (reader, _end, ttl) => ({ type: "A", address: IpAddress.v4(reader.u32()).toString(), ttl }),
  [TYPES.AAAA]: (reader, _end, ttl) => {
    const address = IpAddress.v6(reader.u32(), reader.u32(), reader.u32(), reader.u32()).toString();
    return { type: "AAAA", address, ttl };
  },
  [TYPES.CNAME]: named("CNAME"),
  [TYPES.NS]: named("NS"),
  [TYPES.PTR]: named("PTR"),
  [TYPES.MX]: (reader) => ({ type: "MX", priority: reader.u16(), exchange: reader.name() }),
  [TYPES.TXT]: (reader, end) => {
    const entries: string[] = [];
    while (reader.at < end) entries.push(reader.text());
    return { type: "TXT", entries };
  },
  [TYPES.SRV]: (reader) => ({
    type: "SRV",
    priority: reader.u16(),
    weight: reader.u16(),
    port: reader.u16(),
    name: reader.name(),
  }),
  [TYPES.SOA]: (reader) => ({
    type: "SOA",
    nsname: reader.name(),
    hostmaster: reader.name(),
    serial: reader.u32(),
    refresh: reader.u32(),
    retry: reader.u32(),
    expire: reader.u32(),
    minttl: reader.u32(),
  }),
  [TYPES.NAPTR]: (reader) => ({
    type: "NAPTR",
    order: reader.u16(),
    preference: reader.u16(),
    flags: reader.text(),
    service: reader.text(),
    regexp: reader.text(),
    replacement: reader.name(),
  }),
  [TYPES.TLSA]: (reader, end) => ({
    type: "TLSA",
    certUsage: reader.u8(),
    selector: reader.u8(),
    match: reader.u8(),
    data: Uint8Array.from(reader.bytes(end)).buffer,
  }),
  [TYPES.CAA]: (reader, end) => {
    const critical = reader.u8();
    const property = reader.text();
    return { type: "CAA", critical, [property]: latin1(reader.bytes(end)) };
  },
};

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

class Reader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.at++);
  }

  u16(): number {
    this.at += 2;
    return this.#view.getUint16(this.at - 2);
  }

  u32(): number {
    this.at += 4;
    return this.#view.getUint32(this.at - 4);
  }

  bytes(end: number): Uint8Array {
    if (end < this.at || end > this.#bytes.length) throw new RangeError("beyond the message");
    const bytes = this.#bytes.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  /** RFC 1035 §3.3, <character-string>. */
  text(): string {
    const length = this.u8();
    return latin1(this.bytes(this.at + length));
  }

  /** RFC 1035 §4.1.4: labels, which may go on at an earlier place. */
  name(): string {
    const labels: string[] = [];
    let after: number | null = null;
    let pointers = 0;
    for (let length = this.u8(); length !== 0; length = this.u8()) {
      if (length >= POINTER) {
        if (++pointers > POINTERS_MAX) throw new RangeError("a name without end");
        const target = ((length & ~POINTER) << 8) | this.u8();
        after ??= this.at;
        this.at = target;
      } else {
        labels.push(latin1(this.bytes(this.at + length)));
      }
    }
    if (after !== null) this.at = after;
    return labels.join(".");
  }
}
