/**
 * The file tree of a host: making, linking, removing and finding names.
 *
 * Read first: path_resolution(7), and the manual page of each call. Each method: walk() to the place → is the change
 * allowed? → change the directory. Opening is in open.ts, moving in rename.ts, what an inode's owner may change in
 * attributes.ts.
 */
import type { Errno } from "../abi/errno.ts";
import {
  NAME_MAX,
  PATH_MAX,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISGID,
  S_ISVTX,
  W_OK,
} from "../abi/stat.ts";
import {
  CharacterDevice,
  Directory,
  Fifo,
  type GeneratedEntries,
  type Inode,
  type OpenDevice,
  type Ownership,
  RegularFile,
  SocketNode,
  SymbolicLink,
} from "./inode.ts";
import { isKeptBySticky, mayAccess, mayChange, mayLink, type NamingTask } from "./permission.ts";
import type { Volume } from "./volume.ts";
import { byteLength, type Follow, isName, lookup, type Place, walk, walkToName, whereToMake } from "./walk.ts";

/** In place of a type: the inode is there already, and gets a name here. */
export const ANOTHER_NAME = 0;

/** Names that lead to one inode; EMLINK beyond, as on ext4. */
const LINK_MAX = 65_000;

export class FileTree {
  readonly volume: Volume;
  readonly root: Directory;

  constructor(volume: Volume) {
    this.volume = volume;
    this.root = new Directory(volume, { uid: 0, gid: 0, permissions: 0o755 }, null, "");
  }

  /** Follows a path to its last component. */
  walk(task: NamingTask, path: string, follow: Follow, creates: boolean = false): Place | Errno {
    return walk(this.root, task, path, follow, creates);
  }

  /** What a path leads to; a symbolic link at its end is followed unless `follow` is false. */
  lookup(task: NamingTask, path: string, follow: boolean = true): Inode | Errno {
    return lookup(this.root, task, path, follow);
  }

  /** A directory that the process may go to: chdir(2). ENOTDIR, EACCES. */
  directory(task: NamingTask, path: string): Directory | Errno {
    const inode = this.lookup(task, path);
    if (typeof inode === "string") return inode;
    if (!(inode instanceof Directory)) return "ENOTDIR";
    return mayAccess(task, inode, 1) ? inode : "EACCES";
  }

  /** mkdir(2). */
  mkdir(task: NamingTask, path: string, mode: number): 0 | Errno {
    const place = walkToName(this.root, task, path);
    if (typeof place === "string") return place;
    if (place.inode !== null) return "EEXIST";
    const { directory, name } = place;
    const refusal = refuseToAdd(task, directory, S_IFDIR);
    if (refusal !== null) return refusal;
    if (!this.volume.takeName()) return "ENOSPC";
    const ownership = ownershipIn(task, directory, mode & (0o777 | S_ISVTX));
    const permissions = ownership.permissions | (directory.mode & S_ISGID);
    directory.add(name, new Directory(this.volume, { ...ownership, permissions }, directory, name));
    return 0;
  }

  /** mknod(2), for regular files, FIFOs and sockets. EPERM for devices. */
  mknod(task: NamingTask, path: string, mode: number): 0 | Errno {
    const place = whereToMake(this.root, task, path);
    if (typeof place === "string") return place;
    const make = (ownership: Ownership): Inode | Errno => {
      const type = mode & S_IFMT;
      if (type === S_IFIFO) return new Fifo(this.volume, ownership);
      if (type === S_IFREG || type === 0) return place.directory.makeFile(task, ownership);
      if (type === S_IFSOCK) return new SocketNode(this.volume, ownership, null);
      return "EPERM";
    };
    const type = (mode & S_IFMT) === 0 ? S_IFREG : mode & S_IFMT;
    const inode = this.makeAt(task, place, mode, make, type);
    return typeof inode === "string" ? inode : 0;
  }

