/**
 * What a process has of interprocess communication beside descriptors. Nothing of it is there before it is asked for.
 *
 * exit() is called when the process ends, before its descriptors are closed, as do_exit() of Linux does.
 */
import { AddressSpace } from "../ipc/address-space.ts";
import { UndoList } from "../ipc/sysv-undo.ts";
import type { Process } from "./process.ts";

export class ProcessIpc {
  readonly #process: Process;
  #undos: UndoList | null = null;
  #memory: AddressSpace | null = null;

  constructor(process: Process) {
    this.#process = process;
  }

  /** What its end undoes: semop(2), SEM_UNDO. */
  get undos(): UndoList {
    this.#undos ??= new UndoList();
    return this.#undos;
  }

  /** What it has mapped. */
  get memory(): AddressSpace {
    this.#memory ??= new AddressSpace();
    return this.#memory;
  }

  /** fork(2): the child has the same mapped. */
  inherit(parent: ProcessIpc): void {
    this.#memory = parent.#memory?.fork(parent.#process.pid) ?? null;
  }

  /** execve(2): nothing stays mapped. */
  exec(): void {
    this.#memory?.removeAll(this.#process.pid);
    this.#memory = null;
    this.#process.kernel.ipc.channels.close(this.#process.pid);
  }

  /** The process has ended. */
  exit(): void {
    this.#memory?.removeAll(this.#process.pid);
    this.#memory = null;
    this.#process.kernel.ipc.channels.close(this.#process.pid);
    this.#undos?.apply(this.#process.pid);
    this.#undos = null;
  }
}
