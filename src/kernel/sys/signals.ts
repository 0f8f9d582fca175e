/**
 * Calls on signals, as programs see them. Read first: signal(7), kill(2), sigaction(2), sigprocmask(2), signalfd(2).
 */
import type { SigInfo } from "../signals/siginfo.ts";
import type { IntervalTimer } from "../signals/timers.ts";
import type { Sys } from "./sys.ts";

/**
 * A signal handler. It runs at a call boundary; what it interrupts goes on, or answers EINTR, when it has finished.
 * `sys` is the process that got the signal: after fork, handlers are the child's, too.
 */
export type SignalHandler = (signo: number, info: SigInfo, sys: Sys) => void | Promise<void>;

/** SIG_DFL (0), SIG_IGN (1), or a handler. */
export type SignalDisposition = SignalHandler | 0 | 1;

/** struct sigaction. */
export interface Sigaction {
  readonly handler: SignalDisposition;
  /** Signals that are blocked, too, while the handler runs. */
  readonly mask?: Iterable<number>;
  /** SA_RESTART and its kin. */
  readonly flags?: number;
}

export interface SignalCalls {
  /**
   * kill(2): sends a signal to a process, to the caller's group (0), to everybody (-1), or to a group (below -1). Signal
   * 0 only asks. The promise is there so that a caller who stops or ends itself comes no further, and one who handles
   * the signal itself comes back when its handler has finished. Errors: EINVAL, ESRCH, EPERM.
   */
  kill(pid: number, signo: number): Promise<void>;
  /** killpg(3): to a group; 0 is the caller's. Errors: EINVAL, ESRCH, EPERM. */
  killpg(pgid: number, signo: number): Promise<void>;
  /** raise(3): to oneself. Errors: EINVAL. */
  raise(signo: number): Promise<void>;
  /** sigqueue(3): a signal with a 32-bit value. Errors: EAGAIN, EINVAL, ESRCH, EPERM. */
  sigqueue(pid: number, signo: number, value: number): Promise<void>;
  /** sigaction(2): sets what the process does on a signal, if given, and answers what it did. Errors: EINVAL. */
  sigaction(signo: number, action?: Sigaction): Required<Sigaction>;
  /** signal(2), as the C library has it: sigaction with SA_RESTART. Answers the old disposition. Errors: EINVAL. */
  signal(signo: number, disposition: SignalDisposition): SignalDisposition;
  /**
   * sigprocmask(2): SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK, and a set, if given. Answers the mask that was. Handlers of
   * signals that it unblocks run before it returns (an async one only to its first await). Errors: EINVAL.
   */
  sigprocmask(how: number, set?: Iterable<number>): number[];
  /** sigpending(2): the signals that have come and are blocked. */
  sigpending(): number[];
  /** sigsuspend(2): waits with another mask until a handler has run. Always fails. Errors: EINTR. */
  sigsuspend(mask: Iterable<number>): Promise<never>;
  /** pause(2): waits until a handler has run. Always fails. Errors: EINTR. */
  pause(): Promise<never>;
  /** sigwait(3): waits for a signal of the set, which should be blocked, and takes it. Errors: EINVAL. */
  sigwait(set: Iterable<number>): Promise<number>;
  /** sigwaitinfo(2). Errors: EINTR, EINVAL. */
  sigwaitinfo(set: Iterable<number>): Promise<SigInfo>;
  /** sigtimedwait(2), for that many nanoseconds. Errors: EAGAIN, EINTR, EINVAL. */
  sigtimedwait(set: Iterable<number>, timeoutNs: number): Promise<SigInfo>;
  /**
   * signalfd(2): a descriptor from which signals of the set, which should be blocked, are read; -1 makes a new one. Take
   * what was read apart with `parseSiginfo`. Errors: EINVAL, EBADF, EMFILE.
   */
  signalfd(fd: number, set: Iterable<number>, flags?: number): number;
  /** alarm(2): SIGALRM in so many seconds; 0: never. Answers the seconds that were left of the one before. Errors: EINVAL. */
  alarm(seconds: number): number;
  /** setitimer(2): ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF. Answers what it was. Errors: EINVAL. */
  setitimer(which: number, timer: IntervalTimer): IntervalTimer;
  /** getitimer(2). Errors: EINVAL. */
  getitimer(which: number): IntervalTimer;
}
