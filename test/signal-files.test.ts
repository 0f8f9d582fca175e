/** signalfd, alarm and interval timers, and the limit of processor time. */
import {
  ITIMER_PROF,
  ITIMER_REAL,
  ITIMER_VIRTUAL,
  O_NONBLOCK,
  POLLIN,
  parseSiginfo,
  SFD_NONBLOCK,
  SI_KERNEL,
  SI_QUEUE,
  SIG_BLOCK,
  SIGALRM,
  SIGCHLD,
  SIGKILL,
  SIGNALFD_SIGINFO_BYTES,
  SIGPROF,
  SIGRTMIN,
  SIGUSR1,
  SIGUSR2,
  SIGVTALRM,
  SIGXCPU,
  WTERMSIG,
} from "netloom";
import type { Process } from "netloom/kernel";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

describe("signalfd", () => {
  test("gives blocked signals as structs of 128 bytes, as many as fit", async () => {
    await runProgram(async (sys) => {
      const set = [SIGUSR1, SIGRTMIN, SIGCHLD];
      sys.sigprocmask(SIG_BLOCK, set);
      const fd = sys.signalfd(-1, set);
      const child = sys.fork(() => 7);
      await sys.sleep(1);
      await sys.sigqueue(sys.getpid(), SIGRTMIN, -5);
      await sys.raise(SIGUSR1);
      const buffer = new Uint8Array(2 * SIGNALFD_SIGINFO_BYTES + 100);
      expect(await sys.read(fd, buffer)).toBe(256);
      expect(parseSiginfo(buffer.subarray(0, 256))).toMatchObject([
        { signo: SIGUSR1, pid: sys.getpid() },
        { signo: SIGCHLD, pid: child, status: 7 },
      ]);
      expect(await sys.read(fd, buffer)).toBe(128);
      expect(parseSiginfo(buffer.subarray(0, 128))).toEqual([
        { signo: SIGRTMIN, code: SI_QUEUE, pid: sys.getpid(), uid: 0, value: -5, status: 0 },
      ]);
    });
  });

  test("is polled with other descriptors, and read waits", async () => {
    await runProgram(async (sys) => {
      const [readEnd] = sys.pipe();
      sys.sigprocmask(SIG_BLOCK, [SIGALRM]);
      const fd = sys.signalfd(-1, [SIGALRM]);
      const watched = [
        { fd: readEnd, events: POLLIN, revents: -1 },
        { fd, events: POLLIN, revents: -1 },
      ];
      expect(await sys.poll(watched, 0)).toBe(0);
      sys.alarm(2);
      expect(await sys.poll(watched)).toBe(1);
      expect(watched.map(({ revents }) => revents)).toEqual([0, POLLIN]);
      expect([await sys.read(fd, new Uint8Array(128)), sys.sigpending()]).toEqual([128, []]);
      sys.alarm(3);
      expect(await sys.read(fd, new Uint8Array(128))).toBe(128);
      expect(sys.clockGettime("CLOCK_MONOTONIC").seconds).toBe(5);
    });
  });

  test("does not see what is not blocked, nor what is not in its set, which can be changed", async () => {
    await runProgram(async (sys) => {
      let handled = 0;
      sys.signal(SIGUSR1, () => void handled++);
      const fd = sys.signalfd(-1, [SIGUSR1], SFD_NONBLOCK);
      expect(sys.fcntl(fd, 3) & O_NONBLOCK).toBe(O_NONBLOCK);
      await sys.raise(SIGUSR1);
      await expect(sys.read(fd, new Uint8Array(128))).rejects.toMatchObject({ code: "EAGAIN" });
      sys.sigprocmask(SIG_BLOCK, [SIGUSR2]);
      await sys.raise(SIGUSR2);
      expect(await sys.poll([{ fd, events: POLLIN }], 0)).toBe(0);
      expect(sys.signalfd(fd, [SIGUSR2])).toBe(fd);
      expect([await sys.poll([{ fd, events: POLLIN }], 0), handled]).toEqual([1, 1]);
    });
  });

  test("its errors", async () => {
    await runProgram(async (sys) => {
      const fd = sys.signalfd(-1, []);
      await expect(sys.read(fd, new Uint8Array(127))).rejects.toMatchObject({ code: "EINVAL" });
      await expect(sys.write(fd, "x")).rejects.toMatchObject({ code: "EINVAL" });
      expect(() => sys.signalfd(77, [])).toThrow("EBADF");
      expect(() => sys.signalfd(1, [])).toThrow("EINVAL");
      expect(() => sys.signalfd(-1, [], 1)).toThrow("EINVAL");
      expect(() => sys.signalfd(-1, [99])).toThrow("EINVAL");
    });
  });
});

