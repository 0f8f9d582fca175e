/**
 * Calls on time, and the outside, as programs see them. Read first: clock_gettime(2), nanosleep(2).
 */
import type { ClockName, RemainingTime, Timespec } from "../calls/time.ts";

export interface TimeCalls {
  /** clock_gettime(2), in virtual time. Errors: EINVAL. */
  clockGettime(clock: ClockName): Timespec;
  /** sleep(3), for that many seconds; fractions count. Errors: EINTR, when a signal handler interrupts it, and EINVAL. */
  sleep(seconds: number): Promise<void>;
  /**
   * nanosleep(2), for that many nanoseconds. When a signal handler interrupts it, `remaining` tells how many were left.
   * Errors: EINTR, EINVAL.
   */
  nanosleep(nanoseconds: number, remaining?: RemainingTime): Promise<void>;
  /**
   * Awaits something outside the kernel (a file of the outer machine, an import) while other calls of this process are
   * outstanding: the clock stands still until it is there. Several are handed in in the order in which they were asked
   * for, so that a run does not depend on which came first.
   */
  external<T>(promise: PromiseLike<T>): Promise<T>;
}
