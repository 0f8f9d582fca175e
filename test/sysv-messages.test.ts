/** System V message queues: msgop(2). The oracle (test/oracle) compares them with Linux call by call. */
import {
  IPC_CREAT,
  IPC_EXCL,
  IPC_NOWAIT,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  MSG_COPY,
  MSG_EXCEPT,
  MSG_NOERROR,
  SA_RESTART,
  SIGUSR1,
  type Sys,
} from "netloom";
import { describe, expect, test } from "vitest";
import { asUsers, others, outcome, text } from "./support/ipc.ts";
import { runProgram } from "./support/world.ts";

async function receive(sys: Sys, id: number, type = 0, flags = IPC_NOWAIT, room = 100): Promise<string> {
  const buffer = new Uint8Array(room);
  const got = await outcome(() => sys.msgrcv(id, buffer, type, flags));
  return typeof got === "string" ? got : `${got.type}:${text(buffer.subarray(0, got.bytes))}`;
}

describe("keys", () => {
  test("ftok mixes eight bits of the number, the device and the file; whoever knows the key finds the queue", async () => {
    await asUsers(
      [
        0,
        (sys) => {
          const key = sys.ftok("/tmp", 0x141);
          expect(key).toBe((0x41 << 24) | (1 << 16) | (sys.stat("/tmp").ino & 0xffff));
          expect(sys.msgget(key, IPC_CREAT | 0o666)).toBe(0);
        },
      ],
      [
        7,
        async (sys) => {
          const key = sys.ftok("/tmp", 0x41);
          expect(sys.msgget(key, 0)).toBe(0);
          expect(await outcome(() => sys.msgget(key, IPC_CREAT | IPC_EXCL))).toBe("EEXIST");
          expect(await outcome(() => sys.msgget(key + 1, 0))).toBe("ENOENT");
          expect(await outcome(() => sys.ftok("/nope", 1))).toBe("ENOENT");
        },
      ],
    );
  });

  test("IPC_PRIVATE always makes a new one; identifiers are not used again at once", async () => {
    await runProgram(async (sys) => {
      const ids = [0, 1, 2].map(() => sys.msgget(IPC_PRIVATE, 0o600));
      expect(ids).toEqual([0, 1, 2]);
      sys.msgctl(1, IPC_RMID);
      expect(sys.msgget(IPC_PRIVATE, 0o600)).toBe(3);
      expect(await outcome(() => sys.msgctl(1, IPC_STAT))).toBe("EINVAL");
    });
  });

  test("modes decide who sends and receives; only owner, maker and root change or remove", async () => {
    await asUsers(
      [7, (sys) => void sys.msgget(5, IPC_CREAT | 0o622)],
      [
        8,
        async (sys) => {
          expect(await outcome(() => sys.msgget(5, 0o600))).toBe("EACCES");
          const id = sys.msgget(5, 0o200);
          await sys.msgsnd(id, 1, "x");
          expect(await receive(sys, id)).toBe("EACCES");
          expect(await outcome(() => sys.msgctl(id, IPC_STAT))).toBe("EACCES");
          expect(await outcome(() => sys.msgctl(id, IPC_RMID))).toBe("EPERM");
          expect(await outcome(() => sys.msgctl(id, IPC_SET, { mode: 0o777 }))).toBe("EPERM");
        },
      ],
      [
        7,
        async (sys) => {
          const id = sys.msgget(5, 0);
          expect(await outcome(() => sys.msgctl(id, IPC_SET, { qbytes: 16_385 }))).toBe("EPERM");
          sys.msgctl(id, IPC_SET, { uid: 8, mode: 0o660 });
          expect(sys.msgctl(id, IPC_STAT).perm).toEqual({ key: 5, uid: 8, gid: 7, cuid: 7, cgid: 7, mode: 0o660 });
        },
      ],
      [8, (sys) => sys.msgctl(sys.msgget(5, 0), IPC_RMID)],
    );
  });
});

