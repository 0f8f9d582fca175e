/**
 * Calls on time, and the outside, for TypeScript programs. Read first: kernel/sys/, kernel/calls/time.ts.
 */
import { type ClockName, clockGettime, type RemainingTime, SleepAttempt, type Timespec } from "../calls/time.ts";
import type { External } from "../run-state.ts";
import { NO_DEADLINE, never } from "./caller.ts";
import { ProcessDoor } from "./process-door.ts";

export abstract class TimeDoor extends ProcessDoor {
  clockGettime(clock: ClockName): Timespec {
    return this.now("clock_gettime", [clock], () => clockGettime(this.process, clock));
  }

  sleep(seconds: number): Promise<void> {
    return this.#nanosleep(() => seconds * 1e9);
  }

  nanosleep(nanoseconds: number, remaining?: RemainingTime): Promise<void> {
    return this.#nanosleep(() => nanoseconds, remaining);
  }

  #nanosleep(delay: () => number, remaining?: RemainingTime): Promise<void> {
    if (!this.enter("nanosleep")) return never();
    const nanoseconds = delay();
    const delayNs = Math.round(nanoseconds);
    const deadlineNs = this.after(delayNs);
    const isValid = delayNs >= 0 && delayNs < NO_DEADLINE;
    const attempt = isValid ? new SleepAttempt(this.process, deadlineNs, remaining) : "EINVAL";
    return this.later("nanosleep", [delayNs], attempt, deadlineNs);
  }

  external<T>(promise: PromiseLike<T>): Promise<T> {
    if (!this.enter("external")) return never();
    const process = this.process;
    const runState = this.runState;
    const entry: External = { process, deliver: null };
    runState.externals.push(entry);
    return new Promise((resolve, reject) => {
      const settle = (deliver: () => void): void => {
        entry.deliver = deliver;
        runState.activity();
      };
      Promise.resolve(promise).then(
        (value) => settle(() => this.#handIn(() => resolve(value))),
        (error: unknown) => settle(() => this.#handIn(() => reject(error))),
      );
    });
  }

  #handIn(settle: () => void): void {
    this.left("external", [], 0);
    settle();
  }
}
