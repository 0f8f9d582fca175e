/** What a program of /bin prints, for the services that pass it on. */
import type { Sys } from "../../../kernel/sys/sys.ts";
import { lines } from "../lines.ts";

export async function programOutput(sys: Sys, path: string, args: readonly string[]): Promise<string> {
  const [reader, writer] = sys.pipe();
  const pid = sys.fork(async (child) => {
    child.dup2(writer, 1);
    child.close(reader);
    child.close(writer);
    await child.execve(path, args);
  });
  sys.close(writer);
  let text = "";
  for await (const line of lines(sys, reader)) text += line;
  sys.close(reader);
  await sys.waitpid(pid);
  return text;
}
