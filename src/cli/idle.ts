/**
 * Waiting for a scenario's own promises, which may never settle.
 *
 * When Node's event loop runs dry, nothing is left that could settle a promise: that is told at once. While the loop is
 * kept alive by something, a note on standard error says every few seconds what the command waits for.
 */
import { Failure } from "./failure.ts";

const NOTE_MS = 5000;

/** The promise's outcome; a Failure when it can never have one. `what` is it that does not come to its end. */
export function settles<T>(promise: PromiseLike<T> | T, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    let idleTimes = 0;
    const onIdle = (): void => {
      // A world that is being run hears of this too, and knows better who holds its clock: it goes first.
      if (++idleTimes === 1) setImmediate(() => {});
      else reject(new Failure(1, `${what} awaits a promise that nothing can settle any more`));
    };
    process.on("beforeExit", onIdle);
    const note = setInterval(() => process.stderr.write(`netloom: waiting for ${what}\n`), NOTE_MS).unref();
    const end = (): void => {
      process.off("beforeExit", onIdle);
      clearInterval(note);
    };
    Promise.resolve(promise).then(resolve, reject).finally(end);
  });
}
