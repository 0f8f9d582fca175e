/**
 * NodeProcess: a virtual process that runs Node code.
 *
 * Read first: context.ts, runtime.ts; Node's own "event loop is empty" rule. Order: begin() → a turn → main() in the
 * process's context → … each handle and timer counts as a reference → the last one gone, and main settled: "beforeExit",
 * exit. An error that nobody caught ends this process only: uncaught() is told by the bottom of each turn (runtime.ts), and by
 * Node itself for what ticks and promises throw (process-events.ts).
 */
import { AsyncResource } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { inspect } from "node:util";
import type { Errno } from "../../abi/errno.ts";
import { SIG_IGN, SIGPIPE } from "../../abi/signal.ts";
import type { Host } from "../../host/host.ts";
import type { MainOutcome, MainProgram } from "../../host/main-program.ts";
import * as ioCalls from "../../kernel/calls/io.ts";
import type { Image } from "../../kernel/image.ts";
import type { Process } from "../../kernel/process.ts";
import { SignalSet } from "../../kernel/signals/signal-set.ts";
import { current, enter, isForAll } from "./context.ts";
import { ExitSignal } from "./exit-signal.ts";
import { refuseFakeTimers } from "./fake-timers.ts";
import type { ProcessState } from "./process-state.ts";
import { captured } from "./uncaught.ts";

const STDERR = 2;
/** Node's exit status where what handles an uncaught error throws. */
const HANDLER_FAILED = 7;

/** Something that a process has open and that is closed with it: a timer, a handle. */
export interface Owned {
  /** The process has ended: call nothing back. */
  abandon(): void;
}

export class NodeProcess {
  readonly image: Image;
  readonly process: Process;
  readonly args: readonly string[];
  readonly host: Host;
  /** The ways out of the world that it may take. */
  readonly allow: readonly string[];
  /** The context that handles are made in which no code asked for, such as accepted connections. */
  readonly root: AsyncResource;
  /** What has to be given up when it ends. */
  readonly owned: Set<Owned> = new Set<Owned>();
  /** Where process.on() of its code registers. */
  readonly events: EventEmitter = new EventEmitter();
  /** What the parts of the door keep of it: its streams, its environment, its agents. */
  readonly state: Partial<ProcessState> = {};
  readonly #program: MainProgram;
  #references = 0;
  #isMainSettled = false;
  #hasTold = false;
  #isExiting = false;
  #awaitsNative = false;
  /** process.exitCode. */
  exitCode: number | undefined = undefined;
  /** When it began, in ns since the world's start. */
  readonly startNs: number;

  constructor(image: Image, program: MainProgram, args: readonly string[]) {
    this.image = image;
    this.process = image.process;
    this.args = args;
    this.#program = program;
    this.host = program.host;
    this.allow = program.allow;
    this.startNs = this.nowNs;
    // As Node does at its start.
    this.process.signals.setAction(SIGPIPE, { handler: SIG_IGN, flags: 0, mask: new SignalSet() });
    this.root = enter(this, () => new AsyncResource("NETLOOM_PROCESS"));
  }

  get isAlive(): boolean {
    return this.image.alive;
  }

  /** For messages: `server[2] on alice`. */
  get title(): string {
    return this.process.title;
  }

  get hostName(): string {
    return this.host.name;
  }

  /** Virtual time now by the clock of the host, in ns since the world's start. */
  get nowNs(): number {
    const { kernel, runState } = this.process;
    return kernel.clock.localNs(runState.scheduler.nowNs);
  }

  /** When, in the world's time, the clock of the host says that. */
  worldNs(localNs: number): number {
    return this.process.kernel.clock.worldNs(localNs);
  }

  /** Virtual wall clock now, in ms since 1970, with a fraction. */
  get wallMs(): number {
    return this.process.kernel.clock.epochMs + this.nowNs / 1e6;
  }

  /** The same in ns. */
  get wallNs(): bigint {
    return BigInt(this.process.kernel.clock.epochMs) * 1_000_000n + BigInt(this.nowNs);
  }

