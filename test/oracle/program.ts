/**
 * A program of system calls, run on both sides and compared: the heart of the oracle.
 *
 * direct(): netloom goes first, since the arguments of a call are fitted to what is open and who can call just then. What
 * it did becomes a fixed list of calls, with what came of each. judge(): Linux runs the same list; step by step
 * must be equal what returned, with which result or errno, who is blocked, who is dead and who is stopped.
 */
import { ERRNO } from "netloom";
import type { Linux, LinuxAnswer, LinuxRun } from "./linux.ts";
import { type Came, Netloom, type Outcome, type User, type Worker } from "./netloom.ts";
import type { Call, Draft, WorkerOf } from "./row.ts";
import { View } from "./view.ts";

/** A drawn step: who makes which call, both still to be fitted. */
export interface Drawn {
  readonly name: string;
  readonly who: number;
  readonly draft: Draft;
}

/** A worker and the call that it makes. */
export interface Made {
  readonly worker: number;
  readonly call: Call;
}

/** A call that was made, and what came of it. */
export interface Step extends Made {
  readonly name: string;
  readonly came: Came;
}

/** Where the worlds part: nothing of what comes after means anything. */
export interface Difference {
  readonly steps: readonly Step[];
  readonly netloom: string;
  readonly linux: string;
  /** See isRace(). */
  readonly isRace: boolean;
}

/** Looks again after so long, in µs, before a difference is believed. */
const PATIENCE_US = 3000;
/** The last look: on a busy machine the kernel thread that hands on what a terminal is sent comes late. */
const LAST_PATIENCE_US = 30_000;

/** Runs what was drawn on netloom, as far as there is somebody who can call. */
export async function direct(drawn: readonly Drawn[], user?: User): Promise<Step[]> {
  const netloom = await Netloom.start(user);
  const steps: Step[] = [];
  /** The call that each worker has made last. */
  const madeLast = new Map<number, string>();
  for (const { name, who, draft } of drawn) {
    const able = netloom.workers.filter((each) => !each.isBlocked && !each.isDead && !each.isStopped);
    const worker = able[who % able.length];
    if (worker === undefined) break;
    const call = draft(new View(netloom, worker, steps.length));
    if (call === undefined) continue;
    const came = await make(netloom, worker, call);
    steps.push({ name, worker: worker.index, call, came });
    madeLast.set(worker.index, name);
    const waiting = [...came.blocked].map((index) => madeLast.get(index) as string);
    if (waiting.some(isPolling) && !waiting.every(isPolling)) break;
  }
  return steps;
}

/** Makes one call on netloom. */
export function make(netloom: Netloom, worker: Worker, call: Call): Promise<Came> {
  return netloom.step(worker, async (sys) => String((await call.netloom(sys, netloom)) ?? 0));
}

/**
 * Where one process waits for a descriptor to be ready and another for the bytes themselves, both are woken at once, and which
 * of them runs first, and whether the first is still told, is the choice of Linux's scheduler. Such a program ends there.
 */
function isPolling(name: string): boolean {
  return name === "poll" || name === "epoll_wait";
}

/** What Linux thinks of it: agreement, a difference, or that its scheduler has decided. */
export type Verdict =
  | { readonly kind: "agreed" | "agreed-later" | "undecided" | "race" }
  | ({ kind: "differs" } & Difference);

export async function judge(steps: readonly Step[], linux: Linux): Promise<Verdict> {
  const first = await compare(steps, linux, 0);
  if (first === undefined) return { kind: "agreed" };
  if (first.isRace) return { kind: "race" };
  // A wake-up that Linux puts off to another thread may come after the second look: look again, later.
  const second = await compare(steps, linux, PATIENCE_US);
  const third = await compare(steps, linux, second === undefined ? PATIENCE_US : LAST_PATIENCE_US);
  if (second === undefined && third === undefined) return { kind: "agreed-later" };
  if (second === undefined || third === undefined || second.linux !== third.linux) return { kind: "undecided" };
  return { kind: "differs", ...second };
}

async function compare(steps: readonly Step[], linux: Linux, patienceUs: number): Promise<Difference | undefined> {
  let index = 0;
  for (const there of await onLinux(steps, linux, patienceUs)) {
    const { came } = steps[index] as Step;
    index++;
    const [linuxText, netloomText] = [describe(there), describe(came)];
    if (linuxText === netloomText) continue;
    const upTo = steps.slice(0, index);
    return { steps: upTo, netloom: netloomText, linux: linuxText, isRace: isRace(upTo, there) };
  }
  return undefined;
}

/**
 * Makes the calls on Linux, one after the other, in new processes. What came of each is worked out as it is asked for: when the
 * worlds have parted, calls may not have been made, and answers are those of others.
 */
