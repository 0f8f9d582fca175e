/**
 * The file tree against Linux itself: generated sequences of calls on names run in a directory of the real kernel, through
 * node:fs, and on a virtual host. Every result and every errno must be the same, and the trees at the end.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import fc from "fast-check";
import {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  type Program,
  S_ISDIR,
  type Sys,
} from "netloom";
import { expect, test } from "vitest";
import { oneHost } from "./support/world.ts";

const { NETLOOM_FILE_RUNS = "150" } = process.env;
/** How many sequences; NETLOOM_FILE_RUNS asks for more. */
const RUNS = Number(NETLOOM_FILE_RUNS);
const isLinux = process.platform === "linux";
/** Below the directory of a sequence, so deep that `..` and links out of it stay within what is ours. */
const DEEP = "d/".repeat(16);

interface Attributes {
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
}

/** What both sides can do. */
interface Side {
  mkdir(path: string, mode: number): void;
  rmdir(path: string): void;
  unlink(path: string): void;
  rename(from: string, to: string): void;
  link(existing: string, path: string): void;
  symlink(target: string, path: string): void;
  readlink(path: string): string;
  stat(path: string): Attributes;
  lstat(path: string): Attributes;
  readdir(path: string): readonly string[];
  chmod(path: string, mode: number): void;
  chown(path: string, uid: number, gid: number): void;
  access(path: string, wanted: number): void;
  truncate(path: string, size: number): void;
  /** Opens, writes "xyz" where it may, reads at the beginning where it may, closes. */
  use(path: string, flags: number, mode: number): string | Promise<string>;
}

interface Call {
  readonly call: keyof Side;
  readonly args: readonly (string | number)[];
  /** Who calls; only root can try several users. */
  readonly uid: number;
}

function linuxSide(base: string): Side {
  const at = (path: string) => (path === "" ? "" : base + path);
  return {
    mkdir: (path, mode) => fs.mkdirSync(at(path), mode),
    rmdir: (path) => fs.rmdirSync(at(path)),
    unlink: (path) => fs.unlinkSync(at(path)),
    rename: (from, to) => fs.renameSync(at(from), at(to)),
    link: (existing, path) => fs.linkSync(at(existing), at(path)),
    symlink: (target, path) => fs.symlinkSync(target, at(path)),
    readlink: (path) => fs.readlinkSync(at(path)),
    stat: (path) => fs.statSync(at(path)),
    lstat: (path) => fs.lstatSync(at(path)),
    readdir: (path) => fs.readdirSync(at(path)),
    chmod: (path, mode) => fs.chmodSync(at(path), mode),
    chown: (path, uid, gid) => fs.chownSync(at(path), uid, gid),
    access: (path, wanted) => fs.accessSync(at(path), wanted),
    truncate: (path, size) => {
      // Node's own truncateSync is open and ftruncate, with open's errors.
      const fd = fs.openSync(at(path), O_WRONLY);
      fs.ftruncateSync(fd, size);
      fs.closeSync(fd);
    },
    use: (path, flags, mode) => {
      const fd = fs.openSync(at(path), flags, mode);
      const buffer = new Uint8Array(8);
      const outcome = [
        attempt(() => fs.writeSync(fd, "xyz")),
        attempt(() => fs.readSync(fd, buffer, 0, 8, 0)),
        [...buffer].join(),
      ];
      fs.closeSync(fd);
      return outcome.join(" ");
    },
  };
}

function netloomSide(sys: Sys, base: string): Side {
  const at = (path: string) => (path === "" ? "" : base + path);
  return {
    mkdir: (path, mode) => sys.mkdir(at(path), mode),
    rmdir: (path) => sys.rmdir(at(path)),
    unlink: (path) => sys.unlink(at(path)),
    rename: (from, to) => sys.rename(at(from), at(to)),
    link: (existing, path) => sys.link(at(existing), at(path)),
    symlink: (target, path) => sys.symlink(target, at(path)),
    readlink: (path) => sys.readlink(at(path)),
    stat: (path) => sys.stat(at(path)),
    lstat: (path) => sys.lstat(at(path)),
    readdir: (path) => sys.readdir(at(path)),
    chmod: (path, mode) => sys.chmod(at(path), mode),
    chown: (path, uid, gid) => sys.chown(at(path), uid, gid),
    access: (path, wanted) => sys.access(at(path), wanted),
    truncate: async (path, size) => {
      const fd = await sys.open(at(path), O_WRONLY);
      sys.ftruncate(fd, size);
      sys.close(fd);
    },
    use: async (path, flags, mode) => {
      const fd = await sys.open(at(path), flags, mode);
      const buffer = new Uint8Array(8);
      const outcome = [
        await sys.write(fd, "xyz").catch(codeOf),
        attempt(() => sys.pread(fd, buffer, 0)),
        [...buffer].join(),
      ];
      sys.close(fd);
      return outcome.join(" ");
    },
  };
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? String(error);

function attempt<R>(run: () => R): R | string {
  try {
    return run();
  } catch (error) {
    return codeOf(error);
  }
}

/** The size of a directory is the file system's own affair. */
function comparable(result: unknown): unknown {
  if (Array.isArray(result)) return [...result].sort();
  if (typeof result !== "object" || result === null) return result;
  const { mode, nlink, uid, gid, size } = result as Attributes;
  return { mode: mode.toString(8), nlink, uid, gid, size: S_ISDIR(mode) ? 0 : size };
}

async function outcomeOf(side: Side, { call, args }: Call): Promise<unknown> {
  try {
    return comparable(await (side[call] as (...args: unknown[]) => unknown)(...args));
  } catch (error) {
    return codeOf(error);
  }
}

const component = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("a", "b", "c") },
  { weight: 1, arbitrary: fc.constantFrom(".", "..", "", "n".repeat(256)) },
);
const path = fc
  .tuple(fc.array(component, { minLength: 1, maxLength: 3 }), fc.constantFrom("", "", "", "", "/"))
  .map(([components, end]) => components.join("/") + end);
