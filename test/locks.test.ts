/** Locks through the system calls: flock by open file description, record locks by process, waiting, and deadlock. */
import fc from "fast-check";
import {
  F_GETLK,
  F_RDLCK,
  F_SETLK,
  F_SETLKW,
  F_UNLCK,
  F_WRLCK,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  type Program,
  type RecordLock,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
  type Sys,
  WEXITSTATUS,
} from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

const PATH = "/tmp/locked";
const code = (error: string) => ({ code: error });
const openLocked = (sys: Sys, flags: number = O_RDWR) => sys.open(PATH, flags | O_CREAT, 0o666);
const seconds = (sys: Sys) => sys.clockGettime("CLOCK_MONOTONIC").seconds;

/** What another process finds in the way of a lock, or F_UNLCK; it has no locks of its own. */
async function seenByOther(sys: Sys, lock: RecordLock): Promise<RecordLock> {
  const found = { ...lock };
  sys.fork(async (child) => {
    child.fcntl(await openLocked(child), F_GETLK, found);
  });
  await sys.wait();
  return found;
}

/** The locks of this process, as another sees them byte by byte: "rr-ww". */
async function map(sys: Sys, bytes: number): Promise<string> {
  let text = "";
  sys.fork(async (child) => {
    const fd = await openLocked(child);
    for (let start = 0; start < bytes; start++) {
      const lock: RecordLock = { type: F_WRLCK, start, length: 1 };
      child.fcntl(fd, F_GETLK, lock);
      text += lock.type === F_UNLCK ? "-" : lock.type === F_WRLCK ? "w" : "r";
    }
  });
  await sys.wait();
  return text;
}

describe("flock", () => {
  test("is held by the description: another open of the same process has to wait, dup and fork share it", async () => {
    await runProgram(async (sys) => {
      const fd = await openLocked(sys);
      const other = await openLocked(sys);
      await sys.flock(fd, LOCK_EX);
      await expect(sys.flock(other, LOCK_EX | LOCK_NB)).rejects.toMatchObject(code("EAGAIN"));
      await sys.flock(sys.dup(fd), LOCK_EX | LOCK_NB);
      sys.fork((child) => child.flock(fd, LOCK_UN));
      await sys.wait();
      await sys.flock(other, LOCK_EX | LOCK_NB);
    });
  });

  test("is shared by readers; a writer waits for the last of them", async () => {
    await runProgram(async (sys) => {
      for (const delay of [1, 3, 2]) {
        sys.fork(async (child) => {
          const fd = await openLocked(child, O_RDONLY);
          await child.flock(fd, LOCK_SH);
          await child.sleep(delay);
        });
      }
      await sys.sleep(0.5);
      await sys.flock(await openLocked(sys), LOCK_EX);
      expect(seconds(sys)).toBe(3);
    });
  });

  test("goes with the last descriptor, and with the process", async () => {
    await runProgram(async (sys) => {
      const fd = await openLocked(sys);
      await sys.flock(fd, LOCK_EX);
      sys.fork(async (child) => {
        child.close(fd);
        await child.flock(await openLocked(child), LOCK_EX);
        return seconds(child);
      });
      const copy = sys.dup(fd);
      await sys.sleep(1);
      sys.close(fd);
      await sys.sleep(1);
      sys.close(copy);
      expect(WEXITSTATUS((await sys.wait()).status)).toBe(2);
    });
  });

  test("is converted by giving it back first, so that a refused conversion loses it", async () => {
    await runProgram(async (sys) => {
      const a = await openLocked(sys);
      const b = await openLocked(sys);
      await sys.flock(a, LOCK_SH);
      await sys.flock(b, LOCK_SH);
      await expect(sys.flock(a, LOCK_EX | LOCK_NB)).rejects.toMatchObject(code("EAGAIN"));
      await sys.flock(b, LOCK_EX | LOCK_NB);
      await sys.flock(b, LOCK_SH);
      await sys.flock(a, LOCK_SH | LOCK_NB);
    });
  });

  test("refuses what is no operation", async () => {
    await runProgram(async (sys) => {
      const fd = await openLocked(sys);
      for (const operation of [0, 3, LOCK_NB, 9]) {
        await expect(sys.flock(fd, operation)).rejects.toMatchObject(code("EINVAL"));
      }
      await expect(sys.flock(99, LOCK_EX)).rejects.toMatchObject(code("EBADF"));
      await sys.flock(fd, LOCK_UN);
    });
  });
});

