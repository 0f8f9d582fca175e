/**
 * The bounds of a host's file tree, and its clock: how many bytes and names there may be, and what each takes.
 *
 * As in tmpfs every name counts as an inode, hard links too, because each of them takes memory.
 */

/** What the tree of one host takes. */
export interface VolumeLimits {
  /** Content of files and of symbolic links, in bytes. */
  readonly bytesMax: number;
  /** Names: files, directories, links. */
  readonly namesMax: number;
}

const DEFAULT_LIMITS: VolumeLimits = { bytesMax: 256 * 1024 * 1024, namesMax: 65_536 };

/** A regular file's size has a limit of its own, EFBIG: that of ext4. A file with holes can be larger than the volume. */
export const FILE_SIZE_MAX: number = 16 * 2 ** 40 - 4096;

export class Volume {
  readonly #limits: VolumeLimits;
  readonly #nextInode: () => number;
  readonly #nowNs: () => number;
  #bytes = 0;
  #names = 0;

  constructor(nextInode: () => number, nowNs: () => number, limits: VolumeLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
    this.#nextInode = nextInode;
    this.#nowNs = nowNs;
  }

  /** Bytes taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Names taken. */
  get names(): number {
    return this.#names;
  }

  get nowNs(): number {
    return this.#nowNs();
  }

  nextInode(): number {
    return this.#nextInode();
  }

  /** Takes a name and some bytes; false, and nothing taken, when there is no space left: ENOSPC. */
  takeName(bytes: number = 0): boolean {
    if (this.#names >= this.#limits.namesMax || !this.takeBytes(bytes)) return false;
    this.#names++;
    return true;
  }

  returnName(): void {
    this.#names--;
  }

  takeBytes(bytes: number): boolean {
    if (this.#bytes + bytes > this.#limits.bytesMax) return false;
    this.#bytes += bytes;
    return true;
  }

  returnBytes(bytes: number): void {
    this.#bytes -= bytes;
  }
}
