/**
 * Execution: what a shell does with the tree of a command.
 *
 * Read first: POSIX, Shell Command Language, 2.9; setpgid(2), tcsetpgrp(3). list() → and-or → pipeline() → what the shell does
 * itself (compound commands, builtins), or launch(): a process for each command, in a group of their own when jobs are
 * controlled, and the terminal for those in the foreground.
 */
import { O_RDONLY } from "../../../abi/fcntl.ts";
import { SIG_DFL, SIG_IGN, SIGCONT, SIGINT, SIGPIPE, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU } from "../../../abi/signal.ts";
import { TCSADRAIN } from "../../../abi/termios.ts";
import { WIFSIGNALED, WTERMSIG, WUNTRACED } from "../../../abi/wait.ts";
import type { Program, Sys } from "../../../kernel/sys/sys.ts";
import { SystemError } from "../../../kernel/system-error.ts";
import { pieces } from "../lines.ts";
import { BUILTINS } from "./builtins.ts";
import { runProgram } from "./command.ts";
import { expandText, expandWords, matchesPattern } from "./expand.ts";
import { exitStatus, formatJob, type Job, jobStatus, signalText } from "./jobs.ts";
import { RedirectionError, redirect } from "./redirect.ts";
import { ExitShell, Interrupted, LoopExit, type ShellState } from "./state.ts";
import { type AndOr, type Command, type List, type Pipeline, ShellSyntaxError } from "./syntax.ts";

/** What a person's shell does not let the keyboard do to it. */
export const IGNORED_BY_SHELL: readonly number[] = [SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU];
/** The output of `$(…)` that is kept. */
const CAPTURE_MAX_BYTES = 16_777_216;
/** What a shell answers to a command that it does not understand. */
const STATUS_ERROR = 2;

export class Executor {
  readonly state: ShellState;
  readonly #capture = (list: List): Promise<string> => this.capture(list);

  constructor(state: ShellState) {
    this.state = state;
  }

  async list(list: List): Promise<number> {
    for (const item of list) {
      this.state.checkInterrupt();
      this.state.status = item.isBackground ? await this.#background(item) : await this.#andOr(item);
    }
    return this.state.status;
  }

  /** `$(…)`: what a list writes. */
  async capture(list: List): Promise<string> {
    const { sys } = this.state;
    const [readEnd, writeEnd] = sys.pipe();
    const pid = sys.fork((child) => {
      child.close(readEnd);
      child.dup2(writeEnd, 1);
      child.close(writeEnd);
      return this.#subshell(child, (executor) => executor.list(list));
    });
    sys.close(writeEnd);
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of pieces(sys, readEnd)) {
      if (bytes >= CAPTURE_MAX_BYTES) continue;
      parts.push(piece.slice());
      bytes += piece.length;
    }
    sys.close(readEnd);
    this.state.status = exitStatus((await this.#wait(pid, 0)).status);
    const decoder = new TextDecoder();
    return parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode();
  }

  /** Waits for a job in the foreground, until it has ended or is stopped; answers its status. */
  async foreground(job: Job, isNew: boolean): Promise<number> {
    const { state } = this;
    const { sys } = state;
    if (state.isInteractive) await sys.tcsetpgrp(0, job.pgid);
    if (!isNew) await sys.kill(-job.pgid, SIGCONT).catch(() => {});
    const settings = state.isInteractive ? sys.tcgetattr(0) : undefined;
    while (job.state === "running") {
      const { pid, status } = await this.#waitForJob(job);
      state.jobs.note(pid, status);
    }
    if (settings !== undefined) await sys.tcsetpgrp(0, sys.getpgrp());
    const last = job.members.at(-1)?.status ?? 0;
    const signo = WIFSIGNALED(last) ? WTERMSIG(last) : 0;
    // A program that did not end well may have left the terminal as nobody wants it.
    if (settings !== undefined && (job.state === "stopped" || signo !== 0)) await sys.tcsetattr(0, TCSADRAIN, settings);
    if (job.state === "stopped") return await this.#tellOfStop(job);
    state.jobs.remove(job);
    if (state.isInteractive && signo === SIGINT) await sys.write(2, "\n");
    else if (signo !== 0 && signo !== SIGINT && signo !== SIGPIPE) await sys.write(2, `${signalText(signo)}\n`);
    if (state.isInteractive && signo === SIGINT && state.loops > 0) throw new Interrupted(true);
    return jobStatus(job);
  }

  /** What a process of its own does: a copy of this shell. */
  async #subshell(sys: Sys, work: (executor: Executor) => Promise<number>): Promise<number> {
    const child = new Executor(this.state.fork(sys));
    try {
      return await work(child);
    } catch (error) {
      if (error instanceof ExitShell) return error.status;
      if (error instanceof LoopExit) return 0;
      if (error instanceof Interrupted) return 128 + SIGINT;
      return await child.fail(error);
    }
  }

