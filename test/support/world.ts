/** Worlds for tests: what programs print is kept, and what the platform warns of. */
import { type Program, type RunResult, World, type WorldOptions } from "netloom";
import { nodePlatform } from "../../src/node/platform.ts";
import { World as CoreWorld } from "../../src/world/world.ts";

/** A world with one host, "alice", and what its programs printed. */
export function oneHost(options: WorldOptions = {}) {
  const printed: string[] = [];
  const world = new World({ console: ({ text }) => printed.push(text), ...options });
  const alice = world.host("alice");
  return { world, alice, printed };
}

/** Runs one program on one host to its end. A program that throws makes this throw. */
export async function runProgram(program: Program, options: WorldOptions = {}): Promise<RunResult> {
  const { world, alice } = oneHost(options);
  alice.spawn("program", program);
  const result = await world.run();
  const crash = result.crashes[0];
  if (crash !== undefined) throw crash.error;
  return result;
}

/** A world whose warnings are kept; `exhaust()` plays the platform that has run dry. */
export function watchedWorld(options: WorldOptions = {}) {
  const warnings: string[] = [];
  const exhausted: (() => void)[] = [];
  const world = new CoreWorld(options, {
    ...nodePlatform,
    warn: (text) => warnings.push(text),
    onExhausted: (task) => {
      exhausted.push(task);
      return { [Symbol.dispose]: () => exhausted.splice(exhausted.indexOf(task), 1) };
    },
  });
  const exhaust = () => {
    for (const task of [...exhausted]) task();
  };
  return { world, warnings, exhaust, exhausted };
}