describe("alarm and interval timers", () => {
  test("alarm sends SIGALRM once, is replaced and taken back, and ends a process that does not mind it", async () => {
    await runProgram(async (sys) => {
      expect([sys.alarm(10), sys.alarm(5), sys.alarm(0), sys.alarm(0)]).toEqual([0, 10, 5, 0]);
      expect(() => sys.alarm(-1)).toThrow("EINVAL");
      sys.alarm(3);
      sys.fork(async (child) => {
        expect(child.alarm(1)).toBe(0);
        await child.pause();
      });
      expect(WTERMSIG((await sys.wait()).status)).toBe(SIGALRM);
      await sys.sleep(1.6);
      // What is left is rounded, but never to nothing.
      expect(sys.alarm(0)).toBe(1);
    });
  });

  test("ITIMER_REAL comes again and again, and tells what is left", async () => {
    await runProgram(async (sys) => {
      const times: number[] = [];
      sys.signal(SIGALRM, (_signo, { code }) => {
        times.push(sys.clockGettime("CLOCK_MONOTONIC").nanoseconds, code);
        if (times.length === 6) sys.setitimer(ITIMER_REAL, { valueNs: 0, intervalNs: 0 });
      });
      sys.setitimer(ITIMER_REAL, { valueNs: 100e6, intervalNs: 250e6 });
      expect(sys.getitimer(ITIMER_REAL)).toEqual({ valueNs: 100e6, intervalNs: 250e6 });
      for (let i = 0; i < 3; i++) await sys.pause().catch(() => {});
      expect(times).toEqual([100e6, SI_KERNEL, 350e6, SI_KERNEL, 600e6, SI_KERNEL]);
      expect(sys.getitimer(ITIMER_REAL)).toEqual({ valueNs: 0, intervalNs: 0 });
      await sys.sleep(1);
    });
  });

  test("their errors", async () => {
    await runProgram(async (sys) => {
      expect(() => sys.getitimer(3)).toThrow("EINVAL");
      expect(() => sys.setitimer(ITIMER_REAL, { valueNs: -1, intervalNs: 0 })).toThrow("EINVAL");
      expect(() => sys.setitimer(ITIMER_REAL, { valueNs: 0.5, intervalNs: 0 })).toThrow("EINVAL");
      expect(() => sys.setitimer(9, { valueNs: 0, intervalNs: 0 })).toThrow("EINVAL");
    });
  });

  test("an alarm does not outlive its process, and survives exec", async () => {
    const { world, alice } = oneHost();
    alice.spawn("short", (sys) => void sys.alarm(100));
    await world.run();
    expect(world.nowNs).toBe(0);
    const replaced = alice.spawn("replaced", async (sys) => {
      sys.alarm(2);
      await sys.exec((again) => again.sleep(10));
    });
    await world.run();
    expect([WTERMSIG(replaced.status), world.nowNs]).toEqual([SIGALRM, 2e9]);
  });

  test("ITIMER_VIRTUAL and ITIMER_PROF run on the processor time of calls", async () => {
    await runProgram(
      async (sys) => {
        const seen: number[] = [];
        for (const signo of [SIGVTALRM, SIGPROF]) sys.signal(signo, () => void seen.push(signo));
        sys.setitimer(ITIMER_VIRTUAL, { valueNs: 5000, intervalNs: 0 });
        sys.setitimer(ITIMER_PROF, { valueNs: 3000, intervalNs: 3000 });
        await sys.sleep(1);
        expect(seen).toEqual([]);
        for (let i = 0; i < 6; i++) sys.getpid();
        expect(seen).toEqual([SIGPROF, SIGVTALRM, SIGPROF]);
      },
      { cpu: { perCallNs: 1000 } },
    );
  });

  test("the limit of processor time: SIGXCPU at the soft one, SIGKILL at the hard one", async () => {
    const { world, alice } = oneHost({ cpu: { perCallNs: 0.5e9 } });
    const log: number[] = [];
    const spawned = alice.spawn("busy", async (sys) => {
      sys.signal(SIGXCPU, () => void log.push(sys.clockGettime("CLOCK_PROCESS_CPUTIME_ID").seconds));
      const process = alice.kernel.processes.get(sys.getpid()) as Process;
      process.timers.limitCpu(2e9, 5e9);
      for (;;) await sys.write(1, "");
    });
    await world.run();
    expect([log.length, WTERMSIG(spawned.status)]).toEqual([3, SIGKILL]);
  });
});
