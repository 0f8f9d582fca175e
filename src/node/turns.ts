/**
 * Turns: tasks that run one after the other on an empty stack, each when all ticks and microtasks that the one before has led
 * to have run. That is what Node promises between two callbacks of its event loop, at a tenth of the price.
 *
 * Read first: lib/internal/timers.js of Node, processImmediate(), which does the same between two immediates;
 * lib/internal/process/task_queues.js, runNextTicks().
 *
 *     setImmediate ─▶ flush: task, ticks and microtasks, task, ticks and microtasks, …  until none is left,
 *                            or Node's event loop has to have its turn ─▶ setImmediate
 *
 * Node's native code has tasks of its own, of which nobody tells: HTTP/2 collects what it sends until the event loop turns.
 * Whoever uses such code says so, and then a task that comes up while another one runs has to wait for the next turn of the
 * event loop, which begins with those. What one of them does may lead to the next, so the clock moves only when nothing has
 * stirred for some turns of the event loop: whenCalm().
 */
import { AsyncResource } from "node:async_hooks";
import timers from "node:timers";
import { Ring } from "../base/ring.ts";
import type { Runnable } from "../base/scheduler.ts";
import { outside } from "./door/context.ts";

/** After so much real time the event loop has its turn, for input, signals and timers. */
const YIELD_MS = 8;
/** So many tasks are run before the real clock is looked at. */
const TASKS_PER_LOOK = 16;

// Taken now: programs in virtual time are given others.
const { setImmediate } = timers;
const now = performance.now.bind(performance);
/** Runs ticks and microtasks until there are none. What one of them throws goes on up to Node, as from an immediate. */
const { _tickCallback: runNextTicks } = process as unknown as { _tickCallback: () => void };

/** What native code puts off, it does when the event loop turns the next time. */
const CALM_TURNS = 2;

interface Task extends Runnable {
  /** It begins a flush: the event loop has had its turn. */
  readonly comesFirst?: true;
}

const tasks: Ring<Task> = new Ring<Task>();
/** The context of nobody: tasks enter their own. */
const scope: AsyncResource = outside(() => new AsyncResource("NETLOOM_TURNS"));
let isSet = false;
let nativeUsers = 0;
let isStirred = false;

/** Runs the task in a turn of its own, in the order of these calls. It runs outside of all virtual processes. */
export function inTurn(task: Runnable): void {
  add(task);
}

/** As inTurn(), and lets the event loop have its turn before it. The order is the same: it must not depend on real time. */
export function afterEventLoop(run: () => void): void {
  add({ run, comesFirst: true });
}

function add(task: Task): void {
  tasks.push(task);
  if (!isSet) set();
}

/** Native code was given something, or has done something. */
export function stir(): void {
  isStirred = true;
}

/** Runs the task as `otherwise` does; while native code is in use, when no turn was taken and none of it stirred for some time. */
export function whenCalm(task: () => void, otherwise: (task: () => void) => void): void {
  if (nativeUsers === 0) {
    otherwise(task);
    return;
  }
  let left = CALM_TURNS;
  const look = (): void => {
    if (isStirred) left = CALM_TURNS;
    isStirred = false;
    if (left-- > 0) setImmediate(look);
    else task();
  };
  scope.runInAsyncScope(look);
}

/** Until the answer is called, native code may have something to do of which nobody tells. */
export function useNative(): () => void {
  nativeUsers++;
  let isUsed = true;
  return () => {
    if (!isUsed) return;
    isUsed = false;
    // What it still has to do is done in the next turn of the event loop, and may lead to more in the one after.
    outside(() => setImmediate(() => setImmediate(() => nativeUsers--)));
  };
}

function set(): void {
  isSet = true;
  scope.runInAsyncScope(setImmediate, null, flush);
}

function flush(): void {
  const yieldMs = now() + YIELD_MS;
  const known = tasks.length;
  let count = 0;
  try {
    for (;;) {
      const task = tasks.peek();
      if (task === undefined || (task.comesFirst && count > 0)) return;
      tasks.shift();
      count++;
      task.run();
      runNextTicks();
      isStirred = true;
      if (nativeUsers > 0 ? count >= known : count % TASKS_PER_LOOK === 0 && now() >= yieldMs) return;
    }
  } finally {
    // Also after a throw: those behind it have not deserved to wait for ever.
    if (tasks.length > 0) set();
    else isSet = false;
  }
}
