/**
 * What opening an inode gives: the FileOps of regular files, directories, devices and generated files.
 *
 * Read first: read(2), write(2), lseek(2). One object for each open file description: it holds the offset, which dup and
 * fork share, and it is the owner of the description's flock. Each class stands on OpenInode, which counts the openings and
 * gives the locks back.
 */
import type { Errno } from "../abi/errno.ts";
import { O_APPEND } from "../abi/fcntl.ts";
import { FIONREAD } from "../abi/ioctl.ts";
import { POLLIN, POLLOUT } from "../abi/poll.ts";
import { SEEK_CUR, SEEK_END, SEEK_SET } from "../abi/stat.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import { CharacterDevice, Directory, GeneratedFile, type Inode, RegularFile, withoutPrivileges } from "./inode.ts";
import type { FileDescription, FileOps, ObjectDetails, OpenFile } from "./open-file.ts";
import { growthMax, tooLarge } from "./size-limit.ts";
import type { Task } from "./task.ts";
import { FILE_SIZE_MAX } from "./volume.ts";

/** A page: no value of a setting is longer. */
const SETTING_MAX_BYTES = 4096;
const encoder: TextEncoder = new TextEncoder();

/** What opened inodes have in common. */
abstract class OpenInode implements FileOps {
  declare readonly named: Inode;
  declare readonly waiters: WaitQueue;
  /** The path by which it was opened, for people. */
  declare protected readonly path: string;

  constructor(inode: Inode, path: string) {
    // Assigned, not defined: engines define fields slowly where a constructor has made objects of many classes.
    this.named = inode;
    this.path = path;
    this.waiters = new WaitQueue();
    inode.opened();
  }

  abstract read(task: Task, into: Uint8Array): number | Errno;
  abstract write(task: Task, from: Uint8Array): number | Errno;
  abstract describe(): FileDescription;

  /** Nothing here waits for anybody. */
  poll(): number {
    return POLLIN | POLLOUT;
  }

  flush(table: object): void {
    this.named.recordLocks?.release(this.named, table);
  }

  release(): void {
    this.named.flocks?.release(this.named, this);
    this.named.closed();
  }
}

class OpenRegular extends OpenInode {
  readonly pollable = false;
  readonly #file: RegularFile;
  #description: OpenFile | null = null;
  #offset = 0;

  constructor(inode: RegularFile, path: string) {
    super(inode, path);
    this.#file = inode;
  }

  opened(description: OpenFile): void {
    this.#description = description;
  }

