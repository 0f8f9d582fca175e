/**
 * Where a shell's commands come from: a text, a file, or a descriptor, line by line; and reading one whole command.
 *
 * A command may take several lines: while the parser says that there must be more, the next line is asked for.
 */
import { SystemError } from "../../../kernel/system-error.ts";
import { lines } from "../lines.ts";
import { errorText } from "../tool.ts";
import type { Executor } from "./execute.ts";
import { parse } from "./parser.ts";
import { IncompleteError, type List } from "./syntax.ts";

/** Gives the next line, with its newline; undefined at the end. `isMore`: of a command that has begun. */
export type LineSource = (isMore: boolean) => Promise<string | undefined>;

/** The lines of a text. */
export function textSource(text: string): LineSource {
  const rest = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  let at = 0;
  return async () => rest[at++];
}

/** The next command, complete; undefined at the end. Throws ShellSyntaxError. */
export async function readCommand(next: LineSource): Promise<List | undefined> {
  let text = "";
  for (;;) {
    const line = await next(text !== "");
    if (line === undefined) {
      if (text === "") return undefined;
      return parse(text);
    }
    text += line;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof IncompleteError)) throw error;
    }
  }
}

/** `. FILE`: runs the commands of a file in this shell. */
export async function source(executor: Executor, [path, ...args]: readonly string[]): Promise<number> {
  const { state } = executor;
  if (path === undefined) {
    await state.complain(".: which file?");
    return 2;
  }
  let text: string;
  try {
    text = await readFile(executor, path);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await state.complain(`.: ${path}: ${errorText(error)}`);
    return 1;
  }
  const old = state.positional;
  if (args.length > 0) state.positional = args;
  const next = textSource(text);
  for (let list = await readCommand(next); list !== undefined; list = await readCommand(next))
    await executor.list(list);
  state.positional = old;
  return state.status;
}

/** The whole of a file. */
export async function readFile({ state: { sys } }: Executor, path: string): Promise<string> {
  const fd = await sys.open(path, 0);
  let text = "";
  for await (const line of lines(sys, fd)) text += line;
  sys.close(fd);
  return text;
}
