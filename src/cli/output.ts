/**
 * Standard output: lines are gathered and written in large pieces.
 *
 * A trace listener can't wait, so the back-pressure is a blocking write: the experiment goes on when the reader has
 * taken the piece, and memory holds one piece at most. What is gathered is written out in time when little happens.
 */
import { writeSync } from "node:fs";

const PIECE_MAX_CHARACTERS = 65_536;
const FLUSH_DELAY_MS = 50;
/** How long to wait before a full pipe that does not block is tried again. */
const RETRY_MS = 2;
const STDOUT = 1;
/** As a process that SIGPIPE has ended. */
const EXIT_PIPE_CLOSED = 141;

class Output {
  #pieces: string[] = [];
  #characters = 0;
  #timer: NodeJS.Timeout | null = null;

  write(text: string): void {
    this.#pieces.push(text);
    this.#characters += text.length;
    if (this.#characters >= PIECE_MAX_CHARACTERS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_DELAY_MS).unref();
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#characters === 0) return;
    const bytes = new TextEncoder().encode(this.#pieces.join(""));
    this.#pieces = [];
    this.#characters = 0;
    for (let written = 0; written < bytes.length; ) written += writeSome(bytes.subarray(written));
  }
}

function writeSome(bytes: Uint8Array): number {
  try {
    return writeSync(STDOUT, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The reader has seen enough (`| head`): nothing that we could still say would be read.
    if (code === "EPIPE") process.exit(EXIT_PIPE_CLOSED);
    if (code !== "EAGAIN") throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    return 0;
  }
}

/** The one of this process. */
export const output: Output = new Output();
