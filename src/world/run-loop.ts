/**
 * The run loop: moves a world's clock.
 *
 * Read first: ARCHITECTURE.md, "When time moves"; base/scheduler.ts; kernel/run-state.ts.
 *
 *     turn ─▶ advance: ready queue → events of this instant → (a program was resumed? drain barrier, next turn)
 *                      → an outside result is due? hand it in → (somebody awaits the outside? sleep)
 *                      → an outside source has something? take it in (in real time when what is due before it has happened)
 *                      → move the clock to the next event ─┐
 *                   ▲──────────────────────────────────────┘
 *
 * A turn is synchronous; programs run between turns, in the microtasks before the macrotask that begins the next one.
 * In real time the wall clock says which events are due, and results from outside are handed in when they come.
 */
import type { Platform } from "../base/platform.ts";
import { END_OF_TIME_NS } from "../base/scheduler.ts";
import type { Crash } from "../kernel/kernel.ts";
import type { Process } from "../kernel/process.ts";
import type { RunState } from "../kernel/run-state.ts";
import { DeadlockError, describeHolders, EndOfTimeError, HeldClockError } from "./errors.ts";
import { OutsideSources } from "./outside.ts";

/** After so much real time the loop gives the platform a turn, so that Ctrl-C and progress work. */
const YIELD_NS = 8_000_000;
/** The real clock is looked at once in so many events. */
const EVENTS_PER_LOOK = 128;
/** So many events of one instant happen before programs that were resumed by one of them act, even if there are more. */
const EVENTS_PER_BARRIER = 1024;
/** When the last process that is not a daemon has ended, what is on its way gets so much virtual time to arrive. */
const LINGER_NS = 1_000_000_000;
/** So much of the ready queue is run before the loop looks at the real clock. */
const READY_PER_LOOK = 1024;
/** Real time between two calls of onProgress, in ns. */
const PROGRESS_NS = 200_000_000;

export interface RunLoopOptions {
  readonly isRealTime: boolean;
  /** Real time after which a process that holds the clock is named, in ms. */
  readonly watchdogMs: number;
  /** All processes of the world, for reports. */
  readonly processes: () => Process[];
  /** All programs that threw, for reports. */
  readonly crashes: readonly Crash[];
}

/** How far a run has come. */
export interface Progress {
  readonly nowNs: number;
  /** Where it will stop; undefined when it runs until all processes have ended. */
  readonly untilNs: number | undefined;
  /** Events that have happened since the world's start. */
  readonly events: number;
}

/** The subject of the journal's lines on events. */
const THE_EVENT_QUEUE = { title: "the event queue", titleHash: 0 };
const THE_OUTSIDE = { title: "the outside", titleHash: 0 };

/** What comes after a turn. */
type Next = "barrier" | "yield" | "sleep" | "end";

interface Run {
  readonly untilNs: number | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  /** Asked before the clock moves: is it over at this instant? */
  readonly isDone: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class RunLoop {
  readonly #runState: RunState;
  readonly #platform: Platform;
  readonly #options: RunLoopOptions;
  readonly #turn: () => void = () => this.#takeTurn();
  readonly #wakeUp: () => void = () => this.#wake();
  readonly #wakeUpAfterTurns: () => void = () => {
    if (this.#runState.owedTurns === 0 || this.#runState.failure !== null) this.#wake();
  };
  /** Events that have happened. */
  events = 0;
  /** Whoever may bring something from outside at any moment. */
  readonly outside: OutsideSources;
  /** Drain barriers: how often programs were let act before the clock moved. */
  barriers = 0;
  #run: Run | null = null;
  #realStartNs = 0;
  #nextProgressNs = 0;
  /** Real time at the beginning of this turn. */
  #turnNs = 0;
  /** Real time at which the platform gets its next turn. */
  #yieldNs = 0;
  /** Virtual time at which somebody who keeps the world running was last seen. */
  #lastBusyNs = 0;
  /** Events since the real clock was looked at. */
  #sinceLook = 0;
  /** Events of this turn since a program was resumed. */
  #sinceBarrier = 0;
  #wakers: Disposable[] = [];

  constructor(runState: RunState, platform: Platform, options: RunLoopOptions) {
    this.#runState = runState;
    this.#platform = platform;
    this.#options = options;
    this.outside = new OutsideSources(() => runState.activity());
  }

  get isRunning(): boolean {
    return this.#run !== null;
  }

  /**
   * Runs until that time, or, without one, until every process that is not a daemon has ended and what was on its way
   * then has arrived, for a second of virtual time at the most.
   */
  run(
    untilNs: number | undefined,
    onProgress?: (progress: Progress) => void,
    isDone: () => boolean = () => false,
  ): Promise<void> {
    if (this.#run !== null) throw new Error("the world is already running: await the run() before the next one");
    return new Promise((resolve, reject) => {
      this.#run = { untilNs, onProgress, isDone, resolve, reject };
      this.#realStartNs = this.#platform.monotonicNs() - this.#runState.scheduler.nowNs;
      this.#nextProgressNs = this.#platform.monotonicNs() + PROGRESS_NS;
      this.#platform.macrotask(this.#turn);
    });
  }

  #takeTurn(): void {
    const run = this.#run;
    if (run === null) return;
    let next: Next = "end";
    let failure: Error | null = null;
    this.#runState.beginTurn();
    try {
      next = this.#advance(run);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#runState.endTurn();
    }
    failure ??= this.#runState.failure;
    if (failure !== null) this.#finish(() => run.reject(failure));
    else if (next === "end") this.#finish(run.resolve);
    else if (next === "sleep") this.#sleep();
    else this.#goOn(next);
  }

  /** The next turn comes when programs have acted; once in a while when the platform has had its turn, too. */
  #goOn(next: "barrier" | "yield"): void {
    if (next === "yield") this.#yieldNs = 0;
    else this.barriers++;
    this.#nextTurn();
  }

