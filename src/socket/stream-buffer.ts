/**
 * A stream of bytes, kept as the chunks in which they came.
 *
 *     front  [ · · c d ] [ e f g ] [ h i + rights ] [ j k ]      a read of 9 takes c … i and stops there
 *
 * Read first: unix(7); Linux's unix_stream_read_generic. A read runs across chunks, up to and with one that carries
 * rights; bytes of different writers are not put together for a receiver that asks who they are (SO_PASSCRED).
 */
import { MSG_PEEK } from "../abi/socket.ts";
import { Ring } from "../base/ring.ts";
import type { SocketAddress } from "./address.ts";
import type { Ancillary, Credentials, Rights } from "./ancillary.ts";
import type { Chunk } from "./chunk.ts";
import { handOver, type ReceiveBuffer, type Received } from "./receive-buffer.ts";

interface QueuedChunk {
  readonly chunk: Chunk;
  readonly source: SocketAddress | null;
  /** Its rights go with the first bytes that are read of it. */
  ancillary: Ancillary | null;
}

export class StreamBuffer implements ReceiveBuffer {
  readonly #chunks: Ring<QueuedChunk> = new Ring<QueuedChunk>();
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: Chunk, source: SocketAddress | null, ancillary: Ancillary | null): void {
    this.#chunks.push({ chunk, source, ancillary });
    this.#bytes += chunk.length;
  }

  receive(into: Uint8Array, flags: number, byWriter: boolean): Received | null {
    const first = this.#chunks.peek();
    if (first === undefined) return null;
    const { source } = first;
    return (flags & MSG_PEEK) === 0
      ? this.#take(first, into, flags, source, byWriter)
      : this.#peek(first, into, flags, source, byWriter);
  }

  drain(): readonly Rights[] {
    const chunks = [...this.#chunks];
    const rights = [...this.rights()];
    this.#chunks.clear();
    this.#bytes = 0;
    for (const { chunk } of chunks) chunk.release();
    return rights;
  }

  *rights(): Generator<Rights> {
    for (const { ancillary } of this.#chunks) {
      if (ancillary !== null && ancillary.rights !== null) yield ancillary.rights;
    }
  }

  #take(
    first: QueuedChunk,
    into: Uint8Array,
    flags: number,
    source: SocketAddress | null,
    byWriter: boolean,
  ): Received {
    const writer = first.ancillary?.credentials ?? null;
    let ancillary: Ancillary | null = null;
    let bytes = 0;
    let next: QueuedChunk | undefined = first;
    let stopped = byWriter;
    while (next !== undefined && (bytes < into.length || bytes === 0)) {
      if (byWriter && !isSameWriter(writer, next.ancillary)) break;
      ancillary = next.ancillary ?? ancillary;
      const copied = next.chunk.copyTo(into, bytes);
      bytes += copied;
      const hasRights = ancillary !== null && ancillary.rights !== null;
      next.chunk.consume(copied);
      if (hasRights) next.ancillary = { credentials: ancillary?.credentials ?? null, rights: null };
      stopped ||= hasRights;
      if (next.chunk.length > 0) break;
      this.#chunks.shift();
      next.chunk.release();
      if (hasRights) break;
      next = this.#chunks.peek();
    }
    this.#bytes -= bytes;
    return { bytes, source, flags: 0, ancillary: handOver(ancillary, flags), isWhole: stopped };
  }

  #peek(
    first: QueuedChunk,
    into: Uint8Array,
    flags: number,
    source: SocketAddress | null,
    byWriter: boolean,
  ): Received {
    const writer = first.ancillary?.credentials ?? null;
    let ancillary: Ancillary | null = null;
    let bytes = 0;
    for (const next of this.#chunks) {
      if (byWriter && !isSameWriter(writer, next.ancillary)) break;
      ancillary = next.ancillary ?? ancillary;
      bytes += next.chunk.copyTo(into, bytes);
      if (bytes === into.length || (ancillary !== null && ancillary.rights !== null)) break;
    }
    return { bytes, source, flags: 0, ancillary: handOver(ancillary, flags), isWhole: true };
  }
}

function isSameWriter(writer: Credentials | null, ancillary: Ancillary | null): boolean {
  const other = ancillary?.credentials ?? null;
  if (writer === null || other === null) return writer === other;
  return writer.pid === other.pid && writer.uid === other.uid && writer.gid === other.gid;
}
