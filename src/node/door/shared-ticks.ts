/**
 * The one timer behind undici's coarse timers, of which the module has one for all processes and all worlds.
 *
 * Read first: lib/util/timers.js of undici, which counts ticks of 499 ms and sets its timer only when its list was empty. The
 * process that began it may end, and its world may never be run again, while others rely on it: so the timer goes over to
 * whoever is alive. Order: VirtualTimeout is made → sharedTick() keeps it; a process ends → VirtualTimeout.abandon() →
 * heirOf(); after each turn of a process → followTicks() brings the timer into its world.
 */
import type { RunState } from "../../kernel/run-state.ts";
import type { NodeProcess } from "./node-process.ts";

const TICK_MS = 499;

interface Tick {
  readonly owner: NodeProcess;
  moveTo(owner: NodeProcess): void;
}

/** Each copy of undici has one: Node's own, and those of packages. */
const ticks: Set<Tick> = new Set<Tick>();
/** The living processes of each world. */
const living: WeakMap<RunState, Set<NodeProcess>> = new WeakMap<RunState, Set<NodeProcess>>();

/** Is this what undici counts its ticks by? */
export function isTick(callback: { readonly name: string }, delayMs: unknown): boolean {
  return delayMs === TICK_MS && callback.name === "onTick" && String(callback).includes("fastNow");
}

export function keepTick(tick: Tick): void {
  ticks.add(tick);
}

export function begun(process: NodeProcess): void {
  const { runState } = process.process;
  const others = living.get(runState);
  if (others === undefined) living.set(runState, new Set([process]));
  else others.add(process);
}

export function ended(process: NodeProcess): void {
  living.get(process.process.runState)?.delete(process);
}

/** Another living process of the same world. */
export function heirOf(process: NodeProcess): NodeProcess | undefined {
  for (const other of living.get(process.process.runState) ?? []) if (other !== process) return other;
  return undefined;
}

/** A process has had a turn, so it is its world that is run. */
export function followTicks(process: NodeProcess): void {
  if (ticks.size === 0) return;
  for (const tick of ticks) {
    const { owner } = tick;
    if (owner !== process && process.isAlive && !(owner.isAlive && isSameWorld(owner, process))) tick.moveTo(process);
  }
}

function isSameWorld(one: NodeProcess, other: NodeProcess): boolean {
  return one.process.runState === other.process.runState;
}