  /** mkfifo(3). */
  mkfifo(task: NamingTask, path: string, mode: number): 0 | Errno {
    return this.mknod(task, path, S_IFIFO | (mode & 0o7777));
  }

  /**
   * bind(2) to a path: makes the name of a socket, with permissions 0777 less the umask. EADDRINUSE when the name is
   * taken. When the socket is closed, set the node's `socket` to null; the name stays until it is unlinked.
   */
  makeSocketNode(task: NamingTask, path: string, socket: object): SocketNode | Errno {
    const place = whereToMake(this.root, task, path);
    if (typeof place === "string") return place === "EEXIST" ? "EADDRINUSE" : place;
    return this.makeAt(task, place, 0o777, (ownership) => new SocketNode(this.volume, ownership, socket), S_IFSOCK);
  }

  /** What makeSocketNode() would answer. */
  mayMakeSocketNode(task: NamingTask, path: string): 0 | Errno {
    const place = whereToMake(this.root, task, path);
    if (typeof place === "string") return place === "EEXIST" ? "EADDRINUSE" : place;
    return mayChange(task, place.directory) ? 0 : "EACCES";
  }

  /**
   * connect(2) to a path: the socket behind the name, which the process must have permission to write.
   * ECONNREFUSED: not the name of a socket, or of one that is closed. ENOENT, EACCES.
   */
  findSocket(task: NamingTask, path: string): { readonly node: SocketNode; readonly socket: object } | Errno {
    const node = this.lookup(task, path);
    if (typeof node === "string") return node;
    if (!mayAccess(task, node, W_OK)) return "EACCES";
    if (!(node instanceof SocketNode) || node.socket === null) return "ECONNREFUSED";
    return { node, socket: node.socket };
  }

  /** symlink(2). */
  symlink(task: NamingTask, target: string, path: string): 0 | Errno {
    if (typeof target !== "string") return "EFAULT";
    if (target === "") return "ENOENT";
    if (target.includes("\0")) return "EINVAL";
    const targetBytes = byteLength(target);
    if (targetBytes >= PATH_MAX) return "ENAMETOOLONG";
    const place = whereToMake(this.root, task, path);
    if (typeof place === "string") return place;
    const make = (ownership: Ownership) => {
      if (!this.volume.takeBytes(targetBytes)) return "ENOSPC";
      return new SymbolicLink(this.volume, { ...ownership, permissions: 0o777 }, target, targetBytes);
    };
    const inode = this.makeAt(task, place, 0o777, make, S_IFLNK);
    return typeof inode === "string" ? inode : 0;
  }

  /** link(2): a symbolic link gets another name itself. EPERM for directories. */
  link(task: NamingTask, existing: string, path: string): 0 | Errno {
    const inode = this.lookup(task, existing, false);
    if (typeof inode === "string") return inode;
    const place = whereToMake(this.root, task, path);
    if (typeof place === "string") return place;
    if (!mayLink(task, inode)) return "EPERM";
    const refusal = refuseToAdd(task, place.directory, ANOTHER_NAME);
    if (refusal !== null) return refusal;
    if (inode instanceof Directory) return "EPERM";
    if (inode.links >= LINK_MAX) return "EMLINK";
    if (!this.volume.takeName()) return "ENOSPC";
    inode.links++;
    inode.touchState();
    place.directory.add(place.name, inode);
    return 0;
  }

  /** unlink(2). EISDIR for directories. */
  unlink(task: NamingTask, path: string): 0 | Errno {
    const place = walkToName(this.root, task, path);
    if (typeof place === "string") return place;
    const { directory, name, inode, mustBeDirectory } = place;
    if (!isName(place)) return "EISDIR";
    if (inode === null) return "ENOENT";
    if (mustBeDirectory) return inode instanceof Directory ? "EISDIR" : "ENOTDIR";
    const refusal = refuseToRemove(task, directory, inode);
    if (refusal !== null) return refusal;
    if (inode instanceof Directory) return "EISDIR";
    this.removeName(directory, name, inode);
    return 0;
  }

