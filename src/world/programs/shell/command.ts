/**
 * Running a program by name: looking it up in PATH, and execve(2). Read first: POSIX, Shell Command Language, 2.9.1.4.
 */
import { S_ISDIR, X_OK } from "../../../abi/stat.ts";
import type { Sys } from "../../../kernel/sys/sys.ts";
import { SystemError } from "../../../kernel/system-error.ts";
import { errorText } from "../tool.ts";
import type { ShellState } from "./state.ts";

const DEFAULT_PATH = "/bin";

/** Where the program of that name is; undefined when it is nowhere. */
export function findProgram(state: ShellState, name: string): string | undefined {
  if (name.includes("/")) return name;
  for (const directory of (state.get("PATH") ?? DEFAULT_PATH).split(":")) {
    const path = `${directory === "" ? "." : directory}/${name}`;
    if (isExecutable(state.sys, path)) return path;
  }
  return undefined;
}

function isExecutable(sys: Sys, path: string): boolean {
  try {
    sys.access(path, X_OK);
    return !S_ISDIR(sys.stat(path).mode);
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}

/** Replaces this process by the program. Comes back with a status only when that can't be. */
export async function runProgram(
  state: ShellState,
  words: readonly string[],
  extra: ReadonlyMap<string, string>,
): Promise<number> {
  const [name = "", ...args] = words;
  const path = findProgram(state, name);
  if (path === undefined || name === "") {
    await state.complain(`${name}: command not found`);
    return 127;
  }
  try {
    return await state.sys.execve(path, args, state.environment(extra));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    // POSIX: what is executable and no program is a script for this shell.
    if (error.code === "ENOEXEC") return await state.sys.execve("/bin/sh", [path, ...args], state.environment(extra));
    await state.complain(`${name}: ${errorText(error)}`);
    return error.code === "ENOENT" ? 127 : 126;
  }
}
