/**
 * Calls on names and files: open(2), stat(2), mkdir(2), link(2), chmod(2), lseek(2) and their like.
 *
 * Each checks its arguments and hands over to file/: tree.ts (names), open.ts, rename.ts, attributes.ts. Only open() may
 * have to wait, for the other side of a FIFO.
 */
import type { Errno } from "../../abi/errno.ts";
import { O_ACCMODE, O_APPEND, O_CLOEXEC, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } from "../../abi/fcntl.ts";
import { R_OK, S_IFCHR, S_IFIFO, S_IFSOCK, W_OK, X_OK } from "../../abi/stat.ts";
import { changeMode, changeOwner, resize, truncateInode } from "../../file/attributes.ts";
import { Directory, Fifo, type Inode, RegularFile, SymbolicLink } from "../../file/inode.ts";
import { openPath } from "../../file/open.ts";
import type { FileOps, OpenFile } from "../../file/open-file.ts";
import { openInode } from "../../file/opened.ts";
import { mayAccess } from "../../file/permission.ts";
import { renamePath } from "../../file/rename.ts";
import type { Attempt } from "../operation.ts";
import type { Process } from "../process.ts";
import { FifoOpening } from "./fifo-opening.ts";
import { opened as terminalOpened } from "./terminals.ts";
import { type Timespec, timespec } from "./time.ts";

/** struct stat. */
export interface Stat {
  /** Type and permission bits: see S_ISDIR and its like. */
  readonly mode: number;
  /** Number of the inode: two names of one file have the same. */
  readonly ino: number;
  /** How many names lead to it. */
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  /** In bytes. */
  readonly size: number;
  readonly atime: Timespec;
  readonly mtime: Timespec;
  readonly ctime: Timespec;
}

/** open(2), as an attempt that answers the descriptor. */
export function opening(process: Process, path: string, flags: number, mode: number): Attempt<number> | Errno {
  if (process.descriptors.isFull) return "EMFILE";
  const find = (): Inode | Errno => openPath(process.kernel.files, process, path, flags, mode);
  const inode = find();
  if (typeof inode === "string") return inode;
  const install = (ops: FileOps): number | Errno => {
    // What F_GETFL shows later: as on Linux also how the name was looked up.
    const kept = flags & (O_ACCMODE | O_APPEND | O_NONBLOCK | O_DIRECTORY | O_NOFOLLOW);
    return process.kernel.install(process, ops, kept, (flags & O_CLOEXEC) !== 0);
  };
  const openOther = (found: Inode): number | Errno => {
    const ops = openInode(found, path, process);
    const fd = typeof ops === "string" ? ops : install(ops);
    if (typeof ops !== "string" && typeof fd === "number") terminalOpened(process, ops, flags);
    return fd;
  };
  if (inode instanceof Fifo) return new FifoOpening(process, inode, { path, flags, find, openOther, install });
  return atOnce("open", openOther(inode));
}

/** stat(2), or lstat(2), which does not follow a symbolic link at the end. */
export function stat(process: Process, path: string, follow: boolean): Stat | Errno {
  const inode = process.kernel.files.lookup(process, path, follow);
  return typeof inode === "string" ? inode : statOf(process, inode);
}

/** fstat(2), on every kind of descriptor. */
export function fstat(process: Process, fd: number): Stat | Errno {
  const file = process.descriptors.get(fd);
  if (file === undefined) return "EBADF";
  return file.ops.named === undefined ? statOfNameless(process, file.ops) : statOf(process, file.ops.named);
}

/** access(2): EACCES where an open of that kind would be refused to the real user and group, not the effective ones. */
export function access(process: Process, path: string, wanted: number): 0 | Errno {
  if ((wanted & ~(R_OK | W_OK | X_OK)) !== 0) return "EINVAL";
  const { pid, name, groups, cwd, umask, credentials } = process;
  const asReal = { pid, name, uid: credentials.user.real, gid: credentials.group.real, groups, cwd, umask };
  const inode = process.kernel.files.lookup(asReal, path);
  if (typeof inode === "string") return inode;
  return mayAccess(asReal, inode, wanted) ? 0 : "EACCES";
}

/** readlink(2). EINVAL: no symbolic link. */
export function readlink(process: Process, path: string): { readonly text: string } | Errno {
  const inode = process.kernel.files.lookup(process, path, false);
  if (typeof inode === "string") return inode;
  if (!(inode instanceof SymbolicLink)) return "EINVAL";
  inode.touchAccess();
  return { text: inode.target };
}

/** The names in a directory, by its path or a descriptor of it: opendir(3) and readdir(3) in one. ENOENT: it was removed. */
export function readdir(process: Process, where: string | number): readonly string[] | Errno {
  const inode = typeof where === "number" ? inodeOf(process, where) : openedDirectory(process, where);
  if (typeof inode === "string") return inode;
  if (!(inode instanceof Directory)) return "ENOTDIR";
  if (inode.isRemoved) return "ENOENT";
  inode.touchAccess();
  return inode.names(process);
}

/** chdir(2). */
export function chdir(process: Process, path: string): 0 | Errno {
  const directory = process.kernel.files.directory(process, path);
  if (typeof directory === "string") return directory;
  process.cwd = directory;
  return 0;
}

/** getcwd(2). ENOENT: the directory was removed. */
export function getcwd(process: Process): { readonly text: string } | Errno {
  return process.cwd.isRemoved ? "ENOENT" : { text: process.cwd.path };
}

