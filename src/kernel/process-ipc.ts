/**
 * What a process has of interprocess communication beside descriptors. Nothing of it is there before it is asked for.
 *
 * exit() is called when the process ends, before its descriptors are closed, as do_exit() of Linux does.
 */
import { UndoList } from "../ipc/sysv-undo.ts";
import type { Process } from "./process.ts";

export class ProcessIpc {
  readonly #process: Process;
  #undos: UndoList | null = null;

  constructor(process: Process) {
    this.#process = process;
  }

  /** What its end undoes: semop(2), SEM_UNDO. */
  get undos(): UndoList {
    this.#undos ??= new UndoList();
    return this.#undos;
  }

  /** The process has ended. */
  exit(): void {
    this.#undos?.apply(this.#process.pid);
    this.#undos = null;
  }
}
