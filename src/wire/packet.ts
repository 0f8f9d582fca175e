/**
 * A packet on its way through the layers of one host and over a link.
 *
 * Read first: ARCHITECTURE.md, "The life of one message". Headers are written backwards into headroom carved from a slab:
 *
 *     slab, 64 KiB, one Uint8Array and one DataView
 *     ┌────────┬──────────┬─────────┬──────────────┬────────┐      tail (optional)
 *     │ others │ headroom │ headers │ small payload│ others │      ┌─────────────────────┐
 *     └────────┴──────────┴─────────┴──────────────┴────────┘      │ an immutable slice  │
 *              ↑ origin   ↑ start                  ↑ end           └─────────────────────┘
 *
 * Order: Packet.allocate() → prepend() for each header going down → a link → trim() for each header going up.
 * Whoever hands a packet to an `output` does not touch it again. Copies on a wire share bytes (clone); whoever changes
 * the bytes of a packet asks for them first (own).
 */
import { assert } from "../base/assert.ts";
import * as checksum from "./checksum.ts";
import { carve, EMPTY, Slab } from "./slab.ts";

/** Room for a link header (14 or 18), an IP header with options (60) and a TCP header with options (60), rounded. */
const HEADROOM_BYTES = 144;
/** Payloads up to this size are copied beside their headers; longer ones travel as a tail. */
const COPY_MAX_BYTES = 2048;
/** Slabs up to this size are not worth leaving. */
const COMPACT_MIN_BYTES = 4096;
/** Where UDP has its checksum: wire/udp.ts, which imports nothing of this. */
const UDP_CHECKSUM_FIELD = 6;
/** What the objects around the bytes of a packet take, as charged to a queue. */
const OBJECT_BYTES = 192;

/** Who pays for the bytes of a packet while it waits in queues: a socket's send or receive buffer. */
export interface Payer {
  /** The packet has left: this many bytes are free again. */
  uncharge(bytes: number): void;
}

export class Packet {
  /** The slab's bytes; only [start, end) belongs to this packet, with headroom down to `origin`. */
  bytes: Uint8Array;
  /** The slab's view: read and write headers at absolute offsets from `start`. */
  view: DataView;
  origin = 0;
  start = 0;
  end = 0;
  /** The rest of the payload, which nobody changes; empty for small packets. */
  tail: Uint8Array | null;
  /** Others hold the same bytes: `own()` before changing them. */
  shared = false;
  /** The payload is in somebody's send queue as well, and he only reads it: `own()` before changing it. */
  isLent = false;
  /**
   * Where a checksum is still to be filled in: the first byte that it covers, -1 when nothing is missing. The field
   * holds the sum of the pseudo-header until then (as CHECKSUM_PARTIAL on Linux).
   */
  checksumStart = -1;
  /** Offset of the checksum's field from `checksumStart`. */
  checksumField = 0;
  /**
   * A large segment, still to be cut: so much payload goes into each of those on the wire (gso_size on Linux). 0: it is
   * one. A large segment has a checksum that is left for later, too. wire/segmentation.ts cuts.
   */
  segmentBytes = 0;
  /** Where the payload of a large segment starts: every header lies before it. */
  payloadStart = 0;
  /** What the head lies in, and the tail; null where that is left to the collector. */
  #headMemory: Slab | null;
  #tailMemory: Slab | null = null;
  #payer: Payer | null = null;
  #chargedBytes = 0;

  /** The caller's use of the memory passes to the packet. */
  private constructor(
    { bytes, view }: Pick<Slab, "bytes" | "view">,
    headMemory: Slab | null,
    origin: number,
    start: number,
    end: number,
    tail: Uint8Array | null,
  ) {
    this.#headMemory = headMemory;
    this.bytes = bytes;
    this.view = view;
    this.origin = origin;
    this.start = start;
    this.end = end;
    this.tail = tail;
  }

