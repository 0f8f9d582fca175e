/**
 * What the user has sent and the peer has not acknowledged: chunks of bytes, copied once from the user, that segments
 * refer to.
 *
 *               snd.una                      snd.nxt          end
 *                  ↓                            ↓              ↓
 *     chunks  [ · ·│a b c d ] [ e f g h i j k l │m n ] [ o p q ]        · acknowledged, in a chunk that is still needed
 *                    ╰──────────╯ ╰────────────╯
 *                     one segment   another one, by reference into its chunk
 *
 * The bytes of a chunk never change once they are in it, so a packet, its duplicates and its retransmissions all point at
 * the same ones. Small writes go one behind the other into a chunk that has room; large ones have one of their own.
 */
import { add, diff, geq, lt, min } from "../../base/seq32.ts";
import { Packet, type Payer } from "../../wire/packet.ts";
import { Slab } from "../../wire/slab.ts";

/** The least memory of a chunk, which an engine keeps beside the object. */
const CHUNK_MIN_BYTES = 64;
/** Chunks that wait for more have up to so many bytes: as many as are queued before them. */
const CHUNK_GROWING_MAX_BYTES = 4096;
/** Up to so many bytes are copied beside the headers of a packet: quicker than making a slice. */
const COPY_MAX_BYTES = 64;
/** The most that is copied where a segment straddles chunks; a larger one ends with its chunk instead. */
const GATHER_MAX_BYTES = 4096;
/** Writes of more than so many bytes get memory that is used again. */
const BORROW_MIN_BYTES = 16_384;
/** Up to so many bytes a loop is quicker than making a view. */
const LOOP_MAX_BYTES = 24;

interface SendChunk {
  readonly bytes: Uint8Array;
  /** Where the first of them lies, and how many there is room for. */
  readonly offset: number;
  readonly room: number;
  /** The packet in which they lie, until it has left. */
  packet: Packet | null;
  /** Memory that they lie in, and that is used again. */
  readonly memory: Slab | null;
  /** So many of them are used. */
  length: number;
  /** The sequence number of its first byte. */
  readonly seq: number;
  next: SendChunk | null;
}

/** Who pays for what waits: the send buffer of a socket. */
export interface ChargedPayer extends Payer {
  charge(bytes: number): void;
}

export class SendQueue {
  #first: SendChunk | null = null;
  #last: SendChunk | null = null;
  /** Where the last look was: the next one is mostly there too. */
  #cursor: SendChunk | null = null;
  /** The sequence numbers of the first byte and behind the last one. */
  #front = 0;
  #end = 0;

  get end(): number {
    return this.#end;
  }

  /** The stream begins here. */
  start(seq: number): void {
    this.#front = seq;
    this.#end = seq;
  }

