/**
 * The commands about jobs: jobs, fg, bg, kill, wait. Read first: jobs.ts.
 */
import { SIGCONT, SIGTERM, signalName, signalNumber } from "../../../abi/signal.ts";
import { WCONTINUED, WNOHANG, WUNTRACED } from "../../../abi/wait.ts";
import { SystemError } from "../../../kernel/system-error.ts";
import { errorText } from "../tool.ts";
import type { Executor } from "./execute.ts";
import { exitStatus, formatJob, type Job, jobStatus } from "./jobs.ts";
import type { ShellState } from "./state.ts";

/** Takes in what has become of children, without waiting. */
async function collect(state: ShellState): Promise<void> {
  for (;;) {
    try {
      const { pid, status } = await state.sys.waitpid(-1, WNOHANG | WUNTRACED | WCONTINUED);
      if (pid === 0) return;
      state.jobs.note(pid, status);
    } catch (error) {
      if (error instanceof SystemError) return;
      throw error;
    }
  }
}

/** Tells of jobs that have changed, and forgets those that are done. */
export async function report(state: ShellState): Promise<void> {
  await collect(state);
  const { current } = state.jobs;
  for (const job of [...state.jobs.all]) {
    if (job.isNews && state.isInteractive) await state.sys.write(2, formatJob(job, current));
    job.isNews = false;
    if (job.state === "done" && state.isInteractive) state.jobs.remove(job);
  }
}

export async function jobs({ state }: Executor, args: readonly string[]): Promise<number> {
  await collect(state);
  const { current, all } = state.jobs;
  const byNumber = [...all].sort((a, b) => a.number - b.number);
  for (const job of byNumber) {
    const text = args.includes("-p") ? `${job.pgid}\n` : formatJob(job, current, args.includes("-l"));
    await state.sys.write(1, text);
    job.isNews = false;
    if (job.state === "done") state.jobs.remove(job);
  }
  return 0;
}

export async function fg(executor: Executor, [spec]: readonly string[]): Promise<number> {
  const job = await meant(executor.state, "fg", spec);
  if (job === undefined) return 1;
  const { state } = executor;
  await state.sys.write(1, `${job.text}\n`);
  state.jobs.touch(job);
  job.state = "running";
  job.isNews = false;
  return await executor.foreground(job, false);
}

export async function bg({ state }: Executor, args: readonly string[]): Promise<number> {
  let result = 0;
  for (const spec of args.length === 0 ? [undefined] : args) {
    const job = await meant(state, "bg", spec);
    if (job === undefined) {
      result = 1;
      continue;
    }
    job.state = "running";
    job.isNews = false;
    const mark = state.jobs.current[0] === job ? "+" : " ";
    await state.sys.write(1, `[${job.number}]${mark} ${job.text} &\n`);
    await state.sys.kill(-job.pgid, SIGCONT).catch(() => {});
  }
  return result;
}

/** The job that is meant, where jobs are controlled; what is wrong is told. */
async function meant(state: ShellState, name: string, spec: string = "%+"): Promise<Job | undefined> {
  if (!state.isInteractive) {
    await state.complain(`${name}: no job control`);
    return undefined;
  }
  await collect(state);
  const job = state.jobs.find(/^\d+$/.test(spec) && state.jobs.find(spec) === undefined ? `%${spec}` : spec);
  if (job === undefined) await state.complain(`${name}: ${spec === "%+" ? "current" : spec}: no such job`);
  else if (job.state === "done") await state.complain(`${name}: the job has ended`);
  else return job;
  return undefined;
}

export async function kill({ state }: Executor, args: readonly string[]): Promise<number> {
  let signo = SIGTERM;
  let rest = args;
  const [first = ""] = args;
  if (first === "-l") {
    const names = Array.from({ length: 31 }, (_, index) => signalName(index + 1).replace(/^SIG/, ""));
    await state.sys.write(1, `${names.join(" ")}\n`);
    return 0;
  }
  if (first.startsWith("-") && first !== "--") {
    const isWord = first === "-s";
    const word = isWord ? (args[1] ?? "") : first.slice(1);
    const number = parseSignal(word);
    if (number === undefined) {
      await state.complain(`kill: ${word}: no such signal`);
      return 1;
    }
    signo = number;
    rest = args.slice(isWord ? 2 : 1);
  } else if (first === "--") {
    rest = args.slice(1);
  }
  if (rest.length === 0) {
    await state.complain("kill: whom?");
    return 2;
  }
  let result = 0;
  for (const target of rest) if (!(await killOne(state, target, signo))) result = 1;
  return result;
}

async function killOne(state: ShellState, target: string, signo: number): Promise<boolean> {
  const job = target.startsWith("%") ? state.jobs.find(target) : undefined;
  if (target.startsWith("%") ? job === undefined : !/^-?\d+$/.test(target)) {
    await state.complain(`kill: ${target}: no such job or process`);
    return false;
  }
  try {
    await state.sys.kill(job === undefined ? Number(target) : -job.pgid, signo);
    // A stopped job hears of its end only when it goes on.
    if (job?.state === "stopped" && signo !== SIGCONT) await state.sys.kill(-job.pgid, SIGCONT);
    return true;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await state.complain(`kill: ${target}: ${errorText(error)}`);
    return false;
  }
}

/** "TERM", "SIGTERM", "15", "0". */
export function parseSignal(word: string): number | undefined {
  if (/^\d+$/.test(word)) return Number(word) <= 64 ? Number(word) : undefined;
  const name = word.toUpperCase();
  return signalNumber(name.startsWith("SIG") ? name : `SIG${name}`);
}

/** Waits for jobs or processes; without any, for all that run. */
export async function wait({ state }: Executor, args: readonly string[]): Promise<number> {
  await collect(state);
  const running = state.jobs.all.filter(({ state: is }) => is === "running");
  const targets = args.length === 0 ? running : args.map((spec) => state.jobs.find(spec));
  let result = 0;
  for (const job of targets) {
    if (job === undefined) {
      result = 127;
      continue;
    }
    while (job.state === "running") {
      const member = job.members.find(({ status }) => status === undefined);
      const news = await waitFor(state, member?.pid ?? -1);
      if (typeof news === "number") return news;
      state.jobs.note(news.pid, news.status);
    }
    result = job.state === "stopped" ? 128 + job.stopSignal : statusOf(job, args);
    if (job.state === "done" && !state.isInteractive) state.jobs.remove(job);
  }
  return args.length === 0 ? 0 : result;
}

/** That of the process that was named, else that of the job. */
function statusOf(job: Job, names: readonly string[]): number {
  const member = job.members.find(({ pid }) => names.includes(String(pid)));
  return member?.status === undefined ? jobStatus(job) : exitStatus(member.status);
}

/** A signal to the shell ends the waiting: the status is answered. */
async function waitFor(state: ShellState, pid: number): Promise<{ pid: number; status: number } | number> {
  try {
    return await state.sys.waitpid(pid, state.isInteractive ? WUNTRACED : 0);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (error.code === "EINTR") state.checkInterrupt();
    return error.code === "EINTR" ? 130 : 127;
  }
}
