/**
 * The pending signals of a process: a standard signal is pending once, however often it was sent; real-time signals are
 * queued with their values and come in order. Read first: signal(7), "Real-time signals".
 */
import { SIGBUS, SIGFPE, SIGILL, SIGRTMIN, SIGSEGV, SIGSYS, SIGTRAP } from "../../abi/signal.ts";
import { Ring } from "../../base/ring.ts";
import { type SigInfo, userSignal } from "./siginfo.ts";
import type { SignalSet } from "./signal-set.ts";

/** Linux hands out those that a program causes itself before all others. */
const SYNCHRONOUS: readonly number[] = [SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS];
const NOBODY = { pid: 0, uid: 0 };

export class PendingSignals {
  readonly #queues: Map<number, Ring<SigInfo>> = new Map();
  #count = 0;

  /** How many are queued. */
  get count(): number {
    return this.#count;
  }

  has(signo: number): boolean {
    return this.#queues.has(signo);
  }

  /**
   * One more. False when `max` are queued and this one is neither pending yet as a standard signal nor by kill(2), which
   * makes it pending without its details, as on Linux.
   */
  add(info: SigInfo, max: number, mayBeRefused: boolean): boolean {
    const { signo } = info;
    const queue = this.#queues.get(signo);
    if (queue !== undefined && signo < SIGRTMIN) return true;
    const isFull = this.#count >= max;
    if (isFull && mayBeRefused && signo >= SIGRTMIN) return false;
    if (isFull && queue !== undefined) return true;
    const ring = queue ?? new Ring<SigInfo>();
    if (queue === undefined) this.#queues.set(signo, ring);
    ring.push(isFull ? userSignal(signo, 0, NOBODY) : info);
    this.#count++;
    return true;
  }

  /** The signals that are pending, in the order in which they are handed out: synchronous ones, then by number. */
  inOrder(): number[] {
    const rank = (signo: number): number => (SYNCHRONOUS.includes(signo) ? signo : signo + 100);
    return [...this.#queues.keys()].sort((a, b) => rank(a) - rank(b));
  }

  /** Takes the next instance of a signal. */
  take(signo: number): SigInfo | undefined {
    const queue = this.#queues.get(signo);
    const info = queue?.shift();
    if (info === undefined) return undefined;
    this.#count--;
    if (queue?.length === 0) this.#queues.delete(signo);
    return info;
  }

  /** Takes the next instance of the first signal that is in the set. */
  takeFrom(set: SignalSet): SigInfo | undefined {
    const signo = this.inOrder().find((candidate) => set.has(candidate));
    return signo === undefined ? undefined : this.take(signo);
  }

  /** Is any signal of the set pending? */
  hasAny(set: SignalSet): boolean {
    for (const signo of this.#queues.keys()) if (set.has(signo)) return true;
    return false;
  }

  /** Forgets all instances of a signal. */
  discard(signo: number): void {
    this.#count -= this.#queues.get(signo)?.length ?? 0;
    this.#queues.delete(signo);
  }
}
