/**
 * What the two kinds of receive buffers have in common: a queue that a protocol fills and receiving calls drain.
 *
 * record-buffer.ts keeps boundaries (datagrams, seqpacket), stream-buffer.ts does not.
 */
import { MSG_PEEK } from "../abi/socket.ts";
import type { SocketAddress } from "./address.ts";
import type { Ancillary, Rights } from "./ancillary.ts";

/** What a receiving call gives. */
export interface Received {
  /** Bytes put into the buffer; of a datagram with MSG_TRUNC its real length. */
  readonly bytes: number;
  /** Null where a protocol tells none. */
  readonly source: SocketAddress | null;
  /** MSG_TRUNC when the record was longer than the buffer. */
  readonly flags: number;
  /** Belongs to the receiver: rights are taken or discarded. */
  readonly ancillary: Ancillary | null;
  /** Nothing that comes later may be put behind it: a record, or bytes with rights. */
  readonly isWhole: boolean;
}

/** The end of the stream, or of what a socket that was shut down receives. */
export const END_OF_FILE: Received = { bytes: 0, source: null, flags: 0, ancillary: null, isWhole: true };

export interface ReceiveBuffer {
  readonly isEmpty: boolean;
  /** True bytes, or bytes of data in a stream: netstat's Recv-Q. */
  readonly bytes: number;
  /** Null when there is nothing. */
  receive(into: Uint8Array, flags: number, byWriter: boolean, urgentInline: boolean): Received | null;
  /** Throws everything away but the rights, which it answers. */
  drain(): readonly Rights[];
  /** The rights that wait in it, in order. */
  rights(): Iterable<Rights>;
}

/** What the receiver gets of a message's ancillary data: a copy when it only looks. */
export function handOver(ancillary: Ancillary | null, flags: number): Ancillary | null {
  if (ancillary === null || ancillary.rights === null || (flags & MSG_PEEK) === 0) return ancillary;
  return { ...ancillary, rights: ancillary.rights.duplicate() };
}