  /** What keeps a command from running is told; the status is answered. */
  async fail(error: unknown): Promise<number> {
    if (error instanceof RedirectionError || error instanceof ShellSyntaxError) {
      await this.state.complain(error.message);
      return error instanceof RedirectionError ? 1 : STATUS_ERROR;
    }
    if (error instanceof SystemError) {
      await this.state.complain(error.message).catch(() => {});
      return 1;
    }
    throw error;
  }

  async #andOr({ first, rest }: AndOr): Promise<number> {
    this.state.status = await this.#pipeline(first);
    for (const { operator, pipeline } of rest) {
      if ((operator === "&&") === (this.state.status === 0)) this.state.status = await this.#pipeline(pipeline);
    }
    return this.state.status;
  }

  async #background(item: AndOr): Promise<number> {
    const { state } = this;
    const plain = item.rest.length === 0 ? item.first : undefined;
    const works =
      plain === undefined || plain.isNegated
        ? [(executor: Executor) => executor.#andOr(item)]
        : plain.commands.map((command) => (executor: Executor) => executor.command(command));
    const job = await this.#launch(works, item.text, true);
    state.lastBackground = job.members.at(-1)?.pid ?? 0;
    if (state.isInteractive) await state.sys.write(2, `[${job.number}] ${state.lastBackground}\n`);
    return 0;
  }

  async #pipeline(pipeline: Pipeline): Promise<number> {
    const status = await this.#pipelineStatus(pipeline);
    if (!pipeline.isNegated) return status;
    return status === 0 ? 1 : 0;
  }

  async #pipelineStatus({ commands, text }: Pipeline): Promise<number> {
    const [only] = commands;
    try {
      if (commands.length === 1 && only !== undefined) {
        const status = await this.#within(only);
        if (status !== undefined) return status;
      }
      const works = commands.map((command) => (executor: Executor) => executor.command(command));
      return await this.foreground(await this.#launch(works, text, false), true);
    } catch (error) {
      if (error instanceof ExitShell || error instanceof LoopExit || error instanceof Interrupted) throw error;
      return await this.fail(error);
    }
  }

  /** Runs a command in this process, if it is one that the shell does itself; undefined when it is not. */
  async #within(command: Command): Promise<number | undefined> {
    if (command.kind === "subshell") return undefined;
    if (command.kind !== "simple") return await this.#redirected(command, () => this.#compound(command));
    const words = await expandWords(this.state, command.words, this.#capture);
    const builtin = BUILTINS.get(words[0] ?? "");
    if (words.length > 0 && builtin === undefined) {
      const known: Command = { ...command, words: words.map((text) => [{ kind: "text", text, isQuoted: true }]) };
      const text = words.join(" ");
      const job = await this.#launch([(executor) => executor.command(known)], text, false);
      return await this.foreground(job, true);
    }
    if (words[0] === "exec") return await this.#exec(command, words.slice(1));
    return await this.#redirected(command, async () => {
      for (const { name, word } of command.assignments) {
        this.state.set(name, await expandText(this.state, word, this.#capture));
      }
      return builtin === undefined ? this.#statusOfAssignments(command) : await builtin.run(this, words.slice(1));
    });
  }

  /** A command of assignments only has the status of the last `$(…)` in them. */
  #statusOfAssignments(command: Command & { kind: "simple" }): number {
    const hasCommand = command.assignments.some(({ word }) => word.some(({ kind }) => kind === "command"));
    return hasCommand ? this.state.status : 0;
  }

  /** `exec`: redirections stay; with a program it takes the shell's place. */
  async #exec(command: Command & { kind: "simple" }, words: readonly string[]): Promise<number> {
    await redirect(this.state, command.redirections, this.#capture);
    if (words.length === 0) return 0;
    resetSignals(this.state.sys);
    throw new ExitShell(await runProgram(this.state, words, new Map()));
  }

  async #redirected(command: Command, work: () => Promise<number>): Promise<number> {
    const undo = await redirect(this.state, command.redirections, this.#capture);
    try {
      return await work();
    } finally {
      undo();
    }
  }

  /** The command in a process that is there for it. */
  async command(command: Command): Promise<number> {
    if (command.kind !== "simple") return await this.#redirected(command, () => this.#compound(command));
    const { state } = this;
    const words = await expandWords(state, command.words, this.#capture);
    const extra = new Map<string, string>();
    for (const { name, word } of command.assignments) extra.set(name, await expandText(state, word, this.#capture));
    try {
      await redirect(state, command.redirections, this.#capture);
      const builtin = BUILTINS.get(words[0] ?? "");
      if (words.length === 0) return 0;
      if (words[0] === "exec") return await runProgram(state, words.slice(1), extra);
      return builtin === undefined ? await runProgram(state, words, extra) : await builtin.run(this, words.slice(1));
    } catch (error) {
      if (error instanceof ExitShell) throw error;
      return await this.fail(error);
    }
  }

  async #compound(command: Exclude<Command, { kind: "simple" }>): Promise<number> {
    switch (command.kind) {
      case "subshell":
      case "group":
        return await this.list(command.body);
      case "if":
        for (const { condition, body } of command.branches) {
          if (condition === null || (await this.list(condition)) === 0) return await this.list(body);
        }
        return 0;
      case "while":
        return await this.#loop(command.body, async () => {
          return ((await this.list(command.condition)) === 0) !== command.isUntil;
        });
      case "case": {
        const text = await expandText(this.state, command.word, this.#capture);
        for (const { patterns, body } of command.branches) {
          if (await matchesPattern(this.state, text, patterns, this.#capture)) return await this.list(body);
        }
        return 0;
      }
      case "for": {
        const words =
          command.words === null
            ? [...this.state.positional]
            : await expandWords(this.state, command.words, this.#capture);
        return await this.#loop(command.body, async () => {
          const next = words.shift();
          if (next !== undefined) this.state.set(command.name, next);
          return next !== undefined;
        });
      }
    }
  }

  async #loop(body: List, goesOn: () => Promise<boolean>): Promise<number> {
    let status = 0;
    this.state.loops++;
    try {
      while (await goesOn()) {
        // A loop of nothing but builtins would otherwise make no call, and nobody else would ever have a turn.
        await this.state.sys.poll([], 0);
        try {
          status = await this.list(body);
        } catch (error) {
          if (!(error instanceof LoopExit)) throw error;
          if (--error.depth > 0) throw error;
          if (error.kind === "break") break;
        }
      }
    } finally {
      this.state.loops--;
    }
    return status;
  }

  /** Makes the processes of a pipeline: the first one's number is that of their group. */
  async #launch(
    works: readonly ((executor: Executor) => Promise<number>)[],
    text: string,
    isBackground: boolean,
  ): Promise<Job> {
    const { state } = this;
    const { sys } = state;
    const pids: number[] = [];
    const controls = state.isInteractive;
    let input: number | null = null;
    for (const [index, work] of works.entries()) {
      const isLast = index === works.length - 1;
      const pipe = isLast ? null : sys.pipe();
      const [from, pgid] = [input, pids[0] ?? 0];
      const program: Program = async (child) => {
        if (controls) child.setpgid(0, pgid);
        if (controls) resetSignals(child);
        if (!controls && isBackground) await detach(child, from === null);
        if (from !== null) moveTo(child, from, 0);
        if (pipe !== null) {
          child.close(pipe[0]);
          moveTo(child, pipe[1], 1);
        }
        return this.#subshell(child, work);
      };
      const pid = sys.fork(program);
      pids.push(pid);
      if (controls) sys.setpgid(pid, pids[0] as number);
      if (input !== null) sys.close(input);
      if (pipe !== null) sys.close(pipe[1]);
      input = pipe?.[0] ?? null;
    }
    return state.jobs.add(controls ? (pids[0] as number) : sys.getpgrp(), pids, text);
  }

  async #waitForJob(job: Job): Promise<{ pid: number; status: number }> {
    const next = job.members.find(({ status }) => status === undefined);
    const whom = this.state.isInteractive ? -job.pgid : (next?.pid ?? -1);
    return await this.#wait(whom, this.state.isInteractive ? WUNTRACED : 0);
  }

  /** waitpid(2), which a handler of the shell may interrupt. */
  async #wait(pid: number, options: number): Promise<{ pid: number; status: number }> {
    for (;;) {
      try {
        return await this.state.sys.waitpid(pid, options);
      } catch (error) {
        if (!(error instanceof SystemError) || error.code !== "EINTR") throw error;
      }
    }
  }

  async #tellOfStop(job: Job): Promise<number> {
    const { state } = this;
    job.isNews = false;
    state.jobs.touch(job);
    await state.sys.write(2, `\n${formatJob(job, state.jobs.current)}`);
    return 128 + job.stopSignal;
  }
}

function resetSignals(sys: Sys): void {
  for (const signo of [SIGINT, ...IGNORED_BY_SHELL]) sys.signal(signo, SIG_DFL);
}

/** POSIX 2.11: without job control a command in the background has no keyboard. */
async function detach(sys: Sys, takesInput: boolean): Promise<void> {
  for (const signo of [SIGINT, SIGQUIT]) sys.signal(signo, SIG_IGN);
  if (takesInput) moveTo(sys, await sys.open("/dev/null", O_RDONLY), 0);
}

function moveTo(sys: Sys, from: number, to: number): void {
  if (from === to) return;
  sys.dup2(from, to);
  sys.close(from);
}
