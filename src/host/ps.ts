/**
 * ps(1): the processes of a host, as data and as text.
 */
import type { Process } from "../kernel/process.ts";
import { formatTable } from "./table.ts";

/** One process. */
export interface PsRow {
  readonly pid: number;
  readonly ppid: number;
  readonly uid: number;
  /** Process group and session. */
  readonly pgid: number;
  readonly sid: number;
  /** Its controlling terminal, as ps prints it: "pts/0", or "?". */
  readonly tty: string;
  /** As ps prints it: "R" running or about to call, "S" asleep in a call, "T" stopped, "Z" ended and not yet collected. */
  readonly state: "R" | "S" | "T" | "Z";
  readonly name: string;
  /** The outstanding calls, oldest first, and what each waits on. */
  readonly waits: readonly { readonly call: string; readonly on: string }[];
}

export function ps(processes: Iterable<Process>): PsRow[] {
  return [...processes].map((process) => ({
    pid: process.pid,
    ppid: process.parent?.pid ?? 0,
    uid: process.uid,
    pgid: process.pgid,
    sid: process.sid,
    tty: process.terminal === null ? "?" : `pts/${process.terminal.index}`,
    state: stateOf(process),
    name: process.name,
    waits: process.operations.map(({ call, on }) => ({ call, on })),
  }));
}

/** In the manner of `ps -el`, with the wait channel last. */
export function formatPs(rows: readonly PsRow[]): string {
  const columns = [
    { heading: "PID", align: "right" },
    { heading: "PPID", align: "right" },
    { heading: "UID", align: "right" },
    { heading: "S" },
    { heading: "TTY" },
    { heading: "CMD" },
    { heading: "WCHAN" },
  ] as const;
  const cells = rows.map(({ pid, ppid, uid, state, tty, name, waits }) => {
    const channel = waits.map(({ call, on }) => `${call} (${on})`).join(", ");
    return [pid, ppid, uid, state, tty, name, channel === "" ? "-" : channel];
  });
  return formatTable(columns, cells);
}

function stateOf(process: Process): PsRow["state"] {
  if (process.state !== "running") return "Z";
  if (process.isStopped) return "T";
  // Process 1 has no program: it sleeps until it has orphans to collect.
  return process.isWaiting || process.pid === 1 ? "S" : "R";
}
