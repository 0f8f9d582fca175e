/**
 * rename(2): moving a name, in one step, over what the new name led to.
 *
 * Read first: rename(2). renamePath() → both places → refuse() (may it leave here, may it stand there, does it fit over what
 * is there?) → the directories change.
 */
import type { Errno } from "../abi/errno.ts";
import { W_OK } from "../abi/stat.ts";
import { Directory, type Inode } from "./inode.ts";
import { mayAccess, type NamingTask } from "./permission.ts";
import { ANOTHER_NAME, type FileTree, refuseToAdd, refuseToRemove } from "./tree.ts";
import { isName, type Place } from "./walk.ts";

/** rename(2). The checks come in Linux's order. */
export function renamePath(tree: FileTree, task: NamingTask, oldPath: string, newPath: string): 0 | Errno {
  const from = tree.walk(task, oldPath, "never");
  if (typeof from === "string") return from;
  const to = tree.walk(task, newPath, "never");
  if (typeof to === "string") return to;
  if (!isName(from) || !isName(to)) return "EBUSY";
  const { inode } = from;
  if (inode === null) return from.isTooLong === true ? "ENAMETOOLONG" : "ENOENT";
  if (to.isTooLong === true) return "ENAMETOOLONG";
  const refusal = refuseShape(from, inode, to) ?? refuse(task, from, inode, to);
  if (refusal !== null) return refusal;
  // Two names of one file: nothing happens, and both stay.
  if (to.inode === inode) return 0;
  move(tree, from, inode, to);
  return 0;
}

/** What no permission can help: a slash after what is no directory, a directory into itself. */
function refuseShape(from: Place, inode: Inode, to: Place): Errno | null {
  if (!(inode instanceof Directory)) {
    if (from.mustBeDirectory || to.mustBeDirectory) return "ENOTDIR";
  } else if (to.directory.isWithin(inode)) {
    return "EINVAL";
  }
  if (to.inode instanceof Directory && from.directory.isWithin(to.inode)) return "ENOTEMPTY";
  return null;
}

function refuse(task: NamingTask, from: Place, inode: Inode, to: Place): Errno | null {
  if (to.inode === inode) return null;
  const leaving = refuseToRemove(task, from.directory, inode);
  if (leaving !== null) return leaving;
  // As a file system of its own: nothing is moved out of it.
  if (!from.directory.accepts(ANOTHER_NAME)) return from.directory === to.directory ? "EPERM" : "EXDEV";
  const arriving =
    to.inode === null ? refuseToAdd(task, to.directory, ANOTHER_NAME) : refuseOver(task, to.directory, inode, to.inode);
  if (arriving !== null) return arriving;
  if (inode instanceof Directory) {
    if (inode.isGenerated) return "EBUSY";
    // Its `..` changes, and that takes permission to write it.
    if (from.directory !== to.directory && !mayAccess(task, inode, W_OK)) return "EACCES";
  }
  return to.inode instanceof Directory && !to.inode.isEmpty ? "ENOTEMPTY" : null;
}

/** May it take the place of what is there? */
function refuseOver(task: NamingTask, directory: Directory, inode: Inode, victim: Inode): Errno | null {
  const refusal = refuseToRemove(task, directory, victim);
  if (refusal !== null) return refusal;
  const isDirectory = inode instanceof Directory;
  if (isDirectory === victim instanceof Directory) return null;
  return isDirectory ? "ENOTDIR" : "EISDIR";
}

function move(tree: FileTree, from: Place, inode: Inode, to: Place): void {
  if (to.inode !== null) tree.removeName(to.directory, to.name, to.inode);
  from.directory.remove(from.name);
  to.directory.add(to.name, inode);
  inode.touchState();
}
