/**
 * Numbers of inode(7), access(2) and lseek(2), as Linux has them: file types, permission bits, questions about a mode.
 */

/** The bits of a mode that hold the type. */
export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;
/** Set-user-ID. */
export const S_ISUID = 0o4000;
/** Set-group-ID; on a directory, new files get its group. */
export const S_ISGID = 0o2000;
/** Sticky: in such a directory only the owner of a file, or of the directory, removes or renames it. */
export const S_ISVTX = 0o1000;

/** access(2): is it there? */
export const F_OK = 0;
/** access(2): may it be executed, or a directory searched? */
export const X_OK = 1;
/** access(2): may it be written? */
export const W_OK = 2;
/** access(2): may it be read? */
export const R_OK = 4;

/** lseek(2): from the beginning. */
export const SEEK_SET = 0;
/** lseek(2): from where the offset is. */
export const SEEK_CUR = 1;
/** lseek(2): from the end of the file. */
export const SEEK_END = 2;

/** Longest name of a directory's entry, in bytes. */
export const NAME_MAX = 255;
/** Longest path, in bytes, with the zero byte that ends it in C. */
export const PATH_MAX = 4096;

export function S_ISREG(mode: number): boolean {
  return (mode & S_IFMT) === S_IFREG;
}

export function S_ISDIR(mode: number): boolean {
  return (mode & S_IFMT) === S_IFDIR;
}

export function S_ISLNK(mode: number): boolean {
  return (mode & S_IFMT) === S_IFLNK;
}

export function S_ISFIFO(mode: number): boolean {
  return (mode & S_IFMT) === S_IFIFO;
}

export function S_ISSOCK(mode: number): boolean {
  return (mode & S_IFMT) === S_IFSOCK;
}

export function S_ISCHR(mode: number): boolean {
  return (mode & S_IFMT) === S_IFCHR;
}
