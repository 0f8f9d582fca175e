/**
 * Refusing a way out of the world, with its name and with the word for `allow` that lets it through.
 */
import { current } from "./context.ts";
import { isLoaderCalling } from "./module-loading.ts";

/** An escape that was refused. */
class EscapeError extends Error {
  readonly code = "ERR_NETLOOM_ESCAPE";

  constructor(what: string, word: string, process: string) {
    super(`${process}: ${what} reaches out of the virtual world, and is refused; allow: ["${word}"] lets it through`);
    this.name = "EscapeError";
  }
}

/** Is a virtual process at work that may not do this? */
export function isRefused(word: string): boolean {
  const owner = current();
  return owner !== undefined && !owner.allow.includes(word);
}

/** What a loader of modules may do: it compiles in a worker, and keeps what it has compiled in files. */
const OF_LOADERS: ReadonlySet<string> = new Set(["fs", "worker", "child_process"]);

/** Throws when a virtual process that may not do this is doing it. */
export function refuse(what: string, word: string): void {
  if (isRefused(word) && !(OF_LOADERS.has(word) && isLoaderCalling()))
    throw new EscapeError(what, word, current()?.title ?? "");
}
