/**
 * Calls on names and files, for TypeScript programs. Read first: kernel/sys/files.ts, kernel/calls/{files,locks}.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import { F_GETLK, F_GETOWN_EX, F_SETLK, F_SETLKW, F_SETOWN_EX, LOCK_NB } from "../../abi/fcntl.ts";
import type { FileTree } from "../../file/tree.ts";
import * as descriptors from "../calls/descriptors.ts";
import * as files from "../calls/files.ts";
import * as locks from "../calls/locks.ts";
import type { FileOwnerRecord } from "../signals/file-owner.ts";
import { isBytes, toBytes } from "./bytes.ts";
import { NO_DEADLINE, never } from "./caller.ts";
import { SocketDoor } from "./socket-door.ts";

export abstract class FileDoor extends SocketDoor {
  open(path: string, flags: number, mode: number = 0): Promise<number> {
    if (!this.enter("open")) return never();
    return this.later("open", [path, flags, mode], files.opening(this.process, path, flags, mode), NO_DEADLINE);
  }

  lseek(fd: number, offset: number, whence: number): number {
    return this.now("lseek", [fd, offset, whence], () => files.lseek(this.process, fd, offset, whence));
  }

  pread(fd: number, buffer: Uint8Array, offset: number): number {
    const read = () => (isBytes(buffer) ? files.pread(this.process, fd, buffer, offset) : "EFAULT");
    return this.now("pread", [fd, buffer, offset], read);
  }

  pwrite(fd: number, data: Uint8Array | string, offset: number): number {
    const bytes = toBytes(data);
    const write = () => (isBytes(bytes) ? files.pwrite(this.process, fd, bytes, offset) : "EFAULT");
    return this.now("pwrite", [fd, bytes, offset], write);
  }

  stat(path: string): files.Stat {
    return this.now("stat", [path], () => files.stat(this.process, path, true));
  }

  lstat(path: string): files.Stat {
    return this.now("lstat", [path], () => files.stat(this.process, path, false));
  }

  fstat(fd: number): files.Stat {
    return this.now("fstat", [fd], () => files.fstat(this.process, fd));
  }

  access(path: string, wanted: number): void {
    this.now("access", [path, wanted], () => files.access(this.process, path, wanted));
  }

  mkdir(path: string, mode: number = 0o777): void {
    this.#change("mkdir", [path, mode], (tree) => tree.mkdir(this.process, path, mode));
  }

  rmdir(path: string): void {
    this.#change("rmdir", [path], (tree) => tree.rmdir(this.process, path));
  }

  mkfifo(path: string, mode: number = 0o666): void {
    this.#change("mkfifo", [path, mode], (tree) => tree.mkfifo(this.process, path, mode));
  }

  mknod(path: string, mode: number): void {
    this.#change("mknod", [path, mode], (tree) => tree.mknod(this.process, path, mode));
  }

  unlink(path: string): void {
    this.#change("unlink", [path], (tree) => tree.unlink(this.process, path));
  }

  rename(from: string, to: string): void {
    this.now("rename", [from, to], () => files.rename(this.process, from, to));
  }

  link(existing: string, path: string): void {
    this.#change("link", [existing, path], (tree) => tree.link(this.process, existing, path));
  }

  symlink(target: string, path: string): void {
    this.#change("symlink", [target, path], (tree) => tree.symlink(this.process, target, path));
  }

  readlink(path: string): string {
    return this.now("readlink", [path], () => files.readlink(this.process, path)).text;
  }

  readdir(directory: string | number): readonly string[] {
    return this.now("readdir", [directory], () => files.readdir(this.process, directory));
  }

  chmod(path: string, mode: number): void {
    this.now("chmod", [path, mode], () => files.chmod(this.process, path, mode));
  }

  fchmod(fd: number, mode: number): void {
    this.now("fchmod", [fd, mode], () => files.fchmod(this.process, fd, mode));
  }

  chown(path: string, uid: number, gid: number): void {
    this.now("chown", [path, uid, gid], () => files.chown(this.process, path, uid, gid, true));
  }

  lchown(path: string, uid: number, gid: number): void {
    this.now("lchown", [path, uid, gid], () => files.chown(this.process, path, uid, gid, false));
  }

  fchown(fd: number, uid: number, gid: number): void {
    this.now("fchown", [fd, uid, gid], () => files.fchown(this.process, fd, uid, gid));
  }

  truncate(path: string, size: number): void {
    this.now("truncate", [path, size], () => files.truncate(this.process, path, size));
  }

  ftruncate(fd: number, size: number): void {
    this.now("ftruncate", [fd, size], () => files.ftruncate(this.process, fd, size));
  }

  umask(mask: number): number {
    return this.now("umask", [mask], () => files.umask(this.process, mask));
  }

  chdir(path: string): void {
    this.now("chdir", [path], () => files.chdir(this.process, path));
  }

  getcwd(): string {
    return this.now("getcwd", [], () => files.getcwd(this.process)).text;
  }

  flock(fd: number, operation: number): Promise<void> {
    if (!this.enter("flock")) return never();
    const attempt = locks.flocking(this.process, fd, operation);
    const deadlineNs = (operation & LOCK_NB) !== 0 ? 0 : NO_DEADLINE;
    return this.later<0, void>("flock", [fd, operation], attempt, deadlineNs, () => undefined);
  }

  override fcntl(fd: number, command: typeof F_SETLKW, lock: locks.RecordLock): Promise<number>;
  override fcntl(fd: number, command: typeof F_SETLK | typeof F_GETLK, lock: locks.RecordLock): number;
  override fcntl(fd: number, command: typeof F_SETOWN_EX, owner: FileOwnerRecord): number;
  override fcntl(fd: number, command: typeof F_GETOWN_EX): FileOwnerRecord;
  override fcntl(fd: number, command: number, argument?: number): number;
  override fcntl(fd: number, command: number, argument: unknown = 0): never {
    return this.#fcntl(fd, command, argument) as never;
  }

  #fcntl(fd: number, command: number, argument: unknown): number | FileOwnerRecord | Promise<number> {
    if (command === F_GETOWN_EX) return this.now("fcntl", [fd, command], () => descriptors.getOwner(this.process, fd));
    if (command === F_SETOWN_EX) {
      return this.now("fcntl", [fd, command, argument], () => descriptors.setOwner(this.process, fd, argument));
    }
    if (typeof argument === "number") return super.fcntl(fd, command, argument);
    const lock = argument as locks.RecordLock;
    if (command === F_SETLKW) {
      if (!this.enter("fcntl")) return never();
      const attempt = locks.settingRecordLock(this.process, fd, lock);
      return this.later<number>("fcntl", [fd, command, lock], attempt, NO_DEADLINE);
    }
    return this.now("fcntl", [fd, command, lock], (): number | Errno => {
      if (command === F_SETLK) return locks.setRecordLock(this.process, fd, lock);
      return command === F_GETLK ? locks.getRecordLock(this.process, fd, lock) : "EINVAL";
    });
  }

  /** A call that changes names and answers nothing. */
  #change(call: string, args: readonly unknown[], change: (tree: FileTree) => 0 | Errno): void {
    this.now(call, args, () => change(this.process.kernel.files));
  }
}
