/** Rows of the calls on names, files and FIFOs. The words are in files.ts. */
import fc from "fast-check";
import * as netloom from "netloom";
import { choice, type Row, row } from "../row.ts";
import { readable, type Wish, writable } from "../view.ts";
import {
  access,
  chmod,
  chown,
  fchmod,
  fstat,
  ftruncate,
  link,
  lseek,
  lstat,
  mkdir,
  mkfifo,
  open,
  pread,
  pwrite,
  readdir,
  readlink,
  rename,
  rmdir,
  stat,
  symlink,
  truncate,
  umask,
  unlink,
} from "./files.ts";

/** Few names, so that calls meet. One `..` at most, as helper.c wants it. */
const path = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("a", "b", "d", "d/a", "d/b") },
  { weight: 4, arbitrary: fc.constantFrom("c", "d/e", "d/e/a", "d/../a", "./b", "a/b") },
  { weight: 1, arbitrary: fc.constantFrom("", ".", "d/", "d/.", "a/", "d//a", "d/..", "n".repeat(256)) },
);
/** What links lead to: nothing above. */
const linkTarget = fc.constantFrom("a", "b", "d", "c", "d/a", "a", "", ".");
const permissions = fc.constantFrom(0o777, 0o755, 0o644, 0o600, 0o4755, 0o2644, 0o1777, 0o000);
const {
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} = netloom;
const accessMode = fc.constantFrom(O_RDONLY, O_WRONLY, O_RDWR, O_RDWR);
const seldom = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(O_EXCL, O_TRUNC, O_APPEND, O_CLOEXEC, O_NONBLOCK, O_NOFOLLOW, O_DIRECTORY, 3),
  },
);
const flags = fc.tuple(accessMode, fc.constantFrom(0, O_CREAT), seldom, seldom).map(([a, b, c, d]) => a | b | c | d);

const ofType =
  (type: string): Wish =>
  ({ ops }) =>
    ops.describe().type === type;
const aDirectory = ofType("DIR");
const aFile = ofType("REG");

const lengths = fc.constantFrom(0, 1, 5, 100, 4096, 5000);
const offsets = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 1, 3, 100, 4096, 10_000) },
  { weight: 1, arbitrary: fc.constantFrom(-1, -5, 2 ** 40) },
);

/** Makes a file, or opens it. */
const openRow: Row = row("open", 12, fc.tuple(path, flags, permissions), (args) => open(...args));
export const createRow: Row = row("open", 1, fc.constantFrom("a", "b"), (name) => open(name, O_RDWR | O_CREAT, 0o644));
const mkdirRow: Row = row("mkdir", 4, fc.tuple(path, permissions), (args) => mkdir(...args));
export const directoryRow: Row = row("mkdir", 1, fc.constant("d"), (name) => mkdir(name, 0o755));
export const symlinkRow: Row = row("symlink", 3, fc.tuple(linkTarget, path), (args) => symlink(...args));

/** Opens a directory to look what is in it. */
const openDirectory = row("open", 2, fc.constantFrom("d", ".", "d/e"), (name) => open(name, O_RDONLY | O_DIRECTORY));

const readdirRow = row("getdents64", 4, choice, (chosen, view) => {
  const fd = view.fd(chosen, aDirectory);
  const ops = view.file(fd)?.ops;
  // A second time Linux has nothing more to tell: COMPATIBILITY, "readdir() gives all names at once".
  if (ops === undefined || view.netloom.hasListed.has(ops)) return undefined;
  view.netloom.hasListed.add(ops);
  return readdir(fd);
});

const lseekRow = row(
  "lseek",
  4,
  fc.tuple(choice, offsets, fc.constantFrom(0, 1, 2, 2, 9)),
  ([fd, offset, whence], view) => {
    const chosen = view.fd(fd, aFile);
    const file = view.file(chosen);
    return file !== undefined && aDirectory(file) ? undefined : lseek(chosen, offset, whence);
  },
);

/** On names. */
export const nameRows: readonly Row[] = [
  openRow,
  openDirectory,
  readdirRow,
  mkdirRow,
  symlinkRow,
  row("rmdir", 3, path, rmdir),
  row("unlink", 4, path, unlink),
  row("rename", 5, fc.tuple(path, path), (args) => rename(...args)),
  row("link", 4, fc.tuple(path, path), (args) => link(...args)),
  row("readlink", 2, path, readlink),
  row("stat", 3, path, stat),
  row("lstat", 3, path, lstat),
  row("chmod", 3, fc.tuple(path, permissions), (args) => chmod(...args)),
  row("access", 2, fc.tuple(path, fc.integer({ min: 0, max: 8 })), (args) => access(...args)),
  row("truncate", 2, fc.tuple(path, offsets), (args) => truncate(...args)),
  row("umask", 1, fc.constantFrom(0, 0o022, 0o077, 0o1777), umask),
];

/** On descriptors of files. */
export const fileRows: readonly Row[] = [
  lseekRow,
  row("fstat", 4, choice, (fd, view) => fstat(view.fd(fd, aFile))),
  row("fchmod", 1, fc.tuple(choice, permissions), ([fd, mode], view) => fchmod(view.fd(fd, aFile), mode)),
  row("ftruncate", 3, fc.tuple(choice, offsets), ([fd, size], view) => ftruncate(view.fd(fd, aFile), size)),
  row("pread", 4, fc.tuple(choice, lengths, offsets), ([fd, count, at], view) =>
    pread(view.fd(fd, readable), count, at),
  ),
  row("pwrite", 4, fc.tuple(choice, lengths, offsets), ([fd, length, at], view) =>
    pwrite(view.fd(fd, writable), { length, seed: view.step }, at),
  ),
];

/** With other owners than oneself. */
export const ownerRows: readonly Row[] = [
  row("chown", 4, fc.tuple(path, fc.constantFrom(-1, 0, 1000, 1001), fc.constantFrom(-1, 0, 1000, 1001)), (args) =>
    chown(...args),
  ),
];

const fifoName = fc.constantFrom("f", "f", "f", "f", "f", "f", "g");
const fifoFlags = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(O_RDONLY, O_WRONLY) }, fc.constantFrom(O_RDWR, O_RDWR, 3)),
    fc.constantFrom(0, 0, O_NONBLOCK),
  )
  .map(([mode, flag]) => mode | flag);

/** Makes a named pipe. */
export const mkfifoRow: Row = row("mkfifo", 3, fifoName, (name) => mkfifo(name, 0o644));

export const fifoRows: readonly Row[] = [
  mkfifoRow,
  row("open", 16, fc.tuple(fifoName, fifoFlags), (args) => open(...args)),
  row("unlink", 1, fifoName, unlink),
  row("rename", 1, fc.tuple(fifoName, fifoName), (args) => rename(...args)),
  row("stat", 1, fifoName, stat),
  row("fstat", 1, choice, (fd, view) => fstat(view.fd(fd))),
];
