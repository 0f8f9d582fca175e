/**
 * /proc: the kernel's own tables as files, whose text is made when they are opened.
 *
 * Read first: proc(5). mountProc() puts the directory into the tree; /proc/<pid> has status, fd and cwd, /proc/net what
 * proc-net.ts writes, /proc/sysvipc what ipcs.ts writes. Nothing of it takes space in the tree: entries are made when somebody looks.
 */

import { RLIMIT_SIGPENDING } from "../abi/resource.ts";
import { Directory, type GeneratedEntries, GeneratedFile, type Inode, SymbolicLink } from "../file/inode.ts";
import type { FileOps } from "../file/open-file.ts";
import type { IdTriple } from "../kernel/credentials.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Process } from "../kernel/process.ts";
import { SignalSet } from "../kernel/signals/signal-set.ts";
import { Socket } from "../socket/socket.ts";
import { ipcs, procSysvipc } from "./ipcs.ts";
import { mapsText } from "./proc-maps.ts";

/** Numbers of these inodes are far from those of the tree. */
const FIRST_INODE = 0xf000_0000;
/** So many numbers each process has. */
const INODES_EACH = 2048;

const PUBLIC_FILE = 0o444;
const PUBLIC_DIRECTORY = 0o555;
const PRIVATE_DIRECTORY = 0o500;

/** The texts of /proc/net, by name. */
export type NetFiles = Readonly<Record<string, () => string>>;

/** Makes /proc, whose entries follow the process table, and answers it. */
export function mountProc(kernel: Kernel, netFiles: NetFiles): Directory {
  const { files } = kernel;
  const root = { uid: 0, gid: 0, permissions: PUBLIC_FILE };
  const proc = files.addDirectory(files.root, "proc", PUBLIC_DIRECTORY, {
    get: (name, task) => {
      if (name === "self") return link(kernel, root, String(task.pid), FIRST_INODE);
      const process = name === String(Number(name)) ? kernel.processes.get(Number(name)) : undefined;
      return process === undefined ? undefined : processDirectory(process, proc);
    },
    names: () => [...kernel.processes.all()].map(({ pid }) => String(pid)).concat("self"),
  });
  addTexts(kernel, proc, "net", netFiles, FIRST_INODE + 1);
  addTexts(
    kernel,
    proc,
    "sysvipc",
    procSysvipc(() => ipcs(kernel.ipc)),
    FIRST_INODE + 64,
  );
  return proc;
}

/** A directory of texts, each of which is made when it is opened. */
function addTexts(kernel: Kernel, proc: Directory, name: string, texts: NetFiles, firstInode: number): void {
  const { files } = kernel;
  const owner = { uid: 0, gid: 0, permissions: PUBLIC_FILE };
  const names = Object.keys(texts);
  files.addDirectory(proc, name, PUBLIC_DIRECTORY, {
    get: (entry) => {
      const generate = Object.hasOwn(texts, entry) ? texts[entry] : undefined;
      if (generate === undefined) return undefined;
      return new GeneratedFile(files.volume, owner, generate, firstInode + names.indexOf(entry));
    },
    names: () => names,
  });
}

/** /proc/<pid>, which belongs to the user of the process. */
function processDirectory(process: Process, parent: Directory): Directory {
  const { kernel, pid } = process;
  const { volume } = kernel.files;
  const owner = { uid: process.uid, gid: process.gid };
  const number = FIRST_INODE + pid * INODES_EACH;
  const entries: Readonly<Record<string, () => Inode>> = {
    status: () =>
      new GeneratedFile(volume, { ...owner, permissions: PUBLIC_FILE }, () => statusText(process), number + 1),
    stat: () => new GeneratedFile(volume, { ...owner, permissions: PUBLIC_FILE }, () => statText(process), number + 4),
    cmdline: () =>
      new GeneratedFile(
        volume,
        { ...owner, permissions: PUBLIC_FILE },
        () => (pid === 1 ? "" : [process.name, ...process.args].map((word) => `${word}\0`).join("")),
        number + 5,
      ),
    fd: () =>
      new Directory(
        volume,
        { ...owner, permissions: PRIVATE_DIRECTORY },
        directory,
        "fd",
        descriptors(process),
        number + 2,
      ),
    maps: () => new GeneratedFile(volume, { ...owner, permissions: PUBLIC_FILE }, () => mapsText(process), number + 4),
    cwd: () => link(kernel, { ...owner, permissions: 0o777 }, process.cwd.path, number + 3),
  };
  const generated: GeneratedEntries = {
    get: (name) => (Object.hasOwn(entries, name) ? entries[name]?.() : undefined),
    names: () => Object.keys(entries),
  };
  const ownership = { ...owner, permissions: PUBLIC_DIRECTORY };
  const directory: Directory = new Directory(volume, ownership, parent, String(pid), generated, number);
  return directory;
}

