/**
 * The runtime of Node programs: code that uses Node's own modules, as processes on virtual hosts.
 *
 * Read first: kernel/image.ts; docs/SPIKE-NODE-HANDLE.md, "How to call back". Each woken operation gets a turn of its own
 * (node/turns.ts). What a turn throws is an error that nobody caught, of the process whose turn it is.
 */
import type { Runnable } from "../../base/scheduler.ts";
import { MainProgram } from "../../host/main-program.ts";
import type { Image, ProgramRuntime, RunningProgram } from "../../kernel/image.ts";
import { Operation } from "../../kernel/operation.ts";
import { inTurn } from "../turns.ts";
import { current } from "./context.ts";
import { neverReady } from "./never-ready.ts";
import { NodeProcess } from "./node-process.ts";
import { begun, ended, followTicks } from "./shared-ticks.ts";
import { takeDispatcher } from "./singletons.ts";

/** What a process waits for that has called host.run(). */
const RESULT = neverReady("run", "the result of another process");

const processes: WeakMap<Image, NodeProcess> = new WeakMap<Image, NodeProcess>();

export const nodeRuntime: ProgramRuntime = {
  name: "Node program",
  accepts: (program) => program instanceof MainProgram,
  start(image: Image, program: unknown, args: readonly string[]): RunningProgram {
    const process = new NodeProcess(image, program as MainProgram, args);
    processes.set(image, process);
    begun(process);
    process.begin();
    const stop = (): void => {
      ended(process);
      process.stop();
    };
    return { stop };
  },
  schedule(image: Image, turn: Runnable): void {
    const process = processes.get(image);
    if (process !== undefined) inTurn(new Turn(process, turn));
  },
  signal(_image: Image, deliver: () => void): void {
    inTurn({ run: deliver });
  },
  awaitResult(): () => void {
    const asking = current();
    if (asking === undefined) return () => {};
    const waiting = new Operation<0>(asking.process, RESULT, () => {});
    waiting.arm();
    asking.reference();
    return () => {
      waiting.cancel();
      asking.unreference();
    };
  },
};

class Turn implements Runnable {
  readonly #process: NodeProcess;
  readonly #turn: Runnable;

  constructor(process: NodeProcess, turn: Runnable) {
    this.#process = process;
    this.#turn = turn;
  }

  run(): void {
    try {
      this.#turn.run();
    } catch (error) {
      this.#process.uncaught(error);
      const { runState } = this.#process.process;
      runState.leave();
      runState.activity();
    }
    takeDispatcher(this.#process);
    followTicks(this.#process);
  }
}
