/** POSIX message queues: mq_overview(7). What the errors are was asked of Linux 6.18. */
import fc from "fast-check";
import {
  EPOLL_CTL_ADD,
  EPOLLIN,
  F_GETFD,
  FD_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  POLLIN,
  POLLOUT,
  type Program,
  RLIMIT_MSGQUEUE,
  SA_RESTART,
  SI_MESGQ,
  SIGEV_NONE,
  SIGEV_SIGNAL,
  SIGUSR1,
  type Sys,
} from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

const SMALL = { maxmsg: 2, msgsize: 16 };

/** The error's name, or what the call gave. */
async function outcome<T>(call: () => T | Promise<T>): Promise<T | string> {
  try {
    return await call();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

async function take(sys: Sys, mqd: number): Promise<string> {
  const buffer = new Uint8Array(8192);
  const { bytes, priority } = await sys.mqReceive(mqd, buffer);
  return `${priority}:${new TextDecoder().decode(buffer.subarray(0, bytes))}`;
}

const readiness = async (sys: Sys, fd: number): Promise<number> => {
  const entry = { fd, events: POLLIN | POLLOUT, revents: 0 };
  await sys.poll([entry], 0);
  return entry.revents;
};

describe("names", () => {
  test("a name is a slash and no further one; what is wrong with it is told as on Linux", async () => {
    await runProgram(async (sys) => {
      const open = (name: string, flags = O_CREAT | O_RDWR): Promise<unknown> =>
        outcome(() => sys.mqOpen(name, flags, 0o600));
      expect(await open("noslash")).toBe("EINVAL");
      expect(await open("/")).toBe("ENOENT");
      expect(await open("/a/b")).toBe("EACCES");
      expect(await open("/.")).toBe("EACCES");
      expect(await open(`/${"x".repeat(256)}`)).toBe("ENAMETOOLONG");
      expect(await open("/q", O_RDWR)).toBe("ENOENT");
      expect(await open("/q")).toBe(3);
      expect(await open("/q", O_CREAT | O_EXCL | O_RDWR)).toBe("EEXIST");
      expect(await open("/q", 3)).toBe("EINVAL");
      for (const [name, code] of [
        ["/nope", "ENOENT"],
        ["nope", "EINVAL"],
        ["/a/b", "EACCES"],
        ["/", "ENOENT"],
      ] as const) {
        expect(await outcome(() => sys.mqUnlink(name))).toBe(code);
      }
    });
  });

  test("a queue stays when nobody has it open, and its messages with it: kernel persistence", async () => {
    const { world, alice } = oneHost();
    alice.spawn("first", async (sys) => {
      await sys.mqSend(sys.mqOpen("/q", O_CREAT | O_WRONLY, 0o600), "left here", 3);
    });
    await world.run();
    const found: string[] = [];
    alice.spawn("second", async (sys) => {
      found.push(...sys.readdir("/dev/mqueue"), await take(sys, sys.mqOpen("/q", O_RDONLY)));
    });
    const { crashes } = await world.run();
    expect(crashes).toEqual([]);
    expect(found).toEqual(["q", "3:left here"]);
  });

  test("unlink takes the name at once and the queue with its last descriptor", async () => {
    await runProgram(async (sys) => {
      const mqd = sys.mqOpen("/q", O_CREAT | O_RDWR, 0o600);
      sys.mqUnlink("/q");
      expect(await outcome(() => sys.mqOpen("/q", O_RDWR))).toBe("ENOENT");
      await sys.mqSend(mqd, "still here");
      expect(await take(sys, mqd)).toBe("0:still here");
      expect(sys.mqOpen("/q", O_CREAT | O_EXCL | O_RDWR, 0o600)).toBe(4);
    });
  });

  test("modes, owners and the umask decide who opens, and the sticky directory who unlinks", async () => {
    const { world, alice } = oneHost();
    const seen: unknown[] = [];
    alice.spawn(
      "owner",
      async (sys) => {
        sys.umask(0o022);
        sys.mqClose(sys.mqOpen("/q", O_CREAT | O_RDWR, 0o666));
        const { mode, uid, size, nlink } = sys.stat("/dev/mqueue/q");
        seen.push(mode.toString(8), uid, size, nlink);
      },
      { uid: 7 },
    );
    await world.run();
    alice.spawn(
      "stranger",
      async (sys) => {
        seen.push(await outcome(() => sys.mqOpen("/q", O_RDONLY)), await outcome(() => sys.mqOpen("/q", O_RDWR)));
        seen.push(await outcome(() => sys.mqUnlink("/q")));
      },
      { uid: 8 },
    );
    const { crashes } = await world.run();
    expect(crashes).toEqual([]);
    expect(seen).toEqual(["100644", 7, 80, 1, 3, "EACCES", "EACCES"]);
  });
});

describe("descriptors", () => {
  test("one is pollable, watched by epoll, stated, closed by exec, passed on by fork; read(2) tells of the queue", async () => {
    await runProgram(async (sys) => {
      const mqd = sys.mqOpen("/q", O_CREAT | O_RDWR, 0o600, SMALL);
      expect(sys.fcntl(mqd, F_GETFD)).toBe(FD_CLOEXEC);
      expect(sys.readlink(`/proc/self/fd/${mqd}`)).toBe("/dev/mqueue/q");
      expect(sys.fstat(mqd).size).toBe(80);
      const epoll = sys.epollCreate1();
      sys.epollCtl(epoll, EPOLL_CTL_ADD, mqd, { events: EPOLLIN });
      expect(await readiness(sys, mqd)).toBe(POLLOUT);
      sys.fork(async (child) => {
        await child.sleep(1);
        await child.mqSend(mqd, "from the child");
      });
      expect(await sys.epollWait(epoll, 1)).toEqual([{ events: EPOLLIN, data: mqd }]);
      await sys.mqSend(mqd, "two");
      expect(await readiness(sys, mqd)).toBe(POLLIN);
      const line = new Uint8Array(200);
      const bytes = await sys.read(mqd, line);
      expect(new TextDecoder().decode(line.subarray(0, bytes))).toBe(
        "QSIZE:17         NOTIFY:0     SIGNO:0     NOTIFY_PID:0     \n",
      );
      expect(await outcome(() => sys.write(mqd, "x"))).toBe("EINVAL");
    });
  });

  test("attributes: O_NONBLOCK is the descriptor's, the shape the queue's", async () => {
    await runProgram(async (sys) => {
      const mqd = sys.mqOpen("/q", O_CREAT | O_RDWR, 0o600);
      expect(sys.mqGetattr(mqd)).toEqual({ flags: 0, maxmsg: 10, msgsize: 8192, curmsgs: 0 });
      expect(sys.mqSetattr(mqd, { flags: O_NONBLOCK })).toMatchObject({ flags: 0 });
      expect(sys.mqGetattr(mqd).flags).toBe(O_NONBLOCK);
      expect(await outcome(() => sys.mqSetattr(mqd, { flags: 1 }))).toBe("EINVAL");
      expect(await outcome(() => sys.mqReceive(mqd, new Uint8Array(8192)))).toBe("EAGAIN");
      expect(await outcome(() => sys.mqReceive(mqd, new Uint8Array(8191)))).toBe("EMSGSIZE");
      expect(await outcome(() => sys.mqSend(mqd, new Uint8Array(8193)))).toBe("EMSGSIZE");
      expect(await outcome(() => sys.mqSend(mqd, "x", 32_768))).toBe("EINVAL");
      expect(await outcome(() => sys.mqSend(0, "x"))).toBe("EBADF");
      expect(await outcome(() => sys.mqSend(sys.mqOpen("/q", O_RDONLY), "x"))).toBe("EBADF");
      expect(await outcome(() => sys.mqReceive(sys.mqOpen("/q", O_WRONLY), new Uint8Array(8192)))).toBe("EBADF");
    });
  });

  test("RLIMIT_MSGQUEUE: nine queues of the usual shape, then EMFILE, until one is gone", async () => {
    await runProgram(async (sys) => {
      sys.setuid(7);
      for (let i = 0; i < 9; i++) sys.mqOpen(`/q${i}`, O_CREAT | O_RDWR, 0o600);
      expect(await outcome(() => sys.mqOpen("/q9", O_CREAT | O_RDWR, 0o600))).toBe("EMFILE");
      sys.mqUnlink("/q0");
      expect(await outcome(() => sys.mqOpen("/q9", O_CREAT | O_RDWR, 0o600))).toBe("EMFILE");
      sys.mqClose(3);
      expect(await outcome(() => sys.mqOpen("/q9", O_CREAT | O_RDWR, 0o600))).toBe(3);
      sys.setrlimit(RLIMIT_MSGQUEUE, { soft: 0, hard: 0 });
      expect(await outcome(() => sys.mqOpen("/r", O_CREAT | O_RDWR, 0o600, SMALL))).toBe("EMFILE");
      const large = { maxmsg: 11, msgsize: 1 };
      expect(await outcome(() => sys.mqOpen("/r", O_CREAT | O_RDWR, 0o600, large))).toBe("EINVAL");
    });
  });

  test("nothing but queues is made in /dev/mqueue, and open(2) makes one, too", async () => {
    await runProgram(async (sys) => {
      expect(await outcome(() => sys.mkdir("/dev/mqueue/d"))).toBe("EPERM");
      expect(await outcome(() => sys.mkfifo("/dev/mqueue/f"))).toBe("EPERM");
      const fd = await sys.open("/dev/mqueue/q", O_CREAT | O_RDWR, 0o600);
      await sys.mqSend(fd, "a");
      expect(await take(sys, sys.mqOpen("/q", O_RDONLY))).toBe("0:a");
      expect(await outcome(() => sys.rename("/dev/mqueue/q", "/dev/mqueue/r"))).toBe("EPERM");
      expect(await outcome(() => sys.rename("/dev/mqueue/q", "/tmp/r"))).toBe("EXDEV");
    });
  });
});

describe("messages", () => {
  test("come by priority, and of one priority in order, as a model with sorting says", async () => {
    const step = fc.oneof(fc.constant("receive" as const), fc.constantFrom(0, 1, 5, 31, 32_767));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        await runProgram(async (sys) => {
          const mqd = sys.mqOpen("/q", O_CREAT | O_RDWR | O_NONBLOCK, 0o600);
          let model: { priority: number; text: string }[] = [];
          for (const [number, step] of steps.entries()) {
            if (step === "receive") {
              const first = model.reduce<(typeof model)[number] | undefined>(
                (best, one) => (best === undefined || one.priority > best.priority ? one : best),
                undefined,
              );
              model = model.filter((one) => one !== first);
              expect(await outcome(() => take(sys, mqd))).toBe(
                first === undefined ? "EAGAIN" : `${first.priority}:${first.text}`,
              );
            } else {
              const expected = model.length < 10 ? undefined : "EAGAIN";
              expect(await outcome(() => sys.mqSend(mqd, String(number), step))).toBe(expected);
              if (expected === undefined) model.push({ priority: step, text: String(number) });
            }
            expect(sys.mqGetattr(mqd).curmsgs).toBe(model.length);
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  test("a full queue lets senders wait, and the one that waits longest puts its message first", async () => {
    const order: string[] = [];
    await runProgram(async (sys) => {
      const mqd = sys.mqOpen("/q", O_CREAT | O_RDWR, 0o600, { maxmsg: 1, msgsize: 16 });
      await sys.mqSend(mqd, "first");
      for (const name of ["b", "c"]) {
        sys.fork(async (child) => {
          await child.mqSend(mqd, name, 9);
          order.push(`${name} sent`);
        });
        await sys.sleep(0.001);
      }
      for (let i = 0; i < 3; i++) {
        order.push(await take(sys, mqd));
        await sys.sleep(0.001);
      }
    });
    expect(order.filter((text) => text.includes("sent"))).toEqual(["b sent", "c sent"]);
    expect(order.filter((text) => text.includes(":"))).toEqual(["0:first", "9:b", "9:c"]);
  });

  test("a message goes to the receiver that waits longest, past one that calls meanwhile", async () => {
    const got: string[] = [];
    await runProgram(async (sys) => {
      const mqd = sys.mqOpen("/q", O_CREAT | O_RDWR, 0o600);
      for (const name of ["a", "b"]) {
        sys.fork(async (child) => void got.push(`${name} ${await take(child, mqd)}`));
        await sys.sleep(0.001);
      }
      await sys.mqSend(mqd, "one");
      expect(sys.mqGetattr(mqd).curmsgs).toBe(0);
      await sys.mqSend(mqd, "two");
      await sys.wait();
      await sys.wait();
    });
    expect(got).toEqual(["a 0:one", "b 0:two"]);
  });

  test("deadlines are moments of CLOCK_REALTIME; one that has passed ends at once, but only a call that must wait", async () => {
    await runProgram(async (sys) => {
      const mqd = sys.mqOpen("/q", O_CREAT | O_RDWR, 0o600, { maxmsg: 1, msgsize: 8 });
      const buffer = new Uint8Array(8);
      const now = () => sys.clockGettime("CLOCK_REALTIME");
      const inTwo = { ...now(), seconds: now().seconds + 2 };
      expect(await outcome(() => sys.mqTimedreceive(mqd, buffer, inTwo))).toBe("ETIMEDOUT");
      expect(sys.clockGettime("CLOCK_MONOTONIC")).toEqual({ seconds: 2, nanoseconds: 0 });
      const past = { seconds: 0, nanoseconds: 0 };
      expect(await outcome(() => sys.mqTimedsend(mqd, "a", 0, past))).toBeUndefined();
      expect(await outcome(() => sys.mqTimedsend(mqd, "b", 0, past))).toBe("ETIMEDOUT");
      expect(await outcome(() => sys.mqTimedreceive(mqd, buffer, past))).toEqual({ bytes: 1, priority: 0 });
      for (const wrong of [
        { seconds: -1, nanoseconds: 0 },
        { seconds: 0, nanoseconds: 1e9 },
      ]) {
        expect(await outcome(() => sys.mqTimedsend(mqd, "a", 0, wrong))).toBe("EINVAL");
      }
      sys.mqSetattr(mqd, { flags: O_NONBLOCK });
      const inFour = { ...now(), seconds: now().seconds + 2 };
      expect(await outcome(() => sys.mqTimedreceive(mqd, buffer, inFour))).toBe("EAGAIN");
    });
  });

  test("a handler interrupts a call that waits; with SA_RESTART it goes on, behind the others", async () => {
    const got: string[] = [];
    await runProgram(async (sys) => {
      const mqd = sys.mqOpen("/q", O_CREAT | O_RDWR, 0o600);
      const receiver =
        (flags: number): Program =>
        async (child) => {
          child.sigaction(SIGUSR1, { handler: () => {}, flags });
          got.push(`${flags === 0 ? "plain" : "restart"} ${await outcome(() => take(child, mqd))}`);
        };
      const plain = sys.fork(receiver(0));
      const restarted = sys.fork(receiver(SA_RESTART));
      await sys.sleep(0.001);
      const other = sys.fork(async (child) => void got.push(`other ${await take(child, mqd)}`));
      await sys.sleep(0.001);
      await sys.kill(plain, SIGUSR1);
      await sys.kill(restarted, SIGUSR1);
      await sys.sleep(0.001);
      await sys.mqSend(mqd, "one");
      await sys.mqSend(mqd, "two");
      for (const pid of [plain, restarted, other]) await sys.waitpid(pid);
    });
    expect(got).toEqual(["plain EINTR", "other 0:one", "restart 0:two"]);
  });

  test("O_NONBLOCK that is set while it waits counts when the call is restarted, with a deadline, too", async () => {
    await runProgram(async (sys) => {
      sys.sigaction(SIGUSR1, { handler: () => {}, flags: SA_RESTART });
      const mqd = sys.mqOpen("/q", O_CREAT | O_RDWR, 0o600, SMALL);
      const deadline = { seconds: sys.clockGettime("CLOCK_REALTIME").seconds + 100, nanoseconds: 0 };
      const receivers = [
        sys.fork(async (child) => {
          expect(await outcome(() => take(child, mqd))).toBe("EAGAIN");
        }),
        sys.fork(async (child) => {
          const buffer = new Uint8Array(SMALL.msgsize);
          expect(await outcome(() => child.mqTimedreceive(mqd, buffer, deadline))).toBe("EAGAIN");
        }),
      ];
      await sys.sleep(1);
      sys.mqSetattr(mqd, { flags: O_NONBLOCK });
      for (const pid of receivers) await sys.kill(pid, SIGUSR1);
      for (const pid of receivers) expect((await sys.waitpid(pid)).status).toBe(0);
      expect(sys.clockGettime("CLOCK_MONOTONIC").seconds).toBe(1);
    });
  });

  test("a receiver that is stopped or killed is passed over", async () => {
    const got: string[] = [];
    await runProgram(async (sys) => {
      const mqd = sys.mqOpen("/q", O_CREAT | O_RDWR, 0o600);
      const receiver =
        (name: string): Program =>
        async (child) =>
          void got.push(`${name} ${await take(child, mqd)}`);
      const pids: number[] = [];
      for (const name of ["stopped", "killed", "third"]) {
        pids.push(sys.fork(receiver(name)));
        await sys.sleep(0.001);
      }
      await sys.kill(pids[0] as number, 19);
      await sys.kill(pids[1] as number, 9);
      await sys.mqSend(mqd, "one");
      await sys.sleep(0.001);
      await sys.mqSend(mqd, "two");
      expect(sys.mqGetattr(mqd).curmsgs).toBe(1);
      await sys.kill(pids[0] as number, 18);
      for (const pid of pids) await sys.waitpid(pid);
    });
    expect(got).toEqual(["third 0:one", "stopped 0:two"]);
  });
});

describe("mq_notify", () => {
  test("a signal with SI_MESGQ, the value and the sender, once, when the queue was empty", async () => {
    const told: unknown[] = [];
    await runProgram(async (sys) => {
      const mqd = sys.mqOpen("/q", O_CREAT | O_RDWR, 0o600);
      sys.sigaction(SIGUSR1, { handler: (_, { code, value, pid }) => void told.push({ code, value, pid }) });
      sys.mqNotify(mqd, { notify: SIGEV_SIGNAL, signo: SIGUSR1, value: 42 });
      const child = sys.fork(async (child) => {
        expect(await outcome(() => child.mqNotify(mqd, { notify: SIGEV_NONE }))).toBe("EBUSY");
        child.mqNotify(mqd, null);
        await child.mqSend(mqd, "one");
        await child.mqSend(mqd, "two");
      });
      await outcome(() => sys.wait());
      await sys.wait().catch(() => {});
      expect(told).toEqual([{ code: SI_MESGQ, value: 42, pid: child }]);
    });
  });

  test("not when a receiver waits, not when there are messages; closing any descriptor of it ends the registration", async () => {
    let told = 0;
    await runProgram(async (sys) => {
      const mqd = sys.mqOpen("/q", O_CREAT | O_RDWR, 0o600);
      sys.sigaction(SIGUSR1, { handler: () => void told++ });
      sys.mqNotify(mqd, { notify: SIGEV_SIGNAL, signo: SIGUSR1 });
      sys.fork(async (child) => void (await take(child, mqd)));
      await sys.sleep(0.001);
      await sys.mqSend(mqd, "to the receiver");
      expect(told).toBe(0);
      await sys.mqSend(mqd, "into the empty queue");
      expect(told).toBe(1);
      sys.mqNotify(mqd, { notify: SIGEV_SIGNAL, signo: SIGUSR1 });
      await sys.mqSend(mqd, "into one that is not empty");
      expect(told).toBe(1);
      expect(await outcome(() => sys.mqNotify(mqd, { notify: SIGEV_NONE }))).toBe("EBUSY");
      sys.close(sys.mqOpen("/q", O_RDONLY));
      sys.mqNotify(mqd, { notify: SIGEV_NONE });
      sys.mqNotify(mqd, null);
      expect(await outcome(() => sys.mqNotify(mqd, { notify: 7 }))).toBe("EINVAL");
      expect(await outcome(() => sys.mqNotify(mqd, { notify: SIGEV_SIGNAL, signo: 65 }))).toBe("EINVAL");
      expect(await outcome(() => sys.mqNotify(0, null))).toBe("EBADF");
    });
  });
});

test("a receiver that waits for ever is reported with its queue", async () => {
  const waiting = runProgram(async (sys) => void (await take(sys, sys.mqOpen("/jobs", O_CREAT | O_RDWR, 0o600))));
  await expect(waiting).rejects.toThrow(/program\[2\] on alice: mq_receive\(\) waits on the queue \/dev\/mqueue\/jobs/);
});