/** umask(2): the mask as it was. */
export function umask(process: Process, mask: number): number {
  const old = process.umask;
  process.umask = mask & 0o777;
  return old;
}

/** rename(2). */
export function rename(process: Process, from: string, to: string): 0 | Errno {
  return renamePath(process.kernel.files, process, from, to);
}

/** chmod(2). */
export function chmod(process: Process, path: string, mode: number): 0 | Errno {
  const inode = process.kernel.files.lookup(process, path);
  return typeof inode === "string" ? inode : changeMode(process, inode, mode);
}

/** fchmod(2). */
export function fchmod(process: Process, fd: number, mode: number): 0 | Errno {
  const inode = inodeOf(process, fd);
  return typeof inode === "string" ? inode : changeMode(process, inode, mode);
}

/** chown(2), or lchown(2), which does not follow a symbolic link at the end. */
export function chown(process: Process, path: string, uid: number, gid: number, follow: boolean): 0 | Errno {
  const inode = process.kernel.files.lookup(process, path, follow);
  return typeof inode === "string" ? inode : changeOwner(process, inode, uid, gid);
}

/** fchown(2). */
export function fchown(process: Process, fd: number, uid: number, gid: number): 0 | Errno {
  const inode = inodeOf(process, fd);
  return typeof inode === "string" ? inode : changeOwner(process, inode, uid, gid);
}

/** truncate(2). */
export function truncate(process: Process, path: string, size: number): 0 | Errno {
  if (!isOffset(size)) return "EINVAL";
  const inode = process.kernel.files.lookup(process, path);
  return typeof inode === "string" ? inode : truncateInode(process, inode, size);
}

/** ftruncate(2). EINVAL: no regular file that is open for writing. */
export function ftruncate(process: Process, fd: number, size: number): 0 | Errno {
  if (!isOffset(size)) return "EINVAL";
  const file = process.descriptors.get(fd);
  if (file === undefined) return "EBADF";
  const { named } = file.ops;
  return named instanceof RegularFile && file.writable ? resize(process, named, size) : "EINVAL";
}

/** lseek(2). ESPIPE: nothing that has places. */
export function lseek(process: Process, fd: number, offset: number, whence: number): number | Errno {
  const file = process.descriptors.get(fd);
  if (file === undefined) return "EBADF";
  return file.ops.seek?.(offset, whence) ?? "ESPIPE";
}

/** pread(2). */
export function pread(process: Process, fd: number, into: Uint8Array, offset: number): number | Errno {
  if (!isOffset(offset)) return "EINVAL";
  const file = process.descriptors.get(fd);
  if (file === undefined || !file.readable) return "EBADF";
  return noted(process, file.ops.readAt?.(process, into, offset) ?? refuseAt(file));
}

/** pwrite(2). */
export function pwrite(process: Process, fd: number, from: Uint8Array, offset: number): number | Errno {
  if (!isOffset(offset)) return "EINVAL";
  const file = process.descriptors.get(fd);
  if (file === undefined || !file.writable) return "EBADF";
  return noted(process, file.ops.writeAt?.(process, from, offset) ?? refuseAt(file));
}

function isOffset(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function refuseAt(file: OpenFile): Errno {
  return file.ops.named instanceof Directory ? "EISDIR" : "ESPIPE";
}

function noted(process: Process, result: number | Errno): number | Errno {
  if (typeof result === "number" && result > 0) process.runState.progress();
  return result;
}

/** What a descriptor leads to in the file tree. EINVAL: nothing that has an inode there. */
export function inodeOf(process: Process, fd: number): Inode | Errno {
  const file = process.descriptors.get(fd);
  if (file === undefined) return "EBADF";
  return file.ops.named ?? "EINVAL";
}

function openedDirectory(process: Process, path: string): Inode | Errno {
  const inode = process.kernel.files.lookup(process, path);
  if (typeof inode === "string") return inode;
  if (!(inode instanceof Directory)) return "ENOTDIR";
  return mayAccess(process, inode, R_OK) ? inode : "EACCES";
}

function statOf({ kernel }: Process, inode: Inode): Stat {
  const time = (timeNs: number): Timespec => timespec(kernel.clock.epochMs, kernel.clock.localNs(timeNs));
  return {
    mode: inode.mode,
    ino: inode.number,
    nlink: inode.links,
    uid: inode.uid,
    gid: inode.gid,
    size: inode.size,
    atime: time(inode.accessedNs),
    mtime: time(inode.modifiedNs),
    ctime: time(inode.changedNs),
  };
}

/** A pipe, a socket, the console: what has no name has no times either. */
function statOfNameless({ kernel }: Process, ops: FileOps): Stat {
  const { type, node } = ops.describe();
  const time = timespec(kernel.clock.epochMs, 0);
  const mode = type === "FIFO" ? S_IFIFO | 0o600 : type === "CHR" ? S_IFCHR | 0o600 : S_IFSOCK | 0o777;
  const number = Number(node);
  const ino = Number.isInteger(number) ? number : 0;
  return { mode, ino, nlink: 1, uid: 0, gid: 0, size: 0, atime: time, mtime: time, ctime: time };
}

/** An attempt whose result is there already. */
function atOnce<R>(call: string, result: R | Errno): Attempt<R> {
  return {
    call,
    attempt: () => result,
    isReady: () => true,
    enlist: () => {},
    expired: () => result,
    on: () => "nothing",
    end: () => {},
  };
}
