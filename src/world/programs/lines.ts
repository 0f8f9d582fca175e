/**
 * Reading a descriptor piece by piece, or line by line, for the programs of /bin.
 */
import type { Sys } from "../../kernel/sys/sys.ts";

const PIECE_BYTES = 4096;
/** A longer line is given in parts, so that one without an end needs no memory without end. */
const LINE_MAX_BYTES = 1_048_576;
const NEWLINE = 10;

/** What comes from a descriptor, piece by piece; the bytes are good until the next piece. */
export async function* pieces(sys: Sys, fd: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(PIECE_BYTES);
  for (;;) {
    const bytes = await sys.read(fd, buffer);
    if (bytes === 0) return;
    yield buffer.subarray(0, bytes);
  }
}

/** What comes from a descriptor, line by line, each with its newline; the last one may have none. */
export async function* lines(sys: Sys, fd: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest: number[] = [];
  for await (const piece of pieces(sys, fd)) {
    let from = 0;
    for (let at = piece.indexOf(NEWLINE); at !== -1; at = piece.indexOf(NEWLINE, from)) {
      const part = piece.subarray(from, at + 1);
      yield decoder.decode(rest.length === 0 ? part : Uint8Array.from([...rest, ...part]));
      rest = [];
      from = at + 1;
    }
    for (const byte of piece.subarray(from)) rest.push(byte);
    if (rest.length >= LINE_MAX_BYTES) {
      yield decoder.decode(Uint8Array.from(rest));
      rest = [];
    }
  }
  if (rest.length > 0) yield decoder.decode(Uint8Array.from(rest));
}

/** Writes all of it; the descriptor may not wait. */
export async function writeAll(sys: Sys, fd: number, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) written += await sys.write(fd, bytes.subarray(written));
}
