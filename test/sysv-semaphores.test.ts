/** System V semaphores: semop(2), semctl(2). The oracle (test/oracle) compares them with Linux call by call. */
import {
  GETALL,
  GETNCNT,
  GETPID,
  GETVAL,
  GETZCNT,
  IPC_CREAT,
  IPC_NOWAIT,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SEM_UNDO,
  SETALL,
  SETVAL,
  SIGCONT,
  SIGSTOP,
  SIGUSR1,
  type Sys,
} from "netloom";
import { describe, expect, test } from "vitest";
import { asUsers, others, outcome } from "./support/ipc.ts";
import { runProgram } from "./support/world.ts";

function array(sys: Sys, ...values: number[]): number {
  const id = sys.semget(IPC_PRIVATE, values.length, 0o600);
  sys.semctl(id, 0, SETALL, values);
  return id;
}

describe("operations", () => {
  test("several happen at once or not at all", async () => {
    await runProgram(async (sys) => {
      const id = array(sys, 2, 0, 5);
      expect(
        await outcome(() =>
          sys.semop(id, [
            { num: 0, op: -2 },
            { num: 1, op: -1, flags: IPC_NOWAIT },
          ]),
        ),
      ).toBe("EAGAIN");
      expect(sys.semctl(id, 0, GETALL)).toEqual([2, 0, 5]);
      await sys.semop(id, [
        { num: 0, op: -2 },
        { num: 0, op: 0 },
        { num: 1, op: 3 },
        { num: 2, op: -5 },
      ]);
      expect(sys.semctl(id, 0, GETALL)).toEqual([0, 3, 0]);
    });
  });

  test("what can't be is told as on Linux", async () => {
    await runProgram(async (sys) => {
      const id = array(sys, 32_767);
      expect(await outcome(() => sys.semop(id, [{ num: 0, op: 1 }]))).toBe("ERANGE");
      expect(await outcome(() => sys.semop(id, [{ num: 1, op: 1 }]))).toBe("EFBIG");
      expect(await outcome(() => sys.semop(id, []))).toBe("EINVAL");
      expect(await outcome(() => sys.semop(99, [{ num: 0, op: 1 }]))).toBe("EINVAL");
      expect(await outcome(() => sys.semop(id, Array(501).fill({ num: 0, op: 0 })))).toBe("E2BIG");
      expect(await outcome(() => sys.semctl(id, 0, SETVAL, 32_768))).toBe("ERANGE");
      expect(await outcome(() => sys.semctl(id, 5, GETVAL))).toBe("EINVAL");
      expect(await outcome(() => sys.semget(IPC_PRIVATE, 0, 0o600))).toBe("EINVAL");
      sys.semget(1, 2, IPC_CREAT | 0o600);
      expect(await outcome(() => sys.semget(1, 3, 0o600))).toBe("EINVAL");
    });
  });

  test("semtimedop ends with EAGAIN at its time", async () => {
    await runProgram(async (sys) => {
      const id = array(sys, 0);
      expect(await outcome(() => sys.semtimedop(id, [{ num: 0, op: -1 }], 3e9))).toBe("EAGAIN");
      expect(sys.clockGettime("CLOCK_MONOTONIC").seconds).toBe(3);
      expect(await outcome(() => sys.semtimedop(id, [{ num: 0, op: -1 }], -1))).toBe("EINVAL");
    });
  });

  test("modes decide: a change takes permission to write, waiting for zero to read", async () => {
    await asUsers(
      [7, (sys) => void sys.semget(5, 1, IPC_CREAT | 0o644)],
      [
        8,
        async (sys) => {
          const id = sys.semget(5, 1, 0o444);
          await sys.semop(id, [{ num: 0, op: 0 }]);
          expect(await outcome(() => sys.semop(id, [{ num: 0, op: 1 }]))).toBe("EACCES");
          expect(await outcome(() => sys.semctl(id, 0, SETVAL, 1))).toBe("EACCES");
          expect(await outcome(() => sys.semctl(id, 0, IPC_SET, { mode: 0o666 }))).toBe("EPERM");
          expect(sys.semctl(id, 0, IPC_STAT)).toMatchObject({ nsems: 1, perm: { uid: 7, mode: 0o644 } });
        },
      ],
    );
  });
});

