/**
 * The scheduler: what time it is in a world, what happens next, and what has to happen before anything else.
 *
 * Two queues. The *event queue* holds what happens at a later time (or later at this instant). The *ready queue* holds
 * what is due now: soft interrupts (a host's protocol queue) and operations that were woken. It is run at the exit of
 * each system call and after each event, so an object that wakes a sleeper, or a loopback interface that hands a packet
 * on, never re-enters the code that called it.
 * Order: world/run-loop.ts moves the clock and pops events; kernel/run-state.ts runs the ready queue at the exit of a call.
 */
import { assert } from "./assert.ts";
import { EventQueue, type TimedEvent } from "./event-queue.ts";
import { RollingHash } from "./hash.ts";
import { Ring } from "./ring.ts";

/** The last moment of virtual time: 2^53 - 1 ns, about 104 days; beyond it a number no longer counts nanoseconds. */
export const END_OF_TIME_NS: number = Number.MAX_SAFE_INTEGER;

/** Something that is due now. */
export interface Runnable {
  run(): void;
}

/** What a note of the journal is about. */
export interface Named {
  /** For people: "receiver[2] on alice". */
  readonly title: string;
  /** The same as a number: what goes into the hash. */
  readonly titleHash: number;
}

/** Sees each step that goes into the determinism hash, with the hash after it. */
export type Journal = (subject: Named, what: string, value: number, hash: number) => void;

export class Scheduler {
  /** Now: nanoseconds since the world's start. Only the run loop moves it. */
  nowNs = 0;
  readonly events: EventQueue = new EventQueue();
  /** The determinism hash: whatever decides a run is mixed in. */
  readonly hash: RollingHash = new RollingHash();
  /** Set while two runs are compared. */
  journal: Journal | null = null;
  /** A program was given a result at this instant and has not yet had its turn: the clock may not move. */
  programsResumed = false;
  readonly #ready: Ring<Runnable> = new Ring<Runnable>();
  #running = false;

  /** Mixes a step of the run into the determinism hash. */
  note(subject: Named, what: string, value: number): void {
    this.hash.mixStep(subject.titleHash, RollingHash.ofString(what), value);
    if (this.journal !== null) this.journal(subject, what, value, this.hash.value32);
  }

  /** Lets the event happen after that many nanoseconds. */
  after(event: TimedEvent, delayNs: number): void {
    this.at(event, this.nowNs + delayNs);
  }

  /**
   * Lets the event happen at that time; one in the past is a broken invariant. What would come after the end of time
   * is set for the end itself, where the run loop stops with an error.
   */
  at(event: TimedEvent, timeNs: number): void {
    if (timeNs < this.nowNs) assert(false, `"${event.label}" is set for a moment that has passed`);
    this.events.reschedule(event, Math.min(timeNs, END_OF_TIME_NS));
  }

  /** Is anything due now? */
  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Puts something at the end of the ready queue. */
  raise(runnable: Runnable): void {
    this.#ready.push(runnable);
  }

  /**
   * Runs what is due, at most `budget` of it, in order; what they raise comes behind. Called within itself it does
   * nothing: the outer call goes on. Answers how many ran.
   */
  runReady(budget: number): number {
    if (this.#running) return 0;
    this.#running = true;
    let count = 0;
    try {
      while (count < budget && this.#ready.length > 0) {
        const runnable = this.#ready.shift() as Runnable;
        count++;
        runnable.run();
      }
    } finally {
      this.#running = false;
    }
    return count;
  }
}
