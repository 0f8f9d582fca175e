/**
 * Calls on time: clock_gettime(2), nanosleep(2).
 */
import type { Errno } from "../../abi/errno.ts";
import { END_OF_TIME_NS } from "../../base/scheduler.ts";
import type { Attempt } from "../operation.ts";
import type { Process } from "../process.ts";

/** Clocks of clock_gettime(2). */
export type ClockName = "CLOCK_MONOTONIC" | "CLOCK_REALTIME" | "CLOCK_PROCESS_CPUTIME_ID";

/** struct timespec. */
export interface Timespec {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/**
 * clock_gettime(2). CLOCK_MONOTONIC counts from the world's start, CLOCK_REALTIME from 1970, both by the host's clock,
 * CLOCK_PROCESS_CPUTIME_ID what the process's calls have cost (cpu.perCallNs). EINVAL.
 */
export function clockGettime(process: Process, clock: ClockName): Timespec | Errno {
  const { clock: own } = process.kernel;
  const nowNs = own.localNs(process.runState.scheduler.nowNs);
  switch (clock) {
    case "CLOCK_MONOTONIC":
      return timespec(0, nowNs);
    case "CLOCK_REALTIME":
      return timespec(own.epochMs, nowNs);
    case "CLOCK_PROCESS_CPUTIME_ID":
      return timespec(0, process.cpuNs);
    default:
      return "EINVAL";
  }
}

/** What is left of a nanosleep(2) that a signal handler has interrupted. */
export interface RemainingTime {
  nanoseconds: number;
}

/** nanosleep(2): an attempt that only its deadline ends, or a signal handler, which fills in what remained. */
export class SleepAttempt implements Attempt<undefined> {
  readonly call = "nanosleep";
  readonly #process: Process;
  readonly #deadlineNs: number;
  readonly #remaining: RemainingTime | undefined;

  constructor(process: Process, deadlineNs: number, remaining: RemainingTime | undefined) {
    this.#process = process;
    this.#deadlineNs = deadlineNs;
    this.#remaining = remaining;
  }

  attempt(): Errno {
    return "EAGAIN";
  }

  isReady(): boolean {
    return false;
  }

  enlist(): void {}

  expired(): undefined {
    return undefined;
  }

  interrupted(): Errno {
    const { kernel, runState } = this.#process;
    const leftNs = kernel.clock.localNs(this.#deadlineNs) - kernel.clock.localNs(runState.scheduler.nowNs);
    if (this.#remaining !== undefined) this.#remaining.nanoseconds = Math.max(leftNs, 0);
    return "EINTR";
  }

  on(): string {
    return "the clock";
  }

  end(): void {}
}

/** Milliseconds and nanoseconds together as seconds and the rest, without leaving exact integers. */
export function timespec(milliseconds: number, nanoseconds: number): Timespec {
  const wholeSeconds = Math.floor(milliseconds / 1000) + Math.floor(nanoseconds / 1e9);
  const rest = (milliseconds % 1000) * 1e6 + (nanoseconds % 1e9);
  return rest < 1e9
    ? { seconds: wholeSeconds, nanoseconds: rest }
    : { seconds: wholeSeconds + 1, nanoseconds: rest - 1e9 };
}

/** A real time as virtual time: seconds first, as nanoseconds since 1970 are more than a number can count. */
export function sinceEpoch({ seconds = 0, nanoseconds = 0 }: Partial<Timespec>, epochMs: number): number {
  const epochNs = Math.round((epochMs % 1000) * 1e6);
  return (seconds - Math.floor(epochMs / 1000)) * 1e9 + nanoseconds - epochNs;
}

/** The virtual time of a deadline that is given on CLOCK_REALTIME. EINVAL: it is no time; EFAULT: no record. */
export function realtimeDeadline(process: Process, deadline: Timespec): number | Errno {
  if (typeof deadline !== "object" || deadline === null) return "EFAULT";
  const { seconds, nanoseconds } = deadline;
  if (!Number.isSafeInteger(seconds) || !Number.isInteger(nanoseconds)) return "EINVAL";
  if (seconds < 0 || nanoseconds < 0 || nanoseconds >= 1e9) return "EINVAL";
  // What would come after the end of virtual time stands for its end.
  const { clock } = process.kernel;
  return Math.min(clock.worldNs(sinceEpoch(deadline, clock.epochMs)), END_OF_TIME_NS);
}
