/** Names and files through the system calls: content, offsets, links, permissions, bounds, /dev and /proc. */
import {
  AF_INET,
  AF_UNIX,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  type Program,
  R_OK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISCHR,
  S_ISDIR,
  S_ISFIFO,
  S_ISLNK,
  S_ISSOCK,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
  SIG_BLOCK,
  SIG_IGN,
  SIGPIPE,
  SIGUSR1,
  SOCK_DGRAM,
  SOCK_STREAM,
  type Sys,
  W_OK,
  WEXITSTATUS,
  X_OK,
} from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

/** All that can be read from a descriptor. */
async function readAll(sys: Sys, fd: number): Promise<string> {
  const buffer = new Uint8Array(100_000);
  const parts: string[] = [];
  for (;;) {
    const bytes = await sys.read(fd, buffer);
    if (bytes === 0) return parts.join("");
    parts.push(new TextDecoder().decode(buffer.subarray(0, bytes)));
  }
}

async function readFile(sys: Sys, path: string): Promise<string> {
  const fd = await sys.open(path, O_RDONLY);
  const text = await readAll(sys, fd);
  sys.close(fd);
  return text;
}

async function writeFile(sys: Sys, path: string, text: string, mode: number = 0o666): Promise<void> {
  const fd = await sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
  await sys.write(fd, text);
  sys.close(fd);
}

/** Runs programs one after the other, each as its user, on one host. */
async function asUsers(...programs: readonly (readonly [uid: number, program: Program])[]): Promise<void> {
  const { world, alice } = oneHost();
  for (const [uid, program] of programs) {
    alice.spawn(`user-${uid}`, program, { uid });
    const { crashes } = await world.run();
    if (crashes[0] !== undefined) throw crashes[0].error;
  }
}

const code = (error: string) => ({ code: error });

