/**
 * MainProgram: code that knows nothing of `sys`, as host.run() and host.start() are given it. A ProgramRuntime of the
 * outer machine runs it: node/door/runtime.ts, where Node's own modules lead to this kernel.
 */

/** How it ended: its result, what it threw, or neither when the process was killed. */
export type MainOutcome =
  | { readonly kind: "result"; readonly value: unknown }
  | { readonly kind: "thrown"; readonly error: unknown }
  | { readonly kind: "killed" };

export class MainProgram {
  readonly main: () => unknown;
  /** The process ends when `main` has settled; otherwise when nothing of it can ever happen again, as a Node process does. */
  readonly endsWithMain: boolean;
  /** Is told once. */
  readonly settled: (outcome: MainOutcome) => void;

  constructor(main: () => unknown, endsWithMain: boolean, settled: (outcome: MainOutcome) => void) {
    this.main = main;
    this.endsWithMain = endsWithMain;
    this.settled = settled;
  }
}
