/**
 * ipcs(1) and /proc/sysvipc: the System V objects of a host, as data and as text. Read first: ipcs(1), proc(5) on sysvipc.
 */
import type { Ipc } from "../ipc/ipc.ts";
import type { MessageQueueStatus } from "../ipc/sysv-messages.ts";
import type { SemaphoreStatus } from "../ipc/sysv-semaphores.ts";
import type { SegmentStatus } from "../ipc/sysv-shm.ts";
import { formatTable } from "./table.ts";

/** The objects of one host, each with its identifier. */
export interface Ipcs {
  readonly messages: readonly (MessageQueueStatus & { readonly id: number })[];
  readonly segments: readonly (SegmentStatus & { readonly id: number })[];
  readonly semaphores: readonly (SemaphoreStatus & { readonly id: number })[];
}

export function ipcs({ messages, segments, semaphores }: Ipc): Ipcs {
  return {
    messages: [...messages.all()].map(({ id, status }) => ({ id, ...status })),
    segments: [...segments.all()].map(({ id, status }) => ({ id, ...status })),
    semaphores: [...semaphores.all()].map(({ id, status }) => ({ id, ...status })),
  };
}

/** In the manner of ipcs. */
export function formatIpcs({ messages, segments, semaphores }: Ipcs): string {
  const tables = [
    ["Message Queues", ["used-bytes", "messages"], messages.map((one) => [one, one.cbytes, one.qnum] as const)],
    ["Shared Memory Segments", ["bytes", "nattch"], segments.map((one) => [one, one.segsz, one.nattch] as const)],
    ["Semaphore Arrays", ["nsems"], semaphores.map((one) => [one, one.nsems] as const)],
  ] as const;
  return tables
    .map(([title, headings, rows]) => {
      const columns = ["key", "id", "owner", "perms", ...headings].map((heading) => ({ heading }));
      const cells = rows.map(([{ id, perm }, ...figures]) => {
        const key = `0x${(perm.key >>> 0).toString(16).padStart(8, "0")}`;
        return [key, id, perm.uid, (perm.mode & 0o777).toString(8), ...figures];
      });
      return `------ ${title} --------\n${formatTable(columns, cells)}\n`;
    })
    .join("\n");
}

/** The texts of /proc/sysvipc, by name. */
export function procSysvipc(get: () => Ipcs): Readonly<Record<string, () => string>> {
  return { msg: () => msgText(get()), sem: () => semText(get()), shm: () => shmText(get()) };
}

const MSG_HEAD =
  "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n";
const SEM_HEAD = "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n";
const SHM_HEAD =
  "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap\n";

function msgText({ messages }: Ipcs): string {
  const lines = messages.map(({ id, perm, cbytes, qnum, lspid, lrpid, stime, rtime, ctime }) =>
    line(
      [
        perm.key,
        id,
        octal(perm.mode),
        cbytes,
        qnum,
        lspid,
        lrpid,
        perm.uid,
        perm.gid,
        perm.cuid,
        perm.cgid,
        stime,
        rtime,
        ctime,
      ],
      [10, 10, 5, 11, 10, 5, 5, 5, 5, 5, 5, 10, 10, 10],
    ),
  );
  return MSG_HEAD + lines.join("");
}

function semText({ semaphores }: Ipcs): string {
  const lines = semaphores.map(({ id, perm, nsems, otime, ctime }) =>
    line(
      [perm.key, id, octal(perm.mode), nsems, perm.uid, perm.gid, perm.cuid, perm.cgid, otime, ctime],
      [10, 10, 5, 10, 5, 5, 5, 5, 10, 10],
    ),
  );
  return SEM_HEAD + lines.join("");
}

function shmText({ segments }: Ipcs): string {
  const lines = segments.map(({ id, perm, segsz, cpid, lpid, nattch, atime, dtime, ctime }) =>
    line(
      [
        perm.key,
        id,
        octal(perm.mode),
        segsz,
        cpid,
        lpid,
        nattch,
        perm.uid,
        perm.gid,
        perm.cuid,
        perm.cgid,
        atime,
        dtime,
        ctime,
        0,
        0,
      ],
      [10, 10, 5, 21, 5, 5, 6, 5, 5, 5, 5, 10, 10, 10, 21, 21],
    ),
  );
  return SHM_HEAD + lines.join("");
}

function octal(mode: number): string {
  return mode.toString(8);
}

function line(values: readonly (number | string)[], widths: readonly number[]): string {
  return `${values.map((value, index) => String(value).padStart(widths[index] ?? 0)).join(" ")}\n`;
}