describe("record locks", () => {
  test("keep other processes out of a range, and tell them who", async () => {
    await runProgram(async (sys) => {
      const fd = await openLocked(sys);
      expect(sys.fcntl(fd, F_SETLK, { type: F_WRLCK, start: 10, length: 5 })).toBe(0);
      expect(await seenByOther(sys, { type: F_RDLCK, start: 0, length: 0 })).toEqual({
        type: F_WRLCK,
        whence: SEEK_SET,
        start: 10,
        length: 5,
        pid: sys.getpid(),
      });
      expect(await seenByOther(sys, { type: F_WRLCK, start: 15 })).toMatchObject({ type: F_UNLCK });
      sys.fork(async (child) => {
        const lock = { type: F_RDLCK, start: 14, length: 1 };
        expect(() => child.fcntl(fd, F_SETLK, lock)).toThrow("EAGAIN");
        expect(child.fcntl(fd, F_SETLK, { ...lock, start: 15 })).toBe(0);
      });
      expect(WEXITSTATUS((await sys.wait()).status)).toBe(0);
    });
  });

  test("of one process never exclude each other: they split, join and change kind", async () => {
    await runProgram(async (sys) => {
      const fd = await openLocked(sys);
      const set = (type: number, start: number, length: number) => sys.fcntl(fd, F_SETLK, { type, start, length });
      set(F_WRLCK, 0, 8);
      set(F_RDLCK, 2, 2);
      set(F_UNLCK, 5, 1);
      expect(await map(sys, 10)).toBe("wwrrw-ww--");
      set(F_WRLCK, 0, 6);
      expect(await seenByOther(sys, { type: F_RDLCK, start: 3, length: 1 })).toMatchObject({ start: 0, length: 8 });
    });
  });

  test("count from the offset, from the end, and backwards", async () => {
    await runProgram(async (sys) => {
      const fd = await openLocked(sys);
      await sys.write(fd, "0123456789");
      sys.lseek(fd, 4, SEEK_SET);
      sys.fcntl(fd, F_SETLK, { type: F_WRLCK, whence: SEEK_CUR, start: -1, length: 2 });
      sys.fcntl(fd, F_SETLK, { type: F_RDLCK, whence: SEEK_END, start: -1, length: 1 });
      sys.fcntl(fd, F_SETLK, { type: F_RDLCK, start: 2, length: -2 });
      expect(await map(sys, 11)).toBe("rr-ww----r-");
      for (const lock of [{ start: -1 }, { start: 5, length: -6 }, { whence: 7 }]) {
        expect(() => sys.fcntl(fd, F_SETLK, { type: F_RDLCK, ...lock })).toThrow("EINVAL");
      }
      expect(() => sys.fcntl(fd, F_SETLK, { type: 9 })).toThrow("EINVAL");
      expect(() => sys.fcntl(fd, F_GETLK, { type: F_UNLCK })).toThrow("EINVAL");
    });
  });

  test("take a descriptor of the right access", async () => {
    await runProgram(async (sys) => {
      const reading = await openLocked(sys, O_RDONLY);
      const writing = await openLocked(sys, O_WRONLY);
      expect(() => sys.fcntl(reading, F_SETLK, { type: F_WRLCK })).toThrow("EBADF");
      expect(() => sys.fcntl(writing, F_SETLK, { type: F_RDLCK })).toThrow("EBADF");
      expect(() => sys.fcntl(99, F_SETLK, { type: F_RDLCK })).toThrow("EBADF");
    });
  });

  test("go when any descriptor of the file is closed, and are not inherited", async () => {
    await runProgram(async (sys) => {
      const fd = await openLocked(sys);
      const other = await openLocked(sys);
      sys.fcntl(fd, F_SETLK, { type: F_WRLCK });
      sys.fork((child) => {
        expect(() => child.fcntl(fd, F_SETLK, { type: F_WRLCK })).toThrow("EAGAIN");
        child.close(fd);
      });
      expect(WEXITSTATUS((await sys.wait()).status)).toBe(0);
      expect(await map(sys, 1)).toBe("w");
      sys.close(other);
      expect(await map(sys, 1)).toBe("-");
    });
  });

  test("F_SETLKW waits until the holder unlocks, or ends", async () => {
    await runProgram(async (sys) => {
      const holder: Program = async (child, start, delay) => {
        await child.fcntl(await openLocked(child), F_SETLKW, { type: F_WRLCK, start: Number(start), length: 1 });
        await child.sleep(Number(delay));
      };
      sys.fork(holder, "0", "2");
      sys.fork(holder, "1", "3");
      await sys.sleep(1);
      await sys.fcntl(await openLocked(sys), F_SETLKW, { type: F_WRLCK, length: 2 });
      expect(seconds(sys)).toBe(3);
    });
  });

  test("a circle of two, and of three, is EDEADLK for the one who closes it", async () => {
    for (const count of [2, 3]) {
      const { world, alice } = oneHost();
      const outcomes: string[] = [];
      for (let i = 0; i < count; i++) {
        alice.spawn(`p${i}`, async (sys) => {
          const fd = await openLocked(sys);
          await sys.fcntl(fd, F_SETLKW, { type: F_WRLCK, start: i, length: 1 });
          await sys.sleep(1 + i);
          const next = { type: F_WRLCK, start: (i + 1) % count, length: 1 };
          await sys.fcntl(fd, F_SETLKW, next).then(
            () => outcomes.push(`p${i} got it`),
            (error) => outcomes.push(`p${i} ${error.code}`),
          );
        });
      }
      expect((await world.run()).crashes).toEqual([]);
      const last = count - 1;
      expect(outcomes[0]).toBe(`p${last} EDEADLK`);
      expect(outcomes.slice(1)).toEqual(Array.from({ length: last }, (_, i) => `p${last - 1 - i} got it`));
    }
  });

  test("are listed with who waits for them", async () => {
    const { world, alice } = oneHost();
    alice.spawn("holder", async (sys) => {
      await sys.fcntl(await openLocked(sys), F_SETLKW, { type: F_WRLCK });
      await sys.sleep(2);
    });
    alice.spawn("waiter", async (sys) => {
      await sys.sleep(0.5);
      await sys.fcntl(await openLocked(sys), F_SETLKW, { type: F_WRLCK });
    });
    await world.run({ until: "1s" });
    expect(alice.ps().at(-1)?.waits).toEqual([{ call: "fcntl", on: `lock of ${PATH}` }]);
    expect((await world.run()).crashes).toEqual([]);
  });

  test("behave as the model: an array of bytes, each with its holders", async () => {
    const SIZE = 12;
    const step = fc.record({
      who: fc.constantFrom(0, 1, 2),
      type: fc.constantFrom(F_RDLCK, F_WRLCK, F_UNLCK),
      start: fc.integer({ min: 0, max: SIZE - 1 }),
      length: fc.integer({ min: 1, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { world, alice } = oneHost();
        const held = [0, 1, 2].map(() => new Array<number>(SIZE + 6).fill(F_UNLCK));
        const systems: { sys: Sys; fd: number }[] = [];
        let finish = () => {};
        const finished = new Promise<void>((resolve) => {
          finish = resolve;
        });
        let begin = () => {};
        const begun = new Promise<void>((resolve) => {
          begin = resolve;
        });
        for (let i = 0; i < 3; i++) {
          alice.spawn(`p${i}`, async (sys) => {
            systems[i] = { sys, fd: await openLocked(sys) };
            if (i === 2) begin();
            await finished;
          });
        }
        alice.spawn("controller", async () => {
          await begun;
          try {
            for (const { who, type, start, length } of steps) {
              const isWrong = (other: number) =>
                held[other]?.slice(start, start + length).some((kind) => {
                  return kind !== F_UNLCK && type !== F_UNLCK && (kind === F_WRLCK || type === F_WRLCK);
                }) === true;
              const refused = [0, 1, 2].some((other) => other !== who && isWrong(other));
              const { sys, fd } = systems[who] as { sys: Sys; fd: number };
              let answer = "";
              try {
                sys.fcntl(fd, F_SETLK, { type, start, length });
              } catch (error) {
                answer = (error as { code: string }).code;
              }
              expect(answer).toBe(refused ? "EAGAIN" : "");
              if (!refused) held[who]?.fill(type, start, start + length);
            }
          } finally {
            finish();
          }
        });
        const { crashes } = await world.run();
        if (crashes[0] !== undefined) throw crashes[0].error;
      }),
      { numRuns: 60 },
    );
  });
});
