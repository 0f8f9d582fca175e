/**
 * System V semaphores: arrays of counters, on which several operations happen at once or not at all.
 *
 * Read first: semget(2), semop(2), semctl(2). operate() does all operations of one call, or says that it would wait; then
 * whoever can go on now does. Who goes first is what Linux's ipc/sem.c says: simple operations wait at their semaphore, in
 * order; while a call with several operations waits, all that change something wait in one line. Those that wait for zero
 * are looked at whenever a semaphore has become zero.
 */
import type { Errno } from "../abi/errno.ts";
import { IPC_NOWAIT, SEM_UNDO } from "../abi/sysv.ts";
import { Claim, ClaimList } from "./claim.ts";
import { type SysvCaller, SysvObject, type SysvPermission } from "./sysv.ts";
import type { Undo } from "./sysv-undo.ts";

/** The largest value. */
export const SEMAPHORE_MAX = 32_767;
/** Semaphores in an array, in all arrays, and arrays. */
export const ARRAY_MAX = 32_000;
export const ALL_MAX = 1_024_000_000;
export const ARRAYS_MAX = 32_000;
/** Operations in one call. */
export const OPERATIONS_MAX = 500;

/** struct sembuf. */
export interface SemaphoreOperation {
  /** Which semaphore of the array. */
  readonly num: number;
  /** What is added; 0 waits until it is zero. */
  readonly op: number;
  /** IPC_NOWAIT, SEM_UNDO. */
  readonly flags?: number;
}

/** struct semid_ds. Times are in seconds since 1970; 0: never. */
export interface SemaphoreStatus {
  readonly perm: SysvPermission;
  readonly nsems: number;
  readonly otime: number;
  readonly ctime: number;
}

/** A call that waits. */
export class SemaphoreClaim extends Claim<0 | Errno> {
  readonly pid: number;
  readonly operations: readonly SemaphoreOperation[];
  readonly undo: Undo | null;
  /** The operation that it waits for. */
  blocking: SemaphoreOperation | null = null;

  constructor(pid: number, operations: readonly SemaphoreOperation[], undo: Undo | null) {
    super();
    this.pid = pid;
    this.operations = operations;
    this.undo = undo;
  }

  get changes(): boolean {
    return this.operations.some(({ op }) => op !== 0);
  }
}

class Semaphore {
  value = 0;
  pid = 0;
  /** Single operations that wait for this semaphore: to lower it, or for zero. */
  readonly lowering: ClaimList<SemaphoreClaim> = new ClaimList();
  readonly forZero: ClaimList<SemaphoreClaim> = new ClaimList();
}

export class SemaphoreArray extends SysvObject {
  isRemoved = false;
  readonly #semaphores: readonly Semaphore[];
  /** The one line of all that change something, while a call with several operations waits. */
  readonly #line: ClaimList<SemaphoreClaim> = new ClaimList();
  /** Calls with several operations that change nothing. */
  readonly #lineForZero: ClaimList<SemaphoreClaim> = new ClaimList();
  /** What the ends of processes will undo. */
  readonly undos: Set<Undo> = new Set<Undo>();
  #complex = 0;
  #otime = 0;

  constructor(key: number, flags: number, caller: SysvCaller, nowSeconds: () => number, count: number) {
    super(key, flags, caller, nowSeconds);
    this.#semaphores = Array.from({ length: count }, () => new Semaphore());
  }

  get size(): number {
    return this.#semaphores.length;
  }

