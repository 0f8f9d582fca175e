/**
 * The bytes of a regular file: pages of 4 KiB that are there once something was written to them, zeros elsewhere.
 *
 *     size = 10,000      | page 0 |  hole  | page 2 ▪▪▪·|        bytes of a page past the size are zero
 *
 * Each page is charged to the volume. A write takes as much as there is space for. A program that maps a file (mmap(2)) wants
 * its pages in one piece of memory: map() makes such a piece, and from then on these pages are parts of it, so that
 * whoever has mapped them, read() and write() see the same bytes.
 *
 *     piece      | page 0 | page 1 | page 2 | page 3 |  room to grow  |       one ArrayBuffer
 *     mappings        └── Uint8Array ──┘        └─ …                          pages of it that are charged in any case
 *
 * A mapping may reach past the end of the file. What is stored there is not part of the file: whole pages past the end are zero
 * again when the file comes to grow over them.
 */
import { PAGE_BYTES } from "../abi/mman.ts";
import type { Volume } from "./volume.ts";

/** A piece is at least so many pages, and twice what is asked for, so that a file may grow while it is mapped. */
const PIECE_PAGES_MIN = 16;
/** Pieces that begin at page 0 and are not larger have such room. */
const PIECE_PAGES_ROOMY = 4096;

/** Pages in one piece of memory. */
interface Piece {
  readonly first: number;
  readonly end: number;
  readonly buffer: ArrayBuffer;
}

/** Pages that somebody has mapped. */
export interface MappedPages {
  readonly first: number;
  readonly end: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export class Content {
  readonly #volume: Volume;
  readonly #pages: Map<number, Uint8Array> = new Map<number, Uint8Array>();
  readonly #mapped: Set<MappedPages> = new Set<MappedPages>();
  #pieces: Piece[] = [];
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
    if (from.length > 0) this.#growOver(offset);
    let done = 0;
    while (done < from.length) {
      const { page, at, length } = place(offset + done, from.length - done);
      this.#growOver(offset + done + length);
      const bytes = this.#pages.get(page) ?? this.#newPage(page);
      if (bytes === null) break;
      bytes.set(from.subarray(done, done + length), at);
      done += length;
      this.#size = Math.max(this.#size, offset + done);
    }
    return done;
  }

  /** ftruncate(2): cuts, or lengthens by a hole. */
  resize(size: number): void {
    if (size < this.#size) this.#cut(size);
    else this.#growOver(size);
    this.#size = size;
  }

  /**
   * mmap(2): the bytes from an offset, a multiple of the page, in one piece. Their pages are charged at once. ENOMEM: there is no
   * space, or parts of them are in different pieces already that somebody uses.
   */
  map(offset: number, length: number): MappedPages | "ENOMEM" {
    const first = offset / PAGE_BYTES;
    const end = Math.ceil((offset + length) / PAGE_BYTES);
    let missing = 0;
    for (let page = first; page < end; page++) if (!this.#pages.has(page)) missing++;
    if (!this.#volume.takeBytes(missing * PAGE_BYTES)) return "ENOMEM";
    const piece = this.#pieceOver(first, end);
    if (piece === null) {
      this.#volume.returnBytes(missing * PAGE_BYTES);
      return "ENOMEM";
    }
    for (let page = first; page < end; page++) {
      if (!this.#pages.has(page)) this.#pages.set(page, pageOf(piece, page).fill(0));
    }
    const bytes = new Uint8Array(piece.buffer, (first - piece.first) * PAGE_BYTES, length);
    const mapped = { first, end, bytes };
    this.#mapped.add(mapped);
    return mapped;
  }

  /** munmap(2): pages that were there only because they were mapped are given back. */
  unmap(mapped: MappedPages): void {
    this.#mapped.delete(mapped);
    const kept = Math.ceil(this.#size / PAGE_BYTES);
    for (let page = Math.max(mapped.first, kept); page < mapped.end; page++) {
      if (!this.#isMapped(page)) this.#drop(page);
    }
  }

  #cut(size: number): void {
    const kept = Math.ceil(size / PAGE_BYTES);
    for (const [page, bytes] of [...this.#pages]) {
      if (page < kept) continue;
      // Who has mapped it reads zeros.
      if (this.#isMapped(page)) bytes.fill(0);
      else this.#drop(page);
    }
    // What follows the end on its page must read as zeros when the file grows again.
    if (size % PAGE_BYTES !== 0) this.#pages.get(kept - 1)?.fill(0, size % PAGE_BYTES);
  }

  /** The file is about to reach that far: what was stored past its end in whole pages was never part of it. */
  #growOver(size: number): void {
    if (this.#mapped.size === 0 || size <= this.#size) return;
    const begin = Math.ceil(this.#size / PAGE_BYTES);
    const limit = Math.ceil(size / PAGE_BYTES);
    for (const { first, end } of this.#mapped) {
      for (let page = Math.max(first, begin); page < Math.min(end, limit); page++) this.#pages.get(page)?.fill(0);
    }
  }

  #isMapped(page: number): boolean {
    for (const { first, end } of this.#mapped) if (page >= first && page < end) return true;
    return false;
  }

  #drop(page: number): void {
    if (this.#pages.delete(page)) this.#volume.returnBytes(PAGE_BYTES);
  }

  #newPage(page: number): Uint8Array | null {
    if (!this.#volume.takeBytes(PAGE_BYTES)) return null;
    const piece = this.#pieces.find(({ first, end }) => page >= first && page < end);
    const bytes = piece === undefined ? new Uint8Array(PAGE_BYTES) : pageOf(piece, page).fill(0);
    this.#pages.set(page, bytes);
    return bytes;
  }

  /** The piece that has these pages, made if need be. null: part of them is in a piece that somebody uses. */
  #pieceOver(first: number, end: number): Piece | null {
    const found = this.#pieces.find((piece) => piece.first <= first && piece.end >= end);
    if (found !== undefined) return found;
    const roomy = Math.max(PIECE_PAGES_MIN, 2 * Math.max(end, Math.ceil(this.#size / PAGE_BYTES)));
    return (roomy <= PIECE_PAGES_ROOMY ? this.#newPiece(0, roomy) : null) ?? this.#newPiece(first, end);
  }

  /** Moves these pages into one piece; null when somebody uses a piece that has some of them. */
  #newPiece(first: number, end: number): Piece | null {
    const overlapping = this.#pieces.filter((piece) => piece.first < end && piece.end > first);
    const isUsed = (piece: Piece): boolean =>
      [...this.#mapped].some((mapped) => mapped.first < piece.end && mapped.end > piece.first);
    if (overlapping.some(isUsed)) return null;
    const piece = { first, end, buffer: new ArrayBuffer((end - first) * PAGE_BYTES) };
    for (const [page, bytes] of this.#pages) {
      if (page < first || page >= end) continue;
      const moved = pageOf(piece, page);
      moved.set(bytes);
      this.#pages.set(page, moved);
    }
    this.#pieces = [...this.#pieces.filter((old) => !overlapping.includes(old)), piece];
    return piece;
  }
}

function pageOf({ buffer, first }: Piece, page: number): Uint8Array {
  return new Uint8Array(buffer, (page - first) * PAGE_BYTES, PAGE_BYTES);
}

/** The page of an offset, where in it, and how much of `length` is on it. */
function place(offset: number, length: number): { page: number; at: number; length: number } {
  const at = offset % PAGE_BYTES;
  return { page: (offset - at) / PAGE_BYTES, at, length: Math.min(length, PAGE_BYTES - at) };
}
