/** Named pipes and the sizes of pipes, through the system calls: rendezvous, readers and writers that come and go. */
import {
  F_GETFD,
  F_GETFL,
  F_GETPIPE_SZ,
  F_SETPIPE_SZ,
  FD_CLOEXEC,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  S_ISFIFO,
  SIG_IGN,
  SIGPIPE,
  type Sys,
  WEXITSTATUS,
} from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

const FIFO = "/tmp/fifo";
const code = (error: string) => ({ code: error });

async function readText(sys: Sys, fd: number): Promise<string> {
  const buffer = new Uint8Array(100);
  const bytes = await sys.read(fd, buffer);
  return new TextDecoder().decode(buffer.subarray(0, bytes));
}

async function readiness(sys: Sys, fd: number): Promise<number> {
  const watched: { fd: number; events: number; revents?: number } = { fd, events: POLLIN | POLLOUT };
  await sys.poll([watched], 0);
  return watched.revents ?? 0;
}

describe("opening a FIFO", () => {
  test("waits for the other side: reader first", async () => {
    await runProgram(async (sys) => {
      sys.mkfifo(FIFO, 0o600);
      sys.fork(async (child) => {
        await child.sleep(3);
        await child.write(await child.open(FIFO, O_WRONLY), "hello");
      });
      const fd = await sys.open(FIFO, O_RDONLY);
      expect(sys.clockGettime("CLOCK_MONOTONIC").seconds).toBe(3);
      expect([await readText(sys, fd), await readText(sys, fd)]).toEqual(["hello", ""]);
      expect([S_ISFIFO(sys.fstat(fd).mode), sys.fstat(fd).ino]).toEqual([true, sys.stat(FIFO).ino]);
    });
  });

  test("waits for the other side: writer first", async () => {
    await runProgram(async (sys) => {
      sys.mkfifo(FIFO);
      sys.fork(async (child) => {
        await child.sleep(3);
        await child.open(FIFO, O_RDONLY);
        await child.sleep(1);
      });
      const fd = await sys.open(FIFO, O_WRONLY);
      expect([await sys.write(fd, "x"), sys.clockGettime("CLOCK_MONOTONIC").seconds]).toEqual([1, 3]);
    });
  });

  test("is met even by a writer that has gone again", async () => {
    await runProgram(async (sys) => {
      sys.mkfifo(FIFO);
      sys.fork(async (child) => child.close(await child.open(FIFO, O_WRONLY | O_NONBLOCK)));
      const fd = await sys.open(FIFO, O_RDONLY);
      expect(await readText(sys, fd)).toBe("");
    });
  });

  test("O_NONBLOCK: a reader need not wait, a writer without readers is ENXIO", async () => {
    await runProgram(async (sys) => {
      sys.mkfifo(FIFO);
      await expect(sys.open(FIFO, O_WRONLY | O_NONBLOCK)).rejects.toMatchObject(code("ENXIO"));
      const readEnd = await sys.open(FIFO, O_RDONLY | O_NONBLOCK);
      expect([await readText(sys, readEnd), await readiness(sys, readEnd)]).toEqual(["", 0]);
      const writeEnd = await sys.open(FIFO, O_WRONLY | O_NONBLOCK);
      await expect(sys.read(readEnd, new Uint8Array(1))).rejects.toMatchObject(code("EAGAIN"));
      sys.close(writeEnd);
      expect([await readText(sys, readEnd), await readiness(sys, readEnd)]).toEqual(["", POLLHUP]);
    });
  });

  test("O_RDWR never waits, and is its own other side", async () => {
    await runProgram(async (sys) => {
      sys.mkfifo(FIFO);
      const fd = await sys.open(FIFO, O_RDWR);
      await sys.write(fd, "mine");
      expect([await readiness(sys, fd), await readText(sys, fd)]).toEqual([POLLIN | POLLOUT, "mine"]);
      sys.fcntl(fd, 4, O_NONBLOCK);
      await expect(sys.read(fd, new Uint8Array(1))).rejects.toMatchObject(code("EAGAIN"));
    });
  });

  test("counts while it waits, and no more once its process was killed", async () => {
    const { world, alice } = oneHost();
    alice.spawn("maker", (sys) => sys.mkfifo(FIFO));
    const wait = async (sys: Sys) => void (await sys.open(FIFO, O_RDONLY));
    const reader = alice.spawn("reader", wait, { daemon: true });
    await world.run({ until: "1s" });
    expect(alice.ps().at(-1)?.waits).toEqual([{ call: "open", on: `FIFO ${FIFO}` }]);
    reader.kill();
    alice.spawn("writer", async (sys) => {
      await expect(sys.open(FIFO, O_WRONLY | O_NONBLOCK)).rejects.toMatchObject(code("ENXIO"));
    });
    expect((await world.run()).crashes).toEqual([]);
  });

  test("takes permission", async () => {
    const { world, alice } = oneHost();
    alice.spawn("maker", (sys) => sys.mkfifo(FIFO, 0o622));
    alice.spawn(
      "user",
      async (sys) => {
        await expect(sys.open(FIFO, O_RDONLY)).rejects.toMatchObject(code("EACCES"));
        await expect(sys.open(FIFO, O_WRONLY | O_NONBLOCK)).rejects.toMatchObject(code("EACCES"));
      },
      { uid: 1000 },
    );
    expect((await world.run()).crashes).toEqual([]);
  });
});

