/**
 * Why a run of a world stops before its end. Each message says when, names the processes, and says what to do.
 */
import { describe } from "../base/describe.ts";
import type { Crash } from "../kernel/kernel.ts";
import type { Process } from "../kernel/process.ts";
import { formatSeconds } from "../kernel/run-state.ts";

/** Nothing can ever happen again, and somebody waits. */
export class DeadlockError extends Error {
  constructor(nowNs: number, processes: readonly Process[], crashes: readonly Crash[]) {
    const waiting = processes.filter((process) => !process.daemon).flatMap(describeWaits);
    const crashed = crashes.map(
      ({ host, process, pid, error }) => `  ${process}[${pid}] on ${host}: ${describe(error)}`,
    );
    super(
      `deadlock at ${formatSeconds(nowNs)}: nothing can ever happen again, but these wait:\n${waiting.join("\n")}\n` +
        (crashed.length === 0 ? "" : `Perhaps because these have crashed:\n${crashed.join("\n")}\n`) +
        "A process that may wait for ever, such as a server, is spawned with { daemon: true }.",
    );
    this.name = "DeadlockError";
  }
}

/** The clock stands still for a process whose promise nobody will ever settle. */
export class HeldClockError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "HeldClockError";
  }
}

/** Virtual time has come to its end. */
export class EndOfTimeError extends Error {
  constructor(label: string) {
    super(
      `"${label}" is set for a moment after the end of virtual time: a world lasts 2^53 ns, about 104 days, from its start`,
    );
    this.name = "EndOfTimeError";
  }
}

/** What the watchdog says of a clock that stands still. */
export function describeHolders(nowNs: number, processes: readonly Process[], sinceSeconds: number | null): string {
  const time = formatSeconds(nowNs);
  const since = sinceSeconds === null ? "" : ` for ${sinceSeconds} s`;
  const lines = processes.flatMap((process) => {
    if (process.state !== "running") return [];
    const externals = process.runState.externals.filter((external) => external.process === process).length;
    if (externals > 0) return [`  ${process.title} awaits ${externals} promise(s) that it gave to sys.external()`];
    if (process.isWaiting) return [];
    const last = process.lastCall === "" ? "it has made no call yet" : `its last call was ${process.lastCall}()`;
    return [`  ${process.title} awaits something that is not a system call; ${last}`];
  });
  return (
    `the clock has stood still at ${time}${since}, held by\n${lines.join("\n")}\n` +
    "If that is work of the outer machine (a file, an import), it comes back by itself. If it is a promise that another " +
    "program of this world settles, it never will while the clock stands: let programs wait for each other by system " +
    "calls (a pipe, a socket, waitpid), not by a shared promise."
  );
}

function describeWaits(process: Process): string[] {
  return process.operations.map(({ call, on }) => `  ${process.title}: ${call}() waits on ${on}`);
}
