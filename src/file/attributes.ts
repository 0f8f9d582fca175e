/**
 * What the owner of an inode, or who may write it, changes: chmod(2), chown(2), truncate(2).
 */
import type { Errno } from "../abi/errno.ts";
import { S_IFMT, S_ISGID, W_OK } from "../abi/stat.ts";
import { Directory, type Inode, RegularFile, withoutPrivileges } from "./inode.ts";
import { isInGroup, mayAccess, type NamingTask } from "./permission.ts";
import { growthMax, tooLarge } from "./size-limit.ts";

/** chmod(2). EPERM: neither the owner nor root. */
export function changeMode(task: NamingTask, inode: Inode, mode: number): 0 | Errno {
  if (task.uid !== 0 && task.uid !== inode.uid) return "EPERM";
  // Who is not in the file's group can't make programs run as that group.
  const refused = task.uid !== 0 && !isInGroup(task, inode.gid) ? S_ISGID : 0;
  inode.mode = (inode.mode & S_IFMT) | (mode & 0o7777 & ~refused);
  inode.touchState();
  return 0;
}

/** chown(2); -1 leaves the owner or the group as it is. EPERM: only root gives files away; owners choose among their groups. */
export function changeOwner(task: NamingTask, inode: Inode, uid: number, gid: number): 0 | Errno {
  const isOwner = task.uid === inode.uid;
  const mayUser = task.uid === 0 || uid === -1 || (isOwner && uid === inode.uid);
  const mayGroup = task.uid === 0 || gid === -1 || (isOwner && (gid === inode.gid || isInGroup(task, gid)));
  if (!mayUser || !mayGroup) return "EPERM";
  const mode = inode instanceof Directory ? inode.mode : afterChown(task, inode);
  // As notify_change on Linux: to lose these bits is a change of mode, even where nothing else changes.
  if (mode !== inode.mode && !isOwner && task.uid !== 0) return "EPERM";
  if (uid !== -1) inode.uid = uid;
  if (gid !== -1) inode.gid = gid;
  inode.mode = mode;
  inode.touchState();
  return 0;
}

/** As setattr_should_drop_sgid on Linux: who is not in the file's group takes the set-group-ID bit away even where it is no program's. */
function afterChown(task: NamingTask, inode: Inode): number {
  const mode = withoutPrivileges(inode.mode);
  return task.uid === 0 || isInGroup(task, inode.gid) ? mode : mode & ~S_ISGID;
}

/** truncate(2) by a path: EISDIR, EINVAL (no regular file), EACCES, and what resize() says. */
export function truncateInode(task: NamingTask, inode: Inode, size: number): 0 | Errno {
  if (inode instanceof Directory) return "EISDIR";
  if (!(inode instanceof RegularFile)) return "EINVAL";
  return mayAccess(task, inode, W_OK) ? resize(task, inode, size) : "EACCES";
}

/** Cuts a regular file, or lengthens it by a hole. EFBIG, and SIGXFSZ beyond RLIMIT_FSIZE. */
export function resize(task: NamingTask, inode: RegularFile, size: number): 0 | Errno {
  if (size > inode.size && size > growthMax(task)) return tooLarge(task, size);
  inode.content.resize(size);
  if (task.uid !== 0) inode.mode = withoutPrivileges(inode.mode);
  inode.touchContent();
  return 0;
}
