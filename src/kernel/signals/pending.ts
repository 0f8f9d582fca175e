/**
 * The pending signals of a process: a standard signal is pending once, however often it was sent; real-time signals are
 * queued with their values and come in order. Read first: signal(7), "Real-time signals".
 */
import { SIGBUS, SIGFPE, SIGILL, SIGRTMIN, SIGSEGV, SIGSYS, SIGTRAP } from "../../abi/signal.ts";
import { Ring } from "../../base/ring.ts";
import { type SigInfo, userSignal } from "./siginfo.ts";
import type { SignalQuota } from "./signal-quota.ts";
import type { SignalSet } from "./signal-set.ts";

/** Linux hands out those that a program causes itself before all others. */
const SYNCHRONOUS: readonly number[] = [SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS];
const NOBODY = { pid: 0, uid: 0 };

/** One that is pending, and the user for whom it counts; null: for nobody, since its details were lost. */
interface Queued {
  readonly info: SigInfo;
  readonly uid: number | null;
}

export class PendingSignals {
  readonly #quota: SignalQuota;
  readonly #queues: Map<number, Ring<Queued>> = new Map();

  constructor(quota: SignalQuota) {
    this.#quota = quota;
  }

  has(signo: number): boolean {
    return this.#queues.has(signo);
  }

  /**
   * One more, for a target of this real user. False when `max` are queued for the user and this one may be refused: a real-time
   * signal by anything but kill(2). Else it is pending without its details then, as on Linux; those of a standard
   * signal are kept whatever is queued, unless sigqueue(3) or raise(3) has sent it.
   */
  add(info: SigInfo, uid: number, max: number, mayBeRefused: boolean): boolean {
    const { signo } = info;
    const isStandard = signo < SIGRTMIN;
    const queue = this.#queues.get(signo);
    if (queue !== undefined && isStandard) return true;
    const isLost = this.#quota.queued(uid) >= max && !(isStandard && info.code >= 0);
    if (isLost && mayBeRefused && !isStandard) return false;
    if (isLost && queue !== undefined) return true;
    const ring = queue ?? new Ring<Queued>();
    if (queue === undefined) this.#queues.set(signo, ring);
    if (!isLost) this.#quota.charge(uid);
    ring.push(isLost ? { info: userSignal(signo, 0, NOBODY), uid: null } : { info, uid });
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
    const queued = queue?.shift();
    if (queued === undefined) return undefined;
    if (queued.uid !== null) this.#quota.release(queued.uid);
    if (queue?.length === 0) this.#queues.delete(signo);
    return queued.info;
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
    while (this.take(signo) !== undefined);
  }

  /** Forgets everything: the process has ended. */
  clear(): void {
    for (const signo of [...this.#queues.keys()]) this.discard(signo);
  }
}