  get length(): number {
    return diff(this.#end, this.#front);
  }

  /** Copies data[from, from + length) to the end. */
  append(data: Uint8Array, from: number, length: number, payer: ChargedPayer): void {
    const last = this.#last;
    if (last !== null && last.length + length <= last.room) {
      copy(data, from, last.bytes, last.offset + last.length, length);
      last.length += length;
    } else {
      const isAlone = last === null && length <= COPY_MAX_BYTES;
      const chunk = isAlone
        ? packetChunk(data, from, length, this.#end)
        : newChunk(data, from, length, this.#end, this.length);
      if (last === null) this.#first = chunk;
      else last.next = chunk;
      this.#last = chunk;
    }
    this.#end = add(this.#end, length);
    payer.charge(length);
  }

  /** Everything before `una` has been acknowledged: chunks that are not needed any more go, and the payer has his room back. */
  acknowledge(una: number, payer: Payer): void {
    const until = min(una, this.#end);
    const freed = diff(until, this.#front);
    if (freed <= 0) return;
    this.#front = until;
    let chunk = this.#first;
    while (chunk !== null && geq(until, add(chunk.seq, chunk.length))) {
      if (this.#cursor === chunk) this.#cursor = null;
      chunk.memory?.giveBack();
      chunk = chunk.next;
    }
    this.#first = chunk;
    if (chunk === null) this.#last = null;
    payer.uncharge(freed);
  }

  /** Forgets all. */
  clear(payer: Payer): void {
    this.acknowledge(this.#end, payer);
  }

  /**
   * A packet with up to `length` bytes from `seq` on. A large one that would straddle chunks has fewer, but where that is
   * possible a whole number of segments; the result's length says how many.
   */
  packet(seq: number, length: number, segmentBytes: number = length): Packet {
    const chunk = this.#find(seq);
    const from = diff(seq, chunk.seq);
    const { packet } = chunk;
    if (packet !== null && packet.length === length && from === 0) {
      chunk.packet = null;
      return packet;
    }
    return chunk.length - from >= length ? slice(chunk, from, length) : gather(chunk, from, length, segmentBytes);
  }

  #find(seq: number): SendChunk {
    const cursor = this.#cursor;
    let chunk = cursor !== null && geq(seq, cursor.seq) ? cursor : (this.#first as SendChunk);
    while (!lt(seq, add(chunk.seq, chunk.length))) chunk = chunk.next as SendChunk;
    this.#cursor = chunk;
    return chunk;
  }
}

/** A small chunk that nothing waits before: it will leave as it is, so it lies in a packet, and is not copied again for that. */
function packetChunk(data: Uint8Array, from: number, length: number, seq: number): SendChunk {
  const packet = Packet.allocate(length);
  const { bytes, start } = packet;
  copy(data, from, bytes, start, length);
  packet.isLent = true;
  const memory = packet.shareHead();
  return { bytes, offset: start, room: length, packet, memory, length, seq, next: null };
}

/** A chunk with a copy of data[from, from + length), behind as many bytes as are queued. */
function newChunk(data: Uint8Array, from: number, length: number, seq: number, queuedBytes: number): SendChunk {
  if (length > BORROW_MIN_BYTES) {
    const memory = Slab.borrow();
    copy(data, from, memory.bytes, 0, length);
    const { bytes } = memory;
    return { bytes, offset: 0, room: bytes.length, packet: null, memory, length, seq, next: null };
  }
  const room = Math.min(Math.max(queuedBytes, CHUNK_MIN_BYTES), CHUNK_GROWING_MAX_BYTES);
  // Made as a copy it is not cleared first. Not slice(): a Buffer's shares its memory.
  const bytes = length > room ? new Uint8Array(data.subarray(from, from + length)) : new Uint8Array(room);
  if (length <= room) copy(data, from, bytes, 0, length);
  return { bytes, offset: 0, room: bytes.length, packet: null, memory: null, length, seq, next: null };
}

/** A segment that straddles chunks: copied, but for a long last piece, which goes by reference. */
function gather(first: SendChunk, from: number, length: number, segmentBytes: number): Packet {
  const here = first.length - from;
  if (length <= GATHER_MAX_BYTES) return copied(first, from, length);
  if (here > Math.min(segmentBytes, GATHER_MAX_BYTES)) return slice(first, from, whole(here, segmentBytes));
  const second = first.next as SendChunk;
  const available = here + second.length;
  const least = Math.min(segmentBytes, GATHER_MAX_BYTES);
  const bytes = available >= length ? length : Math.max(whole(available, segmentBytes), least);
  if (bytes <= GATHER_MAX_BYTES) return copied(first, from, bytes);
  const packet = copied(first, from, here);
  packet.tail = second.bytes.subarray(second.offset, second.offset + bytes - here);
  packet.useMemory(second.memory);
  return packet;
}

/** So many bytes of whole segments, if there are any. */
function whole(bytes: number, segmentBytes: number): number {
  return bytes < segmentBytes ? bytes : bytes - (bytes % segmentBytes);
}

function copied(first: SendChunk, from: number, length: number): Packet {
  const packet = Packet.allocate(length);
  let chunk: SendChunk | null = first;
  let start = from;
  for (let done = 0; chunk !== null && done < length; chunk = chunk.next) {
    const count = Math.min(chunk.length - start, length - done);
    copy(chunk.bytes, chunk.offset + start, packet.bytes, packet.start + done, count);
    done += count;
    start = 0;
  }
  return packet;
}

function slice({ bytes, offset, memory }: SendChunk, from: number, length: number): Packet {
  if (length > COPY_MAX_BYTES) {
    const packet = Packet.withTail(bytes.subarray(offset + from, offset + from + length));
    packet.useMemory(memory);
    return packet;
  }
  const packet = Packet.allocate(length);
  copy(bytes, offset + from, packet.bytes, packet.start, length);
  return packet;
}

function copy(from: Uint8Array, fromOffset: number, to: Uint8Array, toOffset: number, length: number): void {
  if (length <= LOOP_MAX_BYTES) {
    for (let i = 0; i < length; i++) to[toOffset + i] = from[fromOffset + i] as number;
  } else {
    to.set(length === from.length ? from : from.subarray(fromOffset, fromOffset + length), toOffset);
  }
}