  begin(): void {
    this.turn(() => this.root.runInAsyncScope(() => this.#main()));
  }

  /** Lets something happen in a turn of its own, in the order of these calls, before the clock moves. */
  turn(run: () => void): void {
    this.image.scheduleTurn({ run });
  }

  /**
   * Native code of Node's goes on in the next round of the event loop, as TLS does after a write: the clock waits for it. One
   * turn may still come before it, in this round.
   */
  awaitNative(): void {
    if (this.#awaitsNative) return;
    this.#awaitsNative = true;
    this.turn(() => {
      this.#awaitsNative = false;
      this.turn(() => {});
    });
  }

  /** Makes a kernel call: counted, noted in the hash, and what it sets off happens. */
  call<R>(name: string, run: () => R | Errno): R | Errno {
    return this.enterCall(name) ? this.leaveCall(name, run()) : "EBADF";
  }

  /** A kernel call begins. False when it can't be made: EBADF, as of a process whose descriptors are closed. */
  enterCall(name: string): boolean {
    const { process } = this;
    process.lastCall = name;
    return this.isAlive && process.runState.enter(process, name) && this.isAlive;
  }

  /** It ends with this result. */
  leaveCall<R>(name: string, result: R): R {
    const { process } = this;
    const { runState } = process;
    runState.scheduler.note(process, name, typeof result === "number" ? result : 0);
    runState.leave();
    if (process.needsAttention) void process.signals.atBoundary();
    return result;
  }

  /** A socket of this process is used: by code of it? Throws an Error that says whose socket it is, and who uses it. */
  assertOwn(): void {
    const user = current();
    if (user === this || !this.isAlive) return;
    const who = user === undefined ? "code outside of all virtual processes" : user.title;
    throw new Error(`a socket of ${this.title} is used by ${who}: each process makes its own`);
  }

  /** As assertOwn(), for what may also be done outside of all processes, and for all of them: closing, pausing, looking at it. */
  assertNotForeign(): void {
    const user = current();
    if (user !== this && user !== undefined && !isForAll()) this.assertOwn();
  }

  /** One more thing keeps the process alive. */
  reference(): void {
    this.#references++;
  }

  /** One less. */
  unreference(): void {
    this.#references--;
    this.endIfIdle();
  }

  /** exit(3) of the process: its "exit" listeners are called, and it ends. */
  exit(status: number): void {
    if (!this.isAlive || this.#isExiting) return;
    this.#isExiting = true;
    this.exitCode = status;
    enter(this, () => this.events.emit("exit", status));
    this.#tell({ kind: "exited", status });
    this.image.exit(this.exitCode & 0xff);
  }

  /** An error that nobody caught: for a listener of "uncaughtException", or the end of the process. */
  uncaught(error: unknown, origin: "uncaughtException" | "unhandledRejection" = "uncaughtException"): void {
    if (!this.isAlive || error instanceof ExitSignal) return;
    const { events } = this;
    enter(this, () => {
      this.#guarded(() => {
        events.emit("uncaughtExceptionMonitor", error, origin);
        if (!captured(this, error) && !events.emit("uncaughtException", error, origin)) this.#crash(error);
      });
    });
  }

  /** The kernel has ended it, or it has run something else. */
  stop(): void {
    for (const one of [...this.owned]) one.abandon();
    this.owned.clear();
    this.#tell({ kind: "killed" });
  }

  /** Nothing of it can ever happen again: it ends in a turn of its own, unless something comes up until then. */
  endIfIdle(): void {
    if (!this.#isIdle()) return;
    this.turn(() => {
      if (!this.#isIdle()) return;
      enter(this, () => this.events.emit("beforeExit", this.exitCode ?? 0));
      // What a listener has begun keeps it alive; promises have had their turn when the next one comes.
      this.turn(() => {
        if (this.#isIdle()) this.exit(this.exitCode ?? 0);
      });
    });
  }

  /** Does nothing hold it any more? */
  get isIdle(): boolean {
    return this.#isIdle();
  }

  #isIdle(): boolean {
    return this.isAlive && this.#isMainSettled && this.#references === 0;
  }

  #main(): void {
    let outcome: unknown;
    try {
      refuseFakeTimers();
      outcome = this.#program.main();
    } catch (error) {
      this.#failed(error);
      return;
    }
    Promise.resolve(outcome).then(
      (value) => this.#succeeded(value),
      (error: unknown) => this.#failed(error),
    );
  }

  #succeeded(value: unknown): void {
    if (!this.isAlive) return;
    this.#isMainSettled = true;
    if (!this.#program.endsWithMain) {
      this.endIfIdle();
      return;
    }
    this.#tell({ kind: "result", value });
    this.exit(this.exitCode ?? 0);
  }

  #failed(error: unknown): void {
    if (!this.isAlive || error instanceof ExitSignal) return;
    if (this.#program.endsWithMain) {
      // Whoever asked for the result hears of it; it is no crash of a program that runs by itself.
      this.#tell({ kind: "thrown", error });
      this.exit(1);
    } else {
      this.#isMainSettled = true;
      this.uncaught(error);
    }
  }

  #crash(error: unknown, status: number = 1): void {
    this.exitCode = status;
    this.#isExiting = true;
    // As Node, but for the stack, in which the machine's paths are: that is in the world's `crashes`.
    this.#guarded(() => {
      const text = new TextEncoder().encode(`Uncaught ${error instanceof Error ? error : inspect(error)}\n`);
      this.call("write", () => ioCalls.write(this.process, STDERR, text));
    });
    this.#guarded(() => this.events.emit("exit", status));
    this.#tell({ kind: "thrown", error });
    this.image.crash(error, status);
  }

  /** What is told of an error and throws itself ends the process; while it ends for an error already, that makes no second one. */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof ExitSignal) && !this.#isExiting) this.#crash(error, HANDLER_FAILED);
    }
  }

  #tell(outcome: MainOutcome): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    this.#program.settled(outcome);
  }
}
