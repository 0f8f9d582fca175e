/**
 * Calls on locks: flock(2), and fcntl(2) with F_GETLK, F_SETLK, F_SETLKW.
 *
 * The locks are advisory, and are the inode's: file/flock.ts, file/record-locks.ts. Who has to wait sleeps on the inode's
 * `lockWaiters`, and tries again whenever a lock there has changed.
 */
import type { Errno } from "../../abi/errno.ts";
import { F_RDLCK, F_UNLCK, F_WRLCK, LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN } from "../../abi/fcntl.ts";
import { SEEK_CUR, SEEK_END, SEEK_SET } from "../../abi/stat.ts";
import { type Flock, type FlockKind, FlockTable, LOCK_CHANGED } from "../../file/flock.ts";
import type { Inode } from "../../file/inode.ts";
import type { OpenFile } from "../../file/open-file.ts";
import { type LockRange, type LockWait, RecordLockTable } from "../../file/record-locks.ts";
import type { Attempt, Sleeper } from "../operation.ts";
import type { Process } from "../process.ts";

/** struct flock: a record lock, as F_SETLK takes it and F_GETLK fills it in. */
export interface RecordLock {
  /** F_RDLCK, F_WRLCK or F_UNLCK. */
  type: number;
  /** What `start` counts from: SEEK_SET (the default), SEEK_CUR, SEEK_END. */
  whence?: number;
  /** The first byte; default 0. */
  start?: number;
  /** How many bytes; 0, the default, is to the end of the file, however far it grows. Negative: those before `start`. */
  length?: number;
  /** Filled in by F_GETLK: who holds the lock that is in the way. */
  pid?: number;
}

/** flock(2), as an attempt; with LOCK_NB its deadline is now. EBADF, EINVAL. */
export function flocking(process: Process, fd: number, operation: number): Attempt<0> | Errno {
  const kind = operation & ~LOCK_NB;
  if (kind !== LOCK_SH && kind !== LOCK_EX && kind !== LOCK_UN) return "EINVAL";
  const file = process.descriptors.get(fd);
  if (file === undefined) return "EBADF";
  // As on Linux: who may neither read nor write can only give a lock back.
  if (kind !== LOCK_UN && !file.readable && !file.writable) return "EBADF";
  const { named } = file.ops;
  return named === undefined ? "EINVAL" : new FlockAttempt(process, file, named, kind);
}

/** fcntl(F_SETLK): EAGAIN when another process's lock is in the way. EBADF, EINVAL, ENOLCK. */
export function setRecordLock(process: Process, fd: number, lock: RecordLock): 0 | Errno {
  const target = targetOf(process, fd, lock);
  return typeof target === "string" ? target : trySet(process, target);
}

/** fcntl(F_SETLKW): the same, as an attempt. EDEADLK: those in the way wait for this process. */
export function settingRecordLock(process: Process, fd: number, lock: RecordLock): Attempt<0> | Errno {
  const target = targetOf(process, fd, lock);
  return typeof target === "string" ? target : new RecordLockAttempt(process, target);
}

/** fcntl(F_GETLK): fills in the first lock that is in the way, or F_UNLCK as its type. */
export function getRecordLock(process: Process, fd: number, lock: RecordLock): 0 | Errno {
  const target = targetOf(process, fd, lock, false);
  if (typeof target === "string") return target;
  if (lock.type !== F_RDLCK && lock.type !== F_WRLCK) return "EINVAL";
  const found = target.inode.recordLocks?.conflict(process.descriptors, target.range) ?? null;
  if (found === null) {
    lock.type = F_UNLCK;
    return 0;
  }
  const { type, start, end, pid } = found.range;
  lock.type = type;
  lock.whence = SEEK_SET;
  lock.start = start;
  lock.length = end === Number.POSITIVE_INFINITY ? 0 : end - start + 1;
  lock.pid = pid;
  return 0;
}

interface Target {
  readonly file: OpenFile;
  readonly inode: Inode;
  readonly range: LockRange;
}

function targetOf(process: Process, fd: number, lock: RecordLock, checksAccess: boolean = true): Target | Errno {
  const file = process.descriptors.get(fd);
  if (file === undefined) return "EBADF";
  const { named } = file.ops;
  if (named === undefined) return "EINVAL";
  const range = rangeOf(process, file, named, lock);
  if (typeof range === "string") return range;
  if (checksAccess) {
    if (lock.type === F_RDLCK && !file.readable) return "EBADF";
    if (lock.type === F_WRLCK && !file.writable) return "EBADF";
  }
  return { file, inode: named, range };
}

