/** POSIX semaphores and the futexes under them: sem_overview(7), futex(2). */
import {
  type Futex,
  MAP_ANONYMOUS,
  MAP_SHARED,
  O_CREAT,
  O_EXCL,
  PROT_READ,
  PROT_WRITE,
  SA_RESTART,
  SEM_VALUE_MAX,
  SIGCONT,
  SIGSTOP,
  SIGUSR1,
  type Sys,
} from "netloom";
import { describe, expect, test } from "vitest";
import { asUsers, others, outcome } from "./support/ipc.ts";
import { runProgram } from "./support/world.ts";

const shared = (sys: Sys, offset = 0): Futex => ({
  mapping: sys.mmap(4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS),
  offset,
});

const inSeconds = (sys: Sys, seconds: number) => {
  const now = sys.clockGettime("CLOCK_REALTIME");
  return { ...now, seconds: now.seconds + seconds };
};

describe("named semaphores", () => {
  test("are files in /dev/shm, found by whoever may read and write them", async () => {
    await asUsers(
      [
        7,
        async (sys) => {
          const semaphore = sys.semOpen("/s", O_CREAT | O_EXCL, 0o644, 3);
          expect(sys.semGetvalue(semaphore)).toBe(3);
          expect(sys.stat("/dev/shm/sem.s").size).toBe(32);
          expect(await outcome(() => sys.semOpen("/s", O_CREAT | O_EXCL, 0o600, 1))).toBe("EEXIST");
          sys.semTrywait(sys.semOpen("/s", O_CREAT, 0o600, 99));
          expect(sys.semGetvalue(semaphore)).toBe(2);
          sys.semClose(semaphore);
          expect(await outcome(() => sys.semGetvalue(semaphore))).toBe("EFAULT");
        },
      ],
      [
        8,
        async (sys) => {
          expect(await outcome(() => sys.semOpen("/s", 0))).toBe("EACCES");
          expect(await outcome(() => sys.semUnlink("/s"))).toBe("EACCES");
          expect(await outcome(() => sys.semOpen("/none", 0))).toBe("ENOENT");
          expect(await outcome(() => sys.semOpen("/a/b", O_CREAT, 0o600, 1))).toBe("EINVAL");
          expect(await outcome(() => sys.semOpen("/x", O_CREAT, 0o600, SEM_VALUE_MAX + 1))).toBe("EINVAL");
          expect(await outcome(() => sys.semUnlink("/a/b"))).toBe("ENOENT");
        },
      ],
      [7, (sys) => sys.semUnlink("/s")],
    );
  });
});

describe("waiting and posting", () => {
  test("at zero one waits, and each post lets one go on, the one that waits longest first", async () => {
    const order: string[] = [];
    await runProgram(async (sys) => {
      const semaphore = shared(sys, 64);
      sys.semInit(semaphore, 1);
      for (const name of ["a", "b", "c"]) {
        sys.fork(async (child) => {
          await child.semWait(semaphore);
          order.push(name);
        });
        await others(sys);
      }
      expect(order).toEqual(["a"]);
      expect(await outcome(() => sys.semTrywait(semaphore))).toBe("EAGAIN");
      sys.semPost(semaphore);
      await others(sys);
      sys.semPost(semaphore);
      await others(sys);
      expect(order).toEqual(["a", "b", "c"]);
      sys.semDestroy(semaphore);
    });
  });

  test("deadlines, the largest value, and what is no semaphore", async () => {
    await runProgram(async (sys) => {
      const semaphore = shared(sys);
      sys.semInit(semaphore, 0);
      expect(await outcome(() => sys.semTimedwait(semaphore, inSeconds(sys, 2)))).toBe("ETIMEDOUT");
      expect(sys.clockGettime("CLOCK_MONOTONIC").seconds).toBe(2);
      expect(await outcome(() => sys.semTimedwait(semaphore, { seconds: 0, nanoseconds: -1 }))).toBe("EINVAL");
      expect(await outcome(() => sys.semInit(semaphore, SEM_VALUE_MAX + 1))).toBe("EINVAL");
      sys.semInit(semaphore, SEM_VALUE_MAX);
      expect(await outcome(() => sys.semPost(semaphore))).toBe("EOVERFLOW");
      expect(await outcome(() => sys.semPost({ ...semaphore, offset: 2 }))).toBe("EINVAL");
      expect(await outcome(() => sys.semPost({ ...semaphore, offset: 4096 }))).toBe("EFAULT");
    });
  });

  test("handlers: EINTR, or on with SA_RESTART, but not with a deadline; the dead and the stopped are passed over", async () => {
    const came: string[] = [];
    await runProgram(async (sys) => {
      const semaphore = shared(sys);
      sys.semInit(semaphore, 0);
      const waiter = (name: string, flags: number, wait = (child: Sys) => child.semWait(semaphore)): number =>
        sys.fork(async (child) => {
          child.sigaction(SIGUSR1, { handler: () => {}, flags });
          came.push(`${name} ${(await outcome(() => wait(child))) ?? "has it"}`);
        });
      const plain = waiter("plain", 0);
      const restarted = waiter("restarted", SA_RESTART);
      const timed = waiter("timed", SA_RESTART, (child) => child.semTimedwait(semaphore, inSeconds(child, 9)));
      const stopped = waiter("stopped", 0);
      await others(sys);
      for (const pid of [plain, restarted, timed]) await sys.kill(pid, SIGUSR1);
      await sys.kill(stopped, SIGSTOP);
      await others(sys);
      sys.semPost(semaphore);
      await others(sys);
      expect(came.sort()).toEqual(["plain EINTR", "restarted has it", "timed EINTR"]);
      sys.semPost(semaphore);
      await others(sys);
      expect(sys.semGetvalue(semaphore)).toBe(1);
      await sys.kill(stopped, SIGCONT);
      await sys.waitpid(stopped);
      expect(came).toContain("stopped has it");
      const word = sys.mappingAt(semaphore.mapping.address);
      expect(new Int32Array(word.bytes.buffer, 0, 2)).toEqual(Int32Array.of(0, 0));
    });
  });
});