const permissions = fc.constantFrom(0o777, 0o755, 0o644, 0o600, 0o4755, 0o1777, 0o000);
const flags = fc
  .tuple(fc.constantFrom(O_RDONLY, O_WRONLY, O_RDWR), fc.subarray([O_EXCL, O_TRUNC, O_APPEND, O_NOFOLLOW, O_DIRECTORY]))
  .chain(([access, more]) =>
    fc.constantFrom(0, O_CREAT).map((create) => more.reduce((sum, flag) => sum | flag, access | create)),
  );

function isSetting(text: string): boolean {
  const [name, value] = text.split(" ");
  return fs.readFileSync(`/proc/sys/fs/protected_${name}`, "utf8").trim() === value;
}

const OWN_UID = process.getuid?.() ?? 0;
const OWN_GID = process.getgid?.() ?? 0;
/** Some systems refuse more to users in sticky directories than Linux does by itself: proc(5), protected_*. */
const isPlain = isLinux && ["fifos 0", "hardlinks 1", "regular 0", "symlinks 0"].every(isSetting);
const USERS = OWN_UID === 0 && isPlain ? [0, 1000, 1001] : [OWN_UID];
/** Users 1000 and 1001 have the group of the same number. */
const groupOf = (uid: number): number => (uid === OWN_UID ? OWN_GID : uid);
const user = fc.constantFrom(...USERS);

const row = (call: keyof Side, ...args: fc.Arbitrary<string | number>[]): fc.Arbitrary<Call> =>
  fc
    .tuple(user, ...args)
    .map(([uid, ...values]) => ({ call, args: values as (string | number)[], uid: uid as number }));

const anyCall = fc.oneof(
  { weight: 4, arbitrary: row("mkdir", path, permissions) },
  { weight: 6, arbitrary: row("use", path, flags, permissions) },
  { weight: 3, arbitrary: row("rename", path, path) },
  { weight: 2, arbitrary: row("link", path, path) },
  { weight: 3, arbitrary: row("symlink", path, path) },
  row("rmdir", path),
  row("unlink", path),
  row("readlink", path),
  row("stat", path),
  row("lstat", path),
  row("readdir", path),
  row("chmod", path, permissions),
  row("chown", path, fc.constantFrom(-1, ...USERS), fc.constantFrom(-1, ...USERS)),
  // access(2) asks for the real user, and only the effective one is changed.
  row("access", path, fc.integer({ min: 0, max: 7 })).map((call) => ({ ...call, uid: OWN_UID })),
  row("truncate", path, fc.constantFrom(0, 2, 5000)),
);

/** Runs a call of Linux as another user, whose effective ids are what the kernel looks at. */
async function asUser<R>(uid: number, run: () => Promise<R>): Promise<R> {
  if (uid === OWN_UID) return run();
  process.setegid?.(groupOf(uid));
  process.seteuid?.(uid);
  try {
    return await run();
  } finally {
    process.seteuid?.(OWN_UID);
    process.setegid?.(OWN_GID);
  }
}

async function runOnLinux(base: string, calls: readonly Call[]): Promise<unknown[]> {
  fs.mkdirSync(base, { recursive: true });
  fs.chmodSync(base, 0o777);
  const linux = linuxSide(base);
  const outcomes: unknown[] = [];
  for (const call of calls) outcomes.push(await asUser(call.uid, () => outcomeOf(linux, call)));
  return outcomes;
}

async function compare(calls: readonly Call[], expected: readonly unknown[]): Promise<void> {
  const { world, alice } = oneHost();
  const users = new Map<number, Side>();
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  for (const uid of USERS) {
    const program: Program = async (sys) => {
      sys.umask(process.umask());
      users.set(uid, netloomSide(sys, `/tmp/${DEEP}`));
      if (uid === USERS[0]) {
        for (let i = 1; i <= 16; i++) sys.mkdir(`/tmp/${"d/".repeat(i)}`);
        sys.chmod(`/tmp/${DEEP}`, 0o777);
      }
      await finished;
    };
    alice.spawn(`user-${uid}`, program, { uid, gid: groupOf(uid) });
  }
  alice.spawn("controller", async () => {
    try {
      for (const [index, call] of calls.entries()) {
        const text = `${index}: ${call.call}(${call.args.join(", ")}) by ${call.uid}`;
        expect([text, await outcomeOf(users.get(call.uid) as Side, call)]).toEqual([text, expected[index]]);
      }
    } finally {
      finish();
    }
  });
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
}

test.skipIf(!isLinux)(
  "names behave as on Linux (needs Linux; as root it tries several users)",
  async () => {
    // Sticky and set-user-ID bits of directories depend on the mount; /dev/shm is tmpfs nearly everywhere.
    const parent = fs.mkdtempSync(`${fs.existsSync("/dev/shm") ? "/dev/shm" : tmpdir()}/netloom-`);
    fs.chmodSync(parent, 0o755);
    const groups = process.getgroups?.() ?? [];
    if (OWN_UID === 0) process.setgroups?.([]);
    let sequence = 0;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(anyCall, { minLength: 5, maxLength: 40 }), async (calls) => {
          const top = `${parent}/${++sequence}`;
          const expected = await runOnLinux(`${top}/${DEEP}`, calls);
          fs.rmSync(top, { recursive: true });
          await compare(calls, expected);
        }),
        { numRuns: RUNS },
      );
    } finally {
      if (OWN_UID === 0) process.setgroups?.(groups);
      fs.rmSync(parent, { recursive: true });
    }
  },
  60_000,
);
