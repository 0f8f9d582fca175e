/**
 * The address space of a process: what it has mapped, by address. Read first: mmap(2), fork(2), proc(5) on maps.
 *
 * Addresses only tell mappings apart: they fall from below the stack, as on Linux, unless a program asks for one.
 */
import { PAGE_BYTES } from "../abi/mman.ts";
import type { Mapping } from "./mapping.ts";

/** Where the first mapping ends. */
const TOP = 0x7fff_f000_0000;
/** vm.max_map_count. */
const MAPPINGS_MAX = 65_530;

export class AddressSpace {
  readonly #mappings: Map<number, Mapping> = new Map<number, Mapping>();
  #lowest = TOP;

  get isFull(): boolean {
    return this.#mappings.size >= MAPPINGS_MAX;
  }

  /** What is mapped, the lowest address first. */
  all(): Mapping[] {
    return [...this.#mappings.values()].sort((a, b) => a.address - b.address);
  }

  at(address: number): Mapping | undefined {
    return this.#mappings.get(address);
  }

  /** What an address lies in. */
  around(address: number): Mapping | undefined {
    return this.all().find((mapping) => address >= mapping.address && address < endOf(mapping));
  }

  /** Could something of that length be at this address? */
  isFree(address: number, length: number): boolean {
    if (!Number.isSafeInteger(address) || address <= 0 || address % PAGE_BYTES !== 0) return false;
    const end = address + length;
    return end <= TOP && this.all().every((mapping) => end <= mapping.address || address >= endOf(mapping));
  }

  /** Puts it at an address that is free, or where there is room. */
  add(mapping: Mapping, address: number = 0): void {
    if (address !== 0) {
      this.#put(mapping, address);
      return;
    }
    do this.#lowest -= Math.ceil(mapping.length / PAGE_BYTES) * PAGE_BYTES;
    while (!this.isFree(this.#lowest, mapping.length));
    this.#put(mapping, this.#lowest);
  }

  remove(mapping: Mapping, pid: number): void {
    this.#mappings.delete(mapping.address);
    mapping.isMapped = false;
    mapping.release(pid);
  }

  removeAll(pid: number): void {
    for (const mapping of [...this.#mappings.values()]) this.remove(mapping, pid);
  }

  /** fork(2): the child has the same at the same addresses. What there is no memory for is missing. */
  fork(parentPid: number): AddressSpace {
    const copy = new AddressSpace();
    copy.#lowest = this.#lowest;
    for (const mapping of this.#mappings.values()) {
      const inherited = mapping.fork(parentPid);
      if (inherited !== null) copy.#put(inherited, mapping.address);
    }
    return copy;
  }

  #put(mapping: Mapping, address: number): void {
    mapping.address = address;
    this.#mappings.set(address, mapping);
  }
}

function endOf({ address, length }: Mapping): number {
  return address + Math.ceil(length / PAGE_BYTES) * PAGE_BYTES;
}
