/**
 * The descriptor table of a process: small integers that refer to open file descriptions.
 *
 * Read first: open(2), dup(2), fcntl(2). The lowest free number comes first, always.
 */
import type { Errno } from "../abi/errno.ts";
import type { OpenFile } from "../file/open-file.ts";

/** RLIMIT_NOFILE's usual soft limit. */
const DESCRIPTORS_MAX = 1024;

interface Slot {
  readonly file: OpenFile;
  closeOnExec: boolean;
}

export class DescriptorTable {
  readonly #slots: (Slot | undefined)[] = [];
  /** RLIMIT_NOFILE: new descriptors are below it. */
  limit: number;
  /** No number below it is free. */
  #firstFree = 0;

  constructor(limit: number = DESCRIPTORS_MAX) {
    this.limit = limit;
  }

  /** The description behind a descriptor. Anything that is not an open descriptor gives undefined (EBADF). */
  get(fd: number): OpenFile | undefined {
    return this.#slot(fd)?.file;
  }

  /** Gives the description the lowest free number that is not below `from`. */
  install(file: OpenFile, closeOnExec: boolean = false, from: number = 0): number | Errno {
    let fd = Math.max(from, this.#firstFree);
    while (this.#slots[fd] !== undefined) fd++;
    if (from <= this.#firstFree) this.#firstFree = fd;
    if (fd >= this.limit) return "EMFILE";
    this.#put(fd, file, closeOnExec);
    return fd;
  }

  /** Is there a free number? */
  get hasRoom(): boolean {
    return this.#slots.length < this.limit || this.#slots.includes(undefined);
  }

  /** dup2(2): `to` refers to the description of `from`; what it referred to is closed first, silently. */
  duplicateTo(from: number, to: number, closeOnExec: boolean = false): number | Errno {
    const file = this.get(from);
    if (file === undefined || !Number.isInteger(to) || to < 0 || to >= this.limit) return "EBADF";
    if (from === to) return to;
    file.reference();
    if (this.#slots[to] !== undefined) this.close(to);
    this.#put(to, file, closeOnExec);
    file.unreference();
    return to;
  }

  /** fcntl(F_DUPFD). */
  duplicate(fd: number, from: number, closeOnExec: boolean): number | Errno {
    const file = this.get(fd);
    if (file === undefined) return "EBADF";
    if (!Number.isInteger(from) || from < 0 || from >= this.limit) return "EINVAL";
    return this.install(file, closeOnExec, from);
  }

  /** Is there no number left for another description? EMFILE. */
  get isFull(): boolean {
    let fd = 0;
    while (this.#slots[fd] !== undefined) fd++;
    return fd >= this.limit;
  }

  close(fd: number): 0 | Errno {
    const slot = this.#slot(fd);
    if (slot === undefined) return "EBADF";
    this.#slots[fd] = undefined;
    slot.file.ops.flush?.(this);
    this.#firstFree = Math.min(this.#firstFree, fd);
    slot.file.unreference();
    return 0;
  }

  closeOnExec(fd: number): boolean | Errno {
    return this.#slot(fd)?.closeOnExec ?? "EBADF";
  }

  setCloseOnExec(fd: number, closeOnExec: boolean): 0 | Errno {
    const slot = this.#slot(fd);
    if (slot === undefined) return "EBADF";
    slot.closeOnExec = closeOnExec;
    return 0;
  }

  /** fork(2): the child's table refers to the same descriptions. */
  copy(): DescriptorTable {
    const copy = new DescriptorTable(this.limit);
    for (const { fd, file, closeOnExec } of this.entries()) copy.#put(fd, file, closeOnExec);
    return copy;
  }

  /** exec: the descriptors marked FD_CLOEXEC are closed. */
  closeForExec(): void {
    for (const { fd, closeOnExec } of [...this.entries()]) if (closeOnExec) this.close(fd);
  }

  closeAll(): void {
    for (const { fd } of [...this.entries()]) this.close(fd);
  }

  *entries(): Generator<{ readonly fd: number; readonly file: OpenFile; readonly closeOnExec: boolean }> {
    for (let fd = 0; fd < this.#slots.length; fd++) {
      const slot = this.#slots[fd];
      if (slot !== undefined) yield { fd, file: slot.file, closeOnExec: slot.closeOnExec };
    }
  }

  /** What programs pass is not trusted to be a number. */
  #slot(fd: number): Slot | undefined {
    return typeof fd === "number" && fd >>> 0 === fd ? this.#slots[fd] : undefined;
  }

  #put(fd: number, file: OpenFile, closeOnExec: boolean): void {
    // Holes are filled so that the array stays dense and a lookup fast.
    while (this.#slots.length < fd) this.#slots.push(undefined);
    this.#slots[fd] = { file: file.reference(), closeOnExec };
  }
}