  get status(): SemaphoreStatus {
    return { perm: this.permission, nsems: this.size, otime: this.#otime, ctime: this.ctime };
  }

  get values(): number[] {
    return this.#semaphores.map(({ value }) => value);
  }

  pidOf(num: number): number {
    return this.#at(num).pid;
  }

  /** semop(2): all or nothing. EAGAIN: it would have to wait (`claim.blocking` says for what); ERANGE. */
  operate(claim: SemaphoreClaim): 0 | "EAGAIN" | "ERANGE" {
    const result = this.#perform(claim);
    if (result !== 0) return result;
    if (claim.changes) this.#update(claim.operations);
    this.#otime = this.nowSeconds();
    this.#settleLines();
    return 0;
  }

  /** The call goes to sleep. */
  wait(claim: SemaphoreClaim): void {
    const [first] = claim.operations as [SemaphoreOperation];
    if (claim.operations.length > 1) {
      if (this.#complex++ === 0) this.#formLine();
      (claim.changes ? this.#line : this.#lineForZero).add(claim);
    } else if (claim.changes) {
      (this.#complex > 0 ? this.#line : this.#at(first.num).lowering).add(claim);
    } else {
      this.#at(first.num).forZero.add(claim);
    }
  }

  /** It waits no longer. */
  leave(claim: SemaphoreClaim): void {
    this.#unlink(claim);
    this.#settleLines();
  }

  /** SETVAL. */
  setValue(num: number, value: number, pid: number): void {
    for (const undo of this.undos) undo.adjustments[num] = 0;
    this.#set(num, value, pid);
    this.#changed();
  }

  /** SETALL. */
  setValues(values: readonly number[], pid: number): void {
    for (const [num, value] of values.entries()) this.#set(num, value, pid);
    for (const undo of this.undos) undo.adjustments.fill(0);
    this.#changed();
  }

  /** The process ends: its SEM_UNDO operations are undone, as far as values reach. */
  applyUndo(undo: Undo, pid: number): void {
    this.undos.delete(undo);
    for (const [num, adjustment] of undo.adjustments.entries()) {
      if (adjustment === 0) continue;
      const { value } = this.#at(num);
      this.#set(num, Math.min(Math.max(value + adjustment, 0), SEMAPHORE_MAX), pid);
    }
    this.#update(null);
    this.#otime = this.nowSeconds();
    this.#settleLines();
  }

  /** GETNCNT and GETZCNT: how many calls wait for this semaphore to grow, or to be zero. */
  waitersOf(num: number, forZero: boolean): number {
    const semaphore = this.#at(num);
    const own = forZero ? semaphore.forZero.length : semaphore.lowering.length;
    const isMeant = ({ blocking }: SemaphoreClaim): boolean =>
      blocking?.num === num && (forZero ? blocking.op === 0 : blocking.op < 0);
    const inLine = forZero ? [...this.#line.all(), ...this.#lineForZero.all()] : this.#line.all();
    return own + inLine.filter(isMeant).length;
  }

  /** IPC_RMID: everybody who waits hears of it; nothing will be undone. */
  remove(): void {
    this.isRemoved = true;
    const lists = this.#semaphores.flatMap(({ lowering, forZero }) => [lowering, forZero]);
    for (const list of [this.#lineForZero, this.#line, ...lists]) {
      for (const claim of list.takeAll()) claim.settle("EIDRM");
    }
    for (const undo of this.undos) undo.forget();
    this.undos.clear();
  }

  #at(num: number): Semaphore {
    return this.#semaphores[num] as Semaphore;
  }

  #set(num: number, value: number, pid: number): void {
    const semaphore = this.#at(num);
    semaphore.value = value;
    semaphore.pid = pid;
  }

  /** Does the operations one after the other, and takes them back if one can't be. */
  #perform(claim: SemaphoreClaim): 0 | "EAGAIN" | "ERANGE" {
    const { operations, undo, pid } = claim;
    for (const [index, operation] of operations.entries()) {
      const problem = this.#step(operation, undo);
      if (problem === null) continue;
      for (const done of operations.slice(0, index).reverse()) this.#stepBack(done, undo);
      claim.blocking = operation;
      return problem;
    }
    for (const { num } of operations) this.#at(num).pid = pid;
    return 0;
  }

  #step({ num, op, flags = 0 }: SemaphoreOperation, undo: Undo | null): "EAGAIN" | "ERANGE" | null {
    const semaphore = this.#at(num);
    const value = semaphore.value + op;
    if ((op === 0 && value !== 0) || value < 0) return "EAGAIN";
    if (value > SEMAPHORE_MAX) return "ERANGE";
    if ((flags & SEM_UNDO) !== 0 && undo !== null && !undo.add(num, -op)) return "ERANGE";
    semaphore.value = value;
    return null;
  }

  #stepBack({ num, op, flags = 0 }: SemaphoreOperation, undo: Undo | null): void {
    this.#at(num).value -= op;
    if ((flags & SEM_UNDO) !== 0) undo?.add(num, op);
  }

  #changed(): void {
    this.ctime = this.nowSeconds();
    this.#update(null);
    this.#settleLines();
  }

