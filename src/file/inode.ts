/**
 * Inodes: what a name in the file tree leads to.
 *
 * Read first: inode(7). One class for each type: Directory, RegularFile, SymbolicLink, Fifo, SocketNode,
 * CharacterDevice, GeneratedFile, ProgramFile. An inode goes when no name leads to it and nobody has it open.
 */
import type { Errno } from "../abi/errno.ts";
import { S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK, S_ISUID } from "../abi/stat.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import { Content } from "./content.ts";
import type { FlockTable } from "./flock.ts";
import type { FileOps } from "./open-file.ts";
import type { RecordLockTable } from "./record-locks.ts";
import type { Task } from "./task.ts";
import type { Volume } from "./volume.ts";

/** Who a new inode belongs to, and its permission bits. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits, the type left out. */
  readonly permissions: number;
}

export abstract class Inode {
  declare readonly volume: Volume;
  declare readonly number: number;
  /** Type and permission bits, as stat(2) gives them. */
  declare mode: number;
  declare uid: number;
  declare gid: number;
  /** How many names lead to it; for a directory 2 and one for each directory in it. */
  declare links: number;
  /** Times of the last access, modification and change of state, in virtual time. */
  declare accessedNs: number;
  declare modifiedNs: number;
  declare changedNs: number;
  /** Where those who wait for a lock on it sleep. */
  declare readonly lockWaiters: WaitQueue;
  /** Locks of flock(2) and of fcntl(2); null while there never was one. */
  declare flocks: FlockTable | null;
  declare recordLocks: RecordLockTable | null;
  declare private opens: number;

  constructor(volume: Volume, type: number, { uid, gid, permissions }: Ownership, number: number = volume.nextInode()) {
    // Assigned, not defined: engines define fields slowly where a constructor has made objects of many classes.
    this.volume = volume;
    this.number = number;
    this.mode = type | permissions;
    this.uid = uid;
    this.gid = gid;
    this.accessedNs = volume.nowNs;
    this.modifiedNs = volume.nowNs;
    this.changedNs = volume.nowNs;
    this.links = 1;
    this.lockWaiters = new WaitQueue();
    this.flocks = null;
    this.recordLocks = null;
    this.opens = 0;
  }

  /** S_IFREG, S_IFDIR, … */
  get type(): number {
    return this.mode & S_IFMT;
  }

  get size(): number {
    return 0;
  }

  /** It was read. As with relatime, that is noted after a change, and once a day. */
  touchAccess(): void {
    const { nowNs } = this.volume;
    const isOld = nowNs - this.accessedNs >= 86_400 * 1e9;
    if (isOld || this.accessedNs <= this.modifiedNs || this.accessedNs <= this.changedNs) this.accessedNs = nowNs;
  }

  /** Its content has changed. */
  touchContent(): void {
    this.modifiedNs = this.volume.nowNs;
    this.changedNs = this.modifiedNs;
  }

  /** Its mode, owner or number of names has changed. */
  touchState(): void {
    this.changedNs = this.volume.nowNs;
  }

  opened(): void {
    this.opens++;
  }

  closed(): void {
    this.opens--;
    this.#collect();
  }

  /** A name has gone. */
  unlinked(): void {
    this.links--;
    this.touchState();
    this.#collect();
  }

  /** What opening it gives, for kinds of inodes that this folder does not know (opened.ts has those that it does). */
  openAs?(path: string): FileOps;

  /** Gives back what it holds of the volume. */
  protected free(): void {}

  #collect(): void {
    if (this.links === 0 && this.opens === 0) this.free();
  }
}

export class RegularFile extends Inode {
  readonly content: Content;

  constructor(volume: Volume, ownership: Ownership) {
    super(volume, S_IFREG, ownership);
    this.content = new Content(volume);
  }

  override get size(): number {
    return this.content.size;
  }

  protected override free(): void {
    this.content.resize(0);
  }
}

/** The entries of a directory that are made when somebody looks: /proc. */
export interface GeneratedEntries {
  get(name: string, task: Task): Inode | undefined;
  names(task: Task): readonly string[];
}

export class Directory extends Inode {
  /** The directory that it is in; the root is in itself. */
  parent: Directory;
  /** Its name there: a directory has only one. */
  name: string;
  readonly #entries: Map<string, Inode> = new Map<string, Inode>();
  readonly #generated: GeneratedEntries | null;

  constructor(
    volume: Volume,
    ownership: Ownership,
    parent: Directory | null,
    name: string,
    generated: GeneratedEntries | null = null,
    number: number = volume.nextInode(),
  ) {
    super(volume, S_IFDIR, ownership, number);
    this.parent = parent ?? this;
    this.name = name;
    this.#generated = generated;
    this.links = 2;
  }

