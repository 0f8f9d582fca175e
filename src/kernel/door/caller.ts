/**
 * How a system call of a TypeScript program runs: what the families of calls in this folder stand on.
 *
 * Each call: enter() (may it run?) → kernel/calls/* → left() (hash, trace) → soft interrupts. `now` is for calls that
 * can't block; `later` makes a promise of an operation.
 */
import { ERRNO, type Errno } from "../../abi/errno.ts";
import { MSG_DONTWAIT, MSG_ERRQUEUE, MSG_OOB } from "../../abi/socket.ts";
import { RollingHash } from "../../base/hash.ts";
import { Socket } from "../../socket/socket.ts";
import type { Image } from "../image.ts";
import { type Attempt, Operation } from "../operation.ts";
import type { Process } from "../process.ts";
import type { RunState } from "../run-state.ts";
import { ProcessGoneError, SystemError } from "../system-error.ts";
import { endpointText } from "./endpoint.ts";

/** The deadline of a call that waits for as long as it takes. */
export const NO_DEADLINE: number = Number.POSITIVE_INFINITY;

export abstract class Caller {
  protected readonly image: Image;
  protected readonly process: Process;
  protected readonly runState: RunState;
  /** The call that was entered last, when it is one that can wait; "" for one that can't. */
  begun = "";

  constructor(image: Image) {
    this.image = image;
    this.process = image.process;
    this.runState = image.process.runState;
  }

  /** A descriptor with O_NONBLOCK, or MSG_DONTWAIT, does not wait; a socket with SO_RCVTIMEO or SO_SNDTIMEO only so long. */
  protected deadline(fd: number, flags: number, direction: "receive" | "send"): number {
    const file = this.process.descriptors.get(fd);
    if ((flags & MSG_DONTWAIT) !== 0 || file?.nonBlocking === true) return 0;
    if (!(file?.ops instanceof Socket)) return NO_DEADLINE;
    // Nobody waits for an error, or for an urgent byte.
    if ((flags & MSG_OOB) !== 0 && direction === "receive") return 0;
    if ((flags & MSG_ERRQUEUE) !== 0 && file.ops.requests.receiveError !== undefined) return 0;
    const { receiveTimeoutNs, sendTimeoutNs } = file.ops;
    const timeoutNs = direction === "receive" ? receiveTimeoutNs : sendTimeoutNs;
    return timeoutNs === NO_DEADLINE ? NO_DEADLINE : this.after(timeoutNs);
  }

  /** When, in the world's time, so much will have passed by the clock of the host. */
  protected after(delayNs: number): number {
    return this.process.kernel.clock.after(this.runState.scheduler.nowNs, delayNs);
  }

  /** A call that can't block. */
  protected now<R>(call: string, args: readonly unknown[], run: () => R | Errno): R {
    if (!this.enter(call)) {
      throw this.runState.failure ?? new ProcessGoneError(this.process.title, call);
    }
    if (this.process.needsAttention) this.#handleSignals(call);
    this.begun = "";
    const result = run();
    this.left(call, args, result);
    // A signal to oneself is handled here and interrupts no other call.
    if (this.process.needsAttention) this.#handleSignals(call);
    this.runState.leave();
    if (this.process.needsAttention) this.#handleSignals(call);
    if (typeof result === "string") throw this.#error(result as Errno, call, args);
    return result as R;
  }

  /** A call that can block, and has entered: the promise of its result, in the form that programs get. */
  protected later<R, P = R>(
    call: string,
    args: readonly unknown[],
    attempt: Attempt<R> | Errno,
    deadlineNs: number,
    present: (result: R) => P = asItIs,
  ): Promise<P> {
    if (this.process.needsAttention) return this.#afterSignals(call, args, attempt, deadlineNs, present);
    if (typeof attempt === "string") return this.#settle<R, P>(call, args, attempt, present);
    if (this.process.owedNs === 0 && !this.runState.isTurnSpent) {
      // The common case, in which nothing has to be waited for and nothing but the promise be made.
      let result = attempt.attempt();
      const isOver = result === "EAGAIN" && (deadlineNs <= this.runState.scheduler.nowNs || attempt.isRefused?.());
      if (isOver) result = attempt.expired();
      else if (result === "EAGAIN") return this.#wait(call, args, attempt, deadlineNs, true, present);
      attempt.end();
      return this.#settle(call, args, result, present);
    }
    return this.#wait(call, args, attempt, deadlineNs, false, present);
  }

  /** The call that was entered last could not begin. */
  refuse(code: Errno): Promise<never> {
    if (this.begun === "") throw this.#error(code, this.process.lastCall, []);
    return this.later<never>(this.begun, [], code, 0);
  }

