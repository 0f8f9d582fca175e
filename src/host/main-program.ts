/**
 * MainProgram: code that knows nothing of `sys`, as host.run() and host.start() are given it. A ProgramRuntime of the
 * outer machine runs it: node/door/runtime.ts, where Node's own modules lead to this kernel.
 */

import type { Host } from "./host.ts";

/** How it ended: its result, what it threw, or neither when the process called exit() or was killed. */
export type MainOutcome =
  | { readonly kind: "result"; readonly value: unknown }
  | { readonly kind: "thrown"; readonly error: unknown }
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "killed" };

export class MainProgram {
  /** Where it runs. */
  readonly host: Host;
  readonly main: () => unknown;
  /** The process ends when `main` has settled; otherwise when nothing of it can ever happen again, as a Node process does. */
  readonly endsWithMain: boolean;
  /** Is told once. */
  readonly settled: (outcome: MainOutcome) => void;
  /** The ways out of the world that it may take: "fs", "worker", … */
  readonly allow: readonly string[];

  constructor(
    host: Host,
    main: () => unknown,
    endsWithMain: boolean,
    settled: (outcome: MainOutcome) => void,
    allow: readonly string[],
  ) {
    this.host = host;
    this.main = main;
    this.endsWithMain = endsWithMain;
    this.settled = settled;
    this.allow = allow;
  }
}
