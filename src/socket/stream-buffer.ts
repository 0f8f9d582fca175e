/**
 * A stream of bytes, kept as the chunks in which they came.
 *
 *     front  [ · · c d ] [ e f g ] [ h i + rights ] [ j k ]      a read of 9 takes c … i and stops there
 *
 * Read first: unix(7), tcp(7), "SIGURG"; Linux's unix_stream_read_generic and manage_oob, tcp_recvmsg_locked and tcp_recv_urg. A
 * read runs across chunks, up to and with one that carries rights; bytes of different writers are not put together for a receiver that asks who they are (SO_PASSCRED).
 *
 * The last urgent byte is a chunk of its own, and the mark: a read stops before it, and the next one passes it over, unless
 * it is to stay in the stream (SO_OOBINLINE). MSG_OOB reads it, and its place is a mark still: of a Unix-domain stream an empty one;
 * in TCP the byte stays there until a read has passed it, as its sequence number does.
 */
import type { Errno } from "../abi/errno.ts";
import { MSG_OOB, MSG_PEEK, MSG_TRUNC } from "../abi/socket.ts";
import { Ring } from "../base/ring.ts";
import type { Packet } from "../wire/packet.ts";
import type { SocketAddress } from "./address.ts";
import type { Ancillary, Credentials, Rights } from "./ancillary.ts";
import { MergedPiece } from "./merged-piece.ts";
import { handOver, type ReceiveBuffer, type Received } from "./receive-buffer.ts";
import type { StreamPiece } from "./stream-piece.ts";

const NO_RIGHTS: readonly Rights[] = [];
const NOTHING_READ: Received = { bytes: 0, source: null, flags: 0, ancillary: null, isWhole: true };

export class StreamBuffer implements ReceiveBuffer {
  readonly #chunks: Ring<StreamPiece> = new Ring<StreamPiece>();
  #bytes = 0;
  /** Of a Unix-domain socket, not of TCP? */
  readonly #isUnix: boolean;
  /** The urgent byte, while nobody has read it or passed it over; in TCP until it is passed. */
  #urgent: StreamPiece | null = null;
  /** TCP: MSG_OOB has read the byte. */
  #isUrgentRead = false;
  /** The last piece, when small segments are merged into it. */
  #merged: MergedPiece | null = null;
  /** An urgent byte was announced, and has not come yet: TCP hears of it before. */
  #isUrgentExpected = false;