describe("a regular file", () => {
  test("keeps what was written, at the offset of the description", async () => {
    await runProgram(async (sys) => {
      const fd = await sys.open("/tmp/x", O_RDWR | O_CREAT, 0o666);
      expect(await sys.write(fd, "hello, world")).toBe(12);
      expect(await sys.read(fd, new Uint8Array(1))).toBe(0);
      expect(sys.lseek(fd, 7, SEEK_SET)).toBe(7);
      expect(await readAll(sys, fd)).toBe("world");
      expect(sys.lseek(fd, -5, SEEK_END)).toBe(7);
      expect(sys.lseek(fd, 2, SEEK_CUR)).toBe(9);
      expect(() => sys.lseek(fd, -10, SEEK_CUR)).toThrow("EINVAL");
      expect(() => sys.lseek(fd, 0, 9)).toThrow("EINVAL");
      expect(sys.lseek(fd, 0, SEEK_CUR)).toBe(9);
    });
  });

  test("has one offset for dup and for fork, and one for each open", async () => {
    await runProgram(async (sys) => {
      await writeFile(sys, "/tmp/x", "abcdef");
      const fd = await sys.open("/tmp/x", O_RDONLY);
      const other = await sys.open("/tmp/x", O_RDONLY);
      const one = new Uint8Array(1);
      await sys.read(sys.dup(fd), one);
      sys.fork(async (child) => {
        await child.read(fd, new Uint8Array(2));
      });
      await sys.wait();
      expect([sys.lseek(fd, 0, SEEK_CUR), sys.lseek(other, 0, SEEK_CUR)]).toEqual([3, 0]);
    });
  });

  test("may have holes, which read as zeros, and are cut and lengthened", async () => {
    await runProgram(async (sys) => {
      const fd = await sys.open("/tmp/x", O_RDWR | O_CREAT, 0o600);
      sys.lseek(fd, 10_000, SEEK_SET);
      await sys.write(fd, "end");
      expect(sys.fstat(fd).size).toBe(10_003);
      const buffer = new Uint8Array(5).fill(1);
      expect(sys.pread(fd, buffer, 9998)).toBe(5);
      expect([...buffer]).toEqual([0, 0, 101, 110, 100]);
      sys.ftruncate(fd, 10_001);
      sys.ftruncate(fd, 10_004);
      expect(sys.pread(fd, buffer, 9999)).toBe(5);
      expect([...buffer]).toEqual([0, 101, 0, 0, 0]);
      expect(() => sys.ftruncate(fd, -1)).toThrow("EINVAL");
      sys.truncate("/tmp/x", 2);
      expect(sys.stat("/tmp/x").size).toBe(2);
    });
  });

  test("pread and pwrite leave the offset alone; a pipe has no places", async () => {
    await runProgram(async (sys) => {
      const fd = await sys.open("/tmp/x", O_RDWR | O_CREAT, 0o600);
      expect(sys.pwrite(fd, "abc", 2)).toBe(3);
      expect(sys.lseek(fd, 0, SEEK_CUR)).toBe(0);
      expect(await readAll(sys, fd)).toBe("\0\0abc");
      const [readEnd, writeEnd] = sys.pipe();
      expect(() => sys.lseek(readEnd, 0, SEEK_SET)).toThrow("ESPIPE");
      expect(() => sys.pread(readEnd, new Uint8Array(1), 0)).toThrow("ESPIPE");
      expect(() => sys.pwrite(writeEnd, "x", 0)).toThrow("ESPIPE");
    });
  });

  test("O_APPEND: writers never overwrite each other", async () => {
    await runProgram(async (sys) => {
      const child: Program = async (child, letter) => {
        const fd = await child.open("/tmp/log", O_WRONLY | O_APPEND | O_CREAT, 0o644);
        for (let i = 0; i < 20; i++) {
          await child.write(fd, `${letter}${letter}\n`);
          await child.sleep(0.001);
        }
      };
      for (const letter of ["a", "b", "c"]) sys.fork(child, letter);
      for (let i = 0; i < 3; i++) await sys.wait();
      const lines = (await readFile(sys, "/tmp/log")).trimEnd().split("\n");
      expect([lines.length, new Set(lines)]).toEqual([60, new Set(["aa", "bb", "cc"])]);
    });
  });

  test("O_EXCL: of several that want to make a file one succeeds", async () => {
    await runProgram(async (sys) => {
      for (let i = 0; i < 4; i++) {
        sys.fork((child) =>
          child.open("/tmp/lock", O_CREAT | O_EXCL | O_WRONLY).then(
            () => 0,
            () => 1,
          ),
        );
      }
      const statuses: number[] = [];
      for (let i = 0; i < 4; i++) statuses.push(WEXITSTATUS((await sys.wait()).status));
      expect(statuses.sort()).toEqual([0, 1, 1, 1]);
    });
  });

  test("lives on without a name while it is open", async () => {
    await runProgram(async (sys) => {
      const fd = await sys.open("/tmp/x", O_RDWR | O_CREAT, 0o600);
      sys.unlink("/tmp/x");
      await sys.write(fd, "still here");
      expect([sys.fstat(fd).nlink, sys.pread(fd, new Uint8Array(20), 0)]).toEqual([0, 10]);
      await expect(sys.open("/tmp/x", O_RDONLY)).rejects.toMatchObject(code("ENOENT"));
    });
  });

  test("is opened as asked: EBADF against the access mode, FD_CLOEXEC, EMFILE before anything is made", async () => {
    await runProgram(async (sys) => {
      const fd = await sys.open("/tmp/x", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600);
      await expect(sys.read(fd, new Uint8Array(1))).rejects.toMatchObject(code("EBADF"));
      expect(sys.fcntl(fd, 1)).toBe(1);
      const neither = await sys.open("/tmp/x", 3);
      await expect(sys.read(neither, new Uint8Array(1))).rejects.toMatchObject(code("EBADF"));
      await expect(sys.write(neither, "x")).rejects.toMatchObject(code("EBADF"));
      while (fd < 1023 && sys.dup(fd) < 1023);
      await expect(sys.open("/tmp/new", O_WRONLY | O_CREAT)).rejects.toMatchObject(code("EMFILE"));
      expect(() => sys.stat("/tmp/new")).toThrow("ENOENT");
    });
  });

  test("times move with reading, writing and changing, in virtual time", async () => {
    await runProgram(async (sys) => {
      await writeFile(sys, "/tmp/x", "abc");
      const made = sys.stat("/tmp/x");
      await sys.sleep(1);
      await readFile(sys, "/tmp/x");
      await sys.sleep(1);
      sys.chmod("/tmp/x", 0o600);
      const { atime, mtime, ctime } = sys.stat("/tmp/x");
      const since = [atime, mtime, ctime].map(({ seconds }) => seconds - made.mtime.seconds);
      expect(since).toEqual([1, 0, 2]);
      expect(made.mtime).toEqual({ ...sys.clockGettime("CLOCK_REALTIME"), seconds: made.mtime.seconds });
    });
  });
});

