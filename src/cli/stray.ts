/**
 * Errors that nobody caught while a scenario runs: a promise that no program awaits, a timer of the scenario's own.
 *
 * Node would end the process at once. Here the world is closed, so that the run ends as any other that failed: with its
 * report, its seed and the command that replays it.
 */
import { SystemError } from "../entry-node.ts";
import { Failure, toFailure } from "./failure.ts";
import type { Stage } from "./stage.ts";

/** Watches for such errors until it is disposed of; the first one counts. */
export class StrayErrors implements Disposable {
  failure: Failure | null = null;
  /** Rejects at the first such error: for waiting that nothing else would end. */
  readonly failed: Promise<never>;
  #reject: (failure: Failure) => void = () => {};
  readonly #stage: Stage;
  readonly #listener: (error: unknown) => void = (error) => this.#take(error);

  constructor(stage: Stage) {
    this.#stage = stage;
    this.failed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    // Nobody may be waiting when it comes.
    this.failed.catch(() => {});
    process.on("uncaughtException", this.#listener);
    process.on("unhandledRejection", this.#listener);
  }

  [Symbol.dispose](): void {
    process.off("uncaughtException", this.#listener);
    process.off("unhandledRejection", this.#listener);
  }

  #take(error: unknown): void {
    const { message } = toFailure(error);
    const whose =
      error instanceof SystemError
        ? `a call of ${error.process} failed, and no program awaited its promise`
        : "an error that no program caught";
    this.failure ??= new Failure(1, `${whose}: ${message}`);
    this.#reject(this.failure);
    void this.#stage.close();
  }
}
