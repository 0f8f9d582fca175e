/**
 * What every layer of one host's kernel is given: whose kernel it is, time, chance, and where to report.
 * host/host.ts makes it; links have one of their own.
 */
import type { Counters } from "./counters.ts";
import type { HostClock } from "./host-clock.ts";
import type { Prng } from "./prng.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Sysctl } from "./sysctl.ts";
import type { Tracer } from "./trace.ts";

export interface Machine {
  /** Name of the host or link. */
  readonly name: string;
  readonly scheduler: Scheduler;
  /** What it takes for the time. */
  readonly clock: HostClock;
  readonly tracer: Tracer;
  readonly counters: Counters;
  /** Its settings, by Linux's names. A link has none. */
  readonly sysctl: Sysctl;
  /** A generator of its own for each purpose, so that a new consumer does not shift the others. */
  random(purpose: string): Prng;
}

/** Something is discarded: bumps the counter and says so in the trace. */
export function countDrop(machine: Machine, counter: string, bytes: number): void {
  machine.counters.bump(counter);
  if (machine.tracer.on) machine.tracer.emit(machine.name, { step: "drop", counter, bytes });
}
