/**
 * What went wrong, in the words that a person is shown.
 *
 * Order: toFailure() of anything that was thrown: a Failure as it is; an error of a run (deadlock, livelock, …) by its
 * message, which says what to do; any other error came out of the scenario and is shown with the places in its files.
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { DeadlockError, describe, EndOfTimeError, HeldClockError, LivelockError } from "../entry-node.ts";

/** Where our own code lies, whose frames say nothing to the author of a scenario. */
const OURS = [new URL("..", import.meta.url).href, new URL("../../src/", import.meta.url).href].map(toPath);
const FRAMES_MAX = 8;
const FRAME = /^\s+at (?:(.*?) \()?((?:file:\/\/|\/|[A-Za-z]:\\).*?):(\d+):(\d+)\)?$/;

/** The command ends with this message and status. */
export class Failure extends Error {
  readonly status: 1 | 2;

  constructor(status: 1 | 2, message: string) {
    super(message);
    this.name = "Failure";
    this.status = status;
  }
}

/** Anything that was thrown, as the failure that it is. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(1, isOfRun(error) ? (error as Error).message : describeError(error));
}

/** `TypeError: …`, and the places in the scenario's files that led to it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `${inspectThrown(error)} was thrown, which is no Error and has no stack`;
  return [summarize(error), ...framesOf(error)].join("\n");
}

/** The same in one line. */
export function summarize(error: unknown): string {
  if (!(error instanceof Error)) return inspectThrown(error);
  return describe(error).split("\n")[0] as string;
}

/** A path as seen from the working directory, with forward slashes on every system. */
export function shownPath(path: string): string {
  return (relative(process.cwd(), path) || ".").replaceAll("\\", "/");
}

/** A path or file URL in a stack, without what the loader adds to it. */
export function toPath(place: string): string {
  const bare = place.replace(/[?#].*$/, "");
  return bare.startsWith("file:") ? fileURLToPath(bare) : bare;
}

/** Is it the world that stopped the run? Such an error says what to do in its message, and its stack is our own. */
export function isOfRun(error: unknown): boolean {
  return [DeadlockError, LivelockError, HeldClockError, EndOfTimeError].some((kind) => error instanceof kind);
}

function framesOf(error: Error): string[] {
  const frames = stackOf(error)
    .split("\n")
    .flatMap((line) => {
      const [, caller, place, row, column] = FRAME.exec(line) ?? [];
      if (place === undefined) return [];
      const path = toPath(place);
      if (
        OURS.some((folder) => path.startsWith(folder)) ||
        /[\\/]node_modules[\\/](?!netloom[\\/]examples)/.test(path)
      ) {
        return [];
      }
      const where = `${shownPath(path)}:${row}:${column}`;
      return [caller === undefined ? `    at ${where}` : `    at ${caller.replace(/^Module\./, "")} (${where})`];
    });
  return frames.slice(0, FRAMES_MAX);
}

/** What was thrown may be an object that throws when it is looked at. */
function stackOf(error: Error): string {
  try {
    return typeof error.stack === "string" ? error.stack : "";
  } catch {
    return "";
  }
}

function inspectThrown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : describe(value);
}
