/**
 * The signals of one process: what is pending, what is blocked, what it does on each, and the handlers that run.
 *
 * Read first: signal(7), sigaction(2). kernel/signals/restart.ts has the calls that are restarted.
 *
 *     post ─▶ ignored? gone.  blocked? pending until it is not.  default action? taken at once (kernel/signals/job.ts)
 *       └──▶ a handler is due ─┬─ a call waits: in a turn, the oldest one is interrupted, the handlers run, it goes on
 *                              └─ none waits: at the boundary of the next call (kernel/door/caller.ts)
 *
 * Several that are due are all taken before the first handler runs: each stacks its mask on that of the one before, and
 * the last one runs first, as on Linux, where each finds the entry of the one before as the place to return to.
 */

import type { Errno } from "../../abi/errno.ts";
import { POLLIN } from "../../abi/poll.ts";
import {
  isSignal,
  SA_NODEFER,
  SA_RESETHAND,
  SA_RESTART,
  SIG_IGN,
  SIGCONT,
  SIGKILL,
  SIGSTOP,
} from "../../abi/signal.ts";
import type { Runnable } from "../../base/scheduler.ts";
import { WaitQueue } from "../../base/wait-queue.ts";
import type { Process } from "../process.ts";
import { DEFAULT_ACTION, type Effect, effectOf, type SignalAction } from "./action.ts";
import * as job from "./job.ts";
import { PendingSignals } from "./pending.ts";
import type { SigInfo } from "./siginfo.ts";
import { SignalSet } from "./signal-set.ts";

const STOPS: SignalSet = SignalSet.of(19, 20, 21, 22);
/** These can't be blocked. */
const UNBLOCKABLE: SignalSet = SignalSet.of(SIGKILL, SIGSTOP);

/** A handler that runs, or is about to. */
interface Frame {
  readonly info: SigInfo;
  readonly action: SignalAction;
  /** The mask that holds again when it has finished. */
  savedMask: SignalSet;
}

export class ProcessSignals {
  readonly #process: Process;
  readonly pending: PendingSignals;
  /** Woken when a blocked signal has come: for sigwait(3) and signalfd(2). */
  readonly waiters: WaitQueue = new WaitQueue();
  /** RLIMIT_SIGPENDING. */
  pendingMax = 0;
  readonly #actions: Map<number, SignalAction> = new Map();
  #blocked: SignalSet = new SignalSet();
  /** The mask that holds after sigsuspend(2), while it waits. */
  #suspendedMask: SignalSet | null = null;
  /** The sets that calls of sigwait(3) wait for: they come before handlers. */
  readonly #awaited: SignalSet[] = [];
  /** Handlers that run, innermost last. */
  #frames: Frame[] = [];
  #isDue = false;
  #isTurnOwed = false;
  readonly #turn: Runnable = { run: () => this.#takeTurn() };

