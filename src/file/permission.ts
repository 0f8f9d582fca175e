/**
 * Who may do what with an inode: modes and owners against uid and gid.
 *
 * Read first: path_resolution(7), "Permissions"; credentials(7). Root may read and write everything, search every
 * directory, and execute what anybody may execute.
 */
import { R_OK, S_ISDIR, S_ISREG, S_ISVTX, W_OK, X_OK } from "../abi/stat.ts";
import { type Directory, type Inode, withoutPrivileges } from "./inode.ts";
import type { Task } from "./task.ts";

/** What names need to know of a process. */
export interface NamingTask extends Task {
  /** Supplementary groups. */
  readonly groups?: readonly number[];
  /** Where its relative paths begin. */
  readonly cwd: Directory;
  /** Permission bits that its new files do not get. */
  readonly umask: number;
}

/** Whom permission is checked for. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly groups?: readonly number[];
}

export function isInGroup({ gid, groups }: Credentials, group: number): boolean {
  return gid === group || groups?.includes(group) === true;
}

/** May it do all of this: a sum of R_OK, W_OK, X_OK? */
export function mayAccess(credentials: Credentials, inode: Inode, wanted: number): boolean {
  const { mode } = inode;
  if (credentials.uid === 0) return (wanted & X_OK) === 0 || S_ISDIR(mode) || (mode & 0o111) !== 0;
  // Only one of the three sets counts: an owner whose own bits refuse gets nothing from the others.
  const shift = credentials.uid === inode.uid ? 6 : isInGroup(credentials, inode.gid) ? 3 : 0;
  return (wanted & ~(mode >> shift)) === 0;
}

/** May it search this directory? */
export function maySearch(credentials: Credentials, directory: Directory): boolean {
  return mayAccess(credentials, directory, X_OK);
}

/** May it add and remove names in this directory? */
export function mayChange(credentials: Credentials, directory: Directory): boolean {
  return mayAccess(credentials, directory, W_OK | X_OK);
}

/** Does the sticky bit keep it from removing this name? */
export function isKeptBySticky({ uid }: Credentials, directory: Directory, inode: Inode): boolean {
  return (directory.mode & S_ISVTX) !== 0 && uid !== 0 && uid !== inode.uid && uid !== directory.uid;
}

/**
 * May it give this inode another name? proc(5), protected_hardlinks, as most systems set it: its own files, or regular
 * ones that it may read and write and that run with nobody's privileges.
 */
export function mayLink(credentials: Credentials, inode: Inode): boolean {
  if (credentials.uid === 0 || credentials.uid === inode.uid) return true;
  const isSafe = S_ISREG(inode.mode) && withoutPrivileges(inode.mode) === inode.mode;
  return isSafe && mayAccess(credentials, inode, R_OK | W_OK);
}

/** What an access mode of open(2) asks for: O_RDONLY, O_WRONLY, O_RDWR; and 3, which then gives neither. */
export function wantedBy(accessMode: number): number {
  return [R_OK, W_OK, R_OK | W_OK, R_OK | W_OK][accessMode] ?? 0;
}
