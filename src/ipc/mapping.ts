/**
 * What mmap(2) and shmat(2) put into the address space of a process: a range of addresses, and the bytes that it shows.
 *
 * One class for each kind: FileMapping (MAP_SHARED of a file: the file's own pages), AnonymousMapping (zeros at first; also
 * what MAP_PRIVATE gives, with a copy of the file in it), SegmentMapping (sysv-shm.ts). Bytes are an ordinary Uint8Array on
 * memory that all who share it have in common: storing into it is no call, and nobody is told.
 */
import { PAGE_BYTES, PROT_READ, PROT_WRITE } from "../abi/mman.ts";
import type { MappedPages } from "../file/content.ts";
import type { RegularFile } from "../file/inode.ts";
import type { MemoryBudget } from "./memory-budget.ts";

/** Why memory can't be touched. */
export type Fault = "SEGV_MAPERR" | "SEGV_ACCERR" | "BUS_ADRERR";

export abstract class Mapping {
  readonly length: number;
  readonly protection: number;
  readonly isShared: boolean;
  /** The address; the address space sets it. */
  address = 0;
  /** Is it in an address space still? */
  isMapped = true;

  constructor(length: number, protection: number, isShared: boolean) {
    this.length = length;
    this.protection = protection;
    this.isShared = isShared;
  }

  abstract readonly bytes: Uint8Array<ArrayBuffer>;
  /** What two mappings of the same memory have in common, and where in it this one begins: what a futex goes by. */
  abstract readonly memory: object;
  abstract readonly memoryOffset: number;
  /** The path, or what stands for one in /proc/PID/maps. */
  abstract readonly name: string;
  /** The number of the inode behind it; 0 for none. */
  get inode(): number {
    return 0;
  }

  /** fork(2): what the child has in its place. null: there is no memory for it. */
  abstract fork(parentPid: number): Mapping | null;
  /** munmap(2), or the process has ended. */
  abstract release(pid: number): void;

  /** How many of its bytes there are: a file may have become shorter. Beyond is SIGBUS. */
  get present(): number {
    return this.length;
  }

  /** Would a processor fault at these bytes? */
  fault(offset: number, count: number, writes: boolean): Fault | null {
    const isInside = Number.isSafeInteger(offset) && offset >= 0 && offset + count <= this.length;
    if (!this.isMapped || !isInside) return "SEGV_MAPERR";
    if ((this.protection & (writes ? PROT_WRITE : PROT_READ | PROT_WRITE)) === 0) return "SEGV_ACCERR";
    return offset + count > this.present ? "BUS_ADRERR" : null;
  }
}

/** A file's own pages. */
export class FileMapping extends Mapping {
  readonly #file: RegularFile;
  readonly #pages: MappedPages;
  readonly memoryOffset: number;
  readonly name: string;

  constructor(file: RegularFile, pages: MappedPages, name: string, length: number, protection: number) {
    super(length, protection, true);
    this.#file = file;
    this.#pages = pages;
    this.memoryOffset = pages.first * PAGE_BYTES;
    this.name = name;
    file.opened();
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#pages.bytes;
  }

  get memory(): object {
    return this.#file;
  }

  override get inode(): number {
    return this.#file.number;
  }

  /** To the end of the page on which the file ends. */
  override get present(): number {
    const pages = Math.ceil(this.#file.size / PAGE_BYTES) - this.#pages.first;
    return Math.min(this.length, Math.max(0, pages) * PAGE_BYTES);
  }

  override fork(): Mapping | null {
    const pages = this.#file.content.map(this.memoryOffset, this.length);
    return pages === "ENOMEM" ? null : new FileMapping(this.#file, pages, this.name, this.length, this.protection);
  }

  override release(): void {
    this.#file.content.unmap(this.#pages);
    this.#file.closed();
  }
}

/** Memory that several processes share, and that goes with the last of them. */
class SharedMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  holders = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
  }
}

/** Memory without a name: shared over fork(2), or the process's own. */
export class AnonymousMapping extends Mapping {
  readonly memoryOffset = 0;
  readonly name = "";
  readonly #memory: SharedMemory;
  readonly #budget: MemoryBudget;

  private constructor(memory: SharedMemory, budget: MemoryBudget, protection: number, isShared: boolean) {
    super(memory.bytes.length, protection, isShared);
    this.#memory = memory;
    this.#budget = budget;
    memory.holders++;
  }

  /** New memory, zeros. null: there is none left. */
  static make(length: number, protection: number, isShared: boolean, budget: MemoryBudget): AnonymousMapping | null {
    if (!budget.take(length)) return null;
    return new AnonymousMapping(new SharedMemory(new Uint8Array(length)), budget, protection, isShared);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#memory.bytes;
  }

  get memory(): object {
    return this.#memory;
  }

  override fork(): Mapping | null {
    if (this.isShared) return new AnonymousMapping(this.#memory, this.#budget, this.protection, true);
    const copy = AnonymousMapping.make(this.length, this.protection, false, this.#budget);
    copy?.bytes.set(this.bytes);
    return copy;
  }

  override release(): void {
    if (--this.#memory.holders === 0) this.#budget.giveBack(this.length);
  }
}
