/**
 * Calls on signals, for TypeScript programs. Read first: kernel/sys/, kernel/calls/{signals,sigwait}.ts.
 *
 * kill() and its kin answer promises although they never wait: their own signals may stop or end the caller, or have
 * handlers that take their time.
 */
import type { Errno } from "../../abi/errno.ts";
import { ITIMER_REAL, SA_RESTART } from "../../abi/signal.ts";
import * as signals from "../calls/signals.ts";
import { SigwaitAttempt, SuspendAttempt } from "../calls/sigwait.ts";
import type { Attempt } from "../operation.ts";
import type { KernelHandler, SignalAction } from "../signals/action.ts";
import type { SigInfo } from "../signals/siginfo.ts";
import { SignalSet } from "../signals/signal-set.ts";
import type { IntervalTimer } from "../signals/timers.ts";
import type { Sigaction, SignalDisposition } from "../sys/signals.ts";
import { NO_DEADLINE, never } from "./caller.ts";
import { UserDoor } from "./user-door.ts";

export abstract class SignalDoor extends UserDoor {
  kill(pid: number, signo: number): Promise<void> {
    return this.#send("kill", [pid, signo], () => signals.kill(this.process, pid, signo));
  }

  killpg(pgid: number, signo: number): Promise<void> {
    return this.#send("killpg", [pgid, signo], () => signals.killpg(this.process, pgid, signo));
  }

  raise(signo: number): Promise<void> {
    return this.#send("raise", [signo], () => signals.raise(this.process, signo));
  }

  sigqueue(pid: number, signo: number, value: number): Promise<void> {
    return this.#send("sigqueue", [pid, signo, value], () => signals.sigqueue(this.process, pid, signo, value));
  }

  sigaction(signo: number, action?: Sigaction): Required<Sigaction> {
    return toSigaction(
      this.now("sigaction", [signo], () => {
        const parsed = action === undefined ? null : parseAction(action);
        return typeof parsed === "string" ? parsed : signals.sigaction(this.process, signo, parsed);
      }),
    );
  }

  signal(signo: number, disposition: SignalDisposition): SignalDisposition {
    const set = (): SignalAction | Errno => {
      const parsed = parseAction({ handler: disposition, flags: SA_RESTART });
      return typeof parsed === "string" ? parsed : signals.sigaction(this.process, signo, parsed);
    };
    return toSigaction(this.now("signal", [signo], set)).handler;
  }

  sigprocmask(how: number, set?: Iterable<number>): number[] {
    return [
      ...this.now("sigprocmask", [how], () => {
        const parsed = set === undefined ? null : SignalSet.from(set);
        return parsed === undefined ? "EINVAL" : signals.sigprocmask(this.process, how, parsed);
      }),
    ];
  }

  sigpending(): number[] {
    return [...this.now("sigpending", [], () => signals.sigpending(this.process))];
  }

  sigsuspend(mask: Iterable<number>): Promise<never> {
    if (!this.enter("sigsuspend")) return never();
    const set = SignalSet.from(mask);
    const attempt = set === undefined ? "EINVAL" : new SuspendAttempt("sigsuspend", this.process, set);
    return this.later("sigsuspend", [], attempt, NO_DEADLINE);
  }

  pause(): Promise<never> {
    if (!this.enter("pause")) return never();
    return this.later("pause", [], new SuspendAttempt("pause", this.process, null), NO_DEADLINE);
  }

  sigwait(set: Iterable<number>): Promise<number> {
    return this.#await("sigwait", set, NO_DEADLINE, ({ signo }) => signo);
  }

  sigwaitinfo(set: Iterable<number>): Promise<SigInfo> {
    return this.#await("sigwaitinfo", set, NO_DEADLINE, (info) => info);
  }

  sigtimedwait(set: Iterable<number>, timeoutNs: number): Promise<SigInfo> {
    const isValid = Number.isFinite(timeoutNs) && timeoutNs >= 0;
    const deadlineNs = isValid ? this.after(Math.round(timeoutNs)) : Number.NaN;
    return this.#await("sigtimedwait", set, deadlineNs, (info) => info);
  }

  signalfd(fd: number, set: Iterable<number>, flags: number = 0): number {
    return this.now("signalfd", [fd, flags], () => {
      const mask = SignalSet.from(set);
      return mask === undefined ? "EINVAL" : signals.signalfd(this.process, fd, mask, flags);
    });
  }

  alarm(seconds: number): number {
    const { timers } = this.process;
    const set = () => timers.set(ITIMER_REAL, { valueNs: Math.round(seconds * 1e9), intervalNs: 0 });
    const old = this.now("alarm", [seconds], set);
    // As on Linux: rounded, but what is left is never told as nothing.
    return old.valueNs > 0 ? Math.max(Math.round(old.valueNs / 1e9), 1) : 0;
  }

  setitimer(which: number, timer: IntervalTimer): IntervalTimer {
    const set = () => this.process.timers.set(which, { valueNs: timer?.valueNs, intervalNs: timer?.intervalNs });
    return this.now("setitimer", [which], set);
  }

  getitimer(which: number): IntervalTimer {
    return this.now("getitimer", [which], () => this.process.timers.get(which));
  }

  #send(call: string, args: readonly number[], send: () => 0 | Errno): Promise<void> {
    if (!this.enter(call)) return never();
    return this.later<0, void>(call, args, new SendAttempt(call, send), 0, () => undefined);
  }

  #await<P>(call: string, signalSet: Iterable<number>, deadlineNs: number, present: (info: SigInfo) => P): Promise<P> {
    if (!this.enter(call)) return never();
    const set = SignalSet.from(signalSet);
    const isValid = set !== undefined && !Number.isNaN(deadlineNs);
    return this.later(call, [], isValid ? new SigwaitAttempt(call, this.process, set) : "EINVAL", deadlineNs, present);
  }
}

/** Sending never waits. */
class SendAttempt implements Attempt<0> {
  readonly call: string;
  readonly attempt: () => 0 | Errno;
  #isRefused = false;

  constructor(call: string, send: () => 0 | Errno) {
    this.call = call;
    this.attempt = () => {
      const result = send();
      this.#isRefused = result === "EAGAIN";
      return result;
    };
  }

  isReady(): boolean {
    return !this.#isRefused;
  }

  enlist(): void {}

  expired(): Errno {
    return "EAGAIN";
  }

  on(): string {
    return "nothing";
  }

  end(): void {}
}

/** EINVAL: neither a handler nor SIG_DFL or SIG_IGN; no set; no flags. */
function parseAction({ handler, mask = [], flags = 0 }: Sigaction): SignalAction | Errno {
  const set = SignalSet.from(mask);
  if (set === undefined || !Number.isInteger(flags)) return "EINVAL";
  if (typeof handler !== "function" && handler !== 0 && handler !== 1) return "EINVAL";
  return { handler: handler as KernelHandler | 0 | 1, flags, mask: set };
}

function toSigaction({ handler, flags, mask }: SignalAction): Required<Sigaction> {
  return { handler: handler as SignalDisposition, flags, mask: [...mask] };
}
