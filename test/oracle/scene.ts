/**
 * Scenes: hand-written programs of system calls, which hold on netloom and on Linux alike.
 *
 * Each line says who makes which call, what comes of it, and what comes of it for others. Who is not mentioned goes on as
 * before: who waits still waits. Descriptors begin at 3, workers are numbered as they are forked. Suites of scenes are in
 * suites/; `npm test` plays them on netloom, `npm run test:oracle` on Linux, too.
 *
 *     scene("a reader waits until somebody writes", [
 *       p0(pipe(), "[3, 4]"),
 *       p0(fork(1), "p1"),
 *       p0(read(3, 100), waits),
 *       p1(write(4, "hello"), "5", { p0: '5 bytes "hello"' }),
 *     ]);
 */
import type { Feature, Linux } from "./linux.ts";
import { Netloom, type Outcome, type Worker } from "./netloom.ts";
import { describe, type Made, make, onLinux } from "./program.ts";
import type { Call } from "./row.ts";

/** The call does not return in this step; or, as what comes of it for the caller, it is stopped in it. */
export const waits: unique symbol = Symbol("waits");
/** The process has ended. */
export const ends: unique symbol = Symbol("ends");
/** The process is stopped. */
export const stops: unique symbol = Symbol("stops");
/** The process is stopped no more. */
export const goesOn: unique symbol = Symbol("goes on");

type Fate = Outcome | typeof waits | typeof ends | typeof stops | typeof goesOn;
type Name = "p0" | "p1" | "p2" | "p3";
type Others = Readonly<Partial<Record<Name, Fate | readonly Fate[]>>>;

/** One line: a call, and what each concerned gets. */
export interface SceneStep extends Made {
  readonly fates: Others;
}

type Actor = (call: Call, fate: Outcome | typeof waits | typeof ends, others?: Others) => SceneStep;

const actor =
  (worker: number): Actor =>
  (call, fate, others = {}) => {
    const name = `p${worker}` as Name;
    return { worker, call, fates: { ...others, [name]: [fate, ...[others[name] ?? []].flat()] } };
  };

export const p0: Actor = actor(0);
export const p1: Actor = actor(1);
export const p2: Actor = actor(2);
export const p3: Actor = actor(3);

export interface Scene {
  readonly title: string;
  readonly steps: readonly SceneStep[];
}

/** Scenes about one subject. */
export interface Suite {
  readonly subject: string;
  /** What Linux must let the helper do. */
  readonly needs?: readonly Feature[];
  readonly scenes: readonly Scene[];
}

export const scene = (title: string, steps: readonly SceneStep[]): Scene => ({ title, steps });

/** What is to be seen after each step, in the words of describe(). */
export function expected({ steps }: Scene): string[] {
  const [blocked, dead, stopped] = [new Set<number>(), new Set<number>(), new Set<number>()];
  return withCalls(
    steps,
    steps.map(({ fates }) => {
      const returned = new Map<number, Outcome>();
      for (const [name, list] of Object.entries(fates)) {
        const worker = Number(name.slice(1));
        for (const fate of [list].flat()) {
          if (fate === stops) stopped.add(worker);
          else if (fate === waits) blocked.add(worker);
          else stopped.delete(worker);
          if (fate === ends) dead.add(worker);
          if (fate === ends || typeof fate === "string") blocked.delete(worker);
          if (typeof fate === "string") returned.set(worker, fate);
        }
      }
      return describe({ returned, blocked, dead, stopped });
    }),
  );
}

/** What netloom does. */
export async function onNetloom({ steps }: Scene): Promise<string[]> {
  const netloom = await Netloom.start();
  const texts: string[] = [];
  for (const { worker: index, call } of steps) {
    const worker = netloom.workers[index] as Worker;
    if (worker === undefined || worker.isBlocked || worker.isDead || worker.isStopped) {
      texts.push(`p${index} can make no call`);
      break;
    }
    texts.push(describe(await make(netloom, worker, call)));
  }
  return withCalls(steps, texts);
}

/** Looks again after so long, in µs, before a difference is believed. */
const PATIENCE_US = 3000;

/** What Linux does, up to where it is not what was expected. */
export async function onLinuxToo(scene: Scene, linux: Linux): Promise<string[]> {
  const first = await play(scene, linux, 0);
  return first.join() === expected(scene).join() ? first : play(scene, linux, PATIENCE_US);
}

async function play(scene: Scene, linux: Linux, patienceUs: number): Promise<string[]> {
  const lines: string[] = [];
  for (const came of await onLinux(scene.steps, linux, patienceUs)) {
    const line = withCall(scene.steps[lines.length] as SceneStep, describe(came));
    lines.push(line);
    if (line !== expected(scene)[lines.length - 1]) break;
  }
  return lines;
}

function withCalls(steps: readonly SceneStep[], texts: readonly string[]): string[] {
  return texts.map((text, index) => withCall(steps[index] as SceneStep, text));
}

function withCall({ worker, call }: SceneStep, text: string): string {
  return `p${worker}: ${call.text};  // ${text}`;
}
