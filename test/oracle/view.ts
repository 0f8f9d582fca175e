/** View: what a row may know of the process that makes the call, and the descriptors that it has to choose from. */
import { type OpenFile, Socket } from "netloom/kernel";
import type { Netloom, Worker } from "./netloom.ts";

/** What kind of descriptor a call would like. */
export type Wish = (file: OpenFile) => boolean;

const anything: Wish = () => true;
export const readable: Wish = (file) => file.readable;
export const writable: Wish = (file) => file.writable;
export const socket: Wish = (file) => file.ops instanceof Socket;

const WRONG_DESCRIPTORS = [-1, 63, 1023, 1024, 99_999];

export class View {
  readonly netloom: Netloom;
  readonly worker: Worker;
  /** Which step of the program this is: what is written differs from step to step. */
  readonly step: number;

  constructor(netloom: Netloom, worker: Worker, step: number) {
    this.netloom = netloom;
    this.worker = worker;
    this.step = step;
  }

  /** A descriptor: mostly an open one of the kind wished for, sometimes another, seldom one that is not open. */
  fd(chosen: number, wish: Wish = anything): number {
    const luck = chosen % 20;
    const rest = Math.floor(chosen / 20);
    if (luck === 19) return pick(WRONG_DESCRIPTORS, rest);
    const open = [...this.worker.process.descriptors.entries()];
    const made = this.#made(anything);
    const fitting = this.#made(wish);
    const from = luck < 17 && fitting.length > 0 ? fitting : luck < 18 && made.length > 0 ? made : open;
    return from.length === 0 ? 0 : pick(from, rest).fd;
  }

  /** What stands behind a descriptor. */
  file(fd: number): OpenFile | undefined {
    return this.worker.process.descriptors.get(fd);
  }

  /** Has it a descriptor of that kind? */
  has(wish: Wish): boolean {
    return this.#made(wish).length > 0;
  }

  /** A worker, alive or not. */
  someone(chosen: number): Worker {
    return pick(this.netloom.workers, chosen);
  }

  /** The open descriptors of that kind, without 0, 1 and 2. */
  #made(wish: Wish): { readonly fd: number }[] {
    return [...this.worker.process.descriptors.entries()].filter(({ fd, file }) => fd > 2 && wish(file));
  }
}

function pick<T>(from: readonly T[], chosen: number): T {
  return from[chosen % from.length] as T;
}