describe("a FIFO in use", () => {
  test("has many writers, whose small writes stay whole, and ends with the last", async () => {
    await runProgram(async (sys) => {
      sys.mkfifo(FIFO);
      for (const letter of ["a", "b", "c"]) {
        sys.fork(async (child) => {
          const fd = await child.open(FIFO, O_WRONLY);
          for (let i = 0; i < 30; i++) await child.write(fd, letter.repeat(4096));
        });
      }
      const fd = await sys.open(FIFO, O_RDONLY);
      const buffer = new Uint8Array(4096);
      let pieces = 0;
      for (; (await sys.read(fd, buffer)) === 4096; pieces++) expect(new Set(buffer).size).toBe(1);
      expect(pieces).toBe(90);
    });
  });

  test("gives each byte to one of several readers", async () => {
    await runProgram(async (sys) => {
      sys.mkfifo(FIFO);
      const reader = async (child: Sys) => {
        const fd = await child.open(FIFO, O_RDONLY);
        let bytes = 0;
        while ((await child.read(fd, new Uint8Array(1))) === 1) bytes++;
        return bytes;
      };
      sys.fork(reader);
      sys.fork(reader);
      const fd = await sys.open(FIFO, O_WRONLY);
      await sys.write(fd, "0123456789");
      await sys.sleep(1);
      sys.close(fd);
      const counts = [WEXITSTATUS((await sys.wait()).status), WEXITSTATUS((await sys.wait()).status)];
      expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(10);
    });
  });

  test("is broken without readers, and whole again when one comes", async () => {
    await runProgram(async (sys) => {
      sys.signal(SIGPIPE, SIG_IGN);
      sys.mkfifo(FIFO);
      const first = await sys.open(FIFO, O_RDONLY | O_NONBLOCK);
      const writeEnd = await sys.open(FIFO, O_WRONLY);
      sys.close(first);
      await expect(sys.write(writeEnd, "x")).rejects.toMatchObject(code("EPIPE"));
      expect((await readiness(sys, writeEnd)) & POLLERR).toBe(POLLERR);
      const second = await sys.open(FIFO, O_RDONLY);
      await sys.write(writeEnd, "again");
      expect(await readText(sys, second)).toBe("again");
    });
  });

  test("a reader sees the end of the file, and what later writers bring", async () => {
    await runProgram(async (sys) => {
      sys.mkfifo(FIFO);
      const readEnd = await sys.open(FIFO, O_RDONLY | O_NONBLOCK);
      for (const text of ["one", "two"]) {
        const writeEnd = await sys.open(FIFO, O_WRONLY);
        await sys.write(writeEnd, text);
        sys.close(writeEnd);
        expect([await readText(sys, readEnd), await readText(sys, readEnd)]).toEqual([text, ""]);
      }
    });
  });

  test("lasts until it is unlinked, and what nobody read is lost with the last end", async () => {
    await runProgram(async (sys) => {
      sys.mkfifo(FIFO);
      const fd = await sys.open(FIFO, O_RDWR);
      await sys.write(fd, "left");
      sys.close(fd);
      const again = await sys.open(FIFO, O_RDWR | O_NONBLOCK);
      await expect(sys.read(again, new Uint8Array(1))).rejects.toMatchObject(code("EAGAIN"));
      sys.unlink(FIFO);
      await sys.write(again, "no name");
      expect(await readText(sys, again)).toBe("no name");
      await expect(sys.open(FIFO, O_RDWR)).rejects.toMatchObject(code("ENOENT"));
    });
  });
});

