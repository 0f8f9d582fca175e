/**
 * lsof(8): the descriptors of a host's processes and the objects behind them, as data and as text.
 */
import type { Process } from "../kernel/process.ts";
import { formatTable } from "./table.ts";

/** One open descriptor. */
export interface LsofRow {
  readonly process: string;
  readonly pid: number;
  readonly uid: number;
  readonly fd: number;
  readonly access: "r" | "w" | "u";
  readonly type: string;
  /** The same for descriptors that lead to one object. */
  readonly node: string;
  readonly name: string;
}

export function lsof(processes: Iterable<Process>): LsofRow[] {
  return [...processes].flatMap((process) =>
    [...process.descriptors.entries()].map(({ fd, file }) => ({
      process: process.name,
      pid: process.pid,
      uid: process.uid,
      fd,
      access: !file.writable ? "r" : file.readable ? "u" : "w",
      ...file.ops.describe(),
    })),
  );
}

/** In the manner of lsof: COMMAND PID USER FD TYPE NODE NAME. */
export function formatLsof(rows: readonly LsofRow[]): string {
  const columns = [
    { heading: "COMMAND" },
    { heading: "PID", align: "right" },
    { heading: "USER", align: "right" },
    { heading: "FD", align: "right" },
    { heading: "TYPE" },
    { heading: "NODE", align: "right" },
    { heading: "NAME" },
  ] as const;
  const cells = rows.map(({ process, pid, uid, fd, access, type, node, name }) => {
    return [process, pid, uid, `${fd}${access}`, type, node, name];
  });
  return formatTable(columns, cells);
}
