/**
 * What a process runs: its program, and the ProgramRuntime that knows how to run such a program.
 *
 * ProgramRuntime is the table between the kernel and kinds of programs: TypeScript functions (kernel/function-runtime.ts),
 * Node code (node/), later WebAssembly. To add a kind, implement it and register it with `world.runtimes.add(runtime)`.
 * exec() gives a process a new image: left-over code of the old one holds a dead image, whose calls do nothing.
 */
import { exitedStatus } from "../abi/wait.ts";
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
}

/** One program in one process. */
export class Image {
  readonly process: Process;
  #running: RunningProgram | null = null;
  #alive = true;

  constructor(process: Process) {
    this.process = process;
  }

  /** Does the process still live and still run this program? */
  get alive(): boolean {
    return this.#alive;
  }

  /** Runs the program; what it throws at once is its crash. */
  start(runtime: ProgramRuntime, program: unknown, args: readonly string[]): void {
    try {
      const running = runtime.start(this, program, args);
      if (this.#alive) this.#running = running;
      else running.stop();
    } catch (error) {
      this.crash(error);
    }
  }

  /** The program has come to its end: exit(status). */
  exit(status: number): void {
    if (!this.#alive) return;
    this.process.terminate(exitedStatus(status), "exit", `exit status ${status & 0xff}`);
    this.process.runState.leave();
    this.process.runState.resume();
  }

  /** The program threw. */
  crash(error: unknown): void {
    if (!this.#alive) return;
    this.process.crash(error);
    this.process.runState.leave();
    this.process.runState.resume();
  }

  /** The process has ended, or runs another program. */
  discard(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#running?.stop();
    this.#running = null;
  }
}
