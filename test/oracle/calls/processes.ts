/** Calls on processes: fork(2), wait(2), _exit(2), getppid(2). Words first, then rows. */
import fc from "fast-check";
import { WIFSIGNALED } from "netloom";
import { hex, unhex } from "../memory.ts";
import { NOBODY } from "../netloom.ts";
import { type Call, choice, plainRow, type Row, row } from "../row.ts";
import { SYS } from "./numbers.ts";

/** So many processes a program has at most; helper.c has room for no more. */
const WORKERS_MAX = 4;

/** Makes another worker, whose number is known: they are counted in the order of their making. */
export const fork = (newcomer: number): Call => ({
  text: `fork() /* p${newcomer} */`,
  sysText: `fork(p${newcomer})`,
  linux: [SYS.fork],
  netloom: (sys, netloom) => nameOf(netloom.workerOf(sys.fork(netloom.program)) ?? netloom.workers.length),
  outcome: ({ result }, workerOf) => nameOf(workerOf(result)),
});

export const exit = (status: number): Call => ({
  text: `_exit(${status})`,
  sysText: `exit(${status})`,
  linux: [SYS.exit_group, status],
  netloom: (sys) => sys.exit(status),
});

/** Whom a call is about: a worker ("p1"), the group that it leads ("-p1"), or a number. */
export type Whom = string | number;

export const waitpid = (whom: Whom, options: number = 0): Call => ({
  text: `waitpid(${whom}, &status, ${options})`,
  sysText: `waitpid(${whom}, ${options})`,
  linux: [SYS.wait4, whom, hex([4], [0]), options, 0],
  netloom: async (sys, netloom) => {
    const { pid, status } = await sys.waitpid(netloom.pidOf(whom), options);
    return waitOutcome(netloom.workerOf(pid), pid, status);
  },
  outcome: ({ result, memory }, workerOf) => waitOutcome(workerOf(result), result, unhex(memory[0]).readInt32LE(0)),
});

const withoutCore = (status: number): number => (WIFSIGNALED(status) ? status & 0x7f : status);

/** Whether a core was dumped is not compared: how large one may be is the affair of who starts the oracle. */
function waitOutcome(worker: number | undefined, pid: number, status: number): string {
  return pid === 0 ? "nobody yet" : `${nameOf(worker)} status 0x${withoutCore(status).toString(16)}`;
}

export const getppid = (): Call => ({
  text: "getppid()",
  linux: [SYS.getppid],
  netloom: (sys, netloom) => nameOf(netloom.workerOf(sys.getppid())),
  outcome: ({ result }, workerOf) => nameOf(workerOf(result)),
});

/** Who is no worker is process 1, or what stands for it. */
export function nameOf(worker: number | undefined): string {
  return worker === undefined ? "init" : `p${worker}`;
}

// ---- rows ----

/** Makes another worker. */
export const forkRow: Row = plainRow("fork", 1, ({ netloom: { workers } }) =>
  workers.length < WORKERS_MAX ? fork(workers.length) : undefined,
);

/** The last process stays, or there would be nobody to see what becomes of the others. */
const exitRow = row("exit", 2, fc.constantFrom(0, 1, 255, 259, -1), (status, view) =>
  view.netloom.workers.filter(({ isDead }) => !isDead).length < 2 ? undefined : exit(status),
);

const [WNOHANG, WUNTRACED, WCONTINUED, UNKNOWN_OPTION] = [1, 2, 8, 0x40];
const options = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(WNOHANG | WUNTRACED, WNOHANG | WCONTINUED, WUNTRACED | WCONTINUED) },
  { weight: 4, arbitrary: fc.constant(WNOHANG) },
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constant(UNKNOWN_OPTION) },
);
const whom = fc.oneof(
  { weight: 3, arbitrary: fc.constant("any" as const) },
  { weight: 4, arbitrary: choice },
  { weight: 1, arbitrary: fc.constant("nobody" as const) },
);

const waitpidRow = row("waitpid", 5, fc.tuple(whom, options), ([who, option], view) =>
  waitpid(typeof who === "number" ? view.someone(who).name : who === "any" ? -1 : NOBODY, option),
);

export const processRows: readonly Row[] = [forkRow, exitRow, waitpidRow, plainRow("getppid", 1, getppid)];