describe("bounds", () => {
  test("a volume that is full takes a part, then ENOSPC, and gives space back", async () => {
    await runProgram(async (sys) => {
      const fd = await sys.open("/tmp/big", O_WRONLY | O_CREAT, 0o600);
      const chunk = new Uint8Array(100 * 1024 * 1024);
      expect(await sys.write(fd, chunk)).toBe(chunk.length);
      expect(await sys.write(fd, chunk)).toBe(chunk.length);
      // /etc takes some pages from the beginning.
      const pages = sys.readdir("/etc").reduce((sum, name) => sum + Math.ceil(sys.stat(`/etc/${name}`).size / 4096), 0);
      expect(await sys.write(fd, chunk)).toBe(56 * 1024 * 1024 - pages * 4096);
      await expect(sys.write(fd, "x")).rejects.toMatchObject(code("ENOSPC"));
      sys.unlink("/tmp/big");
      await expect(writeFile(sys, "/tmp/other", "x")).rejects.toMatchObject(code("ENOSPC"));
      sys.close(fd);
      await writeFile(sys, "/tmp/other", "x");
    });
  });

  test("names are counted: ENOSPC", async () => {
    await runProgram((sys) => {
      let made = 0;
      try {
        for (;;) sys.mkdir(`/tmp/${made++}`);
      } catch (error) {
        expect(error).toMatchObject(code("ENOSPC"));
      }
      expect(made).toBeGreaterThan(60_000);
      sys.rmdir("/tmp/0");
      sys.mkdir("/tmp/again");
    });
  });

  test("a file grows to 16 TiB: EFBIG", async () => {
    await runProgram(async (sys) => {
      const fd = await sys.open("/tmp/x", O_WRONLY | O_CREAT, 0o600);
      const max = 16 * 2 ** 40 - 4096;
      sys.ftruncate(fd, max);
      expect(() => sys.ftruncate(fd, max + 1)).toThrow("EFBIG");
      expect(() => sys.pwrite(fd, "x", max)).toThrow("EFBIG");
      expect(sys.pwrite(fd, "xyz", max - 1)).toBe(1);
    });
  });

  test("paths and names have a longest", async () => {
    await runProgram((sys) => {
      expect(() => sys.mkdir(`/tmp/${"ä".repeat(128)}`)).toThrow("ENAMETOOLONG");
      sys.mkdir(`/tmp/${"ä".repeat(127)}`);
      expect(() => sys.stat(`${"/.".repeat(2048)}`)).toThrow("ENAMETOOLONG");
      expect(sys.stat(`/${"./".repeat(2047)}`).ino).toBe(sys.stat("/").ino);
    });
  });

  test("what is no path is an error, not a crash", async () => {
    await runProgram(async (sys) => {
      const odd = undefined as unknown as string;
      expect(() => sys.stat("")).toThrow("ENOENT");
      expect(() => sys.stat(odd)).toThrow("EFAULT");
      expect(() => sys.stat("/tmp/\0x")).toThrow("EINVAL");
      expect(() => sys.symlink(odd, "/tmp/x")).toThrow("EFAULT");
      await expect(sys.open(odd, O_RDONLY)).rejects.toMatchObject(code("EFAULT"));
    });
  });
});

