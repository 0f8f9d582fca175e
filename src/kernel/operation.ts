/**
 * Operation: the only blocking primitive of the kernel.
 *
 * start() tries, and answers what came of it. If that is "EAGAIN", the operation is pending: it is enlisted on the
 * object's wait queues, and a wake-up owes it a turn, in which it tries again. `done` is called in such a turn, once,
 * or never: after cancel(), or when the process has died. An operation that has ended may be started again.
 * Promises (kernel/door/) and callbacks (handles) are built on it; docs/SPIKE-NODE-HANDLE.md says why it has this shape.
 *
 *     idle ──start, try──▶ a result: answered, and idle again
 *      │ └──arm──▶┐ └──▶ EAGAIN
 *      │          ▼      ▼
 *      │       asleep on wait queues ──wake──▶ a turn is owed ──run, try──▶ done(result), idle again
 *      └──cancel──┘         ▲                                  └──▶ EAGAIN ──┐
 *                           └────────────────────────────────────────────────┘
 *
 * While `done` is called the operation keeps its places: who arms it there again, as handles do, pays for no new ones.
 *
 * A signal handler interrupts what is asleep: interrupt(), and when the handler has finished goOn(), which sleeps again
 * or completes with what the attempt says of an interruption. Turns of a stopped process are held by the process.
 */
import type { Errno } from "../abi/errno.ts";
import { assert } from "../base/assert.ts";
import { TimedEvent } from "../base/event-queue.ts";
import type { Runnable } from "../base/scheduler.ts";
import { WaitEntry, type Waiter, WaitQueue } from "../base/wait-queue.ts";
import type { Process } from "./process.ts";
import { breaksAtStop, goesOn } from "./signals/restart.ts";

/** What an attempt sees of the operation that sleeps on it. */
export interface Sleeper {
  /** Takes a place in a queue, for these readiness bits, until the operation ends. */
  enlist(queue: WaitQueue, events: number): void;
  /** Gives up its places for new ones at the ends of the same queues. */
  goToEnd(): void;
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
  /** Does it sleep, so that a signal handler would interrupt it? */
  readonly isInterruptible: boolean;
  /** Tries once more before it is interrupted. True when it has its result. */
  completeNow(): boolean;
  /** A signal handler runs, and it does not wait meanwhile. */
  interrupt(): void;
  /** The handler has finished: restarts, if the handler allows that and the call can, or answers that it was interrupted. */
  goOn(restarts: boolean): void;
  /** The process is stopped. */
  atStop(): void;
  /** The process was stopped and goes on: some calls end with EINTR. */
  afterStop(): void;
}

/** One thing that may have to wait. The same object may be tried again and again. */
export interface Attempt<R> {
  /** Name of the call, for reports. */
  readonly call: string;
  /** Tries now: the result, an errno, or "EAGAIN" when it can't be done yet. */
  attempt(): R | Errno;
  /** Would attempt() answer anything but "EAGAIN"? Changes nothing. */
  isReady(): boolean;
  /** Enlists the sleeper where it will be woken: sleeper.enlist(queue, events) for each queue. */
  enlist(sleeper: Sleeper): void;
  /** The answer when the deadline passes first, or when the caller does not wait; it may be "EAGAIN". */
  expired(): R | Errno;
  /** The answer when a signal handler has interrupted the call, "EINTR" without it. What was done by halves counts. */
  interrupted?(): R | Errno;
  /** Is the "EAGAIN" that attempt() answered last not "not yet", but the answer itself? Then expired() says it. */
  isRefused?(): boolean;
  /** Was its description told meanwhile not to wait? A call that begins again after a signal looks. */
  isNonBlocking?(): boolean;
  /**
   * A signal handler runs, or the process is stopped: an attempt to which its object hands the outcome stands back
   * meanwhile; it is tried again when the call goes on.
   */
  withdraw?(why: "signal" | "stop"): void;
  /** It sleeps on this, for reports: "pipe", "udp *:7". */
  on(): string;
  /** The operation has ended, by a result or not: give back what the attempt holds. */
  end(): void;
}

export class Operation<R> implements Outstanding, Sleeper, Waiter, Runnable {
  readonly process: Process;
  older: Outstanding | null = null;
  newer: Outstanding | null = null;
  readonly #attempt: Attempt<R>;
  readonly #done: (result: R | Errno) => void;
  /** Its place in a queue; most operations wait on one object only. */
  #entry: WaitEntry | null = null;
  #moreEntries: WaitEntry[] | null = null;
  #state: "idle" | "asleep" | "interrupted" | "completing" | "handing over" = "idle";
  #isTurnOwed = false;
  #isExpired = false;
  /** It has a deadline. */
  #isTimed = false;
  /** The answer if it is not restarted. */
  #interruption: R | Errno = "EINTR";
  /** Its deadline while it sleeps; the end of its cost while it completes. Made once, and set again and again. */
  #timer: TimedEvent | null = null;
  /** What it completes with. */
  #outcome: R | Errno = "EAGAIN";

