/**
 * The bytes of a regular file: pages of 4 KiB that are there once something was written to them, zeros elsewhere.
 *
 *     size = 10,000      | page 0 |  hole  | page 2 ▪▪▪·|        bytes of a page past the size are zero, always
 *
 * Each page is charged to the volume. A write takes as much as there is space for.
 */
import type { Volume } from "./volume.ts";

const PAGE_BYTES = 4096;

export class Content {
  readonly #volume: Volume;
  readonly #pages: Map<number, Uint8Array> = new Map<number, Uint8Array>();
  #size = 0;

  constructor(volume: Volume) {
    this.#volume = volume;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes from an offset, as many as there are and fit. */
  read(offset: number, into: Uint8Array): number {
    const count = Math.max(0, Math.min(into.length, this.#size - offset));
    for (let done = 0; done < count; ) {
      const { page, at, length } = place(offset + done, count - done);
      const bytes = this.#pages.get(page);
      if (bytes === undefined) into.fill(0, done, done + length);
      else into.set(bytes.subarray(at, at + length), done);
      done += length;
    }
    return count;
  }

  /** Puts bytes at an offset; answers how many there was space for. What lies between the end and the offset is a hole. */
  write(offset: number, from: Uint8Array): number {
    let done = 0;
    while (done < from.length) {
      const { page, at, length } = place(offset + done, from.length - done);
      const bytes = this.#pages.get(page) ?? this.#newPage(page);
      if (bytes === null) break;
      bytes.set(from.subarray(done, done + length), at);
      done += length;
    }
    if (done > 0) this.#size = Math.max(this.#size, offset + done);
    return done;
  }

  /** ftruncate(2): cuts, or lengthens by a hole. */
  resize(size: number): void {
    if (size < this.#size) this.#cut(size);
    this.#size = size;
  }

  #cut(size: number): void {
    const kept = Math.ceil(size / PAGE_BYTES);
    for (const page of [...this.#pages.keys()]) {
      if (page < kept) continue;
      this.#pages.delete(page);
      this.#volume.returnBytes(PAGE_BYTES);
    }
    // What follows the end on its page must read as zeros when the file grows again.
    if (size % PAGE_BYTES !== 0) this.#pages.get(kept - 1)?.fill(0, size % PAGE_BYTES);
  }

  #newPage(page: number): Uint8Array | null {
    if (!this.#volume.takeBytes(PAGE_BYTES)) return null;
    const bytes = new Uint8Array(PAGE_BYTES);
    this.#pages.set(page, bytes);
    return bytes;
  }
}

/** The page of an offset, where in it, and how much of `length` is on it. */
function place(offset: number, length: number): { page: number; at: number; length: number } {
  const at = offset % PAGE_BYTES;
  return { page: (offset - at) / PAGE_BYTES, at, length: Math.min(length, PAGE_BYTES - at) };
}
