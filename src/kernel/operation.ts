/**
 * Operation: the only blocking primitive of the kernel.
 *
 * start() tries; if the answer is "EAGAIN" it enlists on the object's wait queues and sleeps; a wake-up puts it on the
 * scheduler's ready queue, where it tries again; `done` is called once with the result, or never: after cancel(), or
 * when the process has died. Promises (kernel/door/) and callbacks (handles) are built on it.
 *
 *     start ──try──▶ result ─────────────────────────────▶ done(result)
 *               └──▶ EAGAIN ──enlist──▶ asleep ──wake──▶ ready ──try──▶ result ──▶ done(result)
 *                                         ▲                 └──▶ EAGAIN ─┐
 *                                         └──────────────────────────────┘
 */
import type { Errno } from "../abi/errno.ts";
import { CallbackEvent, type TimedEvent } from "../base/event-queue.ts";
import type { Runnable } from "../base/scheduler.ts";
import { WaitEntry, type Waiter, WaitQueue } from "../base/wait-queue.ts";
import type { Process } from "./process.ts";

/** What an attempt sees of the operation that sleeps on it. */
export interface Sleeper {
  /** Takes a place in a queue, for these readiness bits, until the operation ends. */
  enlist(queue: WaitQueue, events: number): void;
}

/** What a process keeps of its outstanding operations: a list, oldest first. */
export interface Outstanding {
  /** Neighbours in the list. Only the process writes these. */
  older: Outstanding | null;
  newer: Outstanding | null;
  /** Name of the call. */
  readonly call: string;
  /** What it waits on, for people. */
  readonly on: string;
  /** Forgets it: its caller never hears of it. */
  cancel(): void;
}

/** One thing that may have to wait. The same object may be tried again and again, and by several operations in turn. */
export interface Attempt<R> {
  /** Name of the call, for reports. */
  readonly call: string;
  /** Tries now: the result, an errno, or "EAGAIN" when it can't be done yet. */
  attempt(): R | Errno;
  /** Enlists the sleeper where it will be woken: sleeper.enlist(queue, events) for each queue. */
  enlist(sleeper: Sleeper): void;
  /** The answer when the deadline passes first, or when the caller does not wait; it may be "EAGAIN". */
  expired(): R | Errno;
  /** It sleeps on this, for reports: "pipe", "udp *:7". */
  on(): string;
  /** The operation has ended, by a result or not: give back what the attempt holds. */
  end(): void;
}

/** Where an operation stands. */
type OperationState = "asleep" | "completing" | "ended";

export class Operation<R> implements Outstanding, Sleeper, Waiter, Runnable {
  readonly process: Process;
  older: Outstanding | null = null;
  newer: Outstanding | null = null;
  readonly #attempt: Attempt<R>;
  readonly #done: (result: R | Errno) => void;
  /** Its place in a queue; most operations wait on one object only. */
  #entry: WaitEntry | null = null;
  #moreEntries: WaitEntry[] | null = null;
  #state: OperationState = "asleep";
  #isReady = false;
  /** Its deadline while it sleeps; the end of its cost while it completes. */
  #timer: TimedEvent | null = null;

  private constructor(process: Process, attempt: Attempt<R>, done: (result: R | Errno) => void) {
    this.process = process;
    this.#attempt = attempt;
    this.#done = done;
  }

  /**
   * Starts an attempt on behalf of a process. When it can be done at once, `done` is called before start returns (null);
   * otherwise the operation is answered, which can be cancelled. `deadlineNs` is a virtual time; one that has passed
   * (0) means: don't wait.
   */
  static start<R>(
    process: Process,
    attempt: Attempt<R>,
    done: (result: R | Errno) => void,
    deadlineNs: number = Number.POSITIVE_INFINITY,
  ): Operation<R> | null {
    let result = attempt.attempt();
    if (result === "EAGAIN") {
      if (deadlineNs > process.runState.scheduler.nowNs) return Operation.sleep(process, attempt, done, deadlineNs);
      result = attempt.expired();
    }
    if (process.owedNs === 0) {
      attempt.end();
      done(result);
      return null;
    }
    const operation = new Operation(process, attempt, done);
    process.addOperation(operation);
    operation.#complete(result);
    return operation;
  }

  /** As start(), for a caller that has just tried and was told "EAGAIN". */
  static sleep<R>(
    process: Process,
    attempt: Attempt<R>,
    done: (result: R | Errno) => void,
    deadlineNs: number = Number.POSITIVE_INFINITY,
  ): Operation<R> {
    const operation = new Operation(process, attempt, done);
    process.addOperation(operation);
    operation.#sleep(deadlineNs);
    return operation;
  }

  get call(): string {
    return this.#attempt.call;
  }

  get on(): string {
    return this.#attempt.on();
  }

  enlist(queue: WaitQueue, events: number): void {
    const entry = new WaitEntry(this, events);
    if (this.#entry === null) {
      this.#entry = entry;
    } else {
      this.#moreEntries ??= [];
      this.#moreEntries.push(entry);
    }
    queue.enlist(entry);
  }

  wake(): void {
    if (this.#isReady || this.#state !== "asleep") return;
    this.#isReady = true;
    this.process.runState.scheduler.raise(this);
  }

  /** The ready queue has come to it: tries again. */
  run(): void {
    this.#isReady = false;
    if (this.#state !== "asleep") return;
    const result = this.#attempt.attempt();
    if (result !== "EAGAIN") this.#complete(result);
  }

  /** Forgets it: `done` will not be called. Does nothing when it has ended. */
  cancel(): void {
    if (this.#state === "ended") return;
    this.#end();
  }

  #sleep(deadlineNs: number): void {
    this.#attempt.enlist(this);
    if (deadlineNs < Number.POSITIVE_INFINITY) {
      this.#setTimer(deadlineNs, () => this.#complete(this.#attempt.expired()));
    }
    this.process.traceSleep(this.call, () => this.on);
  }

  #complete(result: R | Errno): void {
    const owedNs = this.process.takeOwed();
    if (owedNs === 0) {
      this.#finish(result);
      return;
    }
    // cpu.perCallNs: the call has taken effect; its caller goes on when the processor has done its work.
    this.#state = "completing";
    this.#leaveQueues();
    this.#setTimer(this.process.runState.scheduler.nowNs + owedNs, () => this.#finish(result));
  }

  #finish(result: R | Errno): void {
    if (this.#state === "ended") return;
    this.#end();
    this.process.runState.resume();
    this.#done(result);
  }

  #end(): void {
    this.#state = "ended";
    this.#leaveQueues();
    this.process.removeOperation(this);
    this.#attempt.end();
  }

  #leaveQueues(): void {
    if (this.#entry !== null) WaitQueue.delist(this.#entry);
    for (const entry of this.#moreEntries ?? []) WaitQueue.delist(entry);
    this.#entry = null;
    this.#moreEntries = null;
    if (this.#timer !== null) this.process.runState.scheduler.events.cancel(this.#timer);
    this.#timer = null;
  }

  #setTimer(timeNs: number, expire: () => void): void {
    const { process } = this;
    // A daemon's sleep does not keep a world running.
    this.#timer = new CallbackEvent(`${process.title} ${this.call}`, expire, process.daemon);
    process.runState.scheduler.at(this.#timer, timeNs);
  }
}
