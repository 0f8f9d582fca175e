/**
 * A queue of records: datagrams, or the messages of a seqpacket socket, each with its boundaries.
 *
 * Read first: recv(2). What does not fit the receiver's buffer is lost, and MSG_TRUNC says so.
 */
import { MSG_PEEK, MSG_TRUNC } from "../abi/socket.ts";
import { Ring } from "../base/ring.ts";
import type { SocketAddress } from "./address.ts";
import type { Ancillary, Rights } from "./ancillary.ts";
import { handOver, type ReceiveBuffer, type Received } from "./receive-buffer.ts";

/** The bytes of a record: a packet from the network, or a chunk from a process of this host. */
export interface Payload {
  readonly length: number;
  copyTo(target: Uint8Array): number;
  /** It has left the queue. */
  release(): void;
}

/** A record that waits to be received. */
interface QueuedRecord {
  readonly payload: Payload;
  readonly chargedBytes: number;
  readonly source: SocketAddress;
  readonly ancillary: Ancillary | null;
}

export class RecordBuffer implements ReceiveBuffer {
  readonly #records: Ring<QueuedRecord> = new Ring<QueuedRecord>();
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  /** How many records wait. */
  get length(): number {
    return this.#records.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of the first record, or of all. */
  dataBytes(which: "first" | "all"): number {
    let bytes = 0;
    for (const { payload } of this.#records) {
      bytes += payload.length;
      if (which === "first") break;
    }
    return bytes;
  }

  push(payload: Payload, chargedBytes: number, source: SocketAddress, ancillary: Ancillary | null): void {
    this.#records.push({ payload, chargedBytes, source, ancillary });
    this.#bytes += chargedBytes;
  }

  receive(into: Uint8Array, flags: number): Received | null {
    const record = this.#records.peek();
    if (record === undefined) return null;
    const { payload, source, ancillary } = record;
    const { length } = payload;
    const copied = payload.copyTo(into);
    if ((flags & MSG_PEEK) === 0) {
      this.#records.shift();
      this.#bytes -= record.chargedBytes;
      payload.release();
    }
    return {
      bytes: (flags & MSG_TRUNC) === 0 ? copied : length,
      source,
      flags: copied < length ? MSG_TRUNC : 0,
      ancillary: handOver(ancillary, flags),
      isWhole: true,
    };
  }

  drain(): readonly Rights[] {
    const records = [...this.#records];
    const rights = [...this.rights()];
    this.#records.clear();
    this.#bytes = 0;
    for (const { payload } of records) payload.release();
    return rights;
  }

  *rights(): Generator<Rights> {
    for (const { ancillary } of this.#records) {
      if (ancillary !== null && ancillary.rights !== null) yield ancillary.rights;
    }
  }
}