function rangeOf(process: Process, file: OpenFile, inode: Inode, lock: RecordLock): LockRange | Errno {
  const { type, whence = SEEK_SET, start = 0, length = 0 } = lock;
  if (type !== F_RDLCK && type !== F_WRLCK && type !== F_UNLCK) return "EINVAL";
  const from = whence === SEEK_CUR ? file.ops.seek?.(0, SEEK_CUR) : whence === SEEK_END ? inode.size : 0;
  if (whence !== SEEK_SET && whence !== SEEK_CUR && whence !== SEEK_END) return "EINVAL";
  const at = (typeof from === "number" ? from : 0) + start;
  const first = length < 0 ? at + length : at;
  if (!Number.isSafeInteger(first) || first < 0 || !Number.isSafeInteger(length)) return "EINVAL";
  const end = length === 0 ? Number.POSITIVE_INFINITY : first + Math.abs(length) - 1;
  return { type, start: first, end, pid: process.pid };
}

function trySet(process: Process, { inode, range }: Target): 0 | Errno {
  inode.recordLocks ??= new RecordLockTable();
  const owner = process.descriptors;
  if (range.type !== F_UNLCK && inode.recordLocks.conflict(owner, range) !== null) return "EAGAIN";
  if (!inode.recordLocks.set(inode, owner, range)) return "ENOLCK";
  process.runState.progress();
  return 0;
}

/** What both kinds of lock have in common while somebody waits. */
abstract class LockAttempt implements Attempt<0> {
  abstract readonly call: string;
  protected readonly process: Process;
  protected readonly file: OpenFile;
  protected readonly inode: Inode;
  #isHeld = false;

  constructor(process: Process, file: OpenFile, inode: Inode) {
    this.process = process;
    this.file = file;
    this.inode = inode;
  }

  abstract attempt(): 0 | Errno;
  abstract isReady(): boolean;

  enlist(sleeper: Sleeper): void {
    this.file.reference();
    this.#isHeld = true;
    sleeper.enlist(this.inode.lockWaiters, LOCK_CHANGED);
  }

  expired(): Errno {
    return "EAGAIN";
  }

  on(): string {
    return `lock of ${this.file.ops.describe().name}`;
  }

  end(): void {
    if (this.#isHeld) this.file.unreference();
    this.#isHeld = false;
  }
}

class FlockAttempt extends LockAttempt {
  override readonly call = "flock";
  readonly #kind: FlockKind;
  /** It waits for the end of this lock, and of no other: as on Linux, trying again may cost it the lock that it wants to convert. */
  #blocker: Flock | null = null;

  constructor(process: Process, file: OpenFile, inode: Inode, kind: FlockKind) {
    super(process, file, inode);
    this.#kind = kind;
  }

  override attempt(): 0 | Errno {
    this.inode.flocks ??= new FlockTable();
    if (!this.isReady()) return "EAGAIN";
    this.#blocker = this.inode.flocks.set(this.inode, this.file.ops, this.#kind);
    if (this.#blocker !== null) return "EAGAIN";
    this.process.runState.progress();
    return 0;
  }

  override isReady(): boolean {
    return this.#blocker === null || this.inode.flocks?.isHeld(this.#blocker) !== true;
  }

  /** When it goes on, the call begins again. */
  withdraw(): void {
    this.#blocker = null;
  }
}

class RecordLockAttempt extends LockAttempt {
  override readonly call = "fcntl";
  readonly #target: Target;
  #wait: LockWait | null = null;

  constructor(process: Process, target: Target) {
    super(process, target.file, target.inode);
    this.#target = target;
  }

  override attempt(): 0 | Errno {
    const result = trySet(this.process, this.#target);
    return result === "EAGAIN" ? this.#waitFor() : result;
  }

  override isReady(): boolean {
    return this.#blocker() === null;
  }

  override end(): void {
    if (this.#wait !== null) this.process.kernel.lockWaits.remove(this.#wait);
    this.#wait = null;
    super.end();
  }

  #blocker(): object | null {
    return this.inode.recordLocks?.conflict(this.process.descriptors, this.#target.range)?.owner ?? null;
  }

  /** Notes for whom it waits; a circle is refused instead. */
  #waitFor(): Errno {
    const owner = this.process.descriptors;
    const blocker = this.#blocker();
    if (blocker === null) return "EAGAIN";
    const { lockWaits } = this.process.kernel;
    if (this.#wait !== null) lockWaits.remove(this.#wait);
    this.#wait = null;
    if (lockWaits.isCircle(owner, blocker)) return "EDEADLK";
    this.#wait = { owner, blocker };
    lockWaits.add(this.#wait);
    return "EAGAIN";
  }
}
