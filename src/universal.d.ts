/**
 * The globals that the core may use beyond ECMAScript itself, because Node and every browser have them with one meaning.
 *
 * The core is compiled with `types: []` and no DOM library, so a name that is not here does not exist for it. Each entry has its
 * reason and shows only the part that we use. Time, chance, output and macrotasks are absent on purpose: they come from the World
 * and from the Platform record.
 */

/** Text in packets, paths and files is UTF-8; the encoding is fixed by a standard, so every engine gives the same bytes. */
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}

/** The way back. Only UTF-8 is declared: other labels need tables that some builds of Node leave out. */
declare class TextDecoder {
  constructor(label?: "utf-8", options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: ArrayBufferView | ArrayBuffer, options?: { stream?: boolean }): string;
}

/** The one scheduling primitive that is ordered by the language and never reaches a clock. */
declare function queueMicrotask(callback: () => void): void;

/** A way to cancel a waiting call that callers already have in hand; the core listens and never creates one. */
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
