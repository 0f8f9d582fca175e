/**
 * open(2) on the file tree: finding or making the inode, and whether the process may have it so.
 *
 * Read first: open(2). openPath() → walk() → what is there: existing() | nothing: created(). What a descriptor does with the
 * inode is in opened.ts, and for FIFOs, whose opening may wait, in ipc/fifo.ts.
 */
import type { Errno } from "../abi/errno.ts";
import { O_ACCMODE, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_TRUNC } from "../abi/fcntl.ts";
import { W_OK } from "../abi/stat.ts";
import { Directory, type Inode, RegularFile, SocketNode, SymbolicLink } from "./inode.ts";
import { mayAccess, type NamingTask, wantedBy } from "./permission.ts";
import type { FileTree } from "./tree.ts";
import type { Place } from "./walk.ts";

/** The inode that open(2) gives, which it has made if O_CREAT says so, and cut if O_TRUNC does. */
export function openPath(tree: FileTree, task: NamingTask, path: string, flags: number, mode: number): Inode | Errno {
  const creates = (flags & O_CREAT) !== 0;
  // The two contradict each other, and since Linux 6.4 are refused.
  if (creates && (flags & O_DIRECTORY) !== 0) return "EINVAL";
  const follow = (flags & O_NOFOLLOW) === 0 && !(creates && (flags & O_EXCL) !== 0);
  const place = tree.walk(task, path, follow ? "always" : "before-slash", creates);
  if (typeof place === "string") return place;
  if (place.inode !== null) return existing(task, place.inode, place, flags);
  return creates ? created(tree, task, place, mode) : "ENOENT";
}

function created(tree: FileTree, task: NamingTask, place: Place, mode: number): Inode | Errno {
  return tree.makeAt(task, place, mode, (ownership) => place.directory.makeFile(task, ownership));
}

function existing(task: NamingTask, inode: Inode, { mustBeDirectory }: Place, flags: number): Inode | Errno {
  const isDirectory = inode instanceof Directory;
  if ((flags & O_CREAT) !== 0) {
    if ((flags & O_EXCL) !== 0) return "EEXIST";
    if (isDirectory) return "EISDIR";
  }
  if ((mustBeDirectory || (flags & O_DIRECTORY) !== 0) && !isDirectory) return "ENOTDIR";
  if (inode instanceof SymbolicLink) return "ELOOP";
  const truncates = (flags & O_TRUNC) !== 0;
  if (isDirectory && ((flags & O_ACCMODE) !== O_RDONLY || truncates)) return "EISDIR";
  if (!mayAccess(task, inode, wantedBy(flags & O_ACCMODE) | (truncates ? W_OK : 0))) return "EACCES";
  if (inode instanceof SocketNode) return "ENXIO";
  if (truncates && inode instanceof RegularFile) {
    inode.content.resize(0);
    inode.touchContent();
  }
  return inode;
}