describe("links", () => {
  test("hard links lead to one inode, which stays until the last name goes", async () => {
    await runProgram(async (sys) => {
      await writeFile(sys, "/tmp/a", "same");
      sys.link("/tmp/a", "/tmp/b");
      expect([sys.stat("/tmp/b").nlink, sys.stat("/tmp/b").ino]).toEqual([2, sys.stat("/tmp/a").ino]);
      sys.unlink("/tmp/a");
      expect([await readFile(sys, "/tmp/b"), sys.stat("/tmp/b").nlink]).toEqual(["same", 1]);
      expect(() => sys.link("/tmp", "/tmp/c")).toThrow("EPERM");
    });
  });

  test("40 symbolic links are followed, and no more", async () => {
    await runProgram(async (sys) => {
      await writeFile(sys, "/tmp/0", "found");
      for (let i = 1; i <= 41; i++) sys.symlink(String(i - 1), `/tmp/${i}`);
      expect(await readFile(sys, "/tmp/40")).toBe("found");
      await expect(sys.open("/tmp/41", O_RDONLY)).rejects.toMatchObject(code("ELOOP"));
      await expect(sys.open("/tmp/1", O_RDONLY | O_NOFOLLOW)).rejects.toMatchObject(code("ELOOP"));
      expect([sys.readlink("/tmp/1"), S_ISLNK(sys.lstat("/tmp/1").mode)]).toEqual(["0", true]);
      expect(() => sys.readlink("/tmp/0")).toThrow("EINVAL");
    });
  });

  test("a file is made through a link that leads nowhere, but not with O_EXCL", async () => {
    await runProgram(async (sys) => {
      sys.symlink("/tmp/target", "/tmp/link");
      await expect(sys.open("/tmp/link", O_CREAT | O_EXCL | O_WRONLY)).rejects.toMatchObject(code("EEXIST"));
      await writeFile(sys, "/tmp/link", "through");
      expect(await readFile(sys, "/tmp/target")).toBe("through");
    });
  });
});

describe("directories", () => {
  test("hold names in the order in which they were made", async () => {
    await runProgram(async (sys) => {
      sys.mkdir("/tmp/d");
      for (const name of ["z", "a", "m"]) await writeFile(sys, `/tmp/d/${name}`, "");
      expect(sys.readdir("/tmp/d")).toEqual(["z", "a", "m"]);
      const fd = await sys.open("/tmp/d", O_RDONLY | O_DIRECTORY);
      expect(sys.readdir(fd)).toEqual(["z", "a", "m"]);
      await expect(sys.read(fd, new Uint8Array(1))).rejects.toMatchObject(code("EISDIR"));
      expect(() => sys.readdir("/tmp/d/a")).toThrow("ENOTDIR");
    });
  });

  test("the working directory is a directory, not a path: it follows a rename, and fork inherits it", async () => {
    await runProgram(async (sys) => {
      sys.mkdir("/tmp/a");
      sys.chdir("/tmp/a");
      sys.rename("/tmp/a", "/tmp/b");
      expect(sys.getcwd()).toBe("/tmp/b");
      sys.fork((child) => (child.getcwd() === "/tmp/b" ? 0 : 1));
      expect(WEXITSTATUS((await sys.wait()).status)).toBe(0);
      await writeFile(sys, "here", "");
      expect(sys.stat("/tmp/b/here").size).toBe(0);
      expect(sys.stat("../b/./here").ino).toBe(sys.stat("here").ino);
    });
  });

  test("one that was removed under a process is empty for ever", async () => {
    await runProgram(async (sys) => {
      sys.mkdir("/tmp/gone");
      sys.chdir("/tmp/gone");
      sys.rmdir("/tmp/gone");
      expect(() => sys.getcwd()).toThrow("ENOENT");
      expect(() => sys.mkdir("x")).toThrow("ENOENT");
      expect(sys.stat("..").ino).toBe(sys.stat("/tmp").ino);
      sys.fork((child) => (child.stat(".").nlink === 0 ? 0 : 1));
      expect(WEXITSTATUS((await sys.wait()).status)).toBe(0);
    });
  });

  test("a name is moved over another in one step", async () => {
    await runProgram(async (sys) => {
      await writeFile(sys, "/tmp/old", "old");
      await writeFile(sys, "/tmp/new", "new");
      const fd = await sys.open("/tmp/old", O_RDONLY);
      sys.rename("/tmp/new", "/tmp/old");
      expect([await readFile(sys, "/tmp/old"), await readAll(sys, fd)]).toEqual(["new", "old"]);
      sys.mkdir("/tmp/d");
      expect(() => sys.rename("/tmp/d", "/tmp/d/inside")).toThrow("EINVAL");
      expect(() => sys.rename("/tmp/d", "/tmp/old")).toThrow("ENOTDIR");
    });
  });
});

