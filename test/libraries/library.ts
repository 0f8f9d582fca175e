/** What the tests need of a library: a server that answers a word in capitals, a client that asks it, and how it meets a partition. */

/** Notes something that the library itself says or does: an event, an error, a new attempt. */
export type Tell = (what: string) => void;

/** What a client gives. */
export interface Client {
  /** Sends the word, and answers what comes back. */
  exchange(word: string): Promise<string>;
  close(): unknown;
}

export interface Library {
  readonly name: string;
  /** The server's main. */
  readonly serve: () => unknown;
  /** A client on another host, of the server on host "b". */
  readonly open: (tell: Tell) => Client | Promise<Client>;
  /**
   * What it does by itself while the network is gone for a minute: what `tell` was told and what became of the exchange that
   * was begun right after the cut, each with the seconds since then.
   */
  readonly partition: readonly string[];
}

export const PORT = 8000;
export const nothing = (): void => {};

/** An error in a few words. */
export function wordsOf(error: unknown): string {
  const { name, code, message } = error as Error & { code?: unknown };
  return `${typeof code === "string" ? code : name}: ${message}`;
}

/** A network on which two frames of a hundred are lost. */
export const BAD = { delayMs: 50, lossRate: 0.02, seed: 7 } as const;
