/**
 * The runtime of TypeScript programs: `async (sys, ...args) => status`.
 */
import { describe } from "../base/describe.ts";
import { Door } from "./door/door.ts";
import type { Image, ProgramRuntime, RunningProgram } from "./image.ts";
import type { Program } from "./sys/sys.ts";

/** Nothing has to be stopped: calls of left-over code do nothing by themselves. */
const RUNNING: RunningProgram = { stop: () => {} };

/** Starts functions as programs. */
export const functionRuntime: ProgramRuntime = {
  name: "function",
  accepts: (program) => typeof program === "function",
  start(image: Image, program: unknown, args: readonly string[]): RunningProgram {
    const outcome = (program as Program)(new Door(image), ...args);
    if (isPromise(outcome)) {
      outcome.then(
        (status) => finish(image, status),
        (error: unknown) => image.crash(error),
      );
    } else {
      finish(image, outcome);
    }
    return RUNNING;
  },
};

function isPromise(value: unknown): value is PromiseLike<number | void> {
  return typeof value === "object" && value !== null && "then" in value;
}

/** A program's result is its exit status; anything but an integer is a mistake that is told. */
function finish(image: Image, status: unknown): void {
  if (status === undefined) image.exit(0);
  else if (Number.isInteger(status)) image.exit(status as number);
  else image.crash(new TypeError(`a program gives an integer as its exit status, or nothing; not ${describe(status)}`));
}
