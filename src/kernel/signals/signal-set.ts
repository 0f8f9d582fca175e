/**
 * sigset_t: a set of the signals 1 to 64, as two words of 32 bits.
 */
import { isSignal, SIGRTMAX } from "../../abi/signal.ts";

export class SignalSet {
  #low = 0;
  #high = 0;

  /** The signals given; what is no signal is passed over. */
  static of(...signals: readonly number[]): SignalSet {
    const set = new SignalSet();
    for (const signo of signals) set.add(signo);
    return set;
  }

  /** What a program hands in as a set: undefined when it is not a list of signals. */
  static from(signals: unknown): SignalSet | undefined {
    if (typeof signals !== "object" || signals === null || !(Symbol.iterator in signals)) return undefined;
    const set = new SignalSet();
    for (const signo of signals as Iterable<unknown>) {
      if (!isSignal(signo)) return undefined;
      set.add(signo);
    }
    return set;
  }

  get isEmpty(): boolean {
    return (this.#low | this.#high) === 0;
  }

  /** As /proc/<pid>/status has it: sixteen hexadecimal digits, signal 1 lowest. */
  toHex(): string {
    return [this.#high, this.#low].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  has(signo: number): boolean {
    return ((signo <= 32 ? this.#low >>> (signo - 1) : this.#high >>> (signo - 33)) & 1) !== 0;
  }

  add(signo: number): void {
    if (!isSignal(signo)) return;
    if (signo <= 32) this.#low |= 1 << (signo - 1);
    else this.#high |= 1 << (signo - 33);
  }

  delete(signo: number): void {
    if (!isSignal(signo)) return;
    if (signo <= 32) this.#low &= ~(1 << (signo - 1));
    else this.#high &= ~(1 << (signo - 33));
  }

  copy(): SignalSet {
    return this.#with(0, 0, -1, -1);
  }

  union(other: SignalSet): SignalSet {
    return this.#with(other.#low, other.#high, -1, -1);
  }

  without(other: SignalSet): SignalSet {
    return this.#with(0, 0, ~other.#low, ~other.#high);
  }

  /** The members, in ascending order. */
  *[Symbol.iterator](): Generator<number> {
    for (let signo = 1; signo <= SIGRTMAX; signo++) if (this.has(signo)) yield signo;
  }

  #with(orLow: number, orHigh: number, andLow: number, andHigh: number): SignalSet {
    const set = new SignalSet();
    set.#low = (this.#low | orLow) & andLow;
    set.#high = (this.#high | orHigh) & andHigh;
    return set;
  }
}
