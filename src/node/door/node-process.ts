/**
 * NodeProcess: a virtual process that runs Node code.
 *
 * Read first: context.ts, runtime.ts; Node's own "event loop is empty" rule. Order: begin() → a turn → main() in the
 * process's context → … each handle and timer counts as a reference → the last one gone, and main settled: exit.
 * An error that nobody caught ends this process only: a domain of its own catches it (uncaught.ts).
 */
import { AsyncResource } from "node:async_hooks";
import type { Errno } from "../../abi/errno.ts";
import type { MainOutcome, MainProgram } from "../../host/main-program.ts";
import type { Image } from "../../kernel/image.ts";
import type { Process } from "../../kernel/process.ts";
import { enter } from "./context.ts";

/** Something that a process has open and that is closed with it: a timer, a handle. */
export interface Owned {
  /** The process has ended: call nothing back. */
  abandon(): void;
}

export class NodeProcess {
  readonly image: Image;
  readonly process: Process;
  readonly args: readonly string[];
  /** The context that handles are made in which no code asked for, such as accepted connections. */
  readonly root: AsyncResource;
  /** What has to be given up when it ends. */
  readonly owned: Set<Owned> = new Set<Owned>();
  readonly #program: MainProgram;
  #references = 0;
  #isMainSettled = false;
  #hasTold = false;
  exitCode = 0;
  /** When it began, in ns since the world's start. */
  readonly startNs: number;

  constructor(image: Image, program: MainProgram, args: readonly string[]) {
    this.image = image;
    this.process = image.process;
    this.args = args;
    this.#program = program;
    this.startNs = image.process.runState.scheduler.nowNs;
    this.root = enter(this, () => new AsyncResource("NETLOOM_PROCESS"));
  }

  get isAlive(): boolean {
    return this.image.alive;
  }

  /** Virtual time now, in ns since the world's start. */
  get nowNs(): number {
    return this.process.runState.scheduler.nowNs;
  }

  /** Virtual wall clock now, in ms since 1970, with a fraction. */
  get wallMs(): number {
    return this.process.kernel.epochMs + this.nowNs / 1e6;
  }

  begin(): void {
    this.turn(() => this.root.runInAsyncScope(() => this.#main()));
  }

  /** Lets something happen in a turn of its own, in the order of these calls, before the clock moves. */
  turn(run: () => void): void {
    this.image.scheduleTurn({ run });
  }

  /** Makes a kernel call: counted, noted in the hash, and what it sets off happens. */
  call<R>(name: string, run: () => R | Errno): R | Errno {
    const { process } = this;
    const { runState } = process;
    process.lastCall = name;
    if (!this.isAlive || !runState.enter(process, name) || !this.isAlive) return "EBADF";
    const result = run();
    runState.scheduler.note(process, name, typeof result === "number" ? result : 0);
    runState.leave();
    return result;
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

  /** exit(3) of the process. */
  exit(code: number): void {
    this.exitCode = code;
    this.image.exit(code);
  }

  /** An error that nobody caught. */
  crash(error: unknown): void {
    if (!this.isAlive) return;
    this.#tell({ kind: "thrown", error });
    this.image.crash(error);
  }

  /** The kernel has ended it, or it has run something else. */
  stop(): void {
    for (const one of [...this.owned]) one.abandon();
    this.owned.clear();
    this.#tell({ kind: "killed" });
  }

  /** Nothing of it can ever happen again: it ends in a turn of its own, unless something comes up until then. */
  endIfIdle(): void {
    if (!this.#isIdle) return;
    this.turn(() => {
      if (this.#isIdle) this.exit(this.exitCode);
    });
  }

  get #isIdle(): boolean {
    return this.isAlive && this.#isMainSettled && this.#references === 0;
  }

  #main(): void {
    let outcome: unknown;
    try {
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
    this.exit(this.exitCode);
  }

  #failed(error: unknown): void {
    if (this.#program.endsWithMain) {
      // Whoever asked for the result hears of it; it is no crash of a program that runs by itself.
      this.#tell({ kind: "thrown", error });
      if (this.isAlive) this.exit(1);
    } else {
      this.crash(error);
    }
  }

  #tell(outcome: MainOutcome): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    this.#program.settled(outcome);
  }
}