describe("types", () => {
  const queueOf = async (sys: Sys, ...messages: readonly (readonly [number, string])[]): Promise<number> => {
    const id = sys.msgget(IPC_PRIVATE, 0o600);
    for (const [type, data] of messages) await sys.msgsnd(id, type, data);
    return id;
  };

  test("zero takes the first, a positive number that type, MSG_EXCEPT any other, a negative one the smallest", async () => {
    await runProgram(async (sys) => {
      const id = await queueOf(sys, [5, "a"], [3, "b"], [5, "c"], [2, "d"], [2, "e"], [9, "f"]);
      expect(await receive(sys, id, 3)).toBe("3:b");
      expect(await receive(sys, id, 5, IPC_NOWAIT | MSG_EXCEPT)).toBe("2:d");
      expect(await receive(sys, id, -4)).toBe("2:e");
      expect(await receive(sys, id, -4)).toBe("ENOMSG");
      expect(await receive(sys, id, -100)).toBe("5:a");
      expect(await receive(sys, id, 9, IPC_NOWAIT | MSG_EXCEPT)).toBe("5:c");
      expect(await receive(sys, id)).toBe("9:f");
      expect(await receive(sys, id)).toBe("ENOMSG");
      expect(await outcome(() => sys.msgsnd(id, 0, "x"))).toBe("EINVAL");
      expect(await outcome(() => sys.msgsnd(id, 1, new Uint8Array(8193)))).toBe("EINVAL");
    });
  });

  test("boundaries are kept: one that is too long stays, or is cut with MSG_NOERROR; MSG_COPY leaves it", async () => {
    await runProgram(async (sys) => {
      const id = await queueOf(sys, [1, "long message"], [2, ""], [3, "third"]);
      expect(await receive(sys, id, 0, IPC_NOWAIT, 4)).toBe("E2BIG");
      expect(await receive(sys, id, 2, IPC_NOWAIT | MSG_COPY)).toBe("3:third");
      expect(await receive(sys, id, 0, MSG_COPY)).toBe("EINVAL");
      expect(sys.msgctl(id, IPC_STAT)).toMatchObject({
        qnum: 3,
        cbytes: 17,
        qbytes: 16_384,
        lspid: sys.getpid(),
        lrpid: 0,
      });
      expect(await receive(sys, id, 0, IPC_NOWAIT | MSG_NOERROR, 4)).toBe("1:long");
      expect(await receive(sys, id)).toBe("2:");
    });
  });
});

describe("waiting", () => {
  test("a message goes to the first receiver that wants its type", async () => {
    const got: string[] = [];
    await runProgram(async (sys) => {
      const id = sys.msgget(IPC_PRIVATE, 0o600);
      for (const [name, type] of [
        ["two", 2],
        ["any", 0],
        ["except", 7],
      ] as const) {
        const flags = name === "except" ? MSG_EXCEPT : 0;
        sys.fork(async (child) => void got.push(`${name} ${await receive(child, id, type, flags)}`));
        await others(sys);
      }
      for (const [type, data] of [
        [7, "a"],
        [2, "b"],
        [1, "c"],
      ] as const) {
        await sys.msgsnd(id, type, data);
        await others(sys);
      }
    });
    expect(got).toEqual(["any 7:a", "two 2:b", "except 1:c"]);
  });

  test("a full queue lets senders wait; who fits goes first, and the others keep their order", async () => {
    const sent: string[] = [];
    await runProgram(async (sys) => {
      const id = sys.msgget(IPC_PRIVATE, 0o600);
      sys.msgctl(id, IPC_SET, { qbytes: 100 });
      await sys.msgsnd(id, 1, new Uint8Array(60));
      await sys.msgsnd(id, 2, new Uint8Array(30));
      expect(await outcome(() => sys.msgsnd(id, 1, new Uint8Array(60), IPC_NOWAIT))).toBe("EAGAIN");
      for (const [name, bytes] of [
        ["large", 90],
        ["small", 20],
        ["medium", 60],
      ] as const) {
        sys.fork(async (child) => {
          await child.msgsnd(id, 3, new Uint8Array(bytes));
          sent.push(name);
        });
        await others(sys);
      }
      await receive(sys, id, 2);
      await others(sys);
      expect(sent).toEqual(["small"]);
      await receive(sys, id, 1);
      await others(sys);
      expect(sent).toEqual(["small", "medium"]);
      await receive(sys, id, 3);
      await receive(sys, id, 3);
      await others(sys);
      expect(sent).toEqual(["small", "medium", "large"]);
    });
  });

  test("IPC_RMID wakes sleepers with EIDRM; a handler ends a call with EINTR, SA_RESTART or not", async () => {
    const came: string[] = [];
    await runProgram(async (sys) => {
      const id = sys.msgget(IPC_PRIVATE, 0o600);
      sys.msgctl(id, IPC_SET, { qbytes: 10 });
      await sys.msgsnd(id, 1, new Uint8Array(10));
      const interrupted = sys.fork(async (child) => {
        child.sigaction(SIGUSR1, { handler: () => {}, flags: SA_RESTART });
        came.push(`receiver ${await receive(child, id, 9, 0)}`);
      });
      sys.fork(async (child) => void came.push(`receiver ${await receive(child, id, 9, 0)}`));
      sys.fork(async (child) => void came.push(`sender ${await outcome(() => child.msgsnd(id, 1, "x"))}`));
      await others(sys);
      await sys.kill(interrupted, SIGUSR1);
      await others(sys);
      sys.msgctl(id, IPC_RMID);
      await others(sys);
    });
    expect(came.sort()).toEqual(["receiver EIDRM", "receiver EINTR", "sender EIDRM"]);
  });
});
