/**
 * The timers of a process that send signals: alarm(2) and setitimer(2), and the limit of processor time.
 *
 * Read first: setitimer(2), getrlimit(2) RLIMIT_CPU. ITIMER_REAL runs on the world's clock; ITIMER_VIRTUAL and
 * ITIMER_PROF on the processor time that calls cost (cpu.perCallNs), which knows no difference between program and kernel.
 */
import {
  ITIMER_PROF,
  ITIMER_REAL,
  ITIMER_VIRTUAL,
  SIGALRM,
  SIGKILL,
  SIGPROF,
  SIGVTALRM,
  SIGXCPU,
} from "../../abi/signal.ts";
import { TimedEvent } from "../../base/event-queue.ts";
import type { Process } from "../process.ts";
import { kernelSignal } from "./siginfo.ts";

/** struct itimerval, in ns. */
export interface IntervalTimer {
  /** Time until it expires next; 0: it is not set. */
  readonly valueNs: number;
  /** Time between two expirations; 0: it expires once. */
  readonly intervalNs: number;
}

/** One of the three timers, by a clock that only goes forward. */
interface Timer {
  readonly signo: number;
  /** When it expires next. */
  dueNs: number;
  intervalNs: number;
}

const NEVER = Number.POSITIVE_INFINITY;
/** A process over its soft limit of processor time is told once a second. */
const REMINDER_NS = 1e9;

export class ProcessTimers {
  readonly #process: Process;
  readonly #real: Timer = { signo: SIGALRM, dueNs: NEVER, intervalNs: 0 };
  readonly #virtual: Timer = { signo: SIGVTALRM, dueNs: NEVER, intervalNs: 0 };
  readonly #profile: Timer = { signo: SIGPROF, dueNs: NEVER, intervalNs: 0 };
  readonly #cpuLimit: Timer = { signo: SIGXCPU, dueNs: NEVER, intervalNs: REMINDER_NS };
  #cpuLimitHardNs = NEVER;
  #event: TimedEvent | null = null;

  constructor(process: Process) {
    this.#process = process;
  }

  get(which: number): IntervalTimer | "EINVAL" {
    const timer = this.#timer(which);
    if (timer === undefined) return "EINVAL";
    if (timer.dueNs === NEVER) return { valueNs: 0, intervalNs: timer.intervalNs };
    return { valueNs: Math.max(timer.dueNs - this.#clockNs(timer), 0), intervalNs: timer.intervalNs };
  }

  /** Sets a timer anew, and answers what it was. */
  set(which: number, { valueNs, intervalNs }: IntervalTimer): IntervalTimer | "EINVAL" {
    const timer = this.#timer(which);
    const old = this.get(which);
    if (timer === undefined || old === "EINVAL" || !isDuration(valueNs) || !isDuration(intervalNs)) return "EINVAL";
    timer.intervalNs = intervalNs;
    timer.dueNs = valueNs === 0 ? NEVER : this.#clockNs(timer) + valueNs;
    if (timer === this.#real) this.#schedule();
    else this.#watchCpu();
    return old;
  }

  /** RLIMIT_CPU: SIGXCPU at the soft limit and each second beyond, SIGKILL at the hard one. */
  limitCpu(softNs: number, hardNs: number): void {
    this.#cpuLimit.dueNs = softNs;
    this.#cpuLimitHardNs = hardNs;
    this.#watchCpu();
  }

  /** The processor time used has reached `process.cpuAlarmNs`. */
  cpuTimeUsed(): void {
    for (const timer of [this.#virtual, this.#profile, this.#cpuLimit]) {
      if (timer.dueNs <= this.#process.cpuNs) this.#expire(timer);
    }
    if (this.#process.cpuNs >= this.#cpuLimitHardNs) this.#process.signals.post(kernelSignal(SIGKILL));
    this.#watchCpu();
  }

  /** The process has ended. */
  cancel(): void {
    if (this.#event !== null) this.#process.runState.scheduler.events.cancel(this.#event);
    this.#event = null;
  }

  #timer(which: number): Timer | undefined {
    if (which === ITIMER_REAL) return this.#real;
    if (which === ITIMER_VIRTUAL) return this.#virtual;
    return which === ITIMER_PROF ? this.#profile : undefined;
  }

  #clockNs(timer: Timer): number {
    const { kernel, runState, cpuNs } = this.#process;
    return timer === this.#real ? kernel.clock.localNs(runState.scheduler.nowNs) : cpuNs;
  }

  #expire(timer: Timer): void {
    // Expirations that were passed over in one step are one signal.
    const periods =
      timer.intervalNs === 0 ? 0 : Math.floor((this.#clockNs(timer) - timer.dueNs) / timer.intervalNs) + 1;
    timer.dueNs = periods === 0 ? NEVER : timer.dueNs + periods * timer.intervalNs;
    this.#process.signals.post(kernelSignal(timer.signo));
  }

  #schedule(): void {
    const { title, daemon, runState, kernel } = this.#process;
    this.cancel();
    if (this.#real.dueNs === NEVER) return;
    const expire = (): void => {
      this.#event = null;
      this.#expire(this.#real);
      if (this.#process.state === "running") this.#schedule();
    };
    this.#event = new TimedEvent(`${title} alarm`, expire, daemon);
    runState.scheduler.at(this.#event, kernel.clock.worldNs(this.#real.dueNs));
  }

  #watchCpu(): void {
    const dueNs = [this.#virtual, this.#profile, this.#cpuLimit].map((timer) => timer.dueNs);
    this.#process.cpuAlarmNs = Math.min(...dueNs, this.#cpuLimitHardNs);
  }
}

function isDuration(ns: number): boolean {
  return Number.isSafeInteger(ns) && ns >= 0;
}
