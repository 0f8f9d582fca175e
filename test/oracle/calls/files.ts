/** Words of the calls on names and files: open(2), stat(2), mkdir(2), link(2), chmod(2), lseek(2) and their like. */
import * as netloom from "netloom";
import type { LinuxAnswer } from "../linux.ts";
import {
  cString,
  type Data,
  dataArgument,
  dataBytes,
  dataSysText,
  dataText,
  filled,
  filledRoom,
  room,
  unhex,
} from "../memory.ts";
import type { Call } from "../row.ts";
import { SYS } from "./numbers.ts";

const octal = (mode: number): string => `0${mode.toString(8)}`;
const quoted = (path: string): string => JSON.stringify(path.length > 99 ? `${path.slice(0, 20)}…` : path);

export const open = (path: string, flags: number, mode: number = 0): Call => ({
  text: `open(${quoted(path)}, ${octal(flags)}, ${octal(mode)})`,
  sysText: `open(${quoted(path)}, 0o${flags.toString(8)}, 0o${mode.toString(8)})`,
  linux: [SYS.open, cString(path), flags, mode],
  netloom: (sys) => sys.open(path, flags, mode),
});

/** A call on one path, with or without a mode, that gives nothing. */
const onPath = (
  name: "mkdir" | "rmdir" | "unlink" | "chmod" | "access" | "truncate",
  path: string,
  ...rest: number[]
): Call => ({
  text: `${name}(${[quoted(path), ...rest.map(octal)].join(", ")})`,
  linux: [SYS[name], cString(path), ...rest],
  netloom: (sys) => (sys[name] as (path: string, ...rest: number[]) => void).call(sys, path, ...rest),
});

export const mkdir = (path: string, mode: number = 0o755): Call => onPath("mkdir", path, mode);
export const rmdir = (path: string): Call => onPath("rmdir", path);
export const unlink = (path: string): Call => onPath("unlink", path);
export const chmod = (path: string, mode: number): Call => onPath("chmod", path, mode);
export const access = (path: string, wanted: number): Call => onPath("access", path, wanted);
export const truncate = (path: string, size: number): Call => onPath("truncate", path, size);

export const mkfifo = (path: string, mode: number = 0o644): Call => ({
  text: `mkfifo(${quoted(path)}, ${octal(mode)})`,
  linux: [SYS.mknod, cString(path), netloom.S_IFIFO | mode, 0],
  netloom: (sys) => sys.mkfifo(path, mode),
});

/** A call on two paths. The target of a symbolic link is one of them. */
const onPaths = (name: "rename" | "link" | "symlink", from: string, to: string): Call => ({
  text: `${name}(${quoted(from)}, ${quoted(to)})`,
  linux: [SYS[name], cString(from), cString(to)],
  netloom: (sys) => sys[name](from, to),
});

export const rename = (from: string, to: string): Call => onPaths("rename", from, to);
export const link = (existing: string, path: string): Call => onPaths("link", existing, path);
export const symlink = (target: string, path: string): Call => onPaths("symlink", target, path);

export const readlink = (path: string): Call => ({
  text: `readlink(${quoted(path)}, buffer, 64)`,
  sysText: `readlink(${quoted(path)})`,
  linux: [SYS.readlink, cString(path), room(64), 64],
  netloom: (sys) => JSON.stringify(sys.readlink(path)),
  outcome: ({ result, memory }) => JSON.stringify(unhex(memory[1]).subarray(0, result).toString()),
});

// ---- attributes ----

interface Attributes {
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
}

/** Without the number, the times, and the size of a directory, which are each system's own. */
function attributesText({ mode, nlink, uid, gid, size }: Attributes): string {
  const sizeText = netloom.S_ISDIR(mode) ? "" : ` size ${size}`;
  return `mode ${octal(mode)} nlink ${nlink} owner ${uid}:${gid}${sizeText}`;
}

/** struct stat. */
function parseAttributes(memory: string | undefined): string {
  const bytes = unhex(memory);
  return attributesText({
    nlink: Number(bytes.readBigUInt64LE(16)),
    mode: bytes.readUInt32LE(24),
    uid: bytes.readUInt32LE(28),
    gid: bytes.readUInt32LE(32),
    size: Number(bytes.readBigInt64LE(48)),
  });
}

