/**
 * Reading the tables of /etc: lines of words, where # begins a comment.
 */
import type { Sys } from "../../kernel/sys/sys.ts";
import { SystemError } from "../../kernel/system-error.ts";

const READ_BYTES = 4096;
const whole: TextDecoder = new TextDecoder();

/** The words of each line that has any. */
export type Table = readonly (readonly string[])[];

/** The last texts that were read, and what is in them: a program looks a name up again and again. */
const known: Map<string, Table> = new Map<string, Table>();
const KNOWN_MAX = 16;

/** The table in a file. No lines when there is no such file, or it may not be read. */
export async function readTable(sys: Sys, path: string): Promise<Table> {
  const text = await readText(sys, path);
  const before = known.get(text);
  if (before !== undefined) return before;
  const table = parse(text);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(text, table);
  return table;
}

function parse(text: string): Table {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.split(/\s+/));
}

async function readText(sys: Sys, path: string): Promise<string> {
  let fd: number;
  try {
    fd = await sys.open(path, 0);
  } catch (error) {
    if (error instanceof SystemError) return "";
    throw error;
  }
  const buffer = new Uint8Array(READ_BYTES);
  let bytes = await sys.read(fd, buffer);
  let text = "";
  // Nearly every table comes in one piece.
  if (bytes < READ_BYTES) text = whole.decode(buffer.subarray(0, bytes));
  else {
    const decoder = new TextDecoder();
    for (; bytes > 0; bytes = await sys.read(fd, buffer)) {
      text += decoder.decode(buffer.subarray(0, bytes), { stream: true });
    }
  }
  sys.close(fd);
  return text;
}