describe("permission", () => {
  test("owner, group and others, each by its own bits only", async () => {
    await asUsers(
      [
        0,
        async (sys) => {
          await writeFile(sys, "/tmp/x", "secret");
          sys.chown("/tmp/x", 1000, 2000);
          sys.chmod("/tmp/x", 0o046);
        },
      ],
      [
        1000,
        async (sys) => {
          await expect(sys.open("/tmp/x", O_RDONLY)).rejects.toMatchObject(code("EACCES"));
          expect(() => sys.access("/tmp/x", R_OK)).toThrow("EACCES");
        },
      ],
      [
        2000,
        async (sys) => {
          expect(await readFile(sys, "/tmp/x")).toBe("secret");
          await expect(sys.open("/tmp/x", O_RDWR)).rejects.toMatchObject(code("EACCES"));
        },
      ],
      [3000, (sys) => sys.access("/tmp/x", R_OK | W_OK)],
      [
        0,
        async (sys) => {
          sys.chmod("/tmp/x", 0);
          expect(await readFile(sys, "/tmp/x")).toBe("secret");
          expect(() => sys.access("/tmp/x", X_OK)).toThrow("EACCES");
        },
      ],
    );
  });

  test("each directory on the way must let one search it; listing takes reading", async () => {
    await asUsers(
      [
        0,
        async (sys) => {
          sys.mkdir("/tmp/d", 0o711);
          await writeFile(sys, "/tmp/d/x", "x");
          sys.mkdir("/tmp/closed", 0o744);
          await writeFile(sys, "/tmp/closed/x", "x");
        },
      ],
      [
        1000,
        async (sys) => {
          expect(await readFile(sys, "/tmp/d/x")).toBe("x");
          expect(() => sys.readdir("/tmp/d")).toThrow("EACCES");
          expect(sys.readdir("/tmp/closed")).toEqual(["x"]);
          expect(() => sys.stat("/tmp/closed/x")).toThrow("EACCES");
          expect(() => sys.chdir("/tmp/closed")).toThrow("EACCES");
          await expect(sys.open("/etc/x", O_CREAT | O_WRONLY)).rejects.toMatchObject(code("EACCES"));
          expect(() => sys.readdir("/root")).toThrow("EACCES");
        },
      ],
    );
  });

  test("in /tmp, which is sticky, only its owner removes or moves a file", async () => {
    await asUsers(
      [1000, (sys) => writeFile(sys, "/tmp/mine", "x")],
      [
        1001,
        (sys) => {
          expect(() => sys.unlink("/tmp/mine")).toThrow("EPERM");
          expect(() => sys.rename("/tmp/mine", "/tmp/yours")).toThrow("EPERM");
          expect(() => sys.link("/tmp/mine", "/tmp/kept")).toThrow("EPERM");
        },
      ],
      [1000, (sys) => sys.unlink("/tmp/mine")],
    );
  });

  test("the umask keeps bits from new files, and is inherited", async () => {
    await runProgram(async (sys) => {
      expect([sys.umask(0o027), sys.umask(0o027)]).toEqual([0o022, 0o027]);
      await writeFile(sys, "/tmp/x", "", 0o666);
      sys.fork((child) => child.mkdir("/tmp/d", 0o777));
      await sys.wait();
      expect([sys.stat("/tmp/x").mode, sys.stat("/tmp/d").mode & 0o777]).toEqual([S_IFREG | 0o640, 0o750]);
    });
  });

  test("only owners change modes, only root gives files away", async () => {
    await asUsers(
      [1000, (sys) => writeFile(sys, "/tmp/x", "x", 0o600)],
      [
        1001,
        async (sys) => {
          expect(() => sys.chmod("/tmp/x", 0o777)).toThrow("EPERM");
          expect(() => sys.chown("/tmp/x", 1001, -1)).toThrow("EPERM");
          sys.chown("/tmp/x", -1, -1);
        },
      ],
      [1000, (sys) => sys.chmod("/tmp/x", 0o4755)],
      // Nothing would change but the set-user-ID bit, and that is the owner's.
      [1001, (sys) => void expect(() => sys.chown("/tmp/x", -1, -1)).toThrow("EPERM")],
      [
        1000,
        async (sys) => {
          sys.chmod("/tmp/x", 0o4755);
          expect(() => sys.chown("/tmp/x", 1001, -1)).toThrow("EPERM");
          expect(() => sys.chown("/tmp/x", -1, 1001)).toThrow("EPERM");
          const fd = await sys.open("/tmp/x", O_WRONLY);
          await sys.write(fd, "y");
          sys.fchmod(fd, sys.fstat(fd).mode | 0o2000);
          sys.fchown(fd, 1000, 1000);
          expect(sys.fstat(fd).mode & 0o7777).toBe(0o755);
        },
      ],
    );
  });

  test("what a descriptor may do was decided when it was opened", async () => {
    await runProgram(async (sys) => {
      await writeFile(sys, "/tmp/x", "open", 0o600);
      const fd = await sys.open("/tmp/x", O_RDONLY);
      sys.fcntl(fd, 2, 0);
      sys.spawn((child) => child.read(fd, new Uint8Array(4)).then((bytes) => bytes), { uid: 1000, gid: 1000 });
      expect(WEXITSTATUS((await sys.wait()).status)).toBe(4);
    });
  });
});

