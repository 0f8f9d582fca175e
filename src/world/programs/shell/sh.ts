/**
 * sh(1): the shell. `sh -c TEXT`, `sh FILE`, or commands from standard input, with a prompt if that is a terminal.
 *
 * Read first: POSIX, sh(1) and Shell Command Language. text → lexer.ts, parser.ts → syntax.ts → execute.ts, which uses expand.ts,
 * redirect.ts, jobs.ts, builtins.ts and command.ts. A person's shell leads its own process group, holds the terminal while it
 * reads, and lends it to the job in the foreground.
 */
import { EFD_NONBLOCK } from "../../../abi/eventfd.ts";
import { F_DUPFD_CLOEXEC } from "../../../abi/fcntl.ts";
import { POLLIN } from "../../../abi/poll.ts";
import { SIG_IGN, SIGINT, SIGTTIN } from "../../../abi/signal.ts";
import type { Sys } from "../../../kernel/sys/sys.ts";
import { SystemError } from "../../../kernel/system-error.ts";
import { errorText, type Tool, type Toolbox } from "../tool.ts";
import { Executor, IGNORED_BY_SHELL } from "./execute.ts";
import { report } from "./job-builtins.ts";
import { type LineSource, readCommand, readFile, textSource } from "./source.ts";
import { ExitShell, Interrupted, ShellState } from "./state.ts";
import { ShellSyntaxError } from "./syntax.ts";

/** The descriptor of makeBell(): far from those that redirections use. */
const BELL = 99;
/** The longest line that a terminal gives. */
const LINE_MAX_BYTES = 4096;

export const sh: Tool = {
  name: "sh",
  usage: "[-i] [-c TEXT | FILE] [ARGUMENT]...",
  summary: `Runs the commands of TEXT, of FILE, or of standard input; with a prompt and job control if that is a terminal.
-i makes it interactive in any case. "help" tells what it understands.`,
  options: "ic:",
  run: (box) => shell(box),
};

async function shell(box: Toolbox): Promise<number> {
  const { sys, operands } = box;
  const text = box.value("c");
  const [first, ...rest] = operands;
  // POSIX: what comes behind `-c TEXT` are $0 and the rest; behind a file, that is $0.
  const state = new ShellState(sys, first ?? "sh", rest);
  const executor = new Executor(state);
  if (text !== undefined) return await runAll(executor, textSource(text));
  if (first !== undefined) {
    try {
      return await runAll(executor, textSource(await readFile(executor, first)));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      await state.complain(errorText(error));
      return error.code === "ENOENT" ? 127 : 126;
    }
  }
  if (!box.has("i") && !sys.isatty(0)) return await runAll(executor, byteSource(sys));
  return await converse(executor);
}

/** Runs commands to the end, or to one that makes no sense. */
async function runAll(executor: Executor, next: LineSource): Promise<number> {
  try {
    for (let list = await readCommand(next); list !== undefined; list = await readCommand(next)) {
      await executor.list(list);
    }
    return executor.state.status;
  } catch (error) {
    if (error instanceof ExitShell) return error.status;
    if (error instanceof Interrupted) return 128 + SIGINT;
    return await executor.fail(error);
  }
}

/** Lines of standard input, byte by byte: what comes behind a command is there for the command. */
function byteSource(sys: Sys): LineSource {
  return async () => {
    const bytes: number[] = [];
    const byte = new Uint8Array(1);
    while ((await sys.read(0, byte)) > 0) {
      bytes.push(byte[0] as number);
      if (byte[0] === 10) break;
    }
    return bytes.length === 0 ? undefined : new TextDecoder().decode(Uint8Array.from(bytes));
  };
}

