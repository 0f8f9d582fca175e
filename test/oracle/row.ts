/**
 * Row: the table of the calls that the oracle compares. To add a call, add a row to a file in calls/.
 *
 * A row draws the arguments that it wants, as numbers that mean a choice; `call` makes a call of them that fits what the
 * process has at that moment (View): which descriptors are open is known only when the program runs. So a shrunk
 * sequence is still one that makes sense. What makes the call is a function of plain arguments, a word, which
 * hand-written suites use, too (suites/).
 */
import fc from "fast-check";
import type { Sys } from "netloom";
import type { LinuxAnswer } from "./linux.ts";
import type { Netloom, Outcome } from "./netloom.ts";
import type { View, Wish } from "./view.ts";

/** Tells which worker a process number of that side is. */
export type WorkerOf = (pid: number) => number | undefined;

/** One concrete call, for both sides. */
export interface Call {
  /** In the words of the manual page: `read(3, buffer, 100)`. */
  readonly text: string;
  /** In the words of Sys, where they are others: `read(3, new Uint8Array(100))`. */
  readonly sysText?: string;
  /** For helper.c: the number of the call and its arguments. */
  readonly linux: readonly [number: number, ...args: (number | string)[]];
  /** Makes the call on netloom. A SystemError is an outcome by itself, and nothing is 0. */
  netloom(sys: Sys, netloom: Netloom): CallResult | Promise<CallResult>;
  /** What Linux's answer means, unless it is an error; by default the number. */
  outcome?(answer: LinuxAnswer, workerOf: WorkerOf): Outcome;
}

type CallResult = number | Outcome | void;

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

/**
 * A row of a call on a descriptor of some kind: while there is none it is seldom drawn, as then nothing but an error comes
 * of it.
 */
export function rowOn<A>(
  wish: Wish,
  name: string,
  weight: number,
  args: fc.Arbitrary<A>,
  call: (args: A, view: View) => Call | undefined,
): Row {
  return row(name, weight, args, (drawn, view) =>
    view.has(wish) || view.step % 8 === 0 ? call(drawn, view) : undefined,
  );
}

/** A row of a call without arguments to draw. */
export function plainRow(name: string, weight: number, call: (view: View) => Call | undefined): Row {
  return row(name, weight, fc.constant(undefined), (_, view) => call(view));
}

/** A choice of a descriptor or a worker, before it is known which there are. */
export const choice: fc.Arbitrary<number> = fc.nat({ max: 9999 });