  /** Makes a promise of an operation that goes to sleep, or completes when its cost has been paid. */
  #wait<R, P>(
    call: string,
    args: readonly unknown[],
    attempt: Attempt<R>,
    deadlineNs: number,
    hasTried: boolean,
    present: (result: R) => P,
  ): Promise<P> {
    return new Promise((resolve, reject) => {
      const done = (result: R | Errno): void => {
        this.left(call, args, result);
        if (typeof result === "string") reject(this.#error(result as Errno, call, args));
        else resolve(present(result as R));
      };
      const operation = new Operation(this.process, attempt, done);
      if (this.process.isStopped) operation.arm(deadlineNs);
      else if (hasTried) operation.sleep(deadlineNs);
      else operation.start(deadlineNs);
      this.runState.leave();
    });
  }

  /** The call has its result. */
  #settle<R, P>(call: string, args: readonly unknown[], result: R | Errno, present: (result: R) => P): Promise<P> {
    this.left(call, args, result);
    if (!this.process.needsAttention) this.runState.leave();
    if (this.process.needsAttention) return this.#returnAfterSignals(call, args, result, present);
    if (typeof result === "string") return Promise.reject(this.#error(result as Errno, call, args));
    return Promise.resolve(present(result as R));
  }

  /** A call that can't block begins or ends, and handlers are due: they run on this stack. */
  #handleSignals(call: string): void {
    void this.process.signals.atBoundary();
    if (!this.image.alive) throw new ProcessGoneError(this.process.title, call);
  }

  /** A call that can block begins when the handlers that are due have finished; never, when the process has ended. */
  #afterSignals<R, P>(
    call: string,
    args: readonly unknown[],
    attempt: Attempt<R> | Errno,
    deadlineNs: number,
    present: (result: R) => P,
  ): Promise<P> {
    const { process, image } = this;
    const finished = process.signals.atBoundary();
    if (!image.alive) return never();
    if (finished !== undefined) {
      return finished.then(() => (image.alive ? this.later(call, args, attempt, deadlineNs, present) : never()));
    }
    if (!process.isStopped) return this.later(call, args, attempt, deadlineNs, present);
    if (typeof attempt !== "string") return this.#wait(call, args, attempt, deadlineNs, false, present);
    return this.#returnAfterSignals<R, P>(call, args, attempt, present);
  }

  /** A call has its result, but the process is stopped, has ended, or handles a signal first. */
  #returnAfterSignals<R, P>(
    call: string,
    args: readonly unknown[],
    result: R | Errno,
    present: (result: R) => P,
  ): Promise<P> {
    const { process, image, runState } = this;
    return new Promise((resolve, reject) => {
      const hand = (): void => {
        if (!image.alive) return;
        if (process.isStopped) {
          process.hold({ run: hand });
          return;
        }
        const finished = process.signals.atBoundary();
        if (finished !== undefined) {
          void finished.then(hand);
          return;
        }
        runState.resume();
        if (!image.alive) return;
        if (typeof result === "string") reject(this.#error(result as Errno, call, args));
        else resolve(present(result as R));
      };
      hand();
      runState.leave();
    });
  }

  #error(code: Errno, call: string, args: readonly unknown[]): SystemError {
    return new SystemError(code, call, subjectOf(args), this.process.title);
  }

  protected enter(call: string): boolean {
    if (!this.image.alive) return false;
    this.process.lastCall = call;
    this.begun = call;
    // Processor time that is used up may end the process here.
    return this.runState.enter(this.process, call) && this.image.alive;
  }

  /** The call has its result: into the hash, and into the trace. */
  protected left(call: string, args: readonly unknown[], result: unknown): void {
    const { pid, name: process, kernel } = this.process;
    const { tracer, name } = kernel.machine;
    this.runState.scheduler.note(this.process, call, digest(result));
    if (tracer.on) tracer.emit(name, { step: "kernel/call", pid, process, call, args, result });
  }
}

/** Most results go to programs as the kernel gives them. */
function asItIs<R, P>(result: R): P {
  return result as unknown as P;
}

/** A promise that never settles. One for each caller, so that what waits on it can be collected with its process. */
export function never(): Promise<never> {
  return new Promise(() => {});
}

/** A result as a number for the hash; what has no number that says it all is read as text. */
function digest(result: unknown): number {
  if (typeof result === "number") return Number.isSafeInteger(result) ? result : 0;
  if (typeof result === "string") return -ERRNO[result as Errno];
  if (typeof result !== "object" || result === null) return 0;
  const { bytes, source } = result as { bytes?: number; source?: { port?: number } };
  if (bytes !== undefined) return bytes + (source?.port ?? 0) * 0x1_0000_0000;
  const { fd, address } = result as { fd?: number; address?: { port?: number } };
  if (fd !== undefined && address !== undefined) return fd + (address.port ?? 0) * 0x1_0000_0000;
  return RollingHash.ofString(valuesText(result));
}

/** The values of a record, as join() writes them. */
function valuesText(record: object): string {
  let text = "";
  let separator = "";
  for (const value of Object.values(record)) {
    text += separator + String(value);
    separator = ",";
  }
  return text;
}

/** What an error message names beside the call: the descriptor or path, and the endpoint if there is one. */
function subjectOf(args: readonly unknown[]): string {
  // Who is told the path knows the numbers beside it.
  const names = args.filter((argument) => typeof argument === "string");
  if (names.length > 0) return names.join(", ");
  const parts: string[] = [];
  for (const argument of args) {
    if (typeof argument === "number") parts.push(String(argument));
    else {
      const text = endpointText(argument);
      if (text !== undefined) parts.push(text);
    }
  }
  return parts.join(", ");
}