  constructor(process: Process, parent: Process | null) {
    this.#process = process;
    this.pending = new PendingSignals(process.kernel.signalQuota);
    if (parent === null) return;
    // fork(2): dispositions and the mask are inherited, pending signals are not.
    for (const [signo, action] of parent.signals.#actions) this.#actions.set(signo, action);
    this.#blocked = parent.signals.#blocked;
  }

  /** Is a handler due, that has to run before the program goes on? */
  get isDue(): boolean {
    return this.#isDue;
  }

  get blocked(): SignalSet {
    return this.#blocked;
  }

  /** sigprocmask(2). */
  setBlocked(mask: SignalSet): void {
    this.#blocked = mask.without(UNBLOCKABLE);
    this.settle();
  }

  /** The signals with a handler, or those that are ignored by SIG_IGN. */
  disposed(how: "handle" | "ignore"): SignalSet {
    const is = ({ handler }: SignalAction) => (how === "handle" ? typeof handler === "function" : handler === SIG_IGN);
    return SignalSet.of(...[...this.#actions].filter(([, action]) => is(action)).map(([signo]) => signo));
  }

  actionOf(signo: number): SignalAction {
    return this.#actions.get(signo) ?? DEFAULT_ACTION;
  }

  /** sigaction(2): what is pending and ignored from now on is gone. */
  setAction(signo: number, action: SignalAction): void {
    this.#actions.set(signo, { ...action, mask: action.mask.without(UNBLOCKABLE) });
    if (effectOf(action, signo) === "ignore") this.pending.discard(signo);
    this.settle();
  }

  /** execve(2): there are no handlers any more; what is ignored, blocked or pending stays so. */
  exec(): void {
    for (const [signo, { handler }] of this.#actions) {
      if (typeof handler === "function") this.#actions.delete(signo);
    }
    this.#frames = [];
    // The old program's runtime may never give the turn that it owes.
    this.#isTurnOwed = false;
    this.settle();
  }

  /** A signal has been sent to the process. EAGAIN: too many are queued. */
  post(info: SigInfo, mayBeRefused: boolean = false): 0 | Errno {
    const process = this.#process;
    const { signo } = info;
    // Process 1 has no program, and nobody can end it.
    if (process.state !== "running" || process.pid === 1 || !isSignal(signo)) return 0;
    process.runState.scheduler.note(process, "signal", process.pid * 0x100000000 + signo);
    process.traceSignal(info);
    if (signo === SIGKILL) {
      job.end(process, signo, false);
      return 0;
    }
    this.#cancelOpposite(signo);
    const isKept = this.#blocked.has(signo) || this.#isAwaited(signo);
    if (!isKept && this.#effectOf(signo) === "ignore") return 0;
    if (!this.pending.add(info, process.credentials.user.real, this.pendingMax, mayBeRefused)) return "EAGAIN";
    if (isKept) this.waiters.wake(POLLIN);
    else this.settle();
    return 0;
  }

  /** The process itself is the reason, such as a fault: the signal can't be blocked or ignored, or it would happen for ever. */
  force(info: SigInfo): void {
    const { signo } = info;
    if (this.#blocked.has(signo) || effectOf(this.actionOf(signo), signo) === "ignore") {
      this.#actions.set(signo, DEFAULT_ACTION);
      this.#blocked = this.#blocked.without(SignalSet.of(signo));
    }
    this.post(info);
  }

  /** What is pending and not blocked: default actions are taken now, handlers are due. */
  settle(): void {
    const process = this.#process;
    if (process.isStopped || process.state !== "running") return;
    let isDue = false;
    for (const signo of this.pending.inOrder()) {
      if (this.#blocked.has(signo) || this.#isAwaited(signo)) continue;
      const effect = this.#effectOf(signo);
      if (effect === "handle") {
        isDue = true;
        continue;
      }
      this.pending.discard(signo);
      if (effect === "ignore") continue;
      if (effect === "disturb") {
        process.disturb();
        continue;
      }
      this.#isDue = false;
      if (effect === "stop") job.stop(process, signo);
      else job.end(process, signo, effect === "core");
      return;
    }
    this.#isDue = isDue;
    process.updateAttention();
    if (isDue && process.isWaiting) this.#oweTurn();
  }

  /** A call goes to sleep although a handler is due. */
  operationBegins(): void {
    if (this.#isDue && !this.#process.isStopped) this.#oweTurn();
  }

  // ---- boundaries of calls ----

  /**
   * Runs the handlers that are due, on the stack of the program, which makes a call or is about to be given its result.
   * A promise, when they have not finished on the spot.
   */
  atBoundary(): Promise<void> | undefined {
    return this.#isDue && !this.#process.isStopped ? this.#run(this.#collect()) : undefined;
  }

  /** A call that has waited has its result: `done` is called when the handlers that are due have finished. */
  beforeReturn(done: () => void): boolean {
    if (!this.#isDue || this.#process.isStopped) return false;
    this.#deliver(this.#collect(), done);
    return true;
  }

  // ---- waiting for signals ----

  /** sigwait(3) and signalfd(2): takes a pending signal of the set. */
  takeFrom(set: SignalSet): SigInfo | undefined {
    const info = this.pending.takeFrom(set);
    if (info !== undefined) this.settle();
    return info;
  }

  /** While somebody waits for these signals, they are kept for him. */
  await(set: SignalSet): void {
    if (!this.#awaited.includes(set)) this.#awaited.push(set);
    this.settle();
  }

  awaitNoLonger(set: SignalSet): void {
    const index = this.#awaited.indexOf(set);
    if (index !== -1) this.#awaited.splice(index, 1);
    this.settle();
  }

  /** sigsuspend(2) begins: another mask, until a handler has run. */
  suspend(mask: SignalSet): void {
    this.#suspendedMask ??= this.#blocked;
    this.setBlocked(mask);
  }

  /** sigsuspend(2) ends without a handler that has restored the mask. */
  endSuspension(): void {
    const mask = this.#suspendedMask;
    this.#suspendedMask = null;
    if (mask !== null) this.setBlocked(mask);
  }

  // ---- delivery ----

  #oweTurn(): void {
    if (this.#isTurnOwed) return;
    this.#isTurnOwed = true;
    this.#process.scheduleTurn(this.#turn);
  }

  /** The oldest call that waits is interrupted; when none does, the handlers wait for the next boundary. */
  #takeTurn(): void {
    this.#isTurnOwed = false;
    const process = this.#process;
    if (!this.#isDue || process.isStopped || process.state !== "running") return;
    const operation = process.oldestInterruptible();
    // What has come together with the signal, or is its reason (a child that has ended), is not lost by it: then the
    // handlers run before the result is handed over.
    if (operation === null || operation.completeNow()) return;
    const frames = this.#collect();
    const first = frames[0];
    if (first === undefined || process.state !== "running") return;
    // As on Linux, the first signal decides what becomes of the call.
    const restarts = (first.action.flags & SA_RESTART) !== 0;
    operation.interrupt();
    this.#deliver(frames, () => operation.goOn(restarts));
  }

  /** Takes all signals that are due, each with the masks of those before it. */
  #collect(): Frame[] {
    const frames: Frame[] = [];
    while (this.#isDue) {
      const signo = this.pending.inOrder().find((one) => !this.#blocked.has(one) && !this.#isAwaited(one));
      if (signo === undefined || this.#effectOf(signo) !== "handle") {
        // SA_RESETHAND has made a default action of what comes next.
        this.settle();
        if (signo !== undefined && this.#effectOf(signo) !== "handle") break;
        continue;
      }
      const info = this.pending.take(signo) as SigInfo;
      frames.push(this.#push(info));
    }
    return frames;
  }

  #push(info: SigInfo): Frame {
    const { signo } = info;
    const action = this.actionOf(signo);
    const frame = { info, action, savedMask: this.#suspendedMask ?? this.#blocked };
    this.#suspendedMask = null;
    const mask = this.#blocked.union(action.mask);
    if ((action.flags & SA_NODEFER) === 0) mask.add(signo);
    this.#blocked = mask;
    if ((action.flags & SA_RESETHAND) !== 0) this.#actions.set(signo, DEFAULT_ACTION);
    this.#frames.push(frame);
    this.settle();
    return frame;
  }

  /** Runs handlers in a turn of the program, and then lets a call go on. */
  #deliver(frames: Frame[], then: () => void): void {
    const process = this.#process;
    const { image, runState } = process;
    if (image === null || !image.alive) return;
    const goOn = (): void => {
      if (!image.alive) return;
      if (process.isStopped) {
        process.hold({ run: goOn });
        return;
      }
      then();
      runState.leave();
      runState.activity();
    };
    const deliver = (): void => {
      if (!image.alive) return;
      if (process.isStopped) {
        process.hold({ run: () => image.deliver(deliver) });
        return;
      }
      const finished = this.#run(frames);
      if (finished === undefined) goOn();
      else void finished.then(goOn);
    };
    image.deliver(deliver);
  }

  /** Runs the handlers, the last one first, and those that become due when one has finished. */
  #run(frames: Frame[]): Promise<void> | undefined {
    const image = this.#process.image;
    for (let frame = frames.pop(); frame !== undefined; frame = frames.pop()) {
      const ended = frame;
      const finished = this.#call(ended);
      if (finished !== undefined) {
        return finished.then(() => {
          if (image?.alive !== true) return undefined;
          this.#pop(ended, frames);
          return this.#run(frames);
        });
      }
      if (image?.alive !== true) return undefined;
      this.#pop(ended, frames);
    }
    return undefined;
  }

  /** Calls a handler; a promise when it has not finished. What it throws is a crash of the program. */
  #call({ info, action }: Frame): Promise<void> | undefined {
    const image = this.#process.image;
    if (typeof action.handler !== "function" || image === null) return undefined;
    try {
      const outcome = action.handler(info.signo, info, image.handlerContext);
      if (typeof outcome !== "object" || outcome === null || !("then" in outcome)) return undefined;
      return Promise.resolve(outcome as PromiseLike<unknown>).then(
        () => {},
        (error: unknown) => image.crash(error),
      );
    } catch (error) {
      image.crash(error);
      return undefined;
    }
  }

  /** A handler has finished: the mask is what it was; what has become due meanwhile runs before those further out. */
  #pop(frame: Frame, frames: Frame[]): void {
    const index = this.#frames.indexOf(frame);
    const inner = this.#frames[index + 1];
    // A handler that ends before one that began later (both await something) leaves its mask to that one.
    if (inner !== undefined) inner.savedMask = frame.savedMask;
    else if (index !== -1) this.#blocked = frame.savedMask;
    if (index !== -1) this.#frames.splice(index, 1);
    this.settle();
    frames.push(...this.#collect());
  }

  #effectOf(signo: number): Effect {
    const effect = effectOf(this.actionOf(signo), signo);
    // POSIX: nobody could continue an orphaned group, so a terminal does not stop it. Linux finds out only on delivery,
    // when the call that waits has been woken.
    return effect === "stop" && signo !== SIGSTOP && job.isOrphaned(this.#process) ? "disturb" : effect;
  }

  #isAwaited(signo: number): boolean {
    return this.#awaited.some((set) => set.has(signo));
  }

  /** SIGCONT forgets pending stops, and continues, whatever becomes of it; a stop forgets a pending SIGCONT. */
  #cancelOpposite(signo: number): void {
    if (signo === SIGCONT) {
      for (const stop of STOPS) this.pending.discard(stop);
      if (this.#process.isStopped) job.resume(this.#process);
    } else if (STOPS.has(signo)) {
      this.pending.discard(SIGCONT);
    }
  }
}