  /** rmdir(2). ENOTEMPTY. */
  rmdir(task: NamingTask, path: string): 0 | Errno {
    const place = walkToName(this.root, task, path);
    if (typeof place === "string") return place;
    const { directory, name, inode } = place;
    if (name === "..") return "ENOTEMPTY";
    if (name === ".") return "EINVAL";
    if (name === "/") return "EBUSY";
    if (inode === null) return "ENOENT";
    const refusal = refuseToRemove(task, directory, inode);
    if (refusal !== null) return refusal;
    if (!(inode instanceof Directory)) return "ENOTDIR";
    if (inode.isGenerated) return "EBUSY";
    if (!inode.isEmpty) return "ENOTEMPTY";
    this.removeName(directory, name, inode);
    return 0;
  }

  /** Makes an inode at a place where nothing is, for open(2) and its like: the umask and the directory's group apply. */
  makeAt<T extends Inode>(
    task: NamingTask,
    { directory, name }: Place,
    mode: number,
    make: (ownership: Ownership) => T | Errno,
    type: number = S_IFREG,
  ): T | Errno {
    const refusal = refuseToAdd(task, directory, type);
    if (refusal !== null) return refusal;
    if (!this.volume.takeName()) return "ENOSPC";
    const inode = make(ownershipIn(task, directory, mode & 0o7777));
    if (typeof inode === "string") this.volume.returnName();
    else directory.add(name, inode);
    return inode;
  }

  /** Takes a name out of its directory. */
  removeName(directory: Directory, name: string, inode: Inode): void {
    directory.remove(name);
    this.volume.returnName();
    if (inode instanceof Directory) inode.links = 1;
    inode.unlinked();
  }

  /** A directory of the initial tree, or one that the host adds. */
  addDirectory(
    parent: Directory,
    name: string,
    permissions: number,
    generated: GeneratedEntries | null = null,
  ): Directory {
    const directory = new Directory(this.volume, { uid: 0, gid: 0, permissions }, parent, name, generated);
    this.#add(parent, name, directory);
    return directory;
  }

  /** A directory of a kind of its own, which the host adds. */
  mount(directory: Directory): void {
    this.#add(directory.parent, directory.name, directory);
  }

  /** A regular file of the initial tree, or one that the host adds. */
  addFile(parent: Directory, name: string, permissions: number, text: string): void {
    const file = new RegularFile(this.volume, { uid: 0, gid: 0, permissions });
    file.content.write(0, new TextEncoder().encode(text));
    this.#add(parent, name, file);
  }

  /** A device of the initial tree, or one that the host adds. */
  addDevice(parent: Directory, name: string, permissions: number, open: OpenDevice): void {
    this.#add(parent, name, new CharacterDevice(this.volume, { uid: 0, gid: 0, permissions }, open));
  }

  #add(parent: Directory, name: string, inode: Inode): void {
    if (this.volume.takeName() && byteLength(name) <= NAME_MAX) parent.add(name, inode);
  }
}

/** Why no name can be added here; null when one can. */
export function refuseToAdd(task: NamingTask, directory: Directory, type: number): Errno | null {
  if (directory.isRemoved || directory.isGenerated) return "ENOENT";
  if (!mayChange(task, directory)) return "EACCES";
  return directory.accepts(type) ? null : "EPERM";
}

/** Why this name can't be removed or moved; null when it can. */
export function refuseToRemove(task: NamingTask, directory: Directory, inode: Inode): Errno | null {
  if (!mayChange(task, directory)) return "EACCES";
  if (directory.isGenerated || isKeptBySticky(task, directory, inode)) return "EPERM";
  return null;
}

/** Whose a new inode is: the process's; in a set-group-ID directory its group is the directory's. */
function ownershipIn(task: NamingTask, directory: Directory, permissions: number): Ownership {
  const gid = (directory.mode & S_ISGID) !== 0 ? directory.gid : task.gid;
  return { uid: task.uid, gid, permissions: permissions & ~task.umask };
}
