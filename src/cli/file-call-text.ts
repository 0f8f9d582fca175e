/**
 * Arguments of calls on names and files as strace(1) writes them: `open("/tmp/x", O_WRONLY|O_CREAT, 0644)`.
 *
 * Modes are octal; flags and the types of record locks have their names.
 */
import {
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  O_ACCMODE,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOCTTY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_TRUNC,
  R_OK,
  type RecordLock,
  W_OK,
  X_OK,
} from "../entry-node.ts";
import { escapeText } from "./quote.ts";

type FormatArguments = (args: readonly unknown[]) => readonly string[];

const ACCESS_MODES = ["O_RDONLY", "O_WRONLY", "O_RDWR"];
type Bits = readonly (readonly [bit: number, name: string])[];

const OPEN_FLAGS: Bits = [
  [O_CREAT, "O_CREAT"],
  [O_EXCL, "O_EXCL"],
  [O_NOCTTY, "O_NOCTTY"],
  [O_TRUNC, "O_TRUNC"],
  [O_APPEND, "O_APPEND"],
  [O_NONBLOCK, "O_NONBLOCK"],
  [O_DIRECTORY, "O_DIRECTORY"],
  [O_NOFOLLOW, "O_NOFOLLOW"],
  [O_CLOEXEC, "O_CLOEXEC"],
];
const FLOCK_OPERATIONS: Bits = [
  [LOCK_SH, "LOCK_SH"],
  [LOCK_EX, "LOCK_EX"],
  [LOCK_UN, "LOCK_UN"],
  [LOCK_NB, "LOCK_NB"],
];
const ACCESS_WANTED: Bits = [
  [R_OK, "R_OK"],
  [W_OK, "W_OK"],
  [X_OK, "X_OK"],
];
const LOCK_TYPES = ["F_RDLCK", "F_WRLCK", "F_UNLCK"];
const WHENCES = ["SEEK_SET", "SEEK_CUR", "SEEK_END"];

const subjectAndMode: FormatArguments = ([subject, mode]) => [plain(subject), octal(mode)];

/** By call. */
export const FILE_ARGUMENTS: Readonly<Record<string, FormatArguments>> = {
  open: ([path, flags, mode]) => {
    const made = ((flags as number) & O_CREAT) !== 0 ? [octal(mode)] : [];
    return [plain(path), openFlags(flags as number), ...made];
  },
  pipe2: ([flags]) => [bits(flags as number, OPEN_FLAGS)],
  lseek: ([fd, offset, whence]) => [plain(fd), plain(offset), WHENCES[whence as number] ?? plain(whence)],
  access: ([path, wanted]) => [plain(path), wanted === 0 ? "F_OK" : bits(wanted as number, ACCESS_WANTED)],
  flock: ([fd, operation]) => [plain(fd), bits(operation as number, FLOCK_OPERATIONS)],
  mkdir: subjectAndMode,
  mkfifo: subjectAndMode,
  mknod: subjectAndMode,
  chmod: subjectAndMode,
  fchmod: subjectAndMode,
  umask: ([mask]) => [octal(mask)],
};

/** The record lock that is fcntl's argument: `{F_WRLCK, start 0, length 5}`. */
export function formatRecordLock(lock: unknown): string {
  const { type, whence = 0, start = 0, length = 0 } = lock as RecordLock;
  const from = whence === 0 ? "" : `${WHENCES[whence] ?? whence} `;
  return `{${LOCK_TYPES[type] ?? type}, ${from}start ${start}, length ${length}}`;
}

/** A mode in octal, as C writes it. */
export function octal(mode: unknown): string {
  return mode === 0 ? "0" : `0${(mode as number).toString(8)}`;
}

function openFlags(flags: number): string {
  const access = ACCESS_MODES[flags & O_ACCMODE] ?? "3";
  const rest = flags & ~O_ACCMODE;
  return rest === 0 ? access : `${access}|${bits(rest, OPEN_FLAGS)}`;
}

function bits(value: number, names: Bits): string {
  const parts: string[] = [];
  let rest = value;
  for (const [bit, name] of names) {
    if ((rest & bit) === 0) continue;
    parts.push(name);
    rest &= ~bit;
  }
  if (rest !== 0 || parts.length === 0) parts.push(rest === 0 ? "0" : `0x${rest.toString(16)}`);
  return parts.join("|");
}

function plain(value: unknown): string {
  return typeof value === "string" ? `"${escapeText(value)}"` : String(value);
}
