/** getrlimit(2) and setrlimit(2): soft and hard limits, who may raise them, and what they stop. */
import {
  F_DUPFD,
  O_CREAT,
  O_RDWR,
  RLIM_INFINITY,
  RLIMIT_CPU,
  RLIMIT_FSIZE,
  RLIMIT_MSGQUEUE,
  RLIMIT_NOFILE,
  RLIMIT_NPROC,
  RLIMIT_SIGPENDING,
  SI_USER,
  SIG_BLOCK,
  SIG_DFL,
  SIGKILL,
  SIGRTMIN,
  SIGUSR1,
  SIGUSR2,
  SIGXCPU,
  SIGXFSZ,
  type Sys,
  WTERMSIG,
} from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

function outcome(call: () => unknown): string {
  try {
    call();
    return "ok";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

const set = (sys: Sys, resource: number, soft: number, hard: number) =>
  outcome(() => sys.setrlimit(resource, { soft, hard }));

test("each resource has a soft and a hard limit, and an unknown one is EINVAL", async () => {
  await runProgram((sys) => {
    expect(sys.getrlimit(RLIMIT_NOFILE)).toEqual({ soft: 1024, hard: 1_048_576 });
    expect(sys.getrlimit(RLIMIT_FSIZE)).toEqual({ soft: RLIM_INFINITY, hard: RLIM_INFINITY });
    for (const resource of [RLIMIT_CPU, RLIMIT_NPROC, RLIMIT_FSIZE, RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE]) {
      sys.setrlimit(resource, { soft: 5, hard: 6 });
      expect(sys.getrlimit(resource)).toEqual({ soft: 5, hard: 6 });
    }
    expect(outcome(() => sys.getrlimit(99))).toBe("EINVAL");
    expect(set(sys, 99, 1, 1)).toBe("EINVAL");
  });
});

test("soft is at most hard, and only root raises hard", async () => {
  await runProgram((sys) => {
    expect(set(sys, RLIMIT_FSIZE, 25, 20)).toBe("EINVAL");
    expect(set(sys, RLIMIT_FSIZE, 20, 30)).toBe("ok");
    expect(set(sys, RLIMIT_FSIZE, 20, 40)).toBe("ok");
    sys.seteuid(1000);
    expect(set(sys, RLIMIT_FSIZE, 20, 50)).toBe("EPERM");
    expect(set(sys, RLIMIT_FSIZE, 45, 40)).toBe("EINVAL");
    expect(set(sys, RLIMIT_FSIZE, 40, 40)).toBe("ok");
    expect(set(sys, RLIMIT_FSIZE, 1, 35)).toBe("ok");
    expect(set(sys, RLIMIT_FSIZE, -1, 35)).toBe("EINVAL");
    expect(set(sys, RLIMIT_FSIZE, 1.5, 35)).toBe("EINVAL");
    expect(outcome(() => sys.setrlimit(RLIMIT_FSIZE, null as never))).toBe("EFAULT");
  });
});

describe("RLIMIT_NOFILE", () => {
  test("bounds what is made, not what is open", async () => {
    await runProgram((sys) => {
      const [readEnd] = sys.pipe();
      const high = sys.fcntl(readEnd, F_DUPFD, 20);
      sys.setrlimit(RLIMIT_NOFILE, { soft: 10, hard: 10 });
      expect(outcome(() => sys.dup2(readEnd, 10))).toBe("EBADF");
      expect(outcome(() => sys.fcntl(readEnd, F_DUPFD, 10))).toBe("EINVAL");
      while (outcome(() => sys.dup(readEnd)) === "ok");
      expect(outcome(() => sys.dup(readEnd))).toBe("EMFILE");
      expect(outcome(() => sys.pipe())).toBe("EMFILE");
      sys.close(7);
      expect([sys.dup(high), outcome(() => sys.dup(high))]).toEqual([7, "EMFILE"]);
    });
  });

  test("may be raised to its hard limit by anybody, and by nobody beyond fs.nr_open", async () => {
    await runProgram((sys) => {
      expect(set(sys, RLIMIT_NOFILE, 10, 1_048_577)).toBe("EPERM");
      expect(set(sys, RLIMIT_NOFILE, 10, RLIM_INFINITY)).toBe("EPERM");
      sys.setuid(1000);
      sys.setrlimit(RLIMIT_NOFILE, { soft: 3000, hard: 3000 });
      for (let fd = 3; fd < 3000; fd++) expect(sys.dup(0)).toBe(fd);
      expect(outcome(() => sys.dup(0))).toBe("EMFILE");
    });
  });

  test("is inherited", async () => {
    await runProgram(async (sys) => {
      sys.setrlimit(RLIMIT_NOFILE, { soft: 4, hard: 5 });
      sys.fork(async (child) => {
        expect(child.getrlimit(RLIMIT_NOFILE)).toEqual({ soft: 4, hard: 5 });
        expect([child.dup(0), outcome(() => child.dup(0))]).toEqual([3, "EMFILE"]);
        child.setrlimit(RLIMIT_NOFILE, { soft: 5, hard: 5 });
        return child.dup(0);
      });
      expect((await sys.wait()).status).toBe(4 << 8);
      expect(sys.getrlimit(RLIMIT_NOFILE).soft).toBe(4);
    });
  });
});

describe("RLIMIT_NPROC", () => {
  test("counts the processes of the real user, zombies included, and answers EAGAIN", async () => {
    await runProgram(async (sys) => {
      sys.setrlimit(RLIMIT_NPROC, { soft: 3, hard: 3 });
      sys.setuid(1000);
      expect(outcome(() => sys.fork(() => 0))).toBe("ok");
      expect(outcome(() => sys.spawn(() => 0))).toBe("ok");
      await sys.sleep(1);
      expect(outcome(() => sys.fork(() => 0))).toBe("EAGAIN");
      await sys.wait();
      expect(outcome(() => sys.fork(() => 0))).toBe("ok");
      await sys.wait();
      await sys.wait();
    });
  });

  test("does not stop root", async () => {
    await runProgram(async (sys) => {
      sys.setrlimit(RLIMIT_NPROC, { soft: 0, hard: 0 });
      expect(outcome(() => sys.fork(() => 0))).toBe("ok");
      await sys.wait();
    });
  });
});

describe("limits that signals enforce", () => {
  test("RLIMIT_CPU: SIGXCPU at the soft limit, SIGKILL at the hard one, also in children", async () => {
    const { world, alice } = oneHost({ cpu: { perCallNs: 1_000_000 } });
    alice.spawn("parent", async (sys) => {
      sys.setrlimit(RLIMIT_CPU, { soft: 1, hard: 3 });
      sys.fork(async (child) => {
        let warnings = 0;
        child.signal(SIGXCPU, () => {
          warnings++;
        });
        for (;;) await child.write(1, `${warnings}`);
      });
      const { status } = await sys.wait();
      expect(WTERMSIG(status)).toBe(SIGKILL);
    });
    expect((await world.run()).crashes).toEqual([]);
  });

  test("RLIMIT_FSIZE: a write goes up to the limit, the next one is SIGXFSZ and EFBIG, and so is a longer file", async () => {
    await runProgram(async (sys) => {
      let signals = 0;
      sys.signal(SIGXFSZ, () => {
        signals++;
      });
      sys.setrlimit(RLIMIT_FSIZE, { soft: 10, hard: 20 });
      const fd = await sys.open("/tmp/file", O_CREAT | O_RDWR, 0o600);
      expect(await sys.write(fd, "twelve bytes")).toBe(10);
      expect(signals).toBe(0);
      await expect(sys.write(fd, "x")).rejects.toThrow("EFBIG");
      expect(signals).toBe(1);
      expect(await sys.write(fd, "")).toBe(0);
      expect(sys.pwrite(fd, "abc", 8)).toBe(2);
      expect(outcome(() => sys.pwrite(fd, "abc", 10))).toBe("EFBIG");
      expect(outcome(() => sys.ftruncate(fd, 11))).toBe("EFBIG");
      expect(outcome(() => sys.truncate("/tmp/file", 11))).toBe("EFBIG");
      expect(signals).toBe(4);
      expect(outcome(() => sys.ftruncate(fd, 10))).toBe("ok");
      // What is larger already may be cut, to whatever is less.
      sys.setrlimit(RLIMIT_FSIZE, { soft: 2, hard: 20 });
      expect(outcome(() => sys.ftruncate(fd, 8))).toBe("ok");
      sys.signal(SIGXFSZ, SIG_DFL);
      const child = sys.fork(async (own) => own.write(fd, "x"));
      expect(WTERMSIG((await sys.waitpid(child)).status)).toBe(SIGXFSZ);
    });
  });

  test("RLIMIT_SIGPENDING: so many real-time signals are queued, then EAGAIN", async () => {
    await runProgram(async (sys) => {
      sys.setrlimit(RLIMIT_SIGPENDING, { soft: 3, hard: 3 });
      sys.sigprocmask(SIG_BLOCK, [SIGRTMIN]);
      for (let value = 0; value < 3; value++) await sys.sigqueue(sys.getpid(), SIGRTMIN, value);
      await expect(sys.sigqueue(sys.getpid(), SIGRTMIN, 3)).rejects.toMatchObject({ code: "EAGAIN" });

      await runProgram(async (sys) => {
        sys.sigprocmask(SIG_BLOCK, [SIGRTMIN, SIGUSR1, SIGUSR2]);
        const child = (uid: number) =>
          sys.fork((own) => {
            own.setuid(uid);
            return own.pause();
          });
        const [mine, other] = [child(0), child(1000)];
        await sys.sleep(1);
        sys.setrlimit(RLIMIT_SIGPENDING, { soft: 2, hard: 2 });
        const send = (pid: number) => sys.sigqueue(pid, SIGRTMIN, 7);
        // The limit is that of who gets it, and counts what is queued for its user, whoever of his has it.
        await send(mine);
        await send(other);
        await send(sys.getpid());
        await expect(send(sys.getpid())).rejects.toThrow("EAGAIN");
        // What kill(2) says of a standard signal is kept, what raise(3) says is not.
        await sys.kill(sys.getpid(), SIGUSR1);
        await sys.raise(SIGUSR2);
        expect(await sys.sigwaitinfo([SIGUSR1])).toMatchObject({ code: SI_USER, pid: sys.getpid() });
        expect(await sys.sigwaitinfo([SIGUSR2])).toMatchObject({ code: SI_USER, pid: 0 });
        await sys.kill(mine, SIGKILL);
        await send(sys.getpid());
        await expect(send(sys.getpid())).rejects.toThrow("EAGAIN");
        await sys.sigwait([SIGRTMIN]);
        await send(sys.getpid());
        await sys.kill(other, SIGKILL);
      });
    });
  });
});
