/**
 * System V shared memory: segments that processes attach. Read first: shmget(2), shmop(2), shmctl(2).
 *
 * A removed segment loses its key at once and goes when the last process has detached it.
 */
import { SHM_DEST } from "../abi/sysv.ts";
import { Mapping } from "./mapping.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import { type SysvCaller, SysvObject, type SysvPermission, type SysvTable } from "./sysv.ts";

/** kernel.shmmni: segments of a host. */
export const SEGMENTS_MAX = 4096;

/** struct shmid_ds. Times are in seconds since 1970; 0: never. */
export interface SegmentStatus {
  readonly perm: SysvPermission;
  readonly segsz: number;
  readonly atime: number;
  readonly dtime: number;
  readonly ctime: number;
  /** Who made it, and who attached or detached it last. */
  readonly cpid: number;
  readonly lpid: number;
  /** How often it is attached. */
  readonly nattch: number;
}

export class Segment extends SysvObject {
  readonly size: number;
  readonly #cpid: number;
  readonly #table: SysvTable<Segment>;
  readonly #budget: MemoryBudget;
  #bytes: Uint8Array<ArrayBuffer> | null = null;
  #lpid = 0;
  #atime = 0;
  #dtime = 0;
  #attached = 0;

  /** `budget` has been charged for it. */
  constructor(
    key: number,
    flags: number,
    caller: SysvCaller,
    nowSeconds: () => number,
    {
      size,
      table,
      budget,
    }: { readonly size: number; readonly table: SysvTable<Segment>; readonly budget: MemoryBudget },
  ) {
    super(key, flags, caller, nowSeconds);
    this.size = size;
    this.#cpid = caller.pid;
    this.#table = table;
    this.#budget = budget;
  }

  /** Its bytes: there when somebody looks. */
  get bytes(): Uint8Array<ArrayBuffer> {
    this.#bytes ??= new Uint8Array(this.size);
    return this.#bytes;
  }

  /** Has anybody looked? */
  get isResident(): boolean {
    return this.#bytes !== null;
  }

  get status(): SegmentStatus {
    return {
      perm: this.permission,
      segsz: this.size,
      atime: this.#atime,
      dtime: this.#dtime,
      ctime: this.ctime,
      cpid: this.#cpid,
      lpid: this.#lpid,
      nattch: this.#attached,
    };
  }

  attached(pid: number): void {
    this.#attached++;
    this.#lpid = pid;
    this.#atime = this.nowSeconds();
  }

  detached(pid: number): void {
    this.#attached--;
    this.#lpid = pid;
    this.#dtime = this.nowSeconds();
    this.#collect();
  }

  /** IPC_RMID. */
  remove(): void {
    this.#table.forgetKey(this);
    this.mode |= SHM_DEST;
    this.#collect();
  }

  #collect(): void {
    if (this.#attached > 0 || (this.mode & SHM_DEST) === 0) return;
    this.#table.remove(this);
    this.#budget.giveBack(this.size);
  }
}

/** A segment in the address space of a process. */
export class SegmentMapping extends Mapping {
  readonly memoryOffset = 0;
  readonly segment: Segment;

  constructor(segment: Segment, protection: number, pid: number) {
    super(segment.size, protection, true);
    this.segment = segment;
    segment.attached(pid);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.segment.bytes;
  }

  get memory(): object {
    return this.segment;
  }

  get name(): string {
    return `/SYSV${(this.segment.key >>> 0).toString(16).padStart(8, "0")}`;
  }

  override get inode(): number {
    return this.segment.id;
  }

  override fork(parentPid: number): Mapping {
    return new SegmentMapping(this.segment, this.protection, parentPid);
  }

  override release(pid: number): void {
    this.segment.detached(pid);
  }
}
