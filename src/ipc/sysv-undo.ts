/**
 * What the end of a process undoes: the sums of its SEM_UNDO operations, one record for each array of semaphores.
 *
 * Read first: semop(2), "SEM_UNDO". fork(2) does not pass them on; exec keeps them.
 */
import { SEMAPHORE_MAX, type SemaphoreArray } from "./sysv-semaphores.ts";

/** The adjustments for one array. */
export class Undo {
  readonly array: SemaphoreArray;
  readonly adjustments: number[];
  readonly #owner: UndoList;

  constructor(array: SemaphoreArray, owner: UndoList) {
    this.array = array;
    this.adjustments = Array<number>(array.size).fill(0);
    this.#owner = owner;
  }

  /** False, and nothing changed, when it would be too much to undo: ERANGE. */
  add(num: number, adjustment: number): boolean {
    const sum = (this.adjustments[num] ?? 0) + adjustment;
    if (sum < -SEMAPHORE_MAX - 1 || sum > SEMAPHORE_MAX) return false;
    this.adjustments[num] = sum;
    return true;
  }

  /** The array is gone. */
  forget(): void {
    this.#owner.forget(this);
  }
}

/** All that the end of one process undoes. */
export class UndoList {
  readonly #undos: Map<SemaphoreArray, Undo> = new Map<SemaphoreArray, Undo>();

  /** The record for an array, which is made if there is none. */
  of(array: SemaphoreArray): Undo {
    const found = this.#undos.get(array);
    if (found !== undefined) return found;
    const made = new Undo(array, this);
    this.#undos.set(array, made);
    array.undos.add(made);
    return made;
  }

  forget(undo: Undo): void {
    this.#undos.delete(undo.array);
  }

  /** The process has ended: the array that it used last comes first, as on Linux. */
  apply(pid: number): void {
    const undos = [...this.#undos.values()].reverse();
    this.#undos.clear();
    for (const undo of undos) undo.array.applyUndo(undo, pid);
  }
}
