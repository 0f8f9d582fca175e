/**
 * Calls on names and files, as programs see them. Read first: path_resolution(7), inode(7), open(2).
 *
 * Every call that takes a path may fail with ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG; the others are named.
 */
import type { Stat } from "../calls/files.ts";

export interface FileCalls {
  /**
   * open(2): a descriptor for the file; `mode` less the umask are the permissions of a file that O_CREAT makes. Only
   * the open of a FIFO waits, for the other side. Errors: EEXIST, EISDIR, ENXIO, ENOSPC, EINVAL, EMFILE.
   */
  open(path: string, flags: number, mode?: number): Promise<number>;
  /** lseek(2): the new offset. Errors: EBADF, EINVAL, ESPIPE. */
  lseek(fd: number, offset: number, whence: number): number;
  /** pread(2): reads at an offset, and leaves the descriptor's alone. Errors: EBADF, EINVAL, ESPIPE, EISDIR. */
  pread(fd: number, buffer: Uint8Array, offset: number): number;
  /** pwrite(2). Errors: EBADF, EINVAL, ESPIPE, EFBIG, ENOSPC. */
  pwrite(fd: number, data: Uint8Array | string, offset: number): number;
  /** stat(2). */
  stat(path: string): Stat;
  /** lstat(2): as stat, but of a symbolic link itself. */
  lstat(path: string): Stat;
  /** fstat(2). Errors: EBADF. */
  fstat(fd: number): Stat;
  /** access(2): may the real user read it (R_OK), write it (W_OK), execute it (X_OK)? Errors: EACCES, EINVAL. */
  access(path: string, wanted: number): void;
  /** mkdir(2). Errors: EEXIST, ENOSPC. */
  mkdir(path: string, mode?: number): void;
  /** rmdir(2). Errors: ENOTEMPTY, EBUSY, EINVAL, EPERM. */
  rmdir(path: string): void;
  /** mkfifo(3). Errors: EEXIST, ENOSPC. */
  mkfifo(path: string, mode?: number): void;
  /** mknod(2): a regular file, a FIFO or the name of a socket; devices are EPERM. Errors: EEXIST, ENOSPC. */
  mknod(path: string, mode: number): void;
  /** unlink(2). Errors: EISDIR, EPERM (the sticky bit). */
  unlink(path: string): void;
  /** rename(2). Errors: EISDIR, ENOTEMPTY, EINVAL (into itself), EBUSY, EPERM. */
  rename(from: string, to: string): void;
  /** link(2). Errors: EEXIST, EPERM (a directory), EMLINK, ENOSPC. */
  link(existing: string, path: string): void;
  /** symlink(2). Errors: EEXIST, ENOSPC. */
  symlink(target: string, path: string): void;
  /** readlink(2). Errors: EINVAL (no symbolic link). */
  readlink(path: string): string;
  /** opendir(3) and readdir(3): the names in a directory, by path or descriptor, without `.` and `..`. */
  readdir(directory: string | number): readonly string[];
  /** chmod(2). Errors: EPERM. */
  chmod(path: string, mode: number): void;
  /** fchmod(2). Errors: EBADF, EPERM. */
  fchmod(fd: number, mode: number): void;
  /** chown(2); -1 leaves the user or the group as it is. Errors: EPERM. */
  chown(path: string, uid: number, gid: number): void;
  /** lchown(2): as chown, but of a symbolic link itself. */
  lchown(path: string, uid: number, gid: number): void;
  /** fchown(2). Errors: EBADF, EPERM. */
  fchown(fd: number, uid: number, gid: number): void;
  /** truncate(2): cuts the file, or lengthens it by a hole. Errors: EISDIR, EINVAL, EFBIG. */
  truncate(path: string, size: number): void;
  /** ftruncate(2). Errors: EBADF, EINVAL, EFBIG. */
  ftruncate(fd: number, size: number): void;
  /** umask(2): the permissions that new files do not get; answers what it was. */
  umask(mask: number): number;
  /** chdir(2). */
  chdir(path: string): void;
  /** getcwd(3). Errors: ENOENT (it was removed). */
  getcwd(): string;
  /** flock(2): LOCK_SH, LOCK_EX or LOCK_UN, with LOCK_NB not waiting. Errors: EBADF, EINVAL, EAGAIN. */
  flock(fd: number, operation: number): Promise<void>;
}
