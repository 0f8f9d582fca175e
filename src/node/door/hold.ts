/**
 * Holding the clock for work of the outer machine, whose results are handed in in the order in which it was asked for.
 *
 * Read first: world/run-loop.ts, "outside results".
 */
import type { External } from "../../kernel/run-state.ts";
import type { NodeProcess } from "./node-process.ts";

/** Hands the outcome in: what it is given runs when it is its turn. */
export type HandIn = (run: () => void) => void;

/** The clock stands still, and the process lives, until what this answers is called, and what that is given has run. */
export function hold(owner: NodeProcess): HandIn {
  const { runState } = owner.process;
  const entry: External = { process: owner.process, deliver: null };
  runState.externals.push(entry);
  owner.reference();
  return (run) => {
    entry.deliver = () => {
      run();
      owner.unreference();
    };
    runState.activity();
  };
}