  /** A packet of `length` bytes, not cleared, with headroom before them. */
  static allocate(length: number, headroomBytes: number = HEADROOM_BYTES): Packet {
    const { slab, origin } = carve(headroomBytes + length);
    const start = origin + headroomBytes;
    return new Packet(slab, slab, origin, start, start + length, null);
  }

  /** A packet with a copy of these bytes. */
  static from(payload: Uint8Array, headroomBytes: number = HEADROOM_BYTES): Packet {
    // Not slice(): a Buffer's shares its memory.
    if (payload.length > COPY_MAX_BYTES) return Packet.withTail(new Uint8Array(payload), headroomBytes);
    const packet = Packet.allocate(payload.length, headroomBytes);
    packet.bytes.set(payload, packet.start);
    return packet;
  }

  /** A packet whose payload is this slice, by reference: nobody may change it from now on. */
  static withTail(tail: Uint8Array, headroomBytes: number = HEADROOM_BYTES): Packet {
    const packet = Packet.allocate(0, headroomBytes);
    packet.tail = tail;
    return packet;
  }

  /** A packet that is the first `length` bytes of borrowed memory: the borrower's use of it passes to the packet. */
  static over(memory: Slab, length: number): Packet {
    return new Packet(memory, memory, 0, 0, length, null);
  }

  /** Bytes from the first header to the end of the payload. */
  get length(): number {
    return this.end - this.start + (this.tail === null ? 0 : this.tail.length);
  }