/** /proc/<pid>/fd: a symbolic link for each descriptor. */
function descriptors(process: Process): GeneratedEntries {
  const { kernel, pid, uid, gid } = process;
  return {
    get: (name) => {
      const fd = Number(name);
      const file = name === String(fd) ? process.descriptors.get(fd) : undefined;
      if (file === undefined) return undefined;
      const permissions = (file.readable ? 0o500 : 0) | (file.writable ? 0o300 : 0);
      return link(kernel, { uid, gid, permissions }, targetText(file.ops), FIRST_INODE + pid * INODES_EACH + 8 + fd);
    },
    names: () => [...process.descriptors.entries()].map(({ fd }) => String(fd)),
  };
}

/** What a descriptor's link says: the path, or `pipe:[7]`, `socket:[8]` for what has none. */
function targetText(ops: FileOps): string {
  if (ops instanceof Socket) return `socket:[${ops.inode}]`;
  const { type, node, name } = ops.describe();
  if (name.startsWith("/")) return name;
  return `${type === "FIFO" ? "pipe" : "socket"}:[${node}]`;
}

function link(
  kernel: Kernel,
  ownership: { uid: number; gid: number; permissions: number },
  target: string,
  number: number,
) {
  return new SymbolicLink(kernel.files.volume, ownership, target, target.length, number);
}

/** The letter of its state, as ps(1) has it. */
function stateLetter({ state, isStopped, isWaiting, pid }: Process): "Z" | "T" | "S" | "R" {
  if (state !== "running") return "Z";
  if (isStopped) return "T";
  return isWaiting || pid === 1 ? "S" : "R";
}

/** Major number of pseudo-terminals: the device of /dev/pts/N is 136 * 256 + N. */
const PTS_DEVICE = 136 * 256;

/** /proc/<pid>/stat: the first eight fields; what comes behind them in Linux has no meaning here. */
function statText(process: Process): string {
  const { pid, name, parent, pgid, sid, terminal } = process;
  const device = terminal === null ? 0 : PTS_DEVICE + terminal.index;
  const foreground = terminal === null ? -1 : terminal.foreground;
  return `${pid} (${name}) ${stateLetter(process)} ${parent?.pid ?? 0} ${pgid} ${sid} ${device} ${foreground}\n`;
}

/** /proc/<pid>/status, with the lines that mean something here. */
function statusText(process: Process): string {
  const { name, umask, state, isStopped, isWaiting, pid, parent, credentials, descriptors, signals } = process;
  const stands = isStopped ? "T (stopped)" : isWaiting || pid === 1 ? "S (sleeping)" : "R (running)";
  const rows: readonly (readonly [string, string | number])[] = [
    ["Name", name],
    ["Umask", umask.toString(8).padStart(4, "0")],
    ["State", state === "running" ? stands : "Z (zombie)"],
    ["Tgid", pid],
    ["Pid", pid],
    ["PPid", parent?.pid ?? 0],
    ["Uid", idsText(credentials.user)],
    ["Gid", idsText(credentials.group)],
    ["FDSize", Math.max(256, [...descriptors.entries()].at(-1)?.fd ?? 0)],
    ["Groups", credentials.groups.map((group) => `${group} `).join("")],
    ["Threads", Math.max(1, process.operations.length)],
    ["SigQ", `${process.kernel.signalQuota.queued(credentials.user.real)}/${process.limits.soft(RLIMIT_SIGPENDING)}`],
    ["SigPnd", "0".repeat(16)],
    ["ShdPnd", SignalSet.of(...signals.pending.inOrder()).toHex()],
    ["SigBlk", signals.blocked.toHex()],
    ["SigIgn", signals.disposed("ignore").toHex()],
    ["SigCgt", signals.disposed("handle").toHex()],
  ];
  return rows.map(([key, value]) => `${key}:\t${value}\n`).join("");
}

/** The real, effective and saved id, and that for the file system, which is the effective one. */
function idsText({ real, effective, saved }: IdTriple): string {
  return [real, effective, saved, effective].join("\t");
}
