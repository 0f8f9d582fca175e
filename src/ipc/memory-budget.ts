/**
 * How much memory a host has for what is no file: anonymous and private mappings, System V segments. The content of files is
 * counted by their volume.
 */
import { PAGE_BYTES } from "../abi/mman.ts";

const BYTES_MAX = 256 * 1024 * 1024;

export class MemoryBudget {
  #pages = 0;

  /** False, and nothing taken, when there is not so much left: ENOMEM. */
  take(bytes: number): boolean {
    const pages = Math.ceil(bytes / PAGE_BYTES);
    if ((this.#pages + pages) * PAGE_BYTES > BYTES_MAX) return false;
    this.#pages += pages;
    return true;
  }

  giveBack(bytes: number): void {
    this.#pages -= Math.ceil(bytes / PAGE_BYTES);
  }
}
