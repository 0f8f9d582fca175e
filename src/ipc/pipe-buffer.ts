/**
 * What is in a pipe: bytes in order, and the pages that they occupy, counted as Linux counts them.
 *
 * Read first: pipe(7), "Pipe capacity"; Linux's anon_pipe_write() and anon_pipe_read() in fs/pipe.c. A pipe has room for 16 pages,
 * not for 65,536 bytes: a write goes on in the last page if its odd bytes (the length modulo a page) fit there as a whole,
 * and begins a new page otherwise, and a page is free again when all of it has been read. So small writes that
 * don't fit together fill a pipe earlier, and whatever is written in one piece of up to PIPE_BUF bytes is one piece.
 * In packet mode (O_DIRECT) a page is a packet: nothing is put behind it, and what a read has no room for is lost.
 *
 *     pages  |■■■■····|··■■■■■■|■■■·····|        the bytes themselves lie in a ByteRing; of the pages only the
 *              end=4   ↑ start=2  ↑ last         ends are kept, and how much of the first one has been read
 */
import { ByteRing } from "../base/byte-ring.ts";

const PAGE_BYTES = 4096;

export class PipeBuffer {
  #pages: number;
  readonly #bytes: ByteRing;
  /** By page: where its content ends. */
  #ends: Uint16Array;
  /** By page: is it a packet? Null until there is any. */
  #packets: Uint8Array | null = null;
  /** Pages ever begun and ever freed; they are told apart by their low part. */
  #begun = 0;
  #freed = 0;
  /** How much of the first page has been read. */
  #start = 0;

  constructor(pages: number) {
    this.#pages = pages;
    this.#bytes = new ByteRing(pages * PAGE_BYTES);
    this.#ends = new Uint16Array(pages);
  }

  /** How many bytes wait. */
  get length(): number {
    return this.#bytes.length;
  }

  get isEmpty(): boolean {
    return this.#begun === this.#freed;
  }

  /** Is every page in use? A write may still go on in the last one. */
  get isFull(): boolean {
    return this.#begun - this.#freed === this.#pages;
  }

  /** Takes as many bytes as there is room for. The rest of a write that has waited begins with a new page. */
  write(from: Uint8Array, isRest: boolean, asPackets: boolean = false): number {
    if (asPackets) this.#packets ??= new Uint8Array(this.#pages);
    const odd = from.length % PAGE_BYTES;
    let taken = !isRest && this.#append(odd) ? odd : 0;
    while (taken < from.length && !this.isFull) {
      const bytes = Math.min(from.length - taken, PAGE_BYTES);
      if (this.#packets !== null) this.#packets[this.#begun % this.#pages] = Number(asPackets);
      this.#ends[this.#begun++ % this.#pages] = bytes;
      taken += bytes;
    }
    return this.#bytes.write(from, 0, taken);
  }

  /** Gives as many bytes as there are, and frees the pages that have been read to their end. */
  read(into: Uint8Array): number {
    if (this.#packets !== null) return this.#readPackets(into, this.#packets);
    const given = this.#bytes.read(into);
    let rest = given;
    while (rest > 0) {
      const held = (this.#ends[this.#freed % this.#pages] as number) - this.#start;
      if (rest < held) {
        this.#start += rest;
        break;
      }
      rest -= held;
      this.#start = 0;
      this.#freed++;
    }
    return given;
  }

  /** As read(), up to and with one packet. */
  #readPackets(into: Uint8Array, packets: Uint8Array): number {
    let given = 0;
    while (given < into.length && !this.isEmpty) {
      const page = this.#freed % this.#pages;
      const held = (this.#ends[page] as number) - this.#start;
      const bytes = this.#bytes.read(into.subarray(given, given + held));
      given += bytes;
      if (packets[page] === 1) this.#bytes.read(new Uint8Array(held - bytes));
      else if (bytes < held) {
        this.#start += bytes;
        break;
      }
      this.#start = 0;
      this.#freed++;
      if (packets[page] === 1) break;
    }
    return given;
  }

  /** How many bytes there is room for when it is empty. */
  get capacity(): number {
    return this.#pages * PAGE_BYTES;
  }

  /** Gives it room for another number of pages. False: more are in use. */
  resize(pages: number): boolean {
    if (this.#begun - this.#freed > pages || !this.#bytes.resize(pages * PAGE_BYTES)) return false;
    const ends = new Uint16Array(pages);
    const packets = this.#packets === null ? null : new Uint8Array(pages);
    for (let page = this.#freed; page < this.#begun; page++) {
      ends[page % pages] = this.#ends[page % this.#pages] as number;
      if (packets !== null) packets[page % pages] = this.#packets?.[page % this.#pages] as number;
    }
    this.#ends = ends;
    this.#packets = packets;
    this.#pages = pages;
    return true;
  }

  /** Does that much fit behind the content of the last page? If so, it is its. */
  #append(bytes: number): boolean {
    if (this.isEmpty || bytes === 0) return false;
    const last = (this.#begun - 1) % this.#pages;
    if (this.#packets?.[last] === 1) return false;
    const end = (this.#ends[last] as number) + bytes;
    if (end > PAGE_BYTES) return false;
    this.#ends[last] = end;
    return true;
  }
}