  /** Values have changed, by these operations or (null) anyhow: whoever can go on does. do_smart_update() of Linux. */
  #update(operations: readonly SemaphoreOperation[] | null): void {
    this.#wakeForZero(operations);
    if (!this.#line.isEmpty) {
      this.#updateList(this.#line, null);
    } else if (operations === null) {
      for (const semaphore of this.#semaphores) this.#updateList(semaphore.lowering, semaphore);
    } else {
      for (const { num, op } of operations) if (op > 0) this.#updateList(this.#at(num).lowering, this.#at(num));
    }
  }

  #updateList(list: ClaimList<SemaphoreClaim>, semaphore: Semaphore | null): void {
    for (let again = true; again; ) {
      again = false;
      for (const claim of [...list.all()]) {
        if (semaphore?.value === 0) break;
        const result = this.#perform(claim);
        if (result === "EAGAIN" && !this.#refusesToWait(claim)) continue;
        this.#unlink(claim);
        if (result === 0) this.#wakeForZero(claim.operations);
        claim.settle(result);
        // What is in the one line, or was, may let those before it go on.
        again = result === 0 && (!this.#line.isEmpty || claim.operations.length > 1);
        if (again) break;
      }
    }
  }

  #wakeForZero(operations: readonly SemaphoreOperation[] | null): void {
    const nums = operations?.map(({ num }) => num) ?? this.#semaphores.keys();
    let isAnyZero = false;
    for (const num of nums) {
      const semaphore = this.#at(num);
      if (semaphore.value !== 0) continue;
      isAnyZero = true;
      this.#wakeList(semaphore.forZero);
    }
    if (isAnyZero) this.#wakeList(this.#lineForZero);
  }

  #wakeList(list: ClaimList<SemaphoreClaim>): void {
    for (const claim of [...list.all()]) {
      const result = this.#perform(claim);
      if (result === "EAGAIN" && !this.#refusesToWait(claim)) continue;
      this.#unlink(claim);
      claim.settle(result);
    }
  }

  /** One of several operations may have IPC_NOWAIT: when it is that one that would wait now, the call ends. */
  #refusesToWait({ blocking }: SemaphoreClaim): boolean {
    return ((blocking?.flags ?? 0) & IPC_NOWAIT) !== 0;
  }

  #unlink(claim: SemaphoreClaim): void {
    if (!claim.isListed) return;
    const lists = claim.operations.flatMap(({ num }) => [this.#at(num).lowering, this.#at(num).forZero]);
    for (const list of [this.#line, this.#lineForZero, ...lists]) list.remove(claim);
    if (claim.operations.length > 1) this.#complex--;
  }

  /** The first call with several operations waits: all that change something stand in one line now. */
  #formLine(): void {
    for (const { lowering } of this.#semaphores) this.#line.prepend(lowering.takeAll());
  }

  /** No call with several operations waits any more: each goes back to its semaphore. */
  #settleLines(): void {
    if (this.#complex > 0 || this.#line.isEmpty) return;
    for (const claim of this.#line.takeAll())
      this.#at((claim.operations[0] as SemaphoreOperation).num).lowering.add(claim);
  }
}