describe("futex", () => {
  test("one sleeps only on the value that it expects, and is woken by count, in order, by bits", async () => {
    const order: string[] = [];
    await runProgram(async (sys) => {
      const futex = shared(sys, 8);
      expect(await outcome(() => sys.futexWait(futex, 1))).toBe("EAGAIN");
      expect(await outcome(() => sys.futexWait(futex, 0, 5))).toBe("ETIMEDOUT");
      expect(await outcome(() => sys.futexWait({ ...futex, offset: 3 }, 0))).toBe("EINVAL");
      expect(await outcome(() => sys.futexWait(futex, 0, undefined, 0))).toBe("EINVAL");
      for (const [name, bits] of [
        ["a", 1],
        ["b", 2],
        ["c", 1],
        ["d", 4],
      ] as const) {
        sys.fork(async (child) => {
          await child.futexWait(futex, 0, undefined, bits);
          order.push(name);
        });
        await others(sys);
      }
      expect(sys.futexWake(futex, 1, 2)).toBe(1);
      expect(sys.futexWake(futex, 5, 1)).toBe(2);
      expect(sys.futexWake(futex, 5)).toBe(1);
      expect(sys.futexWake(futex, 5)).toBe(0);
      await others(sys);
    });
    expect(order).toEqual(["b", "a", "c", "d"]);
  });

  test("requeue wakes some and moves the others to another word; the same word is another for other memory", async () => {
    await runProgram(async (sys) => {
      const [from, to] = [shared(sys), shared(sys)];
      for (let i = 0; i < 3; i++) {
        sys.fork((child) => child.futexWait(from, 0));
        await others(sys);
      }
      expect(await outcome(() => sys.futexRequeue(from, to, 1, 1, 7))).toBe("EAGAIN");
      expect(sys.futexWake(to, 9)).toBe(0);
      expect(sys.futexRequeue(from, to, 1, 1, 0)).toBe(2);
      expect([sys.futexWake(from, 9), sys.futexWake(to, 9)]).toEqual([1, 1]);
    });
  });

  test("a restarted wait looks at the word again", async () => {
    const came: unknown[] = [];
    await runProgram(async (sys) => {
      const futex = shared(sys);
      const pid = sys.fork(async (child) => {
        child.sigaction(SIGUSR1, { handler: () => {}, flags: SA_RESTART });
        came.push(await outcome(() => child.futexWait(futex, 0)));
      });
      await others(sys);
      sys.mappingAt(futex.mapping.address).bytes[0] = 1;
      await sys.kill(pid, SIGUSR1);
      await sys.waitpid(pid);
    });
    expect(came).toEqual(["EAGAIN"]);
  });
});
