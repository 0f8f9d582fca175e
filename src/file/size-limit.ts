/**
 * How large a file may grow: the file system's bound, and RLIMIT_FSIZE of the process that writes.
 *
 * Read first: setrlimit(2); Linux's generic_write_check_limits and inode_newsize_ok. A write goes up to the limit, and the
 * next one begins at it: that is the one that is told.
 */
import type { Errno } from "../abi/errno.ts";
import type { Task } from "./task.ts";
import { FILE_SIZE_MAX } from "./volume.ts";

/** The size to which this process may let a file grow. */
export function growthMax({ fileSizeMaxBytes = FILE_SIZE_MAX }: Task): number {
  return Math.min(fileSizeMaxBytes, FILE_SIZE_MAX);
}

/** Who goes beyond his own limit is sent SIGXFSZ, unless it is the file system's; EFBIG it is in any case. */
export function tooLarge(task: Task, at: number): Errno {
  if (at >= (task.fileSizeMaxBytes ?? Number.POSITIVE_INFINITY)) task.exceededFileSize?.();
  return "EFBIG";
}