/** A person's shell: prompt after prompt. */
async function converse(executor: Executor): Promise<number> {
  const { state } = executor;
  await takeTerminal(state);
  let hasWarned = false;
  for (;;) {
    try {
      const list = await readCommand((isMore) => prompted(state, isMore));
      if (list === undefined) {
        if (!hasWarned && state.jobs.hasStopped) {
          hasWarned = true;
          await state.sys.write(2, "\nThere are stopped jobs.\n");
          continue;
        }
        await state.sys.write(2, "exit\n");
        return state.status;
      }
      await executor.list(list);
      if (list.length > 0) hasWarned = false;
    } catch (error) {
      if (error instanceof ExitShell) {
        const isFirst = !hasWarned && state.jobs.hasStopped;
        if (!isFirst) return error.status;
        hasWarned = true;
        await state.sys.write(2, "There are stopped jobs.\n");
      } else if (error instanceof Interrupted) {
        if (!error.isTold) await state.sys.write(2, "\n");
        state.status = 128 + SIGINT;
      } else if (error instanceof SystemError && error.code === "EIO") {
        // The terminal is gone.
        return 128 + 1;
      } else if (error instanceof SystemError || error instanceof ShellSyntaxError) {
        state.status = await executor.fail(error);
      } else {
        throw error;
      }
    }
  }
}

/** Comes to the foreground, and lets the keyboard's signals do nothing to the shell. */
async function takeTerminal(state: ShellState): Promise<void> {
  const { sys } = state;
  if (!sys.isatty(0)) return;
  // A shell that was started in the background waits until it is brought to the front.
  while (sys.tcgetpgrp(0) !== sys.getpgrp()) await sys.kill(0, SIGTTIN);
  for (const signo of IGNORED_BY_SHELL) sys.signal(signo, SIG_IGN);
  const bell = makeBell(sys);
  sys.sigaction(SIGINT, {
    handler: (_signo, _info, self) => {
      state.isInterrupted = true;
      void self.write(bell, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)).catch(() => {});
    },
  });
  if (sys.getsid(0) !== sys.getpid() && sys.getpgrp() !== sys.getpid()) sys.setpgid(0, 0);
  await sys.tcsetpgrp(0, sys.getpgrp());
  state.isInteractive = true;
}

/**
 * A descriptor that becomes readable by Ctrl-C: waiting for it and for the keyboard at once, no Ctrl-C is lost between looking
 * for one and going to sleep.
 */
function makeBell(sys: Sys): number {
  const low = sys.eventfd(0, EFD_NONBLOCK);
  const bell = sys.fcntl(low, F_DUPFD_CLOEXEC, BELL);
  sys.close(low);
  return bell;
}

/** Waits until there is a line, or Ctrl-C has come; answers whether there is a line. */
async function waitForLine({ sys, isInteractive }: ShellState): Promise<boolean> {
  const watched = (isInteractive ? [0, BELL] : [0]).map((fd) => ({ fd, events: POLLIN, revents: 0 }));
  await sys.poll(watched);
  if (watched[1]?.revents === POLLIN) await sys.read(BELL, new Uint8Array(8));
  return watched[0]?.revents !== 0;
}

/** Shows the prompt, and reads a line. */
async function prompted(state: ShellState, isMore: boolean): Promise<string | undefined> {
  const { sys } = state;
  if (!isMore) await report(state);
  state.isInterrupted = false;
  await sys.write(2, isMore ? "> " : promptText(state));
  const buffer = new Uint8Array(LINE_MAX_BYTES);
  let line = "";
  const decoder = new TextDecoder();
  for (;;) {
    try {
      const isThere = await waitForLine(state);
      if (state.isInterrupted) throw new Interrupted(false);
      if (!isThere) continue;
      const bytes = await sys.read(0, buffer);
      line += decoder.decode(buffer.subarray(0, bytes), { stream: true });
      // Ctrl-D in the middle of a line gives what there is of it: the rest is still to come.
      if (bytes === 0) return line === "" ? undefined : `${line}\n`;
      if (line.endsWith("\n")) return line;
    } catch (error) {
      if (!(error instanceof SystemError) || error.code !== "EINTR") throw error;
    }
  }
}

function promptText(state: ShellState): string {
  const { sys } = state;
  const given = state.get("PS1");
  if (given !== undefined) return given;
  let where = "?";
  try {
    where = sys.getcwd();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
  const home = state.get("HOME") ?? "/";
  if (home !== "/" && (where === home || where.startsWith(`${home}/`))) where = `~${where.slice(home.length)}`;
  return `${sys.gethostname()}:${where}${sys.geteuid() === 0 ? "#" : "$"} `;
}
