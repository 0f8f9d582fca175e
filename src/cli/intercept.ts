/**
 * What a scenario prints by itself, with console.log: in its place between the lines of the transcript, or on standard
 * error where standard output is JSON or the result alone.
 */

/** Where lines of the transcript go. */
interface Sink {
  write(text: string): void;
}

/** Takes over process.stdout until it is disposed of. */
export function interceptPrinting(sink: Sink | null): Disposable {
  const { stdout, stderr } = process;
  const original = stdout.write;
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    if (sink === null) stderr.write(chunk);
    else sink.write(typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk));
    const done = rest.at(-1);
    if (typeof done === "function") process.nextTick(done);
    return true;
  };
  stdout.write = write as typeof stdout.write;
  return {
    [Symbol.dispose]: () => {
      stdout.write = original;
    },
  };
}