  constructor(process: Process, attempt: Attempt<R>, done: (result: R | Errno) => void) {
    this.process = process;
    this.#attempt = attempt;
    this.#done = done;
  }

  /** Has it been started, or armed, and not ended? */
  get pending(): boolean {
    return this.#state !== "idle" && this.#state !== "handing over";
  }

  /**
   * Tries now. A result is answered, and `done` is not called for it. Otherwise "EAGAIN" is answered and the operation
   * is pending, until it has a result or the deadline passes (a virtual time). A deadline that has passed, such as 0,
   * means: don't wait; what is answered then is final, even "EAGAIN".
   */
  start(deadlineNs: number = Number.POSITIVE_INFINITY): R | Errno {
    this.#endHandOver();
    assert(this.#state === "idle", "an operation is started when it is idle");
    let result = this.#attempt.attempt();
    if (result === "EAGAIN") {
      if (deadlineNs > this.process.runState.scheduler.nowNs && !this.#isRefused()) {
        this.#sleep(deadlineNs);
        return "EAGAIN";
      }
      result = this.#attempt.expired();
    }
    if (this.process.owedNs > 0 || this.process.runState.isTurnSpent) {
      this.process.addOperation(this);
      this.#complete(result);
      return "EAGAIN";
    }
    this.#attempt.end();
    return result;
  }

  /** Waits without trying now: the first try has a turn of its own, at once if it is ready. Does nothing when pending. */
  arm(deadlineNs: number = Number.POSITIVE_INFINITY): void {
    if (this.#state === "handing over") this.#armAgain(deadlineNs);
    else if (this.#state === "idle") this.#sleep(deadlineNs);
    else return;
    if (this.#attempt.isReady()) this.wake();
  }

  /** As start(), for a caller that has just tried and was told "EAGAIN". */
  sleep(deadlineNs: number): void {
    this.#endHandOver();
    assert(this.#state === "idle", "an operation is started when it is idle");
    this.#sleep(deadlineNs);
  }

  /** Forgets what is pending: `done` will not be called, and nothing is consumed. */
  cancel(): void {
    if (this.#state !== "idle") this.#end();
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

  goToEnd(): void {
    if (this.#entry !== null) WaitQueue.goToEnd(this.#entry);
    if (this.#moreEntries !== null) for (const entry of this.#moreEntries) WaitQueue.goToEnd(entry);
  }

  wake(): void {
    if (this.#isTurnOwed || this.#state !== "asleep") return;
    this.#isTurnOwed = true;
    this.process.scheduleTurn(this);
  }

  /** The turn that was owed: tries again. */
  run(): void {
    if (this.process.isStopped) {
      this.process.hold(this);
      return;
    }
    this.#isTurnOwed = false;
    if (this.#state !== "asleep") return;
    let result: R | Errno;
    try {
      result = this.#attempt.attempt();
    } catch (error) {
      // A buffer that was taken away while the call slept, for example. This is somebody else's stack: it is the crash
      // of the process that made the call.
      this.process.crash(error);
      return;
    }
    // The attempt itself may have ended the process: a write to a broken pipe, by SIGPIPE.
    if (!this.pending) return;
    if (result !== "EAGAIN") this.#complete(result);
    else if (this.#isExpired || this.#isRefused()) this.#complete(this.#attempt.expired());
  }

  get isInterruptible(): boolean {
    return this.#state === "asleep";
  }

  completeNow(): boolean {
    const result = this.#attempt.attempt();
    if (result !== "EAGAIN") this.#complete(result);
    return result !== "EAGAIN";
  }

  interrupt(): void {
    assert(this.#state === "asleep", "only a call that sleeps is interrupted");
    // It keeps its places in the queues, and its deadline, for when it goes on.
    this.#interruption = this.#interrupted();
    this.#attempt.withdraw?.("signal");
    this.#state = "interrupted";
    this.process.endWait();
  }

  goOn(restarts: boolean): void {
    if (this.#state !== "interrupted") return;
    this.process.beginWait();
    this.#state = "asleep";
    const answer = this.#interruption;
    // What was done by halves is answered; only a call that has done nothing is restarted.
    if (answer !== "EINTR" || !goesOn(this.call, restarts, this.#isTimed)) {
      this.#complete(answer);
      return;
    }
    this.#restart();
  }

  atStop(): void {
    if (this.#state === "asleep" && !this.#isTurnOwed) this.#attempt.withdraw?.("stop");
  }

  afterStop(): void {
    if (this.#state !== "asleep" || this.#isTurnOwed) return;
    // A stop interrupts, too: a call that has done something answers that, one that has not is begun again.
    const answer = this.#interrupted();
    const isBegun = answer !== "EINTR" && goesOn(this.call, true, this.#isTimed);
    if (isBegun || breaksAtStop(this.call, this.#isTimed)) this.#complete(answer);
    else this.#restart();
  }

  /** The call begins again. */
  #restart(): void {
    const result = this.#attempt.attempt();
    // O_NONBLOCK that was set meanwhile counts for a call that is restarted.
    const isNonBlocking = this.#attempt.isNonBlocking?.() === true;
    if (result === "EAGAIN" && (this.#isExpired || this.#isRefused() || isNonBlocking)) {
      const late = this.#attempt.expired();
      // A timed call that does not wait is not late.
      this.#complete(isNonBlocking && late === "ETIMEDOUT" ? "EAGAIN" : late);
      return;
    }
    if (result !== "EAGAIN") this.#complete(result);
    // A call that is restarted on Linux enlists again, behind those who waited meanwhile.
    else this.goToEnd();
  }

  #isRefused(): boolean {
    return this.#attempt.isRefused?.() === true;
  }

  #interrupted(): R | Errno {
    return this.#attempt.interrupted === undefined ? "EINTR" : this.#attempt.interrupted();
  }

  #sleep(deadlineNs: number): void {
    this.#isExpired = false;
    this.#isTimed = deadlineNs < Number.POSITIVE_INFINITY;
    this.#state = "asleep";
    this.process.addOperation(this);
    this.#attempt.enlist(this);
    if (this.#isTimed) {
      this.#setTimer(Math.max(deadlineNs, this.process.runState.scheduler.nowNs));
    }
    this.process.traceSleep(this);
  }

  /** The deadline has passed; a stopped process hears of it when it goes on. */
  #expire(): void {
    this.#isExpired = true;
    if (this.#state === "interrupted") return;
    if (this.process.isStopped) this.wake();
    else this.#complete(this.#attempt.expired());
  }

  #complete(result: R | Errno): void {
    const { runState } = this.process;
    const owedNs = this.process.takeOwed();
    if (owedNs === 0 && !runState.isTurnSpent) {
      this.#finish(result);
      return;
    }
    // The call has taken effect. With cpu.perCallNs its caller goes on when the processor has done its work; without,
    // programs have had their share of this turn, and the caller goes on in the next one.
    this.#state = "completing";
    this.#leaveQueues();
    this.#outcome = result;
    this.#setTimer(runState.scheduler.nowNs + owedNs);
  }

  #finishUnlessStopped(result: R | Errno): void {
    if (this.#state !== "completing") return;
    if (this.process.isStopped) this.process.hold({ run: () => this.#finishUnlessStopped(result) });
    else this.#finish(result);
  }

  #finish(result: R | Errno): void {
    const { process } = this;
    if (process.needsAttention) {
      this.#end();
      // A handler that is due runs before the program sees the result.
      if (!process.signals.beforeReturn(() => this.#handOver(result))) this.#handOver(result);
      return;
    }
    // One that is armed again at once keeps its places.
    this.#state = "handing over";
    try {
      this.#handOver(result);
    } finally {
      this.#endHandOver();
    }
  }

  #handOver(result: R | Errno): void {
    this.process.runState.resume();
    this.#done(result);
  }

  #armAgain(deadlineNs: number): void {
    const isSimple = this.#entry !== null && this.#moreEntries === null && this.#timer?.queued !== true;
    if (!isSimple || deadlineNs < Number.POSITIVE_INFINITY || this.process.needsAttention) {
      this.#end();
      this.#sleep(deadlineNs);
      return;
    }
    this.#isExpired = false;
    this.#isTimed = false;
    this.#state = "asleep";
    this.goToEnd();
    this.process.traceSleep(this);
  }

  #endHandOver(): void {
    if (this.#state === "handing over") this.#end();
  }

  #end(): void {
    const wasInterrupted = this.#state === "interrupted";
    this.#state = "idle";
    this.#leaveQueues();
    if (wasInterrupted) this.process.beginWait();
    this.process.removeOperation(this);
    this.#attempt.end();
  }

  #leaveQueues(): void {
    if (this.#entry !== null) WaitQueue.delist(this.#entry);
    if (this.#moreEntries !== null) for (const entry of this.#moreEntries) WaitQueue.delist(entry);
    this.#entry = null;
    this.#moreEntries = null;
    if (this.#timer?.queued) this.process.runState.scheduler.events.cancel(this.#timer);
  }

  #setTimer(timeNs: number): void {
    const { process } = this;
    // A daemon's sleep does not keep a world running.
    this.#timer ??= new TimedEvent(`${process.title} ${this.call}`, () => this.#timeHasCome(), process.daemon);
    process.runState.scheduler.at(this.#timer, timeNs);
  }

  #timeHasCome(): void {
    if (this.#state === "completing") this.#finishUnlessStopped(this.#outcome);
    else this.#expire();
  }
}
