/**
 * What an operation tries that only somebody else ends: a process that waits for it does not hold the clock.
 */
import type { Attempt } from "../../kernel/operation.ts";

/** Named by the call that waits, and by what it waits for. */
export const neverReady = (call: string, on: string): Attempt<0> => ({
  call,
  attempt: () => "EAGAIN",
  isReady: () => false,
  enlist: () => {},
  expired: () => 0,
  on: () => on,
  end: () => {},
});