  read(task: Task, into: Uint8Array): number | Errno {
    const bytes = this.readAt(task, into, this.#offset);
    this.#offset += bytes;
    return bytes;
  }

  write(task: Task, from: Uint8Array): number | Errno {
    const at = this.#appends() ? this.#end() : this.#offset;
    const written = this.writeAt(task, from, at);
    if (typeof written === "number" && written > 0) this.#offset = at + written;
    return written;
  }

  readAt(_task: Task, into: Uint8Array, offset: number): number {
    if (into.length > 0) this.#file.touchAccess();
    return this.#file.content.read(offset, into);
  }

  /**
   * With O_APPEND Linux appends, whatever the offset: pwrite(2), "BUGS". Nothing can happen between finding the end and
   * writing there.
   */
  writeAt(task: Task, from: Uint8Array, offset: number): number | Errno {
    if (from.length === 0) return 0;
    const at = this.#appends() ? this.#end() : offset;
    const max = growthMax(task);
    if (at >= max) return tooLarge(task, at);
    const written = this.#file.content.write(at, from.subarray(0, max - at));
    if (written === 0) return "ENOSPC";
    if (task.uid !== 0) this.#file.mode = withoutPrivileges(this.#file.mode);
    this.#file.touchContent();
    return written;
  }

  seek(offset: number, whence: number): number | Errno {
    const target = seekTarget(offset, whence, this.#offset, this.#end());
    if (typeof target === "number") this.#offset = target;
    return target;
  }

  ioctl(_task: Task, request: number): number | Errno {
    return request === FIONREAD ? Math.max(0, this.#end() - this.#offset) : "ENOTTY";
  }

  describe(): FileDescription {
    return { type: "REG", node: String(this.named.number), name: this.path };
  }

  #appends(): boolean {
    return ((this.#description?.flags ?? 0) & O_APPEND) !== 0;
  }

  #end(): number {
    return this.#file.size;
  }
}

class OpenDirectory extends OpenInode {
  readonly pollable = false;
  #offset = 0;

  read(): Errno {
    return "EISDIR";
  }

  /** Reading a directory takes it as a whole, so that the offset means nothing; but it is kept. */
  seek(offset: number, whence: number): number | Errno {
    const target = seekTarget(offset, whence, this.#offset, 0);
    if (typeof target === "number") this.#offset = target;
    return target;
  }

  write(): Errno {
    return "EBADF";
  }

  describe(): FileDescription {
    return { type: "DIR", node: String(this.named.number), name: this.path };
  }
}

/** A device by its name: the device does the work. */
class OpenDevice extends OpenInode {
  readonly device: FileOps;
  override readonly waiters: WaitQueue;
  readonly band?: (events: number) => number;
  readonly asyncOwner?: () => number;

  constructor(inode: CharacterDevice, path: string, device: FileOps) {
    super(inode, path);
    this.device = device;
    this.waiters = device.waiters;
    if (device.band !== undefined) this.band = device.band.bind(device);
    if (device.asyncOwner !== undefined) this.asyncOwner = device.asyncOwner.bind(device);
  }

  ioctl(task: Task, request: number, argument: unknown): number | object | Errno {
    return this.device.ioctl?.(task, request, argument) ?? "ENOTTY";
  }

  opened(file: OpenFile): void {
    this.device.opened?.(file);
  }

  read(task: Task, into: Uint8Array): number | Errno {
    return this.device.read(task, into);
  }

  write(task: Task, from: Uint8Array): number | Errno {
    return this.device.write(task, from);
  }

  seek(offset: number, whence: number): number | Errno {
    return this.device.seek?.(offset, whence) ?? "ESPIPE";
  }

  /** A device without places, such as the console, has none to read at. */
  readAt(task: Task, into: Uint8Array): number | Errno {
    return this.device.seek === undefined ? "ESPIPE" : this.device.read(task, into);
  }

  writeAt(task: Task, from: Uint8Array): number | Errno {
    return this.device.seek === undefined ? "ESPIPE" : this.device.write(task, from);
  }

  override poll(): number {
    return this.device.poll();
  }

  override release(): void {
    this.device.release();
    super.release();
  }

  describe(): FileDescription {
    return { type: "CHR", node: String(this.named.number), name: this.path };
  }

  inspect(): ObjectDetails {
    return this.device.inspect?.() ?? {};
  }
}

/** The text was made when it was opened, and stays as it was then; of a setting it is made whenever it is read from the start. */
class OpenGenerated extends OpenInode {
  readonly #file: GeneratedFile;
  #text: Uint8Array;
  #offset = 0;

  constructor(inode: GeneratedFile, path: string) {
    super(inode, path);
    this.#file = inode;
    this.#text = encoder.encode(inode.generate());
  }

  read(task: Task, into: Uint8Array): number {
    const bytes = this.readAt(task, into, this.#offset);
    this.#offset += bytes;
    return bytes;
  }

  readAt(_task: Task, into: Uint8Array, offset: number): number {
    if (offset === 0 && this.#file.accept !== null) this.#text = encoder.encode(this.#file.generate());
    const part = this.#text.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  }

  write(task: Task, from: Uint8Array): number | Errno {
    const written = this.writeAt(task, from, this.#offset);
    if (typeof written === "number") this.#offset += written;
    return written;
  }

  /** As a setting of /proc/sys: a write is a whole value, and what is written behind the start means nothing. */
  writeAt(_task: Task, from: Uint8Array, offset: number): number | Errno {
    const { accept } = this.#file;
    if (accept === null) return "EIO";
    if (offset > 0 || from.length === 0) return from.length;
    if (from.length > SETTING_MAX_BYTES) return "EINVAL";
    const refusal = accept(new TextDecoder().decode(from));
    return refusal === 0 ? from.length : refusal;
  }

  seek(offset: number, whence: number): number | Errno {
    const target = seekTarget(offset, whence, this.#offset, this.#text.length);
    if (typeof target === "number") this.#offset = target;
    return target;
  }

  describe(): FileDescription {
    return { type: "REG", node: String(this.named.number), name: this.path };
  }
}

/** lseek(2). EINVAL: before the beginning, beyond the largest file, or from nowhere. */
function seekTarget(offset: number, whence: number, at: number, end: number): number | Errno {
  const from = whence === SEEK_SET ? 0 : whence === SEEK_CUR ? at : whence === SEEK_END ? end : Number.NaN;
  const target = from + offset;
  return Number.isInteger(target) && target >= 0 && target <= FILE_SIZE_MAX ? target : "EINVAL";
}

/** Opens a device for a process. */
function openDevice(inode: CharacterDevice, path: string, task: Task): FileOps | Errno {
  const device = inode.open(task);
  return typeof device === "string" ? device : new OpenDevice(inode, path, device);
}

/** The FileOps for an inode that opens at once. ENXIO: a socket, which is connected to and not opened. */
export function openInode(inode: Inode, path: string, task: Task): FileOps | Errno {
  if (inode instanceof RegularFile) return new OpenRegular(inode, path);
  if (inode instanceof Directory) return new OpenDirectory(inode, path);
  if (inode instanceof CharacterDevice) return openDevice(inode, path, task);
  if (inode instanceof GeneratedFile) return new OpenGenerated(inode, path);
  return inode.openAs?.(path) ?? "ENXIO";
}
