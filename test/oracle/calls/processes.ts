/** Rows of the calls on processes: fork(2), wait(2), _exit(2), getppid(2). */
import fc from "fast-check";
import { choice, type Row, row, unhex } from "../row.ts";
import { SYS } from "./numbers.ts";

/** So many processes a program has at most; helper.c has room for no more. */
const WORKERS_MAX = 4;

/** Makes another worker. */
export const fork: Row = row("fork", 1, fc.constant(undefined), (_, view) => {
  const newcomer = view.netloom.workers.length;
  if (newcomer >= WORKERS_MAX) return undefined;
  return {
    text: `fork() /* p${newcomer} */`,
    sysText: `fork(p${newcomer})`,
    linux: [SYS.fork],
    netloom: (sys) => {
      const pid = sys.fork(view.netloom.program);
      return pid > 0 ? `p${newcomer}` : `pid ${pid}`;
    },
    outcome: ({ result }, workerOf) => nameOf(workerOf(result)),
  };
});

/** The last process stays, or there would be nobody to see what becomes of the others. */
const exit = row("exit", 2, fc.constantFrom(0, 1, 255, 259, -1), (status, view) => {
  const living = view.netloom.workers.filter(({ isDead }) => !isDead);
  if (living.length < 2) return undefined;
  return {
    text: `_exit(${status})`,
    sysText: `exit(${status})`,
    linux: [SYS.exit_group, status],
    netloom: (sys) => sys.exit(status),
  };
});

const WNOHANG = 1;
const UNKNOWN_OPTION = 0x40;
const whom = fc.oneof(
  { weight: 3, arbitrary: fc.constant("any" as const) },
  { weight: 4, arbitrary: choice },
  { weight: 1, arbitrary: fc.constant("nobody" as const) },
);
const WUNTRACED = 2;
const WCONTINUED = 8;
const options = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(WNOHANG | WUNTRACED, WNOHANG | WCONTINUED, WUNTRACED | WCONTINUED) },
  { weight: 4, arbitrary: fc.constant(WNOHANG) },
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constant(UNKNOWN_OPTION) },
);

/** No process has this number: beyond Linux's own pid_max. */
const NOBODY = 5_000_000;

const waitpid = row("waitpid", 5, fc.tuple(whom, options), ([who, option], view) => {
  const child = typeof who === "number" ? view.someone(who) : undefined;
  const pid = child?.process.pid ?? (who === "any" ? -1 : NOBODY);
  const name = child === undefined ? String(pid) : `p${child.index}`;
  return {
    text: `waitpid(${name}, &status, ${option})`,
    sysText: `waitpid(${name}, ${option})`,
    linux: [SYS.wait4, name, "x00000000", option, 0],
    netloom: async (sys) => {
      const ended = await sys.waitpid(pid, option);
      return waitOutcome(view.netloom.workerOf(ended.pid), ended.pid, ended.status);
    },
    outcome: ({ result, memory }, workerOf) => waitOutcome(workerOf(result), result, unhex(memory[0]).readInt32LE(0)),
  };
});

function waitOutcome(worker: number | undefined, pid: number, status: number): string {
  return pid === 0 ? "nobody yet" : `${nameOf(worker)} status 0x${status.toString(16)}`;
}

const getppid = row("getppid", 1, fc.constant(undefined), (_, view) => ({
  text: "getppid()",
  linux: [SYS.getppid],
  netloom: (sys) => nameOf(view.netloom.workerOf(sys.getppid())),
  outcome: ({ result }, workerOf) => nameOf(workerOf(result)),
}));

/** Who is no worker is what adopts orphans: process 1 there, the controller here. */
function nameOf(worker: number | undefined): string {
  return worker === undefined ? "init" : `p${worker}`;
}

export const processRows: readonly Row[] = [fork, exit, waitpid, getppid];
