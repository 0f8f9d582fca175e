/** Shared memory: mmap(2), shm_open(3), shmat(2). What is not as on Linux is in docs/COMPATIBILITY.md, "Memory". */
import {
  IPC_CREAT,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  MAP_SHARED,
  MS_ASYNC,
  MS_SYNC,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
  SEGV_ACCERR,
  SEGV_MAPERR,
  SHM_DEST,
  SHM_RDONLY,
  SIG_IGN,
  SIGBUS,
  SIGSEGV,
  type Sys,
  WCOREDUMP,
  WTERMSIG,
} from "netloom";
import { describe, expect, test } from "vitest";
import { asUsers, others, outcome, text } from "./support/ipc.ts";
import { runProgram } from "./support/world.ts";

const RW = PROT_READ | PROT_WRITE;
const PAGE = 4096;

/** A POSIX object of that size, and its descriptor. */
function object(sys: Sys, size: number, name = "/o"): number {
  const fd = sys.shmOpen(name, O_CREAT | O_RDWR, 0o600);
  sys.ftruncate(fd, size);
  return fd;
}

const readAll = (sys: Sys, fd: number, count: number): string => {
  const buffer = new Uint8Array(count);
  return text(buffer.subarray(0, sys.pread(fd, buffer, 0)));
};

describe("shm_open", () => {
  test("an object is a file in /dev/shm; names are checked as the C library does", async () => {
    await runProgram(async (sys) => {
      for (const name of ["", "/", "/a/b", "/.", `/${"x".repeat(255)}`]) {
        expect(await outcome(() => sys.shmOpen(name, O_CREAT | O_RDWR, 0o600))).toBe("EINVAL");
        expect(await outcome(() => sys.shmUnlink(name === "/." ? "" : name))).toBe("ENOENT");
      }
      expect(await outcome(() => sys.shmOpen("/o", O_RDWR))).toBe("ENOENT");
      const fd = sys.shmOpen("/o", O_CREAT | O_EXCL | O_RDWR, 0o640);
      expect(sys.stat("/dev/shm/o")).toMatchObject({ size: 0, nlink: 1 });
      expect(await outcome(() => sys.shmOpen("/o", O_CREAT | O_EXCL | O_RDWR, 0o600))).toBe("EEXIST");
      sys.ftruncate(fd, 100);
      sys.close(sys.shmOpen("/o", O_RDWR | O_TRUNC));
      expect(sys.fstat(fd).size).toBe(0);
      sys.shmUnlink("/o");
      expect(sys.readdir("/dev/shm")).toEqual([]);
    });
  });

  test("modes and the sticky directory decide who may", async () => {
    await asUsers(
      [7, (sys) => void sys.shmOpen("/o", O_CREAT | O_RDWR, 0o644)],
      [
        8,
        async (sys) => {
          expect(await outcome(() => sys.shmOpen("/o", O_RDWR))).toBe("EACCES");
          expect(await outcome(() => sys.shmUnlink("/o"))).toBe("EACCES");
          const fd = sys.shmOpen("/o", O_RDONLY);
          expect(await outcome(() => sys.mmap(10, PROT_WRITE, MAP_SHARED, fd))).toBe("EACCES");
          expect(await outcome(() => sys.mmap(10, RW, MAP_PRIVATE, fd))).toMatchObject({ length: 10 });
        },
      ],
    );
  });
});

