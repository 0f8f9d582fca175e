/**
 * Runs something when ticks and microtasks have run, and what these have set, before the next macrotask.
 *
 * Node empties the queue of ticks, then that of microtasks, and again. A round through both comes after what they held; what
 * that has set needs the next round. Chains that are longer than the rounds here are cut in two, as no queue tells that it is empty.
 */
const ROUNDS = 3;

// Taken now: those of virtual processes look at what a callback throws.
const { nextTick } = process;
const microtask = queueMicrotask;

export function afterTicks(run: () => void, rounds: number = ROUNDS): void {
  microtask(() => nextTick(() => (rounds > 1 ? afterTicks(run, rounds - 1) : run())));
}