describe("other kinds of inode", () => {
  test("/dev has null, zero, full, the console and a directory for shared memory", async () => {
    await runProgram(async (sys) => {
      const buffer = new Uint8Array(3).fill(7);
      const nothing = await sys.open("/dev/null", O_RDWR | O_TRUNC | O_CREAT);
      expect([await sys.write(nothing, "abc"), await sys.read(nothing, buffer)]).toEqual([3, 0]);
      const zero = await sys.open("/dev/zero", O_RDWR);
      expect([await sys.read(zero, buffer), [...buffer], sys.lseek(zero, 5, SEEK_SET)]).toEqual([3, [0, 0, 0], 0]);
      expect([sys.pread(zero, buffer, 7), sys.pwrite(nothing, "x", 7)]).toEqual([3, 1]);
      const full = await sys.open("/dev/full", O_WRONLY);
      await expect(sys.write(full, "x")).rejects.toMatchObject(code("ENOSPC"));
      expect([S_ISCHR(sys.fstat(zero).mode), S_ISCHR(sys.fstat(0).mode)]).toEqual([true, true]);
      await writeFile(sys, "/dev/shm/x", "shared");
      expect(sys.stat("/dev/shm").mode & 0o7777).toBe(0o1777);
    });
  });

  test("the console has a name", async () => {
    const { world, alice, printed } = oneHost();
    alice.spawn("program", async (sys) => {
      await sys.write(await sys.open("/dev/console", O_WRONLY), "by name");
    });
    await world.run();
    expect(printed).toEqual(["by name"]);
  });

  test("fstat knows pipes and sockets; a socket's name can't be opened", async () => {
    await runProgram(async (sys) => {
      const [readEnd] = sys.pipe();
      expect(S_ISFIFO(sys.fstat(readEnd).mode)).toBe(true);
      expect(S_ISSOCK(sys.fstat(sys.socket(AF_INET, SOCK_DGRAM)).mode)).toBe(true);
      sys.mknod("/tmp/s", S_IFSOCK | 0o666);
      expect(sys.stat("/tmp/s").mode & S_IFMT).toBe(S_IFSOCK);
      await expect(sys.open("/tmp/s", O_RDWR)).rejects.toMatchObject(code("ENXIO"));
    });
  });
});

