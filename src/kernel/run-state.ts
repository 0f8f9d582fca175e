/**
 * What keeps a world's clock from moving, and what stops a run: shared by the kernels of all hosts of one world.
 *
 * Read first: ARCHITECTURE.md, "When time moves". The kernel reports here who is running, who waits, who awaits something outside
 * and how many calls were made at this instant; world/run-loop.ts decides from it whether the clock may move.
 */
import { assert } from "../base/assert.ts";
import type { Scheduler } from "../base/scheduler.ts";
import type { Process } from "./process.ts";

/** So much of the ready queue is run within one call; the rest is left to the run loop, which yields to the platform. */
const READY_PER_CALL = 256;
/** Within one turn so much is run in all before calls leave their ready queue to the run loop. */
const READY_PER_TURN = 4096;
/**
 * After so many calls within one turn, the results of calls are handed out by the run loop, which lets the platform have
 * its turn. It is counted, not timed: the order in which programs go on must not depend on real time.
 */
const CALLS_PER_TURN = 20_000;

/** Calls at one instant, without anything having been achieved, that are taken for a livelock. */
export const LIVELOCK_CALLS = 1_000_000;
/** So many times more calls at one instant are taken for one even if they move bytes: nobody else will ever see it. */
const BUSY_FACTOR = 20;

/** A result from outside that waits for its turn to be handed in. */
export interface External {
  readonly process: Process;
  /** Hands the outcome to the program; null until the outside has answered. */
  deliver: (() => void) | null;
}

/** Programs call and call, and time stands still. */
export class LivelockError extends Error {
  constructor(process: Process, call: string, calls: number, timeText: string) {
    super(
      `livelock at ${timeText}: ${calls} calls at one instant, the last one ${call}() by ${process.title}. ` +
        "A program that polls must wait between two tries: use a blocking call, poll() with a timeout, or sleep(); or give " +
        "calls a cost with cpu.perCallNs, which those that answer a promise wait for. (livelockCalls sets the limit.)",
    );
    this.name = "LivelockError";
  }
}

export class RunState {
  readonly scheduler: Scheduler;
  /** Virtual cost of a call (`cpu.perCallNs`). */
  readonly perCallNs: number;
  readonly #livelockCalls: number;
  /** Living processes that are not daemons: the world's run goes on for them. */
  foregroundProcesses = 0;
  /** Living processes with no outstanding operation: they await something outside, or are about to call. */
  holders = 0;
  /** Turns that runtimes owe to operations that were woken: they will come, and the clock waits for them. */
  owedTurns = 0;
  /** Outside work that is in no order with other results, which it may need: the clock waits for it, and they are handed in. */
  unordered = 0;
  /** Outside results that were asked for, in that order, which is also the order in which they are handed in. */
  readonly externals: External[] = [];
  /** Why the run has to stop. */
  failure: Error | null = null;
  /** All calls ever made. */
  calls = 0;
  /** The run loop is at work: a program that is given a result will act only at the next drain barrier. */
  inLoop = false;
  /** Wakes the run loop when it sleeps for want of anything to do. */
  onActivity: (() => void) | null = null;
  #callsWithoutProgress = 0;
  #callsThisInstant = 0;
  #callsThisTurn = 0;
  #readyThisTurn = 0;

  constructor(scheduler: Scheduler, options: { perCallNs: number; livelockCalls: number }) {
    this.scheduler = scheduler;
    this.perCallNs = options.perCallNs;
    this.#livelockCalls = options.livelockCalls;
  }

  /** A call begins. False when it may not: the world has failed. */
  enter(process: Process, call: string): boolean {
    if (this.failure !== null) return false;
    this.calls++;
    process.chargeCall(this.perCallNs);
    this.#callsThisTurn++;
    this.#callsThisInstant++;
    this.#callsWithoutProgress++;
    const limit = this.#livelockCalls;
    if (this.#callsWithoutProgress > limit || this.#callsThisInstant > limit * BUSY_FACTOR) {
      const calls = this.#callsThisInstant - 1;
      this.fail(new LivelockError(process, call, calls, formatSeconds(this.scheduler.nowNs)));
      return false;
    }
    this.activity();
    return true;
  }

  /** Something has happened outside the run loop, which looks again if it sleeps. */
  activity(): void {
    if (this.onActivity !== null) this.onActivity();
  }

  /** A call ends, or sleeps: the soft interrupts that it has raised are run. */
  leave(): void {
    if (this.inLoop || !this.scheduler.hasReady || this.#readyThisTurn > READY_PER_TURN) return;
    this.#readyThisTurn += this.scheduler.runReady(READY_PER_CALL);
  }

  /** Have programs had their share of this turn? Then results of calls wait for the run loop. */
  get isTurnSpent(): boolean {
    return this.#callsThisTurn > CALLS_PER_TURN;
  }

  /** Something was achieved: bytes moved, a process began or ended. */
  progress(): void {
    this.#callsWithoutProgress = 0;
  }

  /** The clock has moved. */
  instant(): void {
    this.#callsWithoutProgress = 0;
    this.#callsThisInstant = 0;
  }

  /** A program is given a result, and will act on it before the clock moves. */
  resume(): void {
    if (this.inLoop) this.scheduler.programsResumed = true;
    else this.activity();
  }

  /** The run loop begins a turn. */
  beginTurn(): void {
    assert(!this.inLoop, "the run loop is not entered twice");
    this.inLoop = true;
    this.#readyThisTurn = 0;
    this.#callsThisTurn = 0;
  }

  endTurn(): void {
    this.inLoop = false;
  }

  /** Stops the run; the first reason counts. */
  fail(error: Error): void {
    this.failure ??= error;
    this.activity();
  }
}

/** Virtual time for people: seconds with nine digits. */
export function formatSeconds(timeNs: number): string {
  const seconds = Math.floor(timeNs / 1e9);
  const rest = timeNs - seconds * 1e9;
  return `${seconds}.${String(rest).padStart(9, "0")} s`;
}