  /** How many packets it is on a wire. */
  get segments(): number {
    return this.segmentBytes === 0
      ? 1
      : Math.max(1, Math.ceil((this.length - this.#headersLength()) / this.segmentBytes));
  }

  /** Bytes of these packets, the headers of each included. */
  get wireBytes(): number {
    return this.segmentBytes === 0 ? this.length : this.length + (this.segments - 1) * this.#headersLength();
  }

  /** Bytes of the longest of these packets. */
  get wireLength(): number {
    return this.segmentBytes === 0 ? this.length : Math.min(this.length, this.#headersLength() + this.segmentBytes);
  }

  #headersLength(): number {
    return this.payloadStart - this.start;
  }

  /** Bytes that can be read through `view`, from `start`. */
  get headLength(): number {
    return this.end - this.start;
  }

  /** What the packet costs whoever holds it, its share of slab and objects included. */
  get trueSizeBytes(): number {
    return this.end - this.origin + (this.tail === null ? 0 : this.tail.length) + OBJECT_BYTES;
  }

  /** Makes room for a header in front and answers where it starts. The bytes are not cleared. */
  prepend(length: number): number {
    if (this.shared || this.start - this.origin < length) this.#move(length + HEADROOM_BYTES);
    this.start -= length;
    return this.start;
  }

  /** Takes a header off the front. */
  trimStart(length: number): void {
    assert(length <= this.headLength, "a header lies in the head of a packet");
    this.start += length;
  }

  /** Shortens the packet to that many bytes: link padding goes. */
  truncate(length: number): void {
    const excess = this.length - length;
    assert(excess >= 0, "a packet is shortened, not stretched");
    if (excess === 0) return;
    const tailLength = this.tail === null ? 0 : this.tail.length;
    if (excess < tailLength) {
      this.tail = (this.tail as Uint8Array).subarray(0, tailLength - excess);
    } else {
      this.tail = null;
      this.end -= excess - tailLength;
    }
  }

  /** Makes the first `length` bytes readable through `view`; false when the packet is shorter. */
  pullUp(length: number): boolean {
    if (length <= this.headLength) return true;
    if (length > this.length) return false;
    this.#flatten();
    return true;
  }

  /** Another packet with the same bytes; both must `own()` them before a change. */
  clone(): Packet {
    const copy = new Packet(this, null, this.origin, this.start, this.end, this.tail);
    this.keepMemory();
    copy.checksumStart = this.checksumStart;
    copy.checksumField = this.checksumField;
    copy.segmentBytes = this.segmentBytes;
    copy.payloadStart = this.payloadStart;
    copy.shared = true;
    this.shared = true;
    return copy;
  }

  /** After this the head (headers and small payload) may be changed. A tail is never changed in place. */
  own(): void {
    if (this.shared || this.isLent) this.#move(HEADROOM_BYTES);
  }

  /** After this every byte, payload included, is in the head and may be changed: for rules and corruption. */
  ownAll(): void {
    if (this.tail !== null) this.#flatten();
    else this.own();
  }

  /**
   * Moves the head into memory of its own size: for a packet that may wait long, and would keep the slab of many others.
   * Headroom is kept where headers are still to come.
   */
  compact(headroomBytes: number): void {
    const length = this.headLength;
    // It may have the memory almost to itself.
    if (this.bytes.length <= COMPACT_MIN_BYTES || 2 * length > this.bytes.length) return;
    const bytes = headroomBytes + length;
    this.#settle(bytes === 0 ? EMPTY : new Slab(bytes), 0, headroomBytes, length);
  }

  /** Fills in the checksum that was left for later, if any. */
  completeChecksum(): void {
    if (this.checksumStart < 0) return;
    if (this.shared) this.#move(HEADROOM_BYTES);
    const start = this.checksumStart;
    const field = start + this.checksumField;
    let sum = checksum.sum(this.view, start, this.end - start, 0);
    if (this.tail !== null && this.tail.length > 0) {
      const view = new DataView(this.tail.buffer, this.tail.byteOffset);
      const ofTail = checksum.sum(view, 0, this.tail.length, 0);
      sum += (this.end - start) % 2 === 0 ? ofTail : checksum.swap(ofTail);
    }
    const value = checksum.finish(sum);
    // RFC 768: UDP sends a sum of zero as all ones, as zero says that there is none. For others zero is a sum like any.
    this.view.setUint16(field, value === 0 && this.checksumField === UDP_CHECKSUM_FIELD ? 0xffff : value);
    this.checksumStart = -1;
  }

  /** Copies payload from `from` bytes after `start` to target[at …]; answers how many bytes were copied. */
  copyTo(target: Uint8Array, from: number = 0, at: number = 0): number {
    const room = target.length - at;
    const inHead = Math.max(0, Math.min(this.headLength - from, room));
    if (inHead > 0) copyBytes(this.bytes, this.start + from, target, at, inHead);
    if (this.tail === null || inHead === room) return inHead;
    const tailFrom = Math.max(0, from - this.headLength);
    const inTail = Math.max(0, Math.min(this.tail.length - tailFrom, room - inHead));
    copyBytes(this.tail, tailFrom, target, at + inHead, inTail);
    return inHead + inTail;
  }

  /** The bytes as they would stand on a wire, checksums filled in, as a fresh array. */
  copyBytes(): Uint8Array {
    const whole = new Uint8Array(this.length);
    if (this.checksumStart >= 0) {
      const complete = this.clone();
      complete.completeChecksum();
      complete.copyTo(whole);
    } else {
      this.copyTo(whole);
    }
    return whole;
  }

  /**
   * A packet of its own with `length` of the bytes from `from` on, for a fragment: what lies in the head is copied, what
   * lies in the tail is not. It takes its share of what this packet is charged for along.
   */
  takePart(from: number, length: number): Packet {
    const inHead = Math.max(0, Math.min(this.headLength - from, length));
    const part = Packet.allocate(inHead);
    copyBytes(this.bytes, this.start + from, part.bytes, part.start, inHead);
    if (inHead < length) {
      const tailFrom = Math.max(0, from - this.headLength);
      part.tail = (this.tail as Uint8Array).subarray(tailFrom, tailFrom + length - inHead);
      part.useMemory(this.#tailMemory);
    }
    if (this.#payer !== null) {
      part.#payer = this.#payer;
      part.#chargedBytes = Math.min(this.#chargedBytes, part.trueSizeBytes);
      this.#chargedBytes -= part.#chargedBytes;
    }
    return part;
  }

  /** The tail lies in this memory, of which the packet becomes a user. */
  useMemory(memory: Slab | null): void {
    this.#tailMemory = memory;
    memory?.share();
  }

  /** Somebody else reads what lies in the head now: he is one more user of its memory, which is the answer. */
  shareHead(): Slab | null {
    this.#headMemory?.share();
    return this.#headMemory;
  }

  /** Nobody looks at the bytes of this packet any more: the memory that they lie in may be used again. */
  giveBackMemory(): void {
    const head = this.#headMemory;
    const tail = this.#tailMemory;
    this.#headMemory = null;
    this.#tailMemory = null;
    head?.giveBack();
    tail?.giveBack();
  }

  /** Somebody may look at the bytes later: the memory that they lie in is not used again. */
  keepMemory(): void {
    this.#headMemory?.keep();
    this.#tailMemory?.keep();
  }

  /** From now on this payer is charged for the packet, until release(). */
  charge(payer: Payer): number {
    this.release();
    this.#payer = payer;
    this.#chargedBytes = this.trueSizeBytes;
    return this.#chargedBytes;
  }

  /** The packet has left the queues of whoever paid for it, or was discarded. */
  release(): void {
    const payer = this.#payer;
    if (payer === null) return;
    this.#payer = null;
    payer.uncharge(this.#chargedBytes);
  }

  /** Gives the head bytes of its own, with that much headroom. */
  #move(headroomBytes: number): void {
    const length = this.headLength;
    const { slab, origin } = carve(headroomBytes + length);
    this.#settle(slab, origin, origin + headroomBytes, length);
  }

  /** Gives the whole packet one stretch of bytes of its own. */
  #flatten(): void {
    const tail = this.tail as Uint8Array;
    const length = this.headLength;
    const { slab, origin } = carve(HEADROOM_BYTES + length + tail.length);
    slab.bytes.set(tail, origin + HEADROOM_BYTES + length);
    this.#settle(slab, origin, origin + HEADROOM_BYTES, length);
    this.end += tail.length;
    this.tail = null;
    this.#tailMemory?.giveBack();
    this.#tailMemory = null;
  }

  #settle(slab: Slab, origin: number, start: number, length: number): void {
    copyBytes(this.bytes, this.start, slab.bytes, start, length);
    if (this.checksumStart >= 0) this.checksumStart += start - this.start;
    if (this.segmentBytes > 0) this.payloadStart += start - this.start;
    this.#headMemory?.giveBack();
    this.#headMemory = slab;
    this.bytes = slab.bytes;
    this.view = slab.view;
    this.origin = origin;
    this.start = start;
    this.end = start + length;
    this.shared = false;
    this.isLent = false;
  }
}

/** Up to so many bytes a loop is quicker than making a view. */
const LOOP_MAX_BYTES = 32;

/** Copies a stretch. */
function copyBytes(from: Uint8Array, fromOffset: number, to: Uint8Array, toOffset: number, length: number): void {
  if (length > LOOP_MAX_BYTES) {
    to.set(length === from.length ? from : from.subarray(fromOffset, fromOffset + length), toOffset);
    return;
  }
  let i = 0;
  // Four a turn take half the time of one.
  for (; i + 3 < length; i += 4) {
    to[toOffset + i] = from[fromOffset + i] as number;
    to[toOffset + i + 1] = from[fromOffset + i + 1] as number;
    to[toOffset + i + 2] = from[fromOffset + i + 2] as number;
    to[toOffset + i + 3] = from[fromOffset + i + 3] as number;
  }
  for (; i < length; i++) to[toOffset + i] = from[fromOffset + i] as number;
}
