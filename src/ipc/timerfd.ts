/**
 * timerfd: a timer whose expirations are read from a descriptor.
 *
 * Read first: timerfd_create(2). settime() → an event in the event queue → expire() → readers are woken. As on Linux a
 * timer that has expired and that nobody reads does not go on: read() and gettime() reckon what has come meanwhile, and set
 * the next event. So a forgotten interval timer keeps no world running.
 *
 *     disarmed ──settime──▶ armed ──the event──▶ expired ──read──▶ armed (interval) or disarmed (one-shot)
 */
import type { Errno } from "../abi/errno.ts";
import { POLLIN } from "../abi/poll.ts";
import { TimedEvent } from "../base/event-queue.ts";
import type { HostClock } from "../base/host-clock.ts";
import type { Scheduler } from "../base/scheduler.ts";
import * as uint64 from "../base/uint64.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import type { FileDescription, FileOps } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";

/** What a timer is set to, in ns of virtual time. */
export interface TimerState {
  /** Until the next expiration; 0 when it is disarmed. */
  readonly remainingNs: number;
  /** From one expiration to the next; 0 for a timer that expires once. */
  readonly intervalNs: number;
}

export class TimerFile implements FileOps {
  readonly isPlain = true;
  readonly waiters: WaitQueue = new WaitQueue();
  readonly #scheduler: Scheduler;
  readonly #clock: HostClock;
  readonly #inode: number;
  #event: TimedEvent | null = null;
  /** When it expires, or has expired. */
  #expiryNs = 0;
  #intervalNs = 0;
  /** Expirations that nobody has read. */
  #expirations = 0;
  /** It has expired, and no next event is set. */
  #hasExpired = false;

  constructor(scheduler: Scheduler, clock: HostClock, inode: number) {
    this.#scheduler = scheduler;
    this.#clock = clock;
    this.#inode = inode;
  }

  /** What its host's clock has counted; its own times are of that clock. */
  get nowNs(): number {
    return this.#clock.localNs(this.#scheduler.nowNs);
  }

  /**
   * Sets or (with null) disarms it, and answers how it stood. A time that has passed expires at once. In the background
   * it does not keep a world running.
   */
  settime(expiryNs: number | null, intervalNs: number, isBackground: boolean): TimerState {
    const old = this.gettime();
    this.#cancel();
    this.#expirations = 0;
    this.#hasExpired = false;
    this.#intervalNs = intervalNs;
    if (expiryNs === null) return old;
    this.#event = new TimedEvent("timerfd", () => this.#expire(), isBackground);
    this.#expiryNs = expiryNs;
    if (expiryNs <= this.nowNs) this.#expire();
    else this.#scheduler.at(this.#event, this.#clock.worldNs(expiryNs));
    return old;
  }

  /** What is left, after the expirations of an interval timer have been reckoned. */
  gettime(): TimerState {
    this.#reckon();
    const isArmed = this.#event?.queued === true;
    const remainingNs = isArmed ? Math.max(this.#expiryNs - this.nowNs, 1) : 0;
    return { remainingNs, intervalNs: this.#intervalNs };
  }

  read(_task: Task, into: Uint8Array): number | Errno {
    if (into.length < 8) return "EINVAL";
    if (this.#expirations === 0) return "EAGAIN";
    this.#reckon();
    uint64.write(into, uint64.fromNumber(this.#expirations));
    this.#expirations = 0;
    return 8;
  }

  write(): Errno {
    return "EINVAL";
  }

  poll(): number {
    return this.#expirations > 0 ? POLLIN : 0;
  }

  release(): void {
    this.#cancel();
  }

  describe(): FileDescription {
    return { type: "a_inode", node: String(this.#inode), name: "[timerfd]" };
  }

  #expire(): void {
    this.#hasExpired = true;
    this.#expirations++;
    this.waiters.wake(POLLIN);
  }

  /** Counts the expirations since the one that was the event, and sets the next. */
  #reckon(): void {
    if (!this.#hasExpired || this.#intervalNs === 0) return;
    this.#hasExpired = false;
    const further = Math.floor((this.nowNs - this.#expiryNs) / this.#intervalNs);
    this.#expirations += further;
    this.#expiryNs += (further + 1) * this.#intervalNs;
    if (this.#event !== null) this.#scheduler.at(this.#event, this.#clock.worldNs(this.#expiryNs));
  }

  #cancel(): void {
    if (this.#event !== null) this.#scheduler.events.cancel(this.#event);
    this.#event = null;
  }
}