describe("/proc", () => {
  test("has a directory for each process, with its status", async () => {
    await runProgram(async (sys) => {
      const pid = sys.fork((child) => child.sleep(1).then(() => 0));
      expect(sys.readdir("/proc")).toEqual(["net", "sysvipc", "sys", "1", String(sys.getpid()), String(pid), "self"]);
      expect(sys.readlink("/proc/self")).toBe(String(sys.getpid()));
      expect(S_ISDIR(sys.stat(`/proc/${pid}`).mode)).toBe(true);
      const status = await readFile(sys, "/proc/self/status");
      expect(status).toContain(`Name:\tprogram\nUmask:\t0022\nState:\tR (running)\nTgid:\t${sys.getpid()}\n`);
      expect(status).toContain("PPid:\t1\nUid:\t0\t0\t0\t0\n");
      await sys.sleep(2);
      expect(await readFile(sys, `/proc/${pid}/status`)).toContain("State:\tZ (zombie)");
      await sys.wait();
      expect(() => sys.stat(`/proc/${pid}`)).toThrow("ENOENT");
    });
  });

  test("shows descriptors as links", async () => {
    await runProgram(async (sys) => {
      const fd = await sys.open("/tmp/x", O_RDWR | O_CREAT, 0o600);
      const [readEnd] = sys.pipe();
      expect(sys.readdir("/proc/self/fd")).toEqual(["0", "1", "2", "3", "4", "5"]);
      expect([sys.readlink("/proc/self/fd/0"), sys.readlink(`/proc/self/fd/${fd}`)]).toEqual([
        "/dev/console",
        "/tmp/x",
      ]);
      expect(sys.readlink(`/proc/self/fd/${readEnd}`)).toMatch(/^pipe:\[\d+\]$/);
      expect(() => sys.readlink("/proc/self/fd/9")).toThrow("ENOENT");
      expect(sys.readlink("/proc/self/cwd")).toBe("/");
    });
  });

  test("other users' descriptors are not shown", async () => {
    await asUsers([1000, (sys) => void expect(() => sys.readdir("/proc/1/fd")).toThrow("EACCES")]);
  });

  test("tells users, groups and signals as Linux does, and whose a socket is", async () => {
    await runProgram(async (sys) => {
      sys.setgroups([5, 7]);
      sys.setresuid(0, 1000, 1001);
      sys.signal(SIGUSR1, () => {});
      sys.signal(SIGPIPE, SIG_IGN);
      sys.sigprocmask(SIG_BLOCK, [1, 64]);
      await sys.raise(1);
      const status = await readFile(sys, "/proc/self/status");
      for (const line of [
        "Uid:\t0\t1000\t1001\t1000",
        "Groups:\t5 7 ",
        "SigQ:\t1/8192",
        "ShdPnd:\t0000000000000001",
        "SigBlk:\t8000000000000001",
        "SigIgn:\t0000000000001000",
        "SigCgt:\t0000000000000200",
      ]) {
        expect(status.split("\n")).toContain(line);
      }
      sys.bind(sys.socket(AF_INET, SOCK_DGRAM), { address: "127.0.0.1", port: 4660 });
      expect(await readFile(sys, "/proc/net/udp")).toMatch(/ 00000000 {2}1000 {8}0 \d+ 2 /);
    });
  });

  test("/proc/net is written as Linux writes it", async () => {
    await runProgram(async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      sys.bind(s, { address: "127.0.0.1", port: 4660 });
      expect(sys.readdir("/proc/net")).toEqual(
        expect.arrayContaining(["arp", "dev", "igmp", "raw", "route", "snmp", "udp", "unix"]),
      );
      const listener = sys.socket(AF_UNIX, SOCK_STREAM);
      sys.bind(listener, { path: "\0name" });
      sys.listen(listener, 1);
      expect((await readFile(sys, "/proc/net/unix")).split("\n")).toEqual([
        "Num       RefCount Protocol Flags    Type St Inode Path",
        expect.stringMatching(/^0{16}: 00000002 00000000 00010000 0001 01 {5}\d @name$/),
        "",
      ]);
      const udp = (await readFile(sys, "/proc/net/udp")).split("\n");
      expect(udp[1]).toMatch(/^ {4}0: 0100007F:1234 00000000:0000 07 00000000:00000000 /);
      expect(udp[0]?.length).toBe(127);
      const dev = (await readFile(sys, "/proc/net/dev")).split("\n");
      const line = "    lo:       0       0    0    0    0     0          0         0";
      expect(dev[2]).toBe(`${line}        0       0    0    0    0     0       0          0`);
      expect(await readFile(sys, "/proc/net/arp")).toMatch(/^IP address {7}HW type/);
      expect(await readFile(sys, "/proc/net/route")).toMatch(/^Iface\tDestination\tGateway \tFlags/);
    });
  });

  test("nobody changes it", async () => {
    await runProgram(async (sys) => {
      expect(() => sys.mkdir("/proc/x")).toThrow("ENOENT");
      expect(() => sys.unlink("/proc/self/status")).toThrow("EPERM");
      expect(() => sys.rmdir("/proc")).toThrow("EBUSY");
      await expect(sys.write(await sys.open("/proc/self/status", O_WRONLY), "x")).rejects.toThrow();
    });
  });
});