export async function onLinux(made: readonly Made[], linux: Linux, patienceUs: number): Promise<Iterable<Came>> {
  const calls = made.map(({ worker, call: { linux: whole } }) => {
    const [number, ...args] = whole;
    return { worker, number, args };
  });
  return cameOf(made, await linux.run(calls, patienceUs));
}

function* cameOf(made: readonly Made[], run: LinuxRun): Generator<Came> {
  const pids = [run.pid];
  const workerOf = (pid: number): number | undefined => {
    const index = pids.indexOf(pid);
    return index < 0 ? undefined : index;
  };
  /** The call that each worker has outstanding. */
  const outstanding = new Map<number, Call>();
  for (const [index, { answers, ...states }] of run.steps.entries()) {
    const { worker, call } = made[index] as Made;
    outstanding.set(worker, call);
    const returned = answers.map((answer): [number, Outcome] => {
      const answered = outstanding.get(answer.worker) as Call;
      if (answered.text.startsWith("fork") && answer.result > 0) pids.push(answer.result);
      return [answer.worker, outcomeOf(answered, answer, workerOf)];
    });
    yield { returned: new Map(returned), ...states };
  }
}

function outcomeOf(call: Call, answer: LinuxAnswer, workerOf: WorkerOf): Outcome {
  if (answer.result < 0) return ERRNO_NAMES.get(answer.errno) ?? `errno ${answer.errno}`;
  return call.outcome?.(answer, workerOf) ?? String(answer.result);
}

const ERRNO_NAMES = new Map<number, string>(Object.entries(ERRNO).map(([name, number]) => [number, name]));

/**
 * When one call lets others go on that have waited, which of them takes what there is, and how much of it, is the choice of
 * Linux's scheduler. All who do otherwise must have waited before, and have shared out the same things: bytes, or the same
 * results, and as many who still wait.
 */
function isRace(steps: readonly Step[], linux: Came): boolean {
  const { worker: caller, came } = steps.at(-1) as Step;
  const waitedBefore = steps.at(-2)?.came.blocked;
  const others = [...new Set([...linux.returned.keys(), ...came.returned.keys(), ...linux.blocked, ...came.blocked])];
  const doOtherwise = others.filter((worker) => fateOf(worker, linux) !== fateOf(worker, came));
  if (!doOtherwise.every((worker) => worker !== caller && waitedBefore?.has(worker))) return false;
  const haveWaited = others.filter((worker) => waitedBefore?.has(worker)).length > 1;
  const shares = (side: Came): string => shared(doOtherwise.map((worker) => fateOf(worker, side)));
  return haveWaited && shares(linux) === shares(came) && String([...linux.dead]) === String([...came.dead]);
}

/** What several have got in all; how many bytes is not told, as it depends on who came while the writer was still writing. */
function shared(fates: readonly string[]): string {
  const areBytes = fates.every((fate) => fate === "blocked" || /^\d+ bytes\b/.test(fate));
  return areBytes ? "bytes" : [...fates].sort().join();
}

function fateOf(worker: number, { returned, blocked }: Came): string {
  return returned.get(worker) ?? (blocked.has(worker) ? "blocked" : "nothing");
}

/**
 * A step in words: both sides must say the same. What a call gives to somebody who has died of its consequences, nobody sees:
 * COMPATIBILITY, "A fatal or stopping signal takes effect while it is sent".
 */
export function describe(came: Came): string {
  const seen = [...came.returned].filter(([worker]) => !came.dead.has(worker));
  const parts = seen.sort(([a], [b]) => a - b).map(([worker, outcome]) => `p${worker} has ${outcome}`);
  return [...parts, ...statesOf(came)].join("; ");
}

function statesOf({ blocked, dead, stopped }: Came): string[] {
  return Object.entries({ blocked, dead, stopped })
    .filter(([, workers]) => workers.size > 0)
    .map(
      ([state, workers]) =>
        `${state}: ${[...workers]
          .sort()
          .map((worker) => `p${worker}`)
          .join(" ")}`,
    );
}

/** The program that shows a difference, as C-like lines and as calls of Sys. */
export function print({ steps, netloom, linux }: Difference): string {
  const list = (textOf: (call: Call) => string): string =>
    steps
      .map(({ worker, call, came }, index) => {
        const isLast = index === steps.length - 1;
        return `  p${worker}: ${textOf(call)};${isLast ? "" : `  // ${describe(came)}`}`;
      })
      .join("\n");
  return [
    "In the words of the manual pages:",
    list(({ text }) => text),
    "",
    "In the words of Sys:",
    list(({ text, sysText }) => sysText ?? text),
    "",
    "After the last call:",
    `  Linux:   ${linux}`,
    `  netloom: ${netloom}`,
  ].join("\n");
}
