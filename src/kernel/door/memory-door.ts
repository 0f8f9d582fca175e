/**
 * Memory and shared memory, for TypeScript programs. Read first: kernel/sys/memory.ts, kernel/calls/{memory,shared-memory}.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import type { IPC_INFO, IPC_STAT, SHM_INFO, SHM_STAT, SHM_STAT_ANY } from "../../abi/sysv.ts";
import type { Mapping as KernelMapping } from "../../ipc/mapping.ts";
import type { SysvChange } from "../../ipc/sysv.ts";
import type { SegmentStatus } from "../../ipc/sysv-shm.ts";
import * as memory from "../calls/memory.ts";
import * as shared from "../calls/shared-memory.ts";
import type { SegmentLimits, SegmentUse } from "../calls/sysv-info.ts";
import type { Mapping } from "../sys/memory.ts";
import { isBytes, toBytes } from "./bytes.ts";
import { SysvDoor } from "./sysv-door.ts";

/** How a Mapping makes the calls of its process. */
interface MappingCalls {
  load(mapping: KernelMapping, offset: number, count: number): Uint8Array;
  store(mapping: KernelMapping, offset: number, data: Uint8Array | string): void;
  fault(): never;
}

/** What a program holds of a mapping. */
class DoorMapping implements Mapping {
  readonly #mapping: KernelMapping;
  readonly #calls: MappingCalls;

  constructor(mapping: KernelMapping, calls: MappingCalls) {
    this.#mapping = mapping;
    this.#calls = calls;
  }

  get address(): number {
    return this.#mapping.address;
  }

  get length(): number {
    return this.#mapping.length;
  }

  get protection(): number {
    return this.#mapping.protection;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#mapping.isMapped ? this.#mapping.bytes : this.#calls.fault();
  }

  load(offset: number, count: number): Uint8Array {
    return this.#calls.load(this.#mapping, offset, count);
  }

  store(offset: number, data: Uint8Array | string): void {
    this.#calls.store(this.#mapping, offset, data);
  }
}

export abstract class MemoryDoor extends SysvDoor {
  readonly #calls: MappingCalls = {
    load: (mapping, offset, count) => {
      const into = new Uint8Array(Math.min(count, mapping.length));
      // A count that is too large is beyond the end, and one that is none is a fault, too.
      const from = into.length === count ? offset : Number.NaN;
      this.now("load", [mapping.address, offset], () => memory.load(this.process, mapping, from, into));
      return into;
    },
    store: (mapping, offset, data) => {
      const bytes = toBytes(data);
      const write = () => (isBytes(bytes) ? memory.store(this.process, mapping, offset, bytes) : "EFAULT");
      this.now("store", [mapping.address, offset], write);
    },
    fault: () => this.now("load", [], () => memory.faulted(this.process, "SEGV_MAPERR")) as never,
  };

  mmap(
    length: number,
    protection: number,
    flags: number,
    fd: number = -1,
    offset: number = 0,
    address: number = 0,
  ): Mapping {
    const map = () => memory.mmap(this.process, length, protection, flags, fd, offset, address);
    return this.#mapped("mmap", [length, protection, flags, fd, offset, address], map);
  }

  munmap(mapping: Pick<Mapping, "address">): void {
    const address = mapping?.address;
    this.now("munmap", [address], () => memory.munmap(this.process, address));
  }

  msync(mapping: Pick<Mapping, "address">, flags: number): void {
    const address = mapping?.address;
    this.now("msync", [address, flags], () => memory.msync(this.process, address, flags));
  }

  mappingAt(address: number): Mapping {
    return this.#mapped("mapping_at", [address], () => memory.mappingAt(this.process, address));
  }

  shmOpen(name: string, flags: number, mode: number = 0): number {
    return this.now("shm_open", [name, flags, mode], () => shared.shmOpen(this.process, name, flags, mode));
  }

  shmUnlink(name: string): void {
    this.now("shm_unlink", [name], () => shared.shmUnlink(this.process, name));
  }

  shmget(key: number, size: number, flags: number): number {
    return this.now("shmget", [key, size, flags], () => shared.shmget(this.process, key, size, flags));
  }

  shmat(id: number, flags: number = 0, address: number = 0): Mapping {
    return this.#mapped("shmat", [id, flags, address], () => shared.shmat(this.process, id, flags, address));
  }

  shmdt(mapping: Pick<Mapping, "address">): void {
    const address = mapping?.address;
    this.now("shmdt", [address], () => shared.shmdt(this.process, address));
  }

  shmctl(id: number, command: typeof IPC_STAT): SegmentStatus;
  shmctl(id: number, command: typeof IPC_INFO): SegmentLimits;
  shmctl(id: number, command: typeof SHM_INFO): SegmentUse;
  shmctl(place: number, command: typeof SHM_STAT | typeof SHM_STAT_ANY): SegmentStatus & { readonly id: number };
  shmctl(id: number, command: number, change?: SysvChange): void;
  shmctl(id: number, command: number, change?: SysvChange): SegmentStatus | SegmentLimits | SegmentUse | undefined {
    const result = this.now("shmctl", [id, command], () => shared.shmctl(this.process, id, command, change));
    return result === 0 ? undefined : result;
  }

  #mapped(call: string, args: readonly unknown[], map: () => KernelMapping | string): Mapping {
    let mapping: KernelMapping | null = null;
    // What is answered goes into the hash and the trace: the address will do.
    this.now(call, args, () => {
      const made = map();
      if (typeof made === "string") return made as Errno;
      mapping = made;
      return { address: made.address };
    });
    return new DoorMapping(mapping as unknown as KernelMapping, this.#calls);
  }
}
