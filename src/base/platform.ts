/**
 * What the core can't have and the outer machine gives: a macrotask, a monotonic clock, a timer, a place to warn.
 * The entry point brings the record for Node (node/platform.ts) or for browsers (browser/platform.ts).
 */

/** The services of the outer machine. */
export interface Platform {
  /** "node", "browser": for messages. */
  readonly name: string;
  /** Runs `task` in a turn of its own: timers, input and signals of the platform get theirs before it. */
  macrotask(task: () => void): void;
  /**
   * Runs `task` when all microtasks have run, those too that they lead to: the drain barrier, after which programs that
   * were given a result have acted on it. As cheap as the platform allows; it need not give the platform a turn.
   */
  drained(task: () => void): void;
  /** Real nanoseconds since some fixed moment, never going back. */
  monotonicNs(): number;
  /** The machine's clock: whole ms since 1970. */
  wallMs(): number;
  /**
   * Calls `task` after at least that many real milliseconds; disposing cancels it. A weak timer does not by itself keep
   * the outer process alive.
   */
  timer(delayMs: number, task: () => void, weak?: boolean): Disposable;
  /**
   * Calls `task` when the outer process is about to end because nothing is left that could call back; so a promise that
   * nobody will ever settle is found at once. A platform that can't know never calls.
   */
  onExhausted(task: () => void): Disposable;
  /** Calls back whoever made the world: not as the program that happens to run, where a platform knows which one does. */
  outside<T>(run: () => T): T;
  /** Shows what a program wrote to its console, when nobody else listens. */
  print(text: string): void;
  /** Shows a warning to the person who runs the program. */
  warn(text: string): void;
}
