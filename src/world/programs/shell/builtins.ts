/**
 * Commands that a shell does itself: those that change the shell, and those about jobs (job-builtins.ts).
 *
 * Read first: POSIX, Shell Command Language, 2.14. To add one, add a row to BUILTINS.
 */
import { SystemError } from "../../../kernel/system-error.ts";
import { errorText } from "../tool.ts";
import { findProgram } from "./command.ts";
import type { Executor } from "./execute.ts";
import { bg, fg, jobs, kill, wait } from "./job-builtins.ts";
import { source } from "./source.ts";
import { ExitShell, LoopExit, type ShellState } from "./state.ts";

export interface Builtin {
  readonly usage: string;
  run(executor: Executor, args: readonly string[]): number | Promise<number>;
}

const builtin = (usage: string, run: Builtin["run"]): Builtin => ({ usage, run });

async function cd({ state }: Executor, [where]: readonly string[]): Promise<number> {
  const target = where === undefined ? (state.get("HOME") ?? "/") : where === "-" ? (state.get("OLDPWD") ?? "") : where;
  const old = state.sys.getcwd();
  try {
    state.sys.chdir(target);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await state.complain(`cd: ${target}: ${errorText(error)}`);
    return 1;
  }
  state.set("OLDPWD", old);
  state.set("PWD", state.sys.getcwd());
  if (where === "-") await state.sys.write(1, `${state.sys.getcwd()}\n`);
  return 0;
}

async function exit({ state }: Executor, [status]: readonly string[]): Promise<number> {
  if (status !== undefined && !/^\d+$/.test(status)) {
    await state.complain(`exit: ${status}: no number`);
    throw new ExitShell(2);
  }
  throw new ExitShell(status === undefined ? state.status : Number(status) & 0xff);
}

async function exportVariables({ state }: Executor, args: readonly string[]): Promise<number> {
  if (args.length === 0 || args[0] === "-p") {
    const lines = [...state.variables]
      .filter(([, { isExported }]) => isExported)
      .map(([name, { value }]) => `export ${name}=${quote(value)}\n`);
    await state.sys.write(1, lines.sort().join(""));
    return 0;
  }
  let result = 0;
  for (const arg of args) {
    const [, name, value] = /^([A-Za-z_]\w*)(?:=([\s\S]*))?$/.exec(arg) ?? [];
    if (name === undefined) {
      await state.complain(`export: ${arg}: no name of a variable`);
      result = 1;
      continue;
    }
    if (value !== undefined) state.set(name, value);
    const variable = state.variables.get(name);
    if (variable === undefined) state.variables.set(name, { value: "", isExported: true });
    else variable.isExported = true;
  }
  return result;
}

/** `set` shows the variables; `set -- a b` sets the positional parameters. */
async function set({ state }: Executor, args: readonly string[]): Promise<number> {
  if (args.length === 0) {
    const lines = [...state.variables].map(([name, { value }]) => `${name}=${quote(value)}\n`);
    await state.sys.write(1, lines.sort().join(""));
    return 0;
  }
  if (args[0]?.startsWith("-") && args[0] !== "--") {
    await state.complain(`set: ${args[0]}: there are no options`);
    return 2;
  }
  state.positional = args[0] === "--" ? args.slice(1) : args;
  return 0;
}

function unset({ state }: Executor, args: readonly string[]): number {
  for (const name of args) state.variables.delete(name);
  return 0;
}

async function shift({ state }: Executor, [count = "1"]: readonly string[]): Promise<number> {
  if (!/^\d+$/.test(count) || Number(count) > state.positional.length) {
    await state.complain(`shift: ${count}: there are not so many`);
    return 1;
  }
  state.positional = state.positional.slice(Number(count));
  return 0;
}

async function umask({ state }: Executor, [mask]: readonly string[]): Promise<number> {
  if (mask !== undefined) {
    if (!/^[0-7]{1,4}$/.test(mask)) {
      await state.complain(`umask: ${mask}: no octal number`);
      return 1;
    }
    state.sys.umask(Number.parseInt(mask, 8));
    return 0;
  }
  const old = state.sys.umask(0);
  state.sys.umask(old);
  await state.sys.write(1, `${old.toString(8).padStart(4, "0")}\n`);
  return 0;
}