describe("mmap", () => {
  test("errors are those of Linux", async () => {
    await runProgram(async (sys) => {
      const fd = object(sys, PAGE);
      const [pipe] = sys.pipe();
      const tried = async (...args: Parameters<Sys["mmap"]>): Promise<unknown> => outcome(() => sys.mmap(...args));
      expect(await tried(0, RW, MAP_SHARED, fd)).toBe("EINVAL");
      expect(await tried(10, RW, MAP_SHARED, fd, 1)).toBe("EINVAL");
      expect(await tried(10, RW, 0, fd)).toBe("EINVAL");
      expect(await tried(10, RW, MAP_SHARED, 99)).toBe("EBADF");
      expect(await tried(10, PROT_READ, MAP_SHARED, pipe)).toBe("ENODEV");
      expect(await tried(10, RW, MAP_SHARED, await sys.open("/tmp", O_RDONLY))).toBe("EACCES");
      expect(await tried(10, PROT_READ, MAP_PRIVATE, await sys.open("/dev/shm/o", O_WRONLY))).toBe("EACCES");
      expect(await tried(2 ** 30, RW, MAP_SHARED | MAP_ANONYMOUS)).toBe("ENOMEM");
      const mapping = sys.mmap(10, RW, MAP_SHARED, fd);
      expect(await outcome(() => sys.munmap({ address: mapping.address + 1 }))).toBe("EINVAL");
      expect(await outcome(() => sys.msync(mapping, MS_SYNC | MS_ASYNC))).toBe("EINVAL");
      sys.msync(mapping, MS_SYNC);
      sys.munmap(mapping);
      expect(await outcome(() => sys.msync(mapping, MS_SYNC))).toBe("ENOMEM");
    });
  });

  test("all who map an object have the same bytes, at once, and so have read and write", async () => {
    await runProgram(async (sys) => {
      const fd = object(sys, 2 * PAGE);
      const mapping = sys.mmap(2 * PAGE, RW, MAP_SHARED, fd);
      const numbers = new Int32Array(mapping.bytes.buffer, mapping.bytes.byteOffset, 4);
      sys.fork(async (child) => {
        const other = await child.open("/dev/shm/o", O_RDWR);
        const own = child.mmap(PAGE, RW, MAP_SHARED, other, PAGE);
        own.bytes.set(new TextEncoder().encode("second page"));
        child.pwrite(other, Uint8Array.of(1, 2, 0, 0), 4);
      });
      await sys.wait();
      expect(text(mapping.bytes.subarray(PAGE, PAGE + 11))).toBe("second page");
      expect(numbers[1]).toBe(513);
      Atomics.add(numbers, 1, 1);
      const buffer = new Uint8Array(4);
      sys.pread(fd, buffer, 4);
      expect([...buffer]).toEqual([2, 2, 0, 0]);
    });
  });

  test("it outlives the descriptor and the name, and the file goes with the last mapping", async () => {
    await runProgram(async (sys) => {
      const fd = object(sys, 10);
      const mapping = sys.mmap(10, RW, MAP_SHARED, fd);
      sys.shmUnlink("/o");
      sys.close(fd);
      mapping.store(0, "still here");
      expect(text(mapping.load(0, 10))).toBe("still here");
      const volume = () => sys.readdir("/dev/shm");
      expect(volume()).toEqual([]);
      sys.munmap(mapping);
    });
  });

  test("MAP_PRIVATE is a copy from the moment of mmap(): neither side sees what the other does later", async () => {
    await runProgram(async (sys) => {
      const fd = object(sys, 10);
      await sys.write(fd, "as it was.");
      const copy = sys.mmap(10, RW, MAP_PRIVATE, fd);
      sys.pwrite(fd, "changed...", 0);
      copy.bytes[0] = 65;
      expect(text(copy.bytes)).toBe("As it was.");
      expect(readAll(sys, fd, 10)).toBe("changed...");
    });
  });

  test("anonymous memory is shared with children, or each has its own copy from the moment of fork()", async () => {
    await runProgram(async (sys) => {
      const shared = sys.mmap(PAGE, RW, MAP_SHARED | MAP_ANONYMOUS).address;
      const own = sys.mmap(PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS).address;
      sys.mappingAt(own).store(0, "parent");
      sys.fork(async (child) => {
        child.mappingAt(shared).store(0, "child");
        child.mappingAt(own).store(0, "CHILD");
        expect(text(child.mappingAt(own).load(0, 6))).toBe("CHILDt");
      });
      await sys.wait();
      expect(text(sys.mappingAt(shared).load(0, 5))).toBe("child");
      expect(text(sys.mappingAt(own).load(0, 6))).toBe("parent");
    });
  });

  test("exec leaves nothing mapped", async () => {
    await runProgram(async (sys) => {
      const { address } = sys.mmap(PAGE, RW, MAP_SHARED | MAP_ANONYMOUS);
      sys.fork((child) =>
        child.exec(async (program) => {
          expect(await outcome(() => program.mappingAt(address))).toBe("EFAULT");
        }),
      );
      expect((await sys.wait()).status).toBe(0);
    });
  });

  test("/proc/PID/maps lists what is mapped", async () => {
    await runProgram(async (sys) => {
      const fd = object(sys, 2 * PAGE);
      const mapping = sys.mmap(PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
      sys.mmap(10, RW, MAP_PRIVATE | MAP_ANONYMOUS);
      const maps = await sys.open("/proc/self/maps", O_RDONLY);
      const buffer = new Uint8Array(1000);
      const lines = text(buffer.subarray(0, await sys.read(maps, buffer))).split("\n");
      expect(lines[0]).toMatch(/^7fff[0-9a-f]{8}-7fff[0-9a-f]{8} rw-p 00000000 00:00 0$/);
      const begin = mapping.address.toString(16);
      expect(lines[1]).toMatch(new RegExp(`^${begin}-[0-9a-f]+ r--s 00001000 00:01 \\d+ +/dev/shm/o$`));
    });
  });
});

describe("the length of a file that is mapped", () => {
  test("growing, by ftruncate or write, is seen through a mapping that reaches so far; so is a second, larger mapping", async () => {
    await runProgram(async (sys) => {
      const fd = object(sys, 10);
      const mapping = sys.mmap(2 * PAGE, RW, MAP_SHARED, fd);
      sys.pwrite(fd, "far", PAGE + 5);
      expect(text(mapping.load(PAGE + 5, 3))).toBe("far");
      const larger = sys.mmap(3 * PAGE, RW, MAP_SHARED, fd);
      sys.ftruncate(fd, 3 * PAGE);
      larger.store(PAGE, "far as well");
      expect(text(mapping.load(PAGE, 11))).toBe("far as well");
    });
  });

  test("shrinking: what is cut reads as zeros, also when it grows again, and stores there are lost", async () => {
    await runProgram(async (sys) => {
      const fd = object(sys, 2 * PAGE);
      const mapping = sys.mmap(2 * PAGE, RW, MAP_SHARED, fd);
      mapping.bytes.fill(7);
      sys.ftruncate(fd, 100);
      expect([mapping.bytes[99], mapping.bytes[100], mapping.bytes[PAGE]]).toEqual([7, 0, 0]);
      // No call is made by indexing, so nobody faults; on Linux this is SIGBUS.
      mapping.bytes[PAGE + 1] = 9;
      sys.ftruncate(fd, 2 * PAGE);
      expect(mapping.bytes[PAGE + 1]).toBe(0);
    });
  });

  test("load() and store() beyond the page with the end are SIGBUS", async () => {
    await runProgram(async (sys) => {
      const fd = object(sys, 100);
      const { address } = sys.mmap(2 * PAGE, RW, MAP_SHARED, fd);
      sys.mappingAt(address).store(PAGE - 1, "x");
      sys.fork(async (child) => void child.mappingAt(address).load(PAGE, 1));
      const { status } = await sys.wait();
      expect([WTERMSIG(status), WCOREDUMP(status)]).toEqual([SIGBUS, true]);
    });
  });
});

describe("faults", () => {
  test("the end of a program: a store that PROT_READ forbids, an address that is not mapped any more, SIG_IGN or not", async () => {
    await runProgram(async (sys) => {
      const { address } = sys.mmap(PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS);
      const faults: ((child: Sys) => unknown)[] = [
        (child) => child.mappingAt(address).store(0, "x"),
        (child) => child.mappingAt(address).load(PAGE - 1, 2),
        (child) => {
          const mapping = child.mappingAt(address);
          child.munmap(mapping);
          return mapping.bytes;
        },
        (child) => {
          child.signal(SIGSEGV, SIG_IGN);
          child.mmap(PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS).load(0, 1);
        },
      ];
      for (const fault of faults) {
        sys.fork(async (child) => {
          fault(child);
          await child.write(1, "never reached");
        });
        expect(WTERMSIG((await sys.wait()).status)).toBe(SIGSEGV);
      }
    });
  });

  test("a handler sees why; the access then fails with EFAULT, where a processor would try for ever", async () => {
    await runProgram(async (sys) => {
      const codes: number[] = [];
      sys.sigaction(SIGSEGV, { handler: (_, { code }) => void codes.push(code) });
      const mapping = sys.mmap(PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS);
      expect(await outcome(() => mapping.store(0, "x"))).toBe("EFAULT");
      sys.munmap(mapping);
      expect(await outcome(() => mapping.load(0, 1))).toBe("EFAULT");
      expect(await outcome(() => mapping.bytes)).toBe("EFAULT");
      expect(codes).toEqual([SEGV_ACCERR, SEGV_MAPERR, SEGV_MAPERR]);
    });
  });
});

describe("System V segments", () => {
  test("are attached by key, counted, and the same bytes for all", async () => {
    await asUsers(
      [
        7,
        async (sys) => {
          const id = sys.shmget(42, 100, IPC_CREAT | 0o660);
          sys.shmat(id).store(0, "left by the first");
          expect(await outcome(() => sys.shmget(42, 101, 0))).toBe("EINVAL");
          expect(await outcome(() => sys.shmget(IPC_PRIVATE, 0, 0o600))).toBe("EINVAL");
        },
      ],
      [
        7,
        async (sys) => {
          const id = sys.shmget(42, 0, 0);
          expect(sys.shmctl(id, IPC_STAT)).toMatchObject({ segsz: 100, nattch: 0, lpid: 2, cpid: 2 });
          const attached = sys.shmat(id, SHM_RDONLY);
          expect(text(attached.load(0, 17))).toBe("left by the first");
          sys.fork(async (child) => {
            expect(child.shmctl(id, IPC_STAT).nattch).toBe(2);
            child.shmdt({ address: attached.address });
            expect(await outcome(() => child.shmdt({ address: attached.address }))).toBe("EINVAL");
          });
          await sys.wait();
          expect(sys.shmctl(id, IPC_STAT).nattch).toBe(1);
          sys.shmctl(id, IPC_SET, { mode: 0o600 });
        },
      ],
      [8, async (sys) => void expect(await outcome(() => sys.shmat(0))).toBe("EACCES")],
    );
  });

  test("a removed one loses its key at once, can still be attached by its number, and goes with the last", async () => {
    await runProgram(async (sys) => {
      const id = sys.shmget(42, 100, IPC_CREAT | 0o600);
      const attached = sys.shmat(id);
      sys.shmctl(id, IPC_RMID);
      expect(await outcome(() => sys.shmget(42, 0, 0))).toBe("ENOENT");
      expect(sys.shmctl(id, IPC_STAT).perm).toMatchObject({ key: 0, mode: 0o600 | SHM_DEST });
      sys.fork((child) => void child.shmat(id).store(0, "by the child"));
      await sys.wait();
      expect(text(attached.load(0, 12))).toBe("by the child");
      sys.shmdt(attached);
      expect(await outcome(() => sys.shmat(id))).toBe("EINVAL");
    });
  });

  test("exec and the end of a process detach; memory is bounded, and given back", async () => {
    await runProgram(async (sys) => {
      const id = sys.shmget(IPC_PRIVATE, 200 * 2 ** 20, 0o600);
      expect(await outcome(() => sys.shmget(IPC_PRIVATE, 100 * 2 ** 20, 0o600))).toBe("ENOMEM");
      sys.fork(async (child) => {
        child.shmat(id);
        return child.exec((program) => void expect(program.shmctl(id, IPC_STAT).nattch).toBe(0));
      });
      expect((await sys.wait()).status).toBe(0);
      const killed = sys.fork(async (child) => {
        child.shmat(id);
        await child.pause();
      });
      await others(sys);
      expect(sys.shmctl(id, IPC_STAT).nattch).toBe(1);
      await sys.kill(killed, 9);
      expect(sys.shmctl(id, IPC_STAT).nattch).toBe(0);
      sys.shmctl(id, IPC_RMID);
      expect(sys.shmget(IPC_PRIVATE, 256 * 2 ** 20, 0o600)).toBe(1);
    });
  });
});