  /** Are its entries the kernel's own? Then nobody adds or removes any. */
  get isGenerated(): boolean {
    return this.#generated !== null;
  }

  /** rmdir(2) took it out of the tree: nothing is made in it any more. */
  get isRemoved(): boolean {
    return this.links === 0;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0 && this.#generated === null;
  }

  /** May inodes of that type (S_IFREG, …) be made in it? */
  accepts(_type: number): boolean {
    return true;
  }

  /** What open(2) with O_CREAT makes in it. */
  makeFile(_task: Task, ownership: Ownership): Inode | Errno {
    return new RegularFile(this.volume, ownership);
  }

  get(name: string, task: Task): Inode | undefined {
    return this.#entries.get(name) ?? this.#generated?.get(name, task);
  }

  /** The names in it, in the order in which they were made. */
  names(task: Task): readonly string[] {
    return [...this.#entries.keys(), ...(this.#generated?.names(task) ?? [])];
  }

  add(name: string, inode: Inode): void {
    this.#entries.set(name, inode);
    if (inode instanceof Directory) {
      inode.parent = this;
      inode.name = name;
      this.links++;
    }
    this.touchContent();
  }

  remove(name: string): void {
    if (this.#entries.get(name) instanceof Directory) this.links--;
    this.#entries.delete(name);
    this.touchContent();
  }

  /** Is it `other`, or somewhere below it? */
  isWithin(other: Directory): boolean {
    for (let at: Directory = this; ; at = at.parent) {
      if (at === other) return true;
      if (at.parent === at) return false;
    }
  }

  /** Its path from the root, as getcwd(2) gives it. */
  get path(): string {
    const parts: string[] = [];
    for (let at: Directory = this; at.parent !== at; at = at.parent) parts.unshift(at.name);
    return `/${parts.join("/")}`;
  }
}

export class SymbolicLink extends Inode {
  readonly target: string;
  readonly #targetBytes: number;

  constructor(volume: Volume, ownership: Ownership, target: string, targetBytes: number, number?: number) {
    super(volume, S_IFLNK, ownership, number);
    this.target = target;
    this.#targetBytes = targetBytes;
  }

  override get size(): number {
    return this.#targetBytes;
  }

  protected override free(): void {
    this.volume.returnBytes(this.#targetBytes);
  }
}

/** A named pipe. What flows through it is ipc/fifo.ts's. */
export class Fifo extends Inode {
  /** The queue behind the name, while anybody has it open. */
  queue: object | null = null;

  constructor(volume: Volume, ownership: Ownership) {
    super(volume, S_IFIFO, ownership);
  }
}

/** The name of a Unix-domain socket. */
export class SocketNode extends Inode {
  /** The socket that was bound to the name; null once it is closed: the name stays, and connecting is ECONNREFUSED. */
  socket: object | null;

  constructor(volume: Volume, ownership: Ownership, socket: object | null) {
    super(volume, S_IFSOCK, ownership);
    this.socket = socket;
  }
}

/** What opening a device gives to that process; ENXIO and its like when it can't be opened. */
export type OpenDevice = (task: Task) => FileOps | Errno;

/** A name of a device: opening it gives what the device offers. */
export class CharacterDevice extends Inode {
  readonly open: OpenDevice;

  constructor(volume: Volume, ownership: Ownership, open: OpenDevice, number?: number) {
    super(volume, S_IFCHR, ownership, number);
    this.open = open;
  }
}

/** A file whose text is made when it is opened, and where each write is a value that is taken or refused: /proc. */
export class GeneratedFile extends Inode {
  readonly generate: () => string;
  /** Null: nothing can be written. */
  readonly accept: ((text: string) => 0 | Errno) | null;

  constructor(
    volume: Volume,
    ownership: Ownership,
    generate: () => string,
    number?: number,
    accept: ((text: string) => 0 | Errno) | null = null,
  ) {
    super(volume, S_IFREG, ownership, number);
    this.generate = generate;
    this.accept = accept;
  }
}

/** A file that refers to a program: executing it runs that. Reading it tells its name. */
export class ProgramFile extends GeneratedFile {
  /** Whatever some kind of program is, for a runtime to start. */
  readonly program: unknown;

  constructor(volume: Volume, ownership: Ownership, name: string, program: unknown, number?: number) {
    super(volume, ownership, () => `the program ${name}\n`, number);
    this.program = program;
  }
}

/** What a write or a change of owner takes away: set-user-ID, and set-group-ID where the group may execute. */
export function withoutPrivileges(mode: number): number {
  const setGroup = (mode & 0o010) !== 0 ? 0o2000 : 0;
  return mode & ~(S_ISUID | setGroup);
}
