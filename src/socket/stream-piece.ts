/**
 * A stretch of a stream that waits to be read: bytes from a process of this host (chunk.ts), the data of a segment
 * (packet-piece.ts), or of many small ones (merged-piece.ts). stream-buffer.ts is the queue.
 */
import type { SocketAddress } from "./address.ts";
import type { Ancillary } from "./ancillary.ts";

export interface StreamPiece {
  source: SocketAddress | null;
  /** Its rights go with the first bytes that are read of it. */
  ancillary: Ancillary | null;

  /** Bytes that have not been consumed. */
  readonly length: number;
  /** Copies to target[at …] what is there and fits, and says how many bytes that were. */
  copyTo(target: Uint8Array, at?: number): number;
  /** So many bytes have been read for good. */
  consume(count: number): void;
  /** It has left the queue. */
  release(): void;
}