async function type({ state }: Executor, args: readonly string[]): Promise<number> {
  let result = 0;
  for (const name of args) {
    const path = findProgram(state, name);
    if (BUILTINS.has(name)) await state.sys.write(1, `${name} is a shell builtin\n`);
    else if (path !== undefined) await state.sys.write(1, `${name} is ${path}\n`);
    else {
      await state.complain(`type: ${name}: not found`);
      result = 1;
    }
  }
  return result;
}

/** Reads a line, byte by byte, so that what comes behind it is there for others. */
async function read({ state }: Executor, args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => arg !== "-r");
  const line = await readLine(state);
  const fields = (line ?? "").trim().split(/[ \t]+/);
  const wanted = names.length === 0 ? ["REPLY"] : names;
  for (const [index, name] of wanted.entries()) {
    const isLast = index === wanted.length - 1;
    state.set(name, (isLast ? fields.slice(index).join(" ") : fields[index]) ?? "");
  }
  return line === undefined ? 1 : 0;
}

async function readLine({ sys }: ShellState): Promise<string | undefined> {
  const bytes: number[] = [];
  const byte = new Uint8Array(1);
  for (;;) {
    if ((await sys.read(0, byte)) === 0)
      return bytes.length === 0 ? undefined : new TextDecoder().decode(Uint8Array.from(bytes));
    if (byte[0] === 10) return new TextDecoder().decode(Uint8Array.from(bytes));
    bytes.push(byte[0] as number);
  }
}

const leave =
  (kind: "break" | "continue"): Builtin["run"] =>
  ({ state }, [depth = "1"]) => {
    if (state.loops === 0) return 0;
    throw new LoopExit(kind, Math.min(Math.max(Number(depth) || 1, 1), state.loops));
  };

async function help({ state }: Executor): Promise<number> {
  const lines = [...BUILTINS].map(([name, { usage }]) => `  ${`${name} ${usage}`.trimEnd()}\n`);
  const words = "  A | B   A && B   A || B   A; B   A &   ! A   (A)   { A; }   if   case   while   until   for\n";
  const rest =
    "  < > >> 2> 2>&1 <<   'text' \"text\" \\   $NAME ${NAME:-word} $? $$ $! $# $@ $(A) $((1+1))   * ? [a-z]\n";
  await state.sys.write(1, `Commands of this shell:\n${lines.join("")}It understands:\n${words}${rest}`);
  await state.sys.write(
    1,
    'Programs are in /bin ("ls /bin"), and each has --help. Ctrl-C, Ctrl-Z, Ctrl-D do what they do.\n',
  );
  return 0;
}

/** As it could be typed again. */
function quote(value: string): string {
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [":", builtin("", () => 0)],
  [".", builtin("FILE", source)],
  ["bg", builtin("[JOB]...", bg)],
  ["break", builtin("[N]", leave("break"))],
  ["cd", builtin("[DIRECTORY | -]", cd)],
  ["continue", builtin("[N]", leave("continue"))],
  ["exec", builtin("[PROGRAM [ARGUMENT]...]", () => 0)],
  ["exit", builtin("[STATUS]", exit)],
  ["export", builtin("[NAME[=VALUE]]...", exportVariables)],
  ["fg", builtin("[JOB]", fg)],
  ["help", builtin("", help)],
  ["jobs", builtin("[-l | -p]", jobs)],
  ["kill", builtin("[-SIGNAL] PID | JOB...", kill)],
  ["read", builtin("[NAME]...", read)],
  ["set", builtin("[--] [ARGUMENT]...", set)],
  ["shift", builtin("[N]", shift)],
  ["type", builtin("NAME...", type)],
  ["umask", builtin("[MASK]", umask)],
  ["unset", builtin("NAME...", unset)],
  ["wait", builtin("[PID | JOB]...", wait)],
]);