const STAT_ROOM = `x${"00".repeat(144)}`;
const lastMemory = ({ memory }: LinuxAnswer): string | undefined => memory.at(-1);

const ofPath = (name: "stat" | "lstat", path: string): Call => ({
  text: `${name}(${quoted(path)}, &buffer)`,
  sysText: `${name}(${quoted(path)})`,
  linux: [SYS[name], cString(path), STAT_ROOM],
  netloom: (sys) => attributesText(sys[name](path)),
  outcome: (answer) => parseAttributes(lastMemory(answer)),
});

export const stat = (path: string): Call => ofPath("stat", path);
export const lstat = (path: string): Call => ofPath("lstat", path);

export const fstat = (fd: number): Call => ({
  text: `fstat(${fd}, &buffer)`,
  sysText: `fstat(${fd})`,
  linux: [SYS.fstat, fd, STAT_ROOM],
  netloom: (sys) => attributesText(sys.fstat(fd)),
  outcome: (answer) => parseAttributes(lastMemory(answer)),
});

export const fchmod = (fd: number, mode: number): Call => ({
  text: `fchmod(${fd}, ${octal(mode)})`,
  linux: [SYS.fchmod, fd, mode],
  netloom: (sys) => sys.fchmod(fd, mode),
});

export const chown = (path: string, uid: number, gid: number): Call => ({
  text: `chown(${quoted(path)}, ${uid}, ${gid})`,
  linux: [SYS.chown, cString(path), uid, gid],
  netloom: (sys) => sys.chown(path, uid, gid),
});

export const umask = (mask: number): Call => ({
  text: `umask(${octal(mask)})`,
  linux: [SYS.umask, mask],
  netloom: (sys) => sys.umask(mask),
});

// ---- descriptors of files ----

export const lseek = (fd: number, offset: number, whence: number): Call => ({
  text: `lseek(${fd}, ${offset}, ${whence})`,
  linux: [SYS.lseek, fd, offset, whence],
  netloom: (sys) => sys.lseek(fd, offset, whence),
});

export const pread = (fd: number, count: number, offset: number): Call => ({
  text: `pread(${fd}, buffer, ${count}, ${offset})`,
  sysText: `pread(${fd}, new Uint8Array(${count}), ${offset})`,
  linux: [SYS.pread64, fd, room(count), count, offset],
  netloom: (sys) => {
    const buffer = new Uint8Array(count);
    return filled(sys.pread(fd, buffer, offset), buffer);
  },
  outcome: ({ result, memory }) => filledRoom(result, memory[0], count),
});

export const pwrite = (fd: number, data: Data, offset: number): Call => ({
  text: `pwrite(${fd}, ${dataText(data)}, ${offset})`,
  sysText: `pwrite(${fd}, ${dataSysText(data)}, ${offset})`,
  linux: [SYS.pwrite64, fd, dataArgument(data), data.length, offset],
  netloom: (sys) => sys.pwrite(fd, dataBytes(data), offset),
});

export const ftruncate = (fd: number, size: number): Call => ({
  text: `ftruncate(${fd}, ${size})`,
  linux: [SYS.ftruncate, fd, size],
  netloom: (sys) => sys.ftruncate(fd, size),
});

const ENTRIES_BYTES = 1024;

/** All names in a directory, sorted. On Linux only the first time on a descriptor: it stands at the end then. */
export const readdir = (fd: number): Call => ({
  text: `getdents64(${fd}, entries, ${ENTRIES_BYTES})`,
  sysText: `readdir(${fd})`,
  linux: [SYS.getdents64, fd, `x${"00".repeat(ENTRIES_BYTES)}`, ENTRIES_BYTES],
  netloom: (sys) => namesText(sys.readdir(fd)),
  outcome: ({ result, memory }) => namesText(parseEntries(unhex(memory[0]).subarray(0, result))),
});

const namesText = (names: readonly string[]): string => `{ ${names.toSorted().join(", ")} }`;

/** struct linux_dirent64. */
function parseEntries(bytes: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt16LE(at + 16)) {
    const name = bytes.subarray(at + 19, bytes.indexOf(0, at + 19)).toString();
    if (name !== "." && name !== "..") names.push(name);
  }
  return names;
}
