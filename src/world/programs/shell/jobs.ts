/**
 * The jobs of a shell: pipelines that run in the background or are stopped, and how they are told about.
 *
 * Read first: POSIX, Shell Command Language, 2.11; jobs(1), waitpid(2). Each job is a process group. note() is told what waitpid
 * says of a process; changes are reported before the next prompt.
 */
import { SIGTERM, signalName, strsignal } from "../../../abi/signal.ts";
import {
  WEXITSTATUS,
  WIFCONTINUED,
  WIFEXITED,
  WIFSIGNALED,
  WIFSTOPPED,
  WSTOPSIG,
  WTERMSIG,
} from "../../../abi/wait.ts";

export interface Member {
  readonly pid: number;
  /** The last status word; undefined while it runs. */
  status: number | undefined;
}

export interface Job {
  readonly number: number;
  readonly pgid: number;
  readonly members: readonly Member[];
  readonly text: string;
  state: "running" | "stopped" | "done";
  /** Its state has changed since it was told. */
  isNews: boolean;
  /** The signal that has stopped it. */
  stopSignal: number;
}

export class JobTable {
  #jobs: Job[] = [];

  /** A subshell can list the jobs of the shell that it comes from. */
  constructor(from?: JobTable) {
    if (from !== undefined)
      this.#jobs = from.#jobs.map((job) => ({ ...job, members: job.members.map((m) => ({ ...m })) }));
  }

  get all(): readonly Job[] {
    return this.#jobs;
  }

  get hasStopped(): boolean {
    return this.#jobs.some(({ state }) => state === "stopped");
  }

  add(pgid: number, pids: readonly number[], text: string): Job {
    const number = 1 + Math.max(0, ...this.#jobs.map((job) => job.number));
    const members = pids.map((pid) => ({ pid, status: undefined }));
    const job: Job = { number, pgid, members, text, state: "running", isNews: false, stopSignal: 0 };
    this.#jobs.push(job);
    return job;
  }

  remove(job: Job): void {
    this.#jobs = this.#jobs.filter((other) => other !== job);
  }

  /** The job becomes the current one: `%+`. */
  touch(job: Job): void {
    this.#jobs = [...this.#jobs.filter((other) => other !== job), job];
  }

  /** The current job, and the one before: stopped ones come first. */
  get current(): readonly Job[] {
    const latest = [...this.#jobs].reverse();
    return [...latest.filter(({ state }) => state === "stopped"), ...latest.filter(({ state }) => state !== "stopped")];
  }

  /** `%1`, `%+`, `%%`, `%-`, `%name`, or the number of a process. */
  find(spec: string): Job | undefined {
    if (!spec.startsWith("%")) return this.#jobs.find(({ members }) => members.some(({ pid }) => String(pid) === spec));
    const rest = spec.slice(1);
    if (rest === "" || rest === "%" || rest === "+") return this.current[0];
    if (rest === "-") return this.current[1];
    if (/^\d+$/.test(rest)) return this.#jobs.find(({ number }) => number === Number(rest));
    if (rest.startsWith("?")) return this.#jobs.find(({ text }) => text.includes(rest.slice(1)));
    return this.#jobs.find(({ text }) => text.startsWith(rest));
  }

  /** waitpid(2) has told this of a process. */
  note(pid: number, status: number): void {
    for (const job of this.#jobs) {
      const member = job.members.find((candidate) => candidate.pid === pid);
      if (member !== undefined) noteIn(job, member, status);
    }
  }
}

function noteIn(job: Job, member: Member, status: number): void {
  if (WIFCONTINUED(status)) {
    job.state = "running";
    return;
  }
  if (WIFSTOPPED(status)) {
    job.isNews ||= job.state !== "stopped";
    job.state = "stopped";
    job.stopSignal = WSTOPSIG(status);
    return;
  }
  member.status = status;
  if (job.members.some((other) => other.status === undefined)) return;
  job.state = "done";
  job.isNews = true;
}

/** `$?` of what waitpid(2) says. */
export function exitStatus(status: number): number {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return 128 + (WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status));
}

/** The status of a job that is done: that of the last process of its pipeline. */
export function jobStatus(job: Job): number {
  return exitStatus(job.members.at(-1)?.status ?? 0);
}

/** "Terminated", "Killed (core dumped)": how people are told of a signal. */
export function signalText(signo: number): string {
  const text = strsignal(signo);
  return text === "" ? signalName(signo) : text;
}

/** `[1]+  Stopped                 sleep 100` */
export function formatJob(job: Job, current: readonly Job[], withPid: boolean = false): string {
  const mark = job === current[0] ? "+" : job === current[1] ? "-" : " ";
  const pid = withPid ? `${String(job.members[0]?.pid ?? 0).padStart(5)} ` : " ";
  const tail = job.state === "running" ? " &" : "";
  return `[${job.number}]${mark} ${pid}${stateText(job).padEnd(24)}${job.text}${tail}\n`;
}

function stateText(job: Job): string {
  if (job.state === "running") return "Running";
  if (job.state === "stopped") return "Stopped";
  const status = job.members.at(-1)?.status ?? 0;
  if (WIFSIGNALED(status)) return WTERMSIG(status) === SIGTERM ? "Terminated" : signalText(WTERMSIG(status));
  return WEXITSTATUS(status) === 0 ? "Done" : `Exit ${WEXITSTATUS(status)}`;
}
