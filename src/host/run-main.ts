/**
 * host.run() and host.start(): code that knows nothing of `sys` as a process.
 *
 * Read first: main-program.ts. Order: runMain() → a MainProgram is spawned, and the world runs → the runtime tells the outcome
 * → the promise is settled, and the world stops at that instant unless somebody else lets it run.
 */
import type { Host, HostParts, SpawnedProcess, SpawnOptions } from "./host.ts";
import { type MainOutcome, MainProgram } from "./main-program.ts";

/** What a process of host.run() or host.start() gets. Everything may be left out. */
export interface MainOptions extends SpawnOptions {
  readonly name?: string;
  /** What comes behind the first two words of process.argv. */
  readonly argv?: readonly string[];
  /** Ways out of the world that are refused otherwise: "fs" (files of the machine), "child_process", "worker", … */
  readonly allow?: readonly string[];
}

/** Runs the function as a process, and gives its result. */
export function runMain<T>(host: Host, parts: HostParts, main: () => T | Promise<T>, options: MainOptions): Promise<T> {
  const name = options.name ?? "run";
  return new Promise((resolve, reject) => {
    check(host, main, "run(main, options)", options);
    const waits = parts.runtimes.map((runtime) => runtime.awaitResult?.());
    const settled = (outcome: MainOutcome): void => {
      finish();
      for (const end of waits) end?.();
      if (outcome.kind === "result") resolve(outcome.value as T);
      else if (outcome.kind === "thrown") reject(outcome.error);
      else reject(new Error(`${host.name}: the process "${name}" ${ending(outcome)} before it had its result`));
    };
    spawnMain(host, parts, new MainProgram(host, main, true, settled, options.allow ?? []), { name, ...options });
    const finish = parts.drive(reject);
  });
}

/** Starts the function as a process that goes on. */
export function startMain(
  host: Host,
  parts: HostParts,
  { main, ...options }: MainOptions & { readonly main: () => unknown },
): SpawnedProcess {
  check(host, main, "start({ main, … })", options);
  const program = new MainProgram(host, main, false, () => {}, options.allow ?? []);
  return spawnMain(host, parts, program, { name: "main", daemon: true, ...options });
}

/** The words of `allow`, as docs/NODE.md has them. */
const WAYS_OUT: readonly string[] = [
  "child_process",
  "worker",
  "inspector",
  "net",
  "fs",
  "binding",
  "addon",
  "process",
];

/** Throws a TypeError that says what is expected. */
function check(host: Host, main: unknown, call: string, { allow = [] }: MainOptions): void {
  if (typeof main !== "function") {
    throw new TypeError(
      `${host.name}: main of host.${call} is a function, not ${main === null ? "null" : typeof main}`,
    );
  }
  for (const word of allow) {
    if (WAYS_OUT.includes(word)) continue;
    throw new TypeError(
      `${host.name}: there is no way out named ${JSON.stringify(word)} to allow; there are ${WAYS_OUT.join(", ")}`,
    );
  }
}

function ending(outcome: MainOutcome): string {
  return outcome.kind === "exited" ? `exited with status ${outcome.status}` : "was killed";
}

function spawnMain(
  host: Host,
  { runtimes }: HostParts,
  program: MainProgram,
  { name = "main", argv = [], ...options }: MainOptions,
): SpawnedProcess {
  if (!runtimes.some((runtime) => runtime.accepts(program))) {
    throw new Error(
      `${host.name}: to run code that uses Node's own modules, import "netloom/register" before anything else`,
    );
  }
  return host.spawn(name, program, { ...options, args: argv });
}
