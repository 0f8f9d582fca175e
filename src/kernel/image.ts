/**
 * What a process runs: its program, and the ProgramRuntime that knows how to run such a program.
 *
 * ProgramRuntime is the table between the kernel and kinds of programs: TypeScript functions (kernel/function-runtime.ts),
 * Node code (node/), later WebAssembly. To add a kind, implement it and register it with `world.runtimes.add(runtime)`.
 * exec() gives a process a new image: left-over code of the old one holds a dead image, whose calls do nothing.
 */
import { exitedStatus } from "../abi/wait.ts";
import type { Runnable } from "../base/scheduler.ts";
import type { Process } from "./process.ts";

/** A running program, as its runtime gives it to the kernel. */
export interface RunningProgram {
  /** The process has ended, or runs another program now: call nothing of it any more. */
  stop(): void;
}

/** How a kind of program is started, stopped and called back. */
export interface ProgramRuntime {
  /** For messages: "function". */
  readonly name: string;
  /** Is this a program of its kind? The first runtime that says so starts it. */
  accepts(program: unknown): boolean;
  /**
   * Starts the program. It may throw, which is a crash. Later it calls `image.exit(status)` or `image.crash(error)`
   * once, and makes kernel calls on behalf of `image.process` while `image.alive`.
   */
  start(image: Image, program: unknown, args: readonly string[]): RunningProgram;
  /**
   * Gives an operation that was woken its turn, later and on an empty stack, in the order of these calls; the clock does
   * not move while turns are owed. Without it, turns are taken at the exit of the call, or after the event, that has
   * woken the operation: right for programs that are called back through promises.
   */
  schedule?(image: Image, turn: Runnable): void;
  /**
   * Lets the program's signal handlers run: calls `deliver` later, on an empty stack, before the clock moves. Without
   * it, they run in a microtask.
   */
  signal?(image: Image, deliver: () => void): void;
  /**
   * The result of a process is asked for, as host.run() does: by a process of this runtime? Then it waits, and does not hold the
   * clock, until what this answers is called.
   */
  awaitResult?(): () => void;
}

/** One program in one process. */
export class Image {
  /** A turn, as the runtime is given it: one small object for each time that an operation is woken. */
  static readonly #OwedTurn = class implements Runnable {
    readonly #image: Image;
    readonly #operation: Runnable;

    constructor(image: Image, operation: Runnable) {
      this.#image = image;
      this.#operation = operation;
    }

    run(): void {
      this.#image.#takeTurn(this.#operation);
    }
  };

  readonly process: Process;
  /** What signal handlers get as their third argument: the runtime's form of the system calls. */
  handlerContext: unknown = undefined;
  #runtime: ProgramRuntime | null = null;
  #running: RunningProgram | null = null;
  #alive = true;
  #owedTurns = 0;

  constructor(process: Process) {
    this.process = process;
  }

  /** Does the process still live and still run this program? */
  get alive(): boolean {
    return this.#alive;
  }

  /** Runs the program; what it throws at once is its crash. */
  start(runtime: ProgramRuntime, program: unknown, args: readonly string[]): void {
    this.#runtime = runtime;
    try {
      const running = runtime.start(this, program, args);
      if (this.#alive) this.#running = running;
      else running.stop();
    } catch (error) {
      this.crash(error);
    }
  }

  /** An operation of the process was woken, and is owed a turn. */
  scheduleTurn(operation: Runnable): void {
    // Left-over code of a program that has ended gets no more turns.
    if (!this.#alive) return;
    const { runState } = this.process;
    if (this.#runtime?.schedule === undefined) {
      runState.scheduler.raise(operation);
      return;
    }
    this.#owedTurns++;
    runState.owedTurns++;
    this.#runtime.schedule(this, new Image.#OwedTurn(this, operation));
  }

  #takeTurn(operation: Runnable): void {
    if (!this.#alive) return;
    try {
      operation.run();
    } finally {
      // Owed until it is over: what it does needs no run loop while others wait for their turns.
      if (this.#alive) {
        this.#owedTurns--;
        this.process.runState.owedTurns--;
      }
    }
    this.process.runState.leave();
    this.process.runState.activity();
  }

  /** Signal handlers are due: lets them run, in the program's own time. */
  deliver(run: () => void): void {
    this.process.runState.resume();
    if (this.#runtime?.signal !== undefined) this.#runtime.signal(this, run);
    else void Promise.resolve().then(run);
  }

  /** The program has come to its end: exit(status). */
  exit(status: number): void {
    if (!this.#alive) return;
    this.process.terminate(exitedStatus(status), "exit", `exit status ${status & 0xff}`);
    this.process.runState.leave();
    this.process.runState.resume();
  }

  /** The program threw: it ends with this status. */
  crash(error: unknown, status: number = 1): void {
    if (!this.#alive) return;
    this.process.crash(error, status);
    this.process.runState.leave();
    this.process.runState.resume();
  }

  /** The process has ended, or runs another program. */
  discard(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.process.runState.owedTurns -= this.#owedTurns;
    this.#running?.stop();
    this.#running = null;
  }
}
