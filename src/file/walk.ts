/**
 * Path resolution: from a path to the directory of its last component, and to what that component leads to.
 *
 * Read first: path_resolution(7). walk() goes component by component: search permission, the name's length, then `.`, `..`
 * or a name; a symbolic link puts its own components in front of the rest. lookup() wants something to be there;
 * whereToMake() wants nothing to be there yet.
 */
import type { Errno } from "../abi/errno.ts";
import { NAME_MAX, PATH_MAX } from "../abi/stat.ts";
import { Directory, type Inode, SymbolicLink } from "./inode.ts";
import { maySearch, type NamingTask } from "./permission.ts";

/** Symbolic links followed in one resolution; ELOOP beyond. */
const LINKS_MAX = 40;

/**
 * When a symbolic link at the end is followed: calls that look at what is there follow it, or only if a slash comes after;
 * calls that change the name itself never do.
 */
export type Follow = "always" | "before-slash" | "never";

/** Where a path leads. */
export interface Place {
  /** The directory of the last component. */
  readonly directory: Directory;
  /** The last component: a name, or ".", "..", "/". */
  readonly name: string;
  /** What is there; null when nothing is. */
  readonly inode: Inode | null;
  /** The path ends in a slash: it must be a directory. */
  readonly mustBeDirectory: boolean;
  /** The name is longer than any: rename(2) looks at both places before it says so. */
  readonly isTooLong?: boolean;
}

/** Is the last component a name, and not `.`, `..` or the root? */
export function isName({ name }: Place): boolean {
  return name !== "." && name !== ".." && name !== "/";
}

/** Follows a path to its last component. `creates` is open's O_CREAT, which makes no directory: EISDIR before a slash. */
export function walk(
  root: Directory,
  task: NamingTask,
  path: string,
  follow: Follow,
  creates: boolean = false,
): Place | Errno {
  const refusal = checkPath(path);
  if (refusal !== null) return refusal;
  let directory = path.startsWith("/") ? root : task.cwd;
  const rest = components(path).reverse();
  let mustBeDirectory = path.endsWith("/");
  let links = 0;
  for (;;) {
    const name = rest.pop();
    if (name === undefined) return { directory: root, name: "/", inode: root, mustBeDirectory };
    if (!maySearch(task, directory)) return "EACCES";
    const isLast = rest.length === 0;
    if (creates && isLast && mustBeDirectory && name !== "." && name !== "..") return "EISDIR";
    if (byteLength(name) > NAME_MAX) {
      const isDeferred = isLast && follow === "never";
      return isDeferred ? { directory, name, inode: null, mustBeDirectory, isTooLong: true } : "ENAMETOOLONG";
    }
    const inode = step(directory, name, task);
    const follows = follow === "always" || (follow === "before-slash" && mustBeDirectory);
    if (isLast && !(inode instanceof SymbolicLink && follows)) {
      return { directory, name, inode, mustBeDirectory };
    }
    if (inode === null) return "ENOENT";
    if (inode instanceof SymbolicLink) {
      if (++links > LINKS_MAX) return "ELOOP";
      inode.touchAccess();
      if (inode.target.startsWith("/")) directory = root;
      if (isLast && inode.target.endsWith("/")) mustBeDirectory = true;
      rest.push(...components(inode.target).reverse());
    } else if (inode instanceof Directory) {
      directory = inode;
    } else {
      return "ENOTDIR";
    }
  }
}

/** What a path leads to. ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG. */
export function lookup(root: Directory, task: NamingTask, path: string, follow: boolean): Inode | Errno {
  const place = walk(root, task, path, follow ? "always" : "before-slash");
  if (typeof place === "string") return place;
  if (place.inode === null) return "ENOENT";
  if (place.mustBeDirectory && !(place.inode instanceof Directory)) return "ENOTDIR";
  return place.inode;
}

/** The place of a name that is to be made, removed or looked at itself. */
export function walkToName(root: Directory, task: NamingTask, path: string): Place | Errno {
  const place = walk(root, task, path, "never");
  return typeof place === "object" && place.isTooLong === true ? "ENAMETOOLONG" : place;
}

/** The place of something new that is no directory. EEXIST, and ENOENT for a path that ends in a slash. */
export function whereToMake(root: Directory, task: NamingTask, path: string): Place | Errno {
  const place = walkToName(root, task, path);
  if (typeof place === "string") return place;
  if (place.inode !== null) return "EEXIST";
  return place.mustBeDirectory ? "ENOENT" : place;
}

/** Length in UTF-8. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Two units of a pair are four bytes together; any other unit above 0x7ff is three.
    if (unit >= 0xd800 && unit <= 0xdfff) bytes += isPair(text, i) ? 1 : 2;
    else if (unit > 0x7ff) bytes += 2;
    else if (unit > 0x7f) bytes += 1;
  }
  return bytes;
}

function isPair(text: string, at: number): boolean {
  const point = text.codePointAt(at) ?? 0;
  return point > 0xffff || ((text.codePointAt(at - 1) ?? 0) > 0xffff && at > 0);
}

function checkPath(path: string): Errno | null {
  // What programs pass is not trusted to be a string.
  if (typeof path !== "string") return "EFAULT";
  if (path === "") return "ENOENT";
  // C ends a string at its first zero byte, so no call of Linux ever sees one.
  if (path.includes("\0")) return "EINVAL";
  return byteLength(path) >= PATH_MAX ? "ENAMETOOLONG" : null;
}

function components(path: string): string[] {
  return path.split("/").filter((component) => component !== "");
}

function step(directory: Directory, name: string, task: NamingTask): Inode | null {
  if (name === ".") return directory;
  if (name === "..") return directory.parent;
  return directory.get(name, task) ?? null;
}