  constructor(isUnix: boolean) {
    this.#isUnix = isUnix;
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /** How many pieces wait. */
  get length(): number {
    return this.#chunks.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: StreamPiece, source: SocketAddress | null, ancillary: Ancillary | null): void {
    this.#merged = null;
    chunk.source = source;
    chunk.ancillary = ancillary;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The data of a small segment, beside those of others. */
  merge(packet: Packet): void {
    if (this.#merged?.append(packet) === true) {
      this.#bytes += packet.length;
      return;
    }
    const piece = new MergedPiece();
    piece.append(packet);
    this.push(piece, null, null);
    this.#merged = piece;
  }

  /**
   * FIONREAD. As tcp_inq on Linux: up to the mark, unless the urgent byte is to stay in the stream; a Unix-domain socket counts all,
   * as unix_inq_len.
   */
  bytesToMark(urgentInline: boolean): number {
    if (this.#isUnix || this.#urgent === null || urgentInline) return this.#bytes;
    let bytes = 0;
    for (const chunk of this.#chunks) {
      if (chunk === this.#urgent) break;
      bytes += chunk.length;
    }
    return bytes;
  }

  /** An urgent byte is announced. As tcp_check_urg on Linux: an older one that is next gives up its place; elsewhere it is ordinary now. */
  expectUrgent(takesPlace: boolean): void {
    this.#isUrgentExpected = true;
    if (takesPlace && this.#chunks.peek() === this.#urgent) this.#front(false);
    if (!this.#isUnix) this.#urgent = null;
  }

  /** The urgent byte. One that came before is an ordinary one from here on. */
  pushUrgent(chunk: StreamPiece, source: SocketAddress | null, ancillary: Ancillary | null): void {
    this.push(chunk, source, ancillary);
    this.#urgent = chunk;
    this.#isUrgentRead = false;
    this.#isUrgentExpected = false;
  }

  /** Is there an urgent byte that nobody has read, or will there be one? */
  get isUrgent(): boolean {
    return this.canReadUrgent || this.#isUrgentExpected;
  }

  /** Has it come, and has nobody read it? */
  get canReadUrgent(): boolean {
    return this.#urgent !== null && !this.#isUrgentRead;
  }

  /** Is the urgent byte, read by MSG_OOB or not, the next one? */
  get isUrgentNext(): boolean {
    return this.#urgent !== null && this.#chunks.peek() === this.#urgent;
  }

  /** sockatmark(3): would a read begin at the mark? */
  get isAtMark(): boolean {
    const [first, second] = this.#chunks;
    if (first === undefined) return false;
    if (first === this.#urgent) return true;
    return first.length === 0 && (this.#urgent === null || second === this.#urgent);
  }

  receive(into: Uint8Array, flags: number, byWriter: boolean, urgentInline: boolean = false): Received | null {
    // As tcp_recvmsg_locked on Linux: a read of nothing passes no mark.
    if (into.length === 0 && !this.#isUnix && !this.isEmpty) return NOTHING_READ;
    if ((flags & MSG_PEEK) !== 0) return this.#peek(into, flags, byWriter, urgentInline);
    const first = this.#front(urgentInline);
    return first === undefined ? null : this.#take(first, into, flags, first.source, byWriter);
  }

  /**
   * MSG_OOB: one byte. EINVAL: there is none, or it was read; EAGAIN: it was announced. As on Linux it is taken even where the buffer
   * has no room for it; of a Unix-domain socket it is counted, too.
   */
  receiveUrgent(into: Uint8Array, flags: number): Received | Errno {
    if (this.#isUrgentExpected) return "EAGAIN";
    const urgent = this.#urgent;
    if (urgent === null || this.#isUrgentRead) return "EINVAL";
    if (!this.#isDiscarding(flags)) urgent.copyTo(into);
    const { source } = urgent;
    if ((flags & MSG_PEEK) === 0) this.#urgentWasRead(urgent);
    const isTaken = into.length > 0 || this.#isUnix;
    const flagsBack = isTaken ? MSG_OOB : MSG_OOB | MSG_TRUNC;
    return { bytes: Number(isTaken), source, flags: flagsBack, ancillary: null, isWhole: true };
  }

  #urgentWasRead(urgent: StreamPiece): void {
    if (!this.#isUnix) {
      this.#isUrgentRead = true;
      return;
    }
    this.#urgent = null;
    this.#bytes -= urgent.length;
    urgent.consume(urgent.length);
  }

  /** tcp(7), MSG_TRUNC: bytes are counted, and not put into the buffer. A Unix-domain stream does not know it. */
  #isDiscarding(flags: number): boolean {
    return (flags & MSG_TRUNC) !== 0 && !this.#isUnix;
  }

  drain(): readonly Rights[] {
    if (this.#chunks.length === 0) return NO_RIGHTS;
    const chunks = [...this.#chunks];
    const rights = [...this.rights()];
    this.#chunks.clear();
    this.#merged = null;
    this.#urgent = null;
    this.#bytes = 0;
    for (const chunk of chunks) chunk.release();
    return rights;
  }

  *rights(): Generator<Rights> {
    for (const { ancillary } of this.#chunks) {
      if (ancillary !== null && ancillary.rights !== null) yield ancillary.rights;
    }
  }

  /** Where a read begins: behind marks that were read, and behind an urgent byte that it passes over. */
  #front(urgentInline: boolean): StreamPiece | undefined {
    for (;;) {
      const first = this.#chunks.peek();
      if (first === undefined) return undefined;
      const isUrgent = first === this.#urgent;
      if (isUrgent) this.#urgent = null;
      if (first.length > 0 && (!isUrgent || urgentInline)) return first;
      this.#bytes -= first.length;
      first.ancillary?.rights?.discard();
      this.#shift(first);
    }
  }

  /** The first one leaves the queue. */
  #shift(chunk: StreamPiece): void {
    this.#chunks.shift();
    if (chunk === this.#merged) this.#merged = null;
    chunk.release();
  }

  /** Does a read that has bytes already stop here? A mark that was read counts as long as there is no newer one. */
  #isMark(at: StreamPiece): boolean {
    return at === this.#urgent || (at.length === 0 && this.#urgent === null);
  }

  #take(
    first: StreamPiece,
    into: Uint8Array,
    flags: number,
    source: SocketAddress | null,
    byWriter: boolean,
  ): Received {
    const writer = first.ancillary?.credentials ?? null;
    let ancillary: Ancillary | null = null;
    let bytes = 0;
    let next: StreamPiece | undefined = first;
    let stopped = byWriter;
    const isDiscarding = this.#isDiscarding(flags);
    while (next !== undefined && (bytes < into.length || bytes === 0)) {
      if (byWriter && !isSameWriter(writer, next.ancillary)) break;
      if (bytes > 0 && this.#isMark(next)) {
        stopped = true;
        break;
      }
      ancillary = next.ancillary ?? ancillary;
      const copied = isDiscarding ? Math.min(next.length, into.length - bytes) : next.copyTo(into, bytes);
      bytes += copied;
      const hasRights = ancillary !== null && ancillary.rights !== null;
      next.consume(copied);
      if (hasRights) next.ancillary = { credentials: ancillary?.credentials ?? null, rights: null };
      stopped ||= hasRights;
      if (next.length > 0) break;
      this.#shift(next);
      if (hasRights) break;
      next = this.#chunks.peek();
    }
    this.#bytes -= bytes;
    return { bytes, source, flags: 0, ancillary: handOver(ancillary, flags), isWhole: stopped };
  }

  #peek(into: Uint8Array, flags: number, byWriter: boolean, urgentInline: boolean): Received | null {
    let first: StreamPiece | null = null;
    let ancillary: Ancillary | null = null;
    let bytes = 0;
    let stopped = byWriter;
    const isDiscarding = this.#isDiscarding(flags);
    for (const next of this.#chunks) {
      if (bytes > 0 && this.#isMark(next)) {
        stopped = true;
        break;
      }
      if (next.length === 0 || (next === this.#urgent && !urgentInline)) continue;
      first ??= next;
      if (byWriter && !isSameWriter(first.ancillary?.credentials ?? null, next.ancillary)) break;
      ancillary = next.ancillary ?? ancillary;
      bytes += isDiscarding ? Math.min(next.length, into.length - bytes) : next.copyTo(into, bytes);
      if (bytes === into.length || (ancillary !== null && ancillary.rights !== null)) break;
    }
    if (first === null) return null;
    return { bytes, source: first.source, flags: 0, ancillary: handOver(ancillary, flags), isWhole: stopped };
  }
}

function isSameWriter(writer: Credentials | null, ancillary: Ancillary | null): boolean {
  const other = ancillary?.credentials ?? null;
  if (writer === null || other === null) return writer === other;
  return writer.pid === other.pid && writer.uid === other.uid && writer.gid === other.gid;
}
