/**
 * The timers of a connection, as data: when each is due. The connection has one entry in the event queue, for the first.
 *
 * Read first: RFC 9293 §3.10.8, RFC 6298 §5. Order: set() and clear() → arm(), which sees to the entry in the event queue
 * → expire() → timeouts.ts, which asks isDue() of each.
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

export class Timers {
  private readonly scheduler: Scheduler;
  private readonly owner: TimerOwner;
  private readonly event: TimedEvent;
  private readonly dues: number[] = [NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER];
  /** How many are set. */
  private count = 0;

  constructor(label: string, scheduler: Scheduler, owner: TimerOwner) {
    this.event = new TimedEvent(label, () => this.expire());
    this.scheduler = scheduler;
    this.owner = owner;
  }

  /** Is there an entry in the event queue? */
  get isQueued(): boolean {
    return this.event.queued;
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
    const { event, scheduler } = this;
    if (!event.queued || dueNs < event.timeNs) scheduler.at(event, dueNs);
    else if (event.isIdle) scheduler.events.revive(event);
  }

  clear(kind: TimerKind): void {
    if (this.dues[kind] === NEVER) return;
    this.dues[kind] = NEVER;
    this.count--;
    // One that is set for later keeps the entry; with none left, nothing is to happen here, until one is set with the next segment.
    if (this.count === 0) this.scheduler.events.idle(this.event);
  }

  clearAll(): void {
    for (let kind = 0; this.count > 0; kind++) {
      if (this.dues[kind] === NEVER) continue;
      this.dues[kind] = NEVER;
      this.count--;
    }
    this.scheduler.events.cancel(this.event);
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

  private expire(): void {
    if (this.next() <= this.scheduler.nowNs) this.owner.expire();
    const nextNs = this.next();
    const { event } = this;
    if (nextNs !== NEVER && !(event.queued && event.timeNs <= nextNs)) this.scheduler.at(event, nextNs);
  }
}