describe("pipe2 and the size of a pipe", () => {
  test("pipe2 sets O_NONBLOCK and FD_CLOEXEC on both ends", async () => {
    await runProgram(async (sys) => {
      const ends = sys.pipe2(O_NONBLOCK | O_CLOEXEC);
      for (const fd of ends) {
        expect([sys.fcntl(fd, F_GETFD), sys.fcntl(fd, F_GETFL) & O_NONBLOCK]).toEqual([FD_CLOEXEC, O_NONBLOCK]);
      }
      await expect(sys.read(ends[0], new Uint8Array(1))).rejects.toMatchObject(code("EAGAIN"));
      expect(() => sys.pipe2(1)).toThrow("EINVAL");
    });
  });

  test("a size is rounded up to a power of two of pages", async () => {
    await runProgram((sys) => {
      const [fd] = sys.pipe();
      expect(sys.fcntl(fd, F_GETPIPE_SZ)).toBe(65_536);
      const sizes = [0, 1, 4096, 4097, 100_000, 1_048_576, 1_048_577].map((size) => sys.fcntl(fd, F_SETPIPE_SZ, size));
      expect(sizes).toEqual([4096, 4096, 4096, 8192, 131_072, 1_048_576, 2_097_152]);
      expect(() => sys.fcntl(fd, F_SETPIPE_SZ, -1)).toThrow("EINVAL");
      expect(() => sys.fcntl(0, F_GETPIPE_SZ)).toThrow("EBADF");
    });
  });

  test("a pipe does not become smaller than what it holds, and more room wakes a writer", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      sys.fcntl(writeEnd, F_SETPIPE_SZ, 4096);
      const writing = sys.write(writeEnd, new Uint8Array(10_000));
      expect(() => sys.fcntl(readEnd, F_SETPIPE_SZ, 1)).not.toThrow();
      expect(sys.fcntl(readEnd, F_SETPIPE_SZ, 16_384)).toBe(16_384);
      expect(await writing).toBe(10_000);
      expect(() => sys.fcntl(readEnd, F_SETPIPE_SZ, 8192)).toThrow("EBUSY");
    });
  });

  test("only root goes beyond 1 MiB", async () => {
    const { world, alice } = oneHost();
    alice.spawn(
      "user",
      (sys) => {
        const [fd] = sys.pipe();
        expect(() => sys.fcntl(fd, F_SETPIPE_SZ, 1_048_577)).toThrow("EPERM");
        expect(sys.fcntl(fd, F_SETPIPE_SZ, 1_048_576)).toBe(1_048_576);
      },
      { uid: 1000 },
    );
    expect((await world.run()).crashes).toEqual([]);
  });
});
