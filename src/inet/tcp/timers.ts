/**
 * The timers of a connection, as data: when each is due. The connection has one entry in the event queue, for the first.
 *
 * Read first: RFC 9293 §3.10.8, RFC 6298 §5. Order: set() and clear() → arm(), which sees to the entry in the event queue
 * → TimersEvent.run() → timeouts.ts, which asks isDue() of each.
 * An entry that is due too early is left there, and looks again when it comes: a stream of ACKs moves the
 * retransmission timer all the time, and the queue never hears of it.
 */
import { TimedEvent } from "../../base/event-queue.ts";
import type { Scheduler } from "../../base/scheduler.ts";

/** Places in Timers.dueNs. */
export const RETRANSMIT = 0;
/** Window probes. Never set together with RETRANSMIT. */
export const PERSIST = 1;
export const DELAYED_ACK = 2;
export const KEEPALIVE = 3;
/** FIN_WAIT_2 of a connection that nobody has open. */
export const FIN_WAIT_2 = 4;
/** RFC 8985: what may only be late, and the tail that nothing comes behind. */
export const REORDERING = 5;
export const TAIL_PROBE = 6;
export const PACING = 7;

export type TimerKind =
  | typeof RETRANSMIT
  | typeof PERSIST
  | typeof DELAYED_ACK
  | typeof KEEPALIVE
  | typeof FIN_WAIT_2
  | typeof REORDERING
  | typeof TAIL_PROBE
  | typeof PACING;

const NEVER = Number.POSITIVE_INFINITY;

/** Whose timers they are. */
export interface TimerOwner {
  expire(): void;
}

export class Timers extends TimedEvent {
  // Every connection has one: fields that are assigned are made quicker than those that are defined.
  declare private readonly scheduler: Scheduler;
  declare private readonly owner: TimerOwner;
  declare private readonly dues: number[];
  /** How many are set. */
  declare private count: number;

  constructor(label: string, scheduler: Scheduler, owner: TimerOwner) {
    super(label);
    this.dues = [NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER];
    this.count = 0;
    this.scheduler = scheduler;
    this.owner = owner;
  }

  /** When it is due; infinite when it is not set. */
  dueNs(kind: TimerKind): number {
    return this.dues[kind] as number;
  }

  isSet(kind: TimerKind): boolean {
    return this.dues[kind] !== NEVER;
  }

  /** Sets it, or sets it anew. */
  set(kind: TimerKind, delayNs: number): void {
    const dueNs = this.scheduler.nowNs + delayNs;
    if (this.dues[kind] === NEVER) this.count++;
    this.dues[kind] = dueNs;
    if (!this.queued || dueNs < this.timeNs) this.scheduler.at(this, dueNs);
    else if (this.isIdle) this.scheduler.events.revive(this);
  }

  clear(kind: TimerKind): void {
    if (this.dues[kind] === NEVER) return;
    this.dues[kind] = NEVER;
    this.count--;
    // One that is set for later keeps the entry; with none left, nothing is to happen here, until one is set with the next segment.
    if (this.count === 0) this.scheduler.events.idle(this);
  }

  clearAll(): void {
    for (let kind = 0; this.count > 0; kind++) {
      if (this.dues[kind] === NEVER) continue;
      this.dues[kind] = NEVER;
      this.count--;
    }
    this.scheduler.events.cancel(this);
  }

  /** When next? */
  next(): number {
    let firstNs = NEVER;
    for (const dueNs of this.dues) if (dueNs < firstNs) firstNs = dueNs;
    return firstNs;
  }

  /** Is it due? If so, it is set no more. */
  takeDue(kind: TimerKind): boolean {
    if ((this.dues[kind] as number) > this.scheduler.nowNs) return false;
    this.dues[kind] = NEVER;
    this.count--;
    return true;
  }

  override run(): void {
    if (this.next() <= this.scheduler.nowNs) this.owner.expire();
    const nextNs = this.next();
    if (nextNs !== NEVER && !(this.queued && this.timeNs <= nextNs)) this.scheduler.at(this, nextNs);
  }
}
