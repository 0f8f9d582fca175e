/**
 * The bytes of a pipe: first in, first out, up to a bound.
 *
 * As in ring.ts two running totals tell where reading and writing are. They never wrap; the place is their low bits.
 * Only when the bytes move to other storage do the totals start afresh.
 *
 *     storage  | . . . . b y t e s . . . . . . . |     a power of two, grown as needed, never beyond the bound's
 *                        ↑         ↑
 *             bytesRead & mask   bytesWritten & mask           length = bytesWritten − bytesRead
 *
 * A piece that crosses the end of the storage is copied in two parts. Large parts are copied by the engine; small ones
 * byte by byte, because making the view which the engine's copy needs costs more than the bytes.
 */

import { assert } from "./assert.ts";

const STORAGE_MIN_BYTES = 512;
/** Up to about here a loop was measured to be quicker than making a view and copying from it. */
const LOOP_BYTES_MAX = 24;

export class ByteRing {
  private storage: Uint8Array = new Uint8Array(0);
  private mask = -1;
  private bytesRead = 0;
  private bytesWritten = 0;
  private bound: number;

  /** The default is the capacity of a pipe in Linux: pipe(7). */
  constructor(capacity: number = 65_536) {
    this.bound = capacity;
  }

  /** The most bytes that it holds. */
  get capacity(): number {
    return this.bound;
  }

  /** How many bytes can be read. */
  get length(): number {
    return this.bytesWritten - this.bytesRead;
  }

  /** How many bytes can be written. */
  get space(): number {
    return this.bound - this.length;
  }

  /** Appends as many of bytes[offset … offset + length − 1] as fit, and says how many did. */
  write(bytes: Uint8Array, offset: number = 0, length: number = bytes.length - offset): number {
    assert(offset >= 0 && length >= 0 && offset + length <= bytes.length, "write from outside the bytes given");
    const count = Math.min(length, this.space);
    if (count === 0) {
      return 0;
    }
    if (this.length + count > this.storage.length) {
      this.reallocate(this.length + count);
    }
    const at = this.bytesWritten & this.mask;
    const beforeEnd = Math.min(count, this.storage.length - at);
    copy(bytes, offset, this.storage, at, beforeEnd);
    copy(bytes, offset + beforeEnd, this.storage, 0, count - beforeEnd);
    this.bytesWritten += count;
    return count;
  }

  /** Takes out as many bytes as there are and as fit into[offset … offset + length − 1], and says how many. */
  read(into: Uint8Array, offset: number = 0, length: number = into.length - offset): number {
    assert(offset >= 0 && length >= 0 && offset + length <= into.length, "read to outside the memory given");
    const count = Math.min(length, this.length);
    if (count === 0) {
      return 0;
    }
    const at = this.bytesRead & this.mask;
    const beforeEnd = Math.min(count, this.storage.length - at);
    copy(this.storage, at, into, offset, beforeEnd);
    copy(this.storage, 0, into, offset + beforeEnd, count - beforeEnd);
    this.bytesRead += count;
    return count;
  }

  /** Changes the bound: fcntl(F_SETPIPE_SZ). False, and nothing changes, when it holds more bytes than that. */
  resize(capacity: number): boolean {
    if (capacity < this.length) {
      return false;
    }
    this.bound = capacity;
    if (this.storage.length > Math.max(2 * capacity, STORAGE_MIN_BYTES)) {
      this.reallocate(capacity);
    }
    return true;
  }

  /** Moves the content to the beginning of storage for `needed` bytes or more. */
  private reallocate(needed: number): void {
    let size = STORAGE_MIN_BYTES;
    while (size < needed) {
      size *= 2;
    }
    assert(size <= 0x4000_0000, "a byte ring is larger than 1 GiB");
    const { storage, length } = this;
    const at = this.bytesRead & this.mask;
    const beforeEnd = Math.min(length, storage.length - at);
    this.storage = new Uint8Array(size);
    this.mask = size - 1;
    this.bytesWritten -= this.bytesRead;
    this.bytesRead = 0;
    copy(storage, at, this.storage, 0, beforeEnd);
    copy(storage, 0, this.storage, beforeEnd, length - beforeEnd);
  }
}

function copy(from: Uint8Array, fromOffset: number, to: Uint8Array, toOffset: number, count: number): void {
  if (count <= LOOP_BYTES_MAX) {
    for (let index = 0; index < count; index++) {
      to[toOffset + index] = from[fromOffset + index] as number;
    }
  } else if (fromOffset === 0 && count === from.length) {
    to.set(from, toOffset);
  } else {
    to.set(from.subarray(fromOffset, fromOffset + count), toOffset);
  }
}
