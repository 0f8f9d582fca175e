/**
 * Reading the tables of /etc: lines of words, where # begins a comment.
 */
import type { Sys } from "../../kernel/sys/sys.ts";
import { SystemError } from "../../kernel/system-error.ts";

const READ_BYTES = 16_384;

/** The words of each line that has any. No lines when there is no such file, or it may not be read. */
export async function readTable(sys: Sys, path: string): Promise<readonly (readonly string[])[]> {
  const text = await readText(sys, path);
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
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(READ_BYTES);
  let text = "";
  for (;;) {
    const bytes = await sys.read(fd, buffer);
    if (bytes === 0) break;
    text += decoder.decode(buffer.subarray(0, bytes), { stream: true });
  }
  sys.close(fd);
  return text;
}