describe("waiting", () => {
  test("GETNCNT and GETZCNT count who waits for what, GETPID who changed it last", async () => {
    await runProgram(async (sys) => {
      const id = array(sys, 1, 1);
      for (const operations of [
        [{ num: 0, op: -2 }],
        [{ num: 1, op: 0 }],
        [
          { num: 1, op: -1 },
          { num: 0, op: -5 },
        ],
      ]) {
        sys.fork(async (child) => void (await outcome(() => child.semop(id, operations))));
        await others(sys);
      }
      expect(
        [GETNCNT, GETZCNT].map((command) => [0, 1].map((num) => sys.semctl(id, num, command as typeof GETNCNT))),
      ).toEqual([
        [2, 0],
        [0, 1],
      ]);
      expect(sys.semctl(id, 0, GETPID)).toBe(sys.getpid());
      sys.semctl(id, 0, IPC_RMID);
    });
  });

  test("simple operations go in order, past one that still can't", async () => {
    const order: string[] = [];
    await runProgram(async (sys) => {
      const id = array(sys, 0);
      for (const [name, op] of [
        ["three", -3],
        ["one", -1],
        ["two", -2],
        ["zero", 0],
      ] as const) {
        if (name === "zero") await sys.semop(id, [{ num: 0, op: 1 }]);
        sys.fork(async (child) => {
          await child.semop(id, [{ num: 0, op }]);
          order.push(name);
        });
        await others(sys);
      }
      await sys.semop(id, [{ num: 0, op: 2 }]);
      await others(sys);
      await sys.semop(id, [{ num: 0, op: 3 }]);
      await others(sys);
    });
    expect(order).toEqual(["one", "zero", "two", "three"]);
  });

  test("a call with several operations waits for all of them, and those behind it are looked at too", async () => {
    const order: string[] = [];
    await runProgram(async (sys) => {
      const id = array(sys, 0, 0);
      const worker = async (name: string, operations: { num: number; op: number }[]): Promise<void> => {
        sys.fork(async (child) => {
          await child.semop(id, operations);
          order.push(name);
        });
        await others(sys);
      };
      await worker("both", [
        { num: 0, op: -1 },
        { num: 1, op: -1 },
      ]);
      await worker("first", [{ num: 0, op: -1 }]);
      await sys.semop(id, [{ num: 1, op: 1 }]);
      await others(sys);
      expect(order).toEqual([]);
      await sys.semop(id, [{ num: 0, op: 1 }]);
      await others(sys);
      expect(order).toEqual(["both"]);
      await sys.semop(id, [{ num: 0, op: 1 }]);
      await others(sys);
    });
    expect(order).toEqual(["both", "first"]);
  });

  test("IPC_RMID wakes with EIDRM, a handler and a stop with EINTR", async () => {
    const came: string[] = [];
    await runProgram(async (sys) => {
      const id = array(sys, 0);
      const sleeper = (name: string): number =>
        sys.fork(async (child) => {
          child.sigaction(SIGUSR1, { handler: () => {} });
          came.push(`${name} ${await outcome(() => child.semop(id, [{ num: 0, op: -1 }]))}`);
        });
      const [handling, stopped] = [sleeper("handling"), sleeper("stopped"), sleeper("third")] as [
        number,
        number,
        number,
      ];
      await others(sys);
      await sys.kill(handling, SIGUSR1);
      await sys.kill(stopped, SIGSTOP);
      await others(sys);
      await sys.kill(stopped, SIGCONT);
      await others(sys);
      sys.semctl(id, 0, IPC_RMID);
      await others(sys);
    });
    expect(came).toEqual(["handling EINTR", "stopped EINTR", "third EIDRM"]);
  });
});

describe("SEM_UNDO", () => {
  test("the end of a process gives back what it took, however it ends, and wakes who waited for it", async () => {
    const order: string[] = [];
    await runProgram(async (sys) => {
      const id = array(sys, 1);
      const holder = sys.fork(async (child) => {
        await child.semop(id, [{ num: 0, op: -1, flags: SEM_UNDO }]);
        await child.pause();
      });
      await others(sys);
      sys.fork(async (child) => {
        await child.semop(id, [{ num: 0, op: -1, flags: SEM_UNDO }]);
        order.push("second");
      });
      await others(sys);
      await sys.kill(holder, 9);
      await others(sys);
      expect(order).toEqual(["second"]);
      expect(sys.semctl(id, 0, GETVAL)).toBe(1);
    });
  });

  test("SETVAL forgets it; the value stays within its bounds", async () => {
    await runProgram(async (sys) => {
      const id = array(sys, 0, 0);
      sys.fork(async (child) => {
        await child.semop(id, [
          { num: 0, op: 5, flags: SEM_UNDO },
          { num: 1, op: 5, flags: SEM_UNDO },
        ]);
        child.semctl(id, 0, SETVAL, 2);
        await child.semop(id, [{ num: 1, op: -3 }]);
      });
      await sys.wait();
      expect(sys.semctl(id, 0, GETALL)).toEqual([2, 0]);
    });
  });
});
