/**
 * A program of system calls, run on both sides and compared: the heart of the oracle.
 *
 * direct(): netloom goes first, since the arguments of a call are fitted to what is open and who can call just then. What
 * it did becomes a fixed list of calls, with what came of each. judge(): Linux runs the same list; step by step
 * must be equal what returned, with which result or errno, who is blocked, who is dead and who is stopped.
 */
import { ERRNO } from "netloom";
import type { Linux, LinuxAnswer, LinuxStep } from "./linux.ts";
import { Netloom, type NetloomStep, type Outcome } from "./netloom.ts";
import { type Call, type Draft, View } from "./row.ts";

/** A drawn step: who makes which call, both still to be fitted. */
export interface Drawn {
  readonly name: string;
  readonly who: number;
  readonly draft: Draft;
}

/** A call that was made, and what came of it. */
export interface Step {
  readonly name: string;
  readonly worker: number;
  readonly call: Call;
  readonly came: NetloomStep;
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

/** Runs what was drawn on netloom, as far as there is somebody who can call. */
export async function direct(drawn: readonly Drawn[]): Promise<Step[]> {
  const netloom = new Netloom();
  const steps: Step[] = [];
  /** The call that each worker has made last. */
  const blockedIn = new Map<number, string>();
  for (const { name, who, draft } of drawn) {
    const able = netloom.workers.filter((each) => !each.isBlocked && !each.isDead && !each.isStopped);
    const worker = able[who % able.length];
    if (worker === undefined) break;
    const call = draft(new View(netloom, worker, steps.length));
    if (call === undefined) continue;
    const came = await netloom.step(worker, async (sys) => String(await call.netloom(sys)));
    // Whether a death leaves an orphaned group, whose stopped members get SIGHUP, depends on who adopts: on Linux that is
    // the helper here, which is not process 1. So nobody dies while another is stopped.
    const before = steps.at(-1)?.came;
    if (before !== undefined && before.stopped.size > 0 && came.dead.size > before.dead.size) break;
    steps.push({ name, worker: worker.index, call, came });
    blockedIn.set(worker.index, name);
    const waiting = [...came.blocked].map((index) => blockedIn.get(index) as string);
    if (waiting.some(isPolling) && !waiting.every(isPolling)) break;
  }
  return steps;
}

/**
 * Where one process waits for a descriptor to be ready and another for the bytes themselves, both are woken at once, and which
 * of them runs first, and whether the first is still told, is the choice of Linux's scheduler. Such a program ends there.
 */
function isPolling(name: string): boolean {
  return name === "poll";
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
  const third = await compare(steps, linux, PATIENCE_US);
  if (second === undefined && third === undefined) return { kind: "agreed-later" };
  if (second === undefined || third === undefined || second.linux !== third.linux) return { kind: "undecided" };
  return { kind: "differs", ...second };
}

async function compare(steps: readonly Step[], linux: Linux, patienceUs: number): Promise<Difference | undefined> {
  const calls = steps.map(({ worker, call: { linux: whole } }) => {
    const [number, ...args] = whole;
    return { worker, number, args };
  });
  const run = await linux.run(calls, patienceUs);
  const pids = [run.pid];
  /** The call that each worker has outstanding. */
  const outstanding = new Map<number, Call>();
  for (const [index, { worker, call, came }] of steps.entries()) {
    outstanding.set(worker, call);
    const step = run.steps[index] as LinuxStep;
    for (const { result, worker: caller } of step.answers) {
      if (outstanding.get(caller)?.text.startsWith("fork") && result > 0) pids.push(result);
    }
    const answered = step.answers.map((answer): [number, Outcome] => {
      const made = outstanding.get(answer.worker) as Call;
      return [answer.worker, outcomeOf(made, answer, (pid) => indexOf(pids, pid))];
    });
    const returned = new Map(answered);
    const linuxText = describe(returned, step);
    const netloomText = describe(came.returned, came);
    if (linuxText !== netloomText) {
      const before = steps.slice(0, index + 1);
      return { steps: before, netloom: netloomText, linux: linuxText, isRace: isRace(worker, returned, came, step) };
    }
  }
  return undefined;
}

/**
 * When one call releases two others, and those two share out what is there, how much each gets is the choice of Linux's
 * scheduler. They must be the same two on both sides, with results and no errors; only the amounts may differ.
 */
function isRace(caller: number, linux: ReadonlyMap<number, Outcome>, came: NetloomStep, step: LinuxStep): boolean {
  const others = [...linux.keys()].filter((worker) => worker !== caller);
  if (others.length < 2 || String(statesOf(came)) !== String(statesOf(step)) || linux.size !== came.returned.size)
    return false;
  return [...linux].every(([worker, outcome]) => {
    const here = came.returned.get(worker);
    return here === outcome || (AMOUNT.test(outcome) && here !== undefined && AMOUNT.test(here));
  });
}

const AMOUNT = /^\d+ bytes/;

function outcomeOf(call: Call, answer: LinuxAnswer, workerOf: (pid: number) => number | undefined): Outcome {
  if (answer.result < 0) return ERRNO_NAMES.get(answer.errno) ?? `errno ${answer.errno}`;
  return call.outcome?.(answer, workerOf) ?? String(answer.result);
}

const ERRNO_NAMES = new Map<number, string>(Object.entries(ERRNO).map(([name, number]) => [number, name]));

function indexOf(pids: readonly number[], pid: number): number | undefined {
  const index = pids.indexOf(pid);
  return index < 0 ? undefined : index;
}

type States = Pick<LinuxStep, "blocked" | "dead" | "stopped">;

/** A step in words: both sides must say the same. */
function describe(returned: ReadonlyMap<number, Outcome>, states: States): string {
  const parts = [...returned].sort(([a], [b]) => a - b).map(([worker, outcome]) => `p${worker} has ${outcome}`);
  return [...parts, ...statesOf(states)].join("; ");
}

function statesOf({ blocked, dead, stopped }: States): string[] {
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
        return `  p${worker}: ${textOf(call)};${isLast ? "" : `  // ${describe(came.returned, came)}`}`;
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
