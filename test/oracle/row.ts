/**
 * Row: the table of the calls that the oracle compares. To add a call, add a row to a file in calls/.
 *
 * A row draws the arguments that it wants, as numbers that mean a choice; `call` makes a call of them that fits what the
 * process has at that moment (View): which descriptors are open is known only when the program runs. So a shrunk
 * sequence is still one that makes sense.
 */
import fc from "fast-check";
import type { Sys } from "netloom";
import { Socket } from "netloom/kernel";
import type { LinuxAnswer } from "./linux.ts";
import type { Netloom, Outcome, Worker } from "./netloom.ts";

/** One concrete call, for both sides. */
export interface Call {
  /** In the words of the manual page: `read(3, buffer, 100)`. */
  readonly text: string;
  /** In the words of Sys, where they are others: `read(3, new Uint8Array(100))`. */
  readonly sysText?: string;
  /** For helper.c: the number of the call and its arguments. */
  readonly linux: readonly [number: number, ...args: (number | string)[]];
  /** Makes the call on netloom. A SystemError is an outcome by itself. */
  netloom(sys: Sys): number | Outcome | Promise<number | Outcome>;
  /** What Linux's answer means, unless it is an error; by default the number. */
  outcome?(answer: LinuxAnswer, workerOf: (pid: number) => number | undefined): Outcome;
}

/** A call that waits for its arguments to be fitted; undefined when it makes no sense just now. */
export type Draft = (view: View) => Call | undefined;

export interface Row {
  readonly name: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  readonly drafts: fc.Arbitrary<Draft>;
}

/** A row of the table. `args` are drawn; `call` fits them. */
export function row<A>(
  name: string,
  weight: number,
  args: fc.Arbitrary<A>,
  call: (args: A, view: View) => Call | undefined,
): Row {
  return { name, weight, drafts: args.map((drawn) => (view: View) => call(drawn, view)) };
}

/** A choice of a descriptor or a worker, before it is known which there are. */
export const choice: fc.Arbitrary<number> = fc.nat({ max: 9999 });

/** What kind of descriptor a call would like. */
export type Wish = "any" | "readable" | "writable" | "socket";

const WRONG_DESCRIPTORS = [-1, 63, 1023, 1024, 99_999];

/** What a row may know of the process that makes the call. */
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
  fd(chosen: number, wish: Wish = "any"): number {
    const luck = chosen % 20;
    const rest = Math.floor(chosen / 20);
    if (luck === 19) return pick(WRONG_DESCRIPTORS, rest);
    const open = [...this.worker.process.descriptors.entries()];
    const made = this.#made("any");
    const fitting = this.#made(wish);
    const from = luck < 16 && fitting.length > 0 ? fitting : luck < 18 && made.length > 0 ? made : open;
    return from.length === 0 ? 0 : pick(from, rest).fd;
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
    return [...this.worker.process.descriptors.entries()].filter(({ fd, file }) => {
      if (fd <= 2) return false;
      if (wish === "socket") return file.ops instanceof Socket;
      return wish === "any" || (wish === "readable" ? file.readable : file.writable);
    });
  }
}

function pick<T>(from: readonly T[], chosen: number): T {
  return from[chosen % from.length] as T;
}

/** The bytes that helper.c makes for `w<length>:<seed>`. */
export function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => seed * 37 + i * 11 + (i >> 8));
}

/** The hash that helper.c reports for `r`: FNV-1a. */
export function hashOf(bytes: Uint8Array): string {
  let hash = 2_166_136_261;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16_777_619);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** Outcome of a call that has filled memory. */
export function bytesOutcome(count: number, hash: string): Outcome {
  return `${count} bytes ${hash}`;
}

/** Little-endian integers as the hexadecimal of an `x` argument; `sizes` in bytes. */
export function hex(sizes: readonly number[], values: readonly number[]): string {
  const buffer = Buffer.alloc(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [index, size] of sizes.entries()) {
    const value = values[index] ?? 0;
    if (size === 8) buffer.writeBigInt64LE(BigInt(value), at);
    else buffer.writeUIntLE(value < 0 ? value + 2 ** (8 * size) : value, at, size);
    at += size;
  }
  return `x${buffer.toString("hex")}`;
}

/** What is in memory that was reported. */
export function unhex(text: string | undefined): Buffer {
  return Buffer.from(text === "-" ? "" : (text ?? ""), "hex");
}