  #nextTurn(): void {
    if (this.#turnNs < this.#yieldNs) {
      this.#platform.drained(this.#turn);
    } else {
      this.#yieldNs = this.#turnNs + YIELD_NS;
      this.#platform.macrotask(this.#turn);
    }
  }

  #finish(settle: () => void): void {
    this.#run = null;
    settle();
  }

  /** Goes on until programs have to act, the platform wants its turn, nothing is due, or the run is over. */
  #advance(run: Run): Next {
    const runState = this.#runState;
    const { scheduler } = runState;
    const { events } = scheduler;
    const { isRealTime } = this.#options;
    this.#turnNs = this.#platform.monotonicNs();
    this.#sinceBarrier = 0;
    const wallNs = isRealTime ? this.#turnNs - this.#realStartNs : Number.POSITIVE_INFINITY;
    while (runState.failure === null) {
      const isReady = scheduler.hasReady;
      const nextNs = isReady ? 0 : events.nextTimeNs;
      if (nextNs <= scheduler.nowNs) {
        if (isReady) scheduler.runReady(READY_PER_LOOK);
        else this.#runEvent();
        if (this.#willActAtOnce()) {
          // They act when all of this instant has happened, or so much of it: that must not depend on real time.
          if (++this.#sinceBarrier >= EVENTS_PER_BARRIER) return this.#barrier();
        } else if (++this.#sinceLook >= EVENTS_PER_LOOK && this.#isTimeToYield(run)) {
          return "yield";
        }
        continue;
      }
      // A program that never waits does not stop the clock of the wall, nor keep the outside out.
      if (isRealTime) this.#moveClock(Math.min(wallNs, nextNs, run.untilNs ?? wallNs));
      if (isRealTime && nextNs > wallNs && this.#takeOutside(wallNs)) continue;
      if (scheduler.programsResumed) return this.#barrier();
      if (run.isDone()) return "end";
      if (this.#deliverExternal()) continue;
      if (!isRealTime && this.#takeOutside(scheduler.nowNs)) continue;
      if (!isRealTime && this.#isHeld()) return "sleep";
      if (this.#isOver(run, nextNs)) return "end";
      if (!isRealTime && nextNs === Number.POSITIVE_INFINITY && this.outside.areOpen) return "sleep";
      const limitNs = Math.min(run.untilNs ?? Number.POSITIVE_INFINITY, wallNs);
      if (nextNs > limitNs) {
        this.#moveClock(limitNs);
        return limitNs === run.untilNs ? "end" : "sleep";
      }
      if (nextNs >= END_OF_TIME_NS) throw new EndOfTimeError(events.pop()?.label ?? "the next event");
      this.#moveClock(nextNs);
    }
    return "end";
  }

  /** Will somebody who is not in the event queue come back by himself? */
  #isHeld(): boolean {
    const { holders, owedTurns, unordered, externals } = this.#runState;
    return holders > 0 || owedTurns > 0 || unordered > 0 || externals.length > 0;
  }

  #runEvent(): void {
    const { scheduler } = this.#runState;
    const event = scheduler.events.pop();
    if (event === undefined) return;
    this.events++;
    scheduler.hash.mixNumber(event.timeNs);
    if (scheduler.journal !== null) {
      scheduler.journal(THE_EVENT_QUEUE, event.label, event.timeNs, scheduler.hash.value32);
    }
    const { action } = event;
    action();
  }

  #moveClock(timeNs: number): void {
    const { scheduler } = this.#runState;
    if (timeNs <= scheduler.nowNs) return;
    scheduler.nowNs = timeNs;
    this.#runState.instant();
  }

  /** Is there a program that acts as soon as this turn is over? */
  #willActAtOnce(): boolean {
    return this.#runState.scheduler.programsResumed || this.#runState.owedTurns > 0;
  }

  /** Programs act before anything else happens. */
  #barrier(): "barrier" {
    this.#runState.scheduler.programsResumed = false;
    return "barrier";
  }

  /** Hands in the next result from outside: in virtual time strictly in the order in which they were asked for. */
  #deliverExternal(): boolean {
    const { externals } = this.#runState;
    const index = this.#options.isRealTime ? externals.findIndex(({ deliver }) => deliver !== null) : 0;
    const deliver = externals[index]?.deliver ?? null;
    if (deliver === null) return false;
    externals.splice(index, 1);
    this.#runState.progress();
    this.#runState.resume();
    deliver();
    return true;
  }

  /** Takes in what the next outside source has brought, at that time. */
  #takeOutside(timeNs: number): boolean {
    if (!this.outside.areRaised) return false;
    this.#moveClock(timeNs);
    const { scheduler } = this.#runState;
    this.#runState.progress();
    const name = this.outside.takeNext() ?? "";
    if (scheduler.journal !== null) scheduler.journal(THE_OUTSIDE, name, scheduler.nowNs, scheduler.hash.value32);
    return true;
  }

  /** Is there nothing left to run for? Waiting with nothing to come is an error. */
  #isOver(run: Run, nextNs: number): boolean {
    const { foregroundProcesses, scheduler } = this.#runState;
    if (this.outside.areOpen) return false;
    if (foregroundProcesses > 0) this.#lastBusyNs = scheduler.nowNs;
    else if (run.untilNs === undefined) {
      if (scheduler.events.foreground === 0 || nextNs > this.#lastBusyNs + LINGER_NS) return true;
    }
    if (nextNs < Number.POSITIVE_INFINITY || this.#isHeld()) return false;
    if (foregroundProcesses > 0) {
      throw new DeadlockError(scheduler.nowNs, this.#options.processes(), this.#options.crashes);
    }
    if (run.untilNs === undefined) return true;
    if (!this.#options.isRealTime) this.#moveClock(run.untilNs);
    return !this.#options.isRealTime;
  }

  #isTimeToYield(run: Run): boolean {
    const realNs = this.#platform.monotonicNs();
    this.#sinceLook = 0;
    if (realNs >= this.#nextProgressNs && run.onProgress !== undefined) {
      this.#nextProgressNs = realNs + PROGRESS_NS;
      run.onProgress({ nowNs: this.#runState.scheduler.nowNs, untilNs: run.untilNs, events: this.events });
    }
    return realNs >= this.#yieldNs;
  }

  /** Sleeps until a call is made, an outside result comes, or (in real time) the next event is due. */
  #sleep(): void {
    const runState = this.#runState;
    if (this.#options.isRealTime) {
      runState.onActivity = this.#wakeUp;
      this.#wakeAtNextEvent();
    } else if (runState.owedTurns > 0) {
      // They come by themselves, one after the other, and the clock stands still until all of them have.
      runState.onActivity = this.#wakeUpAfterTurns;
    } else {
      runState.onActivity = this.#wakeUp;
      // Who waits for a person, or for a wire, may wait for as long as it takes.
      if (this.#isHeld()) this.#watch();
    }
  }

  #wake(): void {
    this.#awake();
    this.#nextTurn();
  }

  #awake(): void {
    this.#runState.onActivity = null;
    for (const waker of this.#wakers) waker[Symbol.dispose]();
    this.#wakers = [];
  }

  #wakeAtNextEvent(): void {
    const { scheduler } = this.#runState;
    const dueNs = Math.min(scheduler.events.nextTimeNs, this.#run?.untilNs ?? Number.POSITIVE_INFINITY);
    const delayMs = (dueNs - (this.#platform.monotonicNs() - this.#realStartNs)) / 1e6;
    // Timers of the platform count whole milliseconds; the rest is turned over in macrotasks.
    if (delayMs < 1) {
      this.#awake();
      this.#platform.macrotask(this.#turn);
    } else if (delayMs < Number.POSITIVE_INFINITY) {
      this.#wakers.push(this.#platform.timer(Math.min(Math.floor(delayMs), 0x7fffffff), () => this.#wake()));
    } else if (this.#isHeld()) this.#watch();
  }

  /** The watchdog: names whoever holds the clock, at once when nothing outside can ever answer. */
  #watch(): void {
    const { watchdogMs, processes } = this.#options;
    const { scheduler } = this.#runState;
    let waitedMs = 0;
    const warn = (): void => {
      waitedMs += watchdogMs;
      this.#platform.warn(describeHolders(scheduler.nowNs, processes(), waitedMs / 1000));
      this.#wakers[0] = this.#platform.timer(watchdogMs, warn, true);
    };
    this.#wakers.push(this.#platform.timer(watchdogMs, warn, true));
    this.#wakers.push(
      this.#platform.onExhausted(() => {
        this.#runState.fail(new HeldClockError(describeHolders(scheduler.nowNs, processes(), null)));
      }),
    );
  }
}
