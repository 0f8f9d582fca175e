/** IPC_INFO, MSG_STAT and their kin: what ipcs(1) asks. What they answer was asked of Linux 6.18. */
import {
  IPC_CREAT,
  IPC_INFO,
  IPC_PRIVATE,
  IPC_RMID,
  MSG_INFO,
  MSG_STAT,
  MSG_STAT_ANY,
  SEM_INFO,
  SEM_STAT,
  SEM_STAT_ANY,
  SHM_INFO,
  SHM_STAT,
  SHM_STAT_ANY,
  SystemError,
} from "netloom";
import { expect, test } from "vitest";
import { runProgram } from "./support/world.ts";

function outcome<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    if (error instanceof SystemError) return error.code;
    throw error;
  }
}

test("queues: limits, use, and each by its place", async () => {
  await runProgram(async (sys) => {
    const first = sys.msgget(IPC_PRIVATE, 0o600);
    const second = sys.msgget(IPC_PRIVATE, 0o600);
    await sys.msgsnd(first, 1, "abc");
    const limits = { msgmax: 8192, msgmnb: 16_384, msgmni: 32_000, msgssz: 16, msgseg: 65_535 };
    expect(sys.msgctl(12_345, IPC_INFO)).toEqual({
      ...{ ...limits, highest: 1 },
      ...{ msgpool: 512_000, msgmap: 16_384, msgtql: 16_384 },
    });
    expect(sys.msgctl(0, MSG_INFO)).toEqual({ ...limits, highest: 1, msgpool: 2, msgmap: 1, msgtql: 3 });
    expect(sys.msgctl(0, MSG_STAT)).toMatchObject({ id: first, qnum: 1, cbytes: 3 });
    expect(sys.msgctl(1, MSG_STAT_ANY)).toMatchObject({ id: second, qnum: 0 });
    for (const place of [2, 40_000, -1, 0.5, Number.NaN])
      expect(outcome(() => sys.msgctl(place, MSG_STAT))).toBe("EINVAL");
    expect(outcome(() => sys.msgctl(-1, IPC_INFO))).toBe("EINVAL");
    sys.msgctl(first, IPC_RMID);
    expect(sys.msgctl(0, IPC_INFO).highest).toBe(1);
    expect(outcome(() => sys.msgctl(0, MSG_STAT))).toBe("EINVAL");
    sys.msgctl(second, IPC_RMID);
    expect(sys.msgctl(0, IPC_INFO).highest).toBe(0);
  });
});

test("semaphores: limits, use, and each by its place", async () => {
  await runProgram(async (sys) => {
    const id = sys.semget(IPC_PRIVATE, 3, 0o600);
    expect(sys.semctl(0, 0, IPC_INFO)).toEqual({
      ...{ highest: 0, semmap: 1_024_000_000, semmni: 32_000, semmns: 1_024_000_000, semmnu: 1_024_000_000 },
      ...{ semmsl: 32_000, semopm: 500, semume: 500, semusz: 20, semvmx: 32_767, semaem: 32_767 },
    });
    expect(sys.semctl(0, 0, SEM_INFO)).toMatchObject({ semusz: 1, semaem: 3 });
    expect(sys.semctl(0, 0, SEM_STAT)).toMatchObject({ id, nsems: 3 });
    expect(outcome(() => sys.semctl(1, 0, SEM_STAT_ANY))).toBe("EINVAL");
  });
});

test("segments: limits, use, and each by its place", async () => {
  await runProgram(async (sys) => {
    const id = sys.shmget(IPC_PRIVATE, 10_000, 0o600);
    expect(sys.shmctl(0, IPC_INFO)).toMatchObject({ highest: 0, shmmin: 1, shmmni: 4096, shmseg: 4096 });
    expect(sys.shmctl(0, SHM_INFO)).toEqual({ highest: 0, usedIds: 1, shmTot: 3, shmRss: 0, shmSwp: 0 });
    sys.shmat(id).bytes[0] = 1;
    expect(sys.shmctl(0, SHM_INFO).shmRss).toBe(3);
    expect(sys.shmctl(0, SHM_STAT)).toMatchObject({ id, segsz: 10_000, nattch: 1 });
    expect(outcome(() => sys.shmctl(9, SHM_STAT_ANY))).toBe("EINVAL");
  });
});

test("an object that may not be read: EACCES, but for _ANY", async () => {
  await runProgram(async (sys) => {
    const queue = sys.msgget(1, IPC_CREAT);
    const array = sys.semget(1, 1, IPC_CREAT);
    const segment = sys.shmget(1, 1, IPC_CREAT);
    sys.seteuid(1000);
    expect(outcome(() => sys.msgctl(0, MSG_STAT))).toBe("EACCES");
    expect(outcome(() => sys.semctl(0, 0, SEM_STAT))).toBe("EACCES");
    expect(outcome(() => sys.shmctl(0, SHM_STAT))).toBe("EACCES");
    expect(sys.msgctl(0, MSG_STAT_ANY).id).toBe(queue);
    expect(sys.semctl(0, 0, SEM_STAT_ANY).id).toBe(array);
    expect(sys.shmctl(0, SHM_STAT_ANY).id).toBe(segment);
  });
});
