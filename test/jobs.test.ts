/** Job control through the system calls: stop and continue, SIGCHLD, process groups, sessions, orphaned groups. */
import {
  CLD_CONTINUED,
  CLD_EXITED,
  CLD_KILLED,
  CLD_STOPPED,
  type Program,
  SA_NOCLDSTOP,
  SA_NOCLDWAIT,
  SIG_DFL,
  SIG_IGN,
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  SIGINT,
  SIGKILL,
  SIGSTOP,
  SIGTERM,
  SIGTSTP,
  SIGUSR1,
  type Sys,
  WCONTINUED,
  WEXITSTATUS,
  WIFCONTINUED,
  WIFSTOPPED,
  WNOHANG,
  WSTOPSIG,
  WTERMSIG,
  WUNTRACED,
} from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

const nowNs = (sys: Sys): number => {
  const { seconds, nanoseconds } = sys.clockGettime("CLOCK_MONOTONIC");
  return seconds * 1e9 + nanoseconds;
};

describe("a stopped process", () => {
  test("makes no progress until SIGCONT, and then all that was due", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const log: string[] = [];
      const pid = sys.fork(async (child) => {
        const buffer = new Uint8Array(10);
        void child.sleep(2).then(() => log.push(`slept ${nowNs(child) / 1e9}`));
        log.push(`read ${await child.read(readEnd, buffer)} at ${nowNs(child) / 1e9}`);
        await child.sleep(1);
      });
      await sys.sleep(1);
      await sys.kill(pid, SIGSTOP);
      await sys.write(writeEnd, "abc");
      await sys.write(writeEnd, "def");
      await sys.sleep(4);
      expect(log).toEqual([]);
      await sys.kill(pid, SIGCONT);
      await sys.wait();
      expect([log, nowNs(sys)]).toEqual([["read 6 at 5", "slept 5"], 6e9]);
    });
  });

  test("does not take what others may have meanwhile", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const pid = sys.fork(async (child) => {
        await child.read(readEnd, new Uint8Array(10));
        return 1;
      });
      await sys.sleep(1);
      await sys.kill(pid, SIGSTOP);
      await sys.write(writeEnd, "abc");
      expect(await sys.read(readEnd, new Uint8Array(10))).toBe(3);
      await sys.kill(pid, SIGCONT);
      await sys.sleep(1);
      expect(await sys.waitpid(pid, WNOHANG)).toEqual({ pid: 0, status: 0 });
      await sys.kill(pid, SIGKILL);
    });
  });

  test("does not hold the clock by what it awaits from outside; the result waits", async () => {
    const { world, alice } = oneHost();
    const log: string[] = [];
    const victim = alice.spawn("victim", async (sys) => {
      void sys.sleep(2).then(() => log.push(`slept until ${nowNs(sys)}`));
      await sys.external(new Promise<void>((resolve) => void setImmediate(() => setImmediate(resolve))));
      log.push(`back at ${nowNs(sys)}`);
    });
    alice.spawn("keeper", async (sys) => {
      await sys.kill(victim.pid, SIGSTOP);
      await sys.external(new Promise<void>((resolve) => void setTimeout(resolve, 5)));
      await sys.sleep(4);
      await sys.kill(victim.pid, SIGCONT);
    });
    await world.run();
    expect([log.sort(), world.nowNs]).toEqual([["back at 4000000000", "slept until 4000000000"], 4e9]);
  });

  test("that has no call outstanding lets the clock go, and its next call waits", async () => {
    const { world, alice } = oneHost();
    const log: number[] = [];
    const victim = alice.spawn("victim", async (sys) => {
      await new Promise<void>((resolve) => void setImmediate(() => setImmediate(resolve)));
      await sys.write(1, "x");
      log.push(nowNs(sys));
    });
    alice.spawn("keeper", async (sys) => {
      await sys.kill(victim.pid, SIGSTOP);
      await sys.sleep(3);
      // The outside goes on in real time; give it the turns that it needs.
      await sys.external(new Promise<void>((resolve) => void setTimeout(resolve, 5)));
      expect(log).toEqual([]);
      await sys.kill(victim.pid, SIGCONT);
    });
    expect((await world.run()).crashes).toEqual([]);
    expect(log).toEqual([3e9]);
  });

  test("that has stopped itself comes back from the call when it is continued", async () => {
    await runProgram(async (sys) => {
      const pid = sys.fork(async (child) => {
        await child.raise(SIGSTOP);
        return nowNs(child) / 1e9;
      });
      expect(WIFSTOPPED((await sys.waitpid(pid, WUNTRACED)).status)).toBe(true);
      await sys.sleep(3);
      await sys.kill(pid, SIGCONT);
      expect(WEXITSTATUS((await sys.wait()).status)).toBe(3);
    });
  });

  test("is shown as T, and dies by SIGKILL at once, by SIGTERM when it is continued", async () => {
    const { world, alice } = oneHost();
    alice.spawn("parent", async (sys) => {
      const program: Program = (child) => child.sleep(100);
      const [first, second] = [sys.fork(program), sys.fork(program)];
      for (const pid of [first, second]) await sys.kill(pid, SIGSTOP);
      expect(alice.ps().map(({ state }) => state)).toEqual(["S", "R", "T", "T"]);
      await sys.kill(first, SIGKILL);
      await sys.kill(second, SIGTERM);
      expect(WTERMSIG((await sys.wait()).status)).toBe(SIGKILL);
      expect(await sys.waitpid(second, WNOHANG)).toEqual({ pid: 0, status: 0 });
      await sys.kill(second, SIGCONT);
      expect(WTERMSIG((await sys.wait()).status)).toBe(SIGTERM);
    });
    expect((await world.run()).crashes).toEqual([]);
  });

  test("runs its handlers when it is continued, and SIGCONT's too", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const pid = sys.fork(async (child) => {
        const handler = (signo: number) => child.write(writeEnd, `${signo} `).then(() => {});
        child.signal(SIGUSR1, handler);
        child.signal(SIGCONT, handler);
        await child.raise(SIGSTOP);
      });
      await sys.waitpid(pid, WUNTRACED);
      await sys.kill(pid, SIGUSR1);
      await sys.kill(pid, SIGCONT);
      await sys.wait();
      const buffer = new Uint8Array(20);
      const bytes = await sys.read(readEnd, buffer);
      expect(new TextDecoder().decode(buffer.subarray(0, bytes))).toBe(`${SIGCONT} ${SIGUSR1} `);
    });
  });

  test("SIGCONT forgets pending stops; a stop forgets a pending SIGCONT", async () => {
    await runProgram(async (sys) => {
      sys.sigprocmask(0, [SIGTSTP, SIGCONT]);
      await sys.raise(SIGTSTP);
      await sys.raise(SIGCONT);
      expect(sys.sigpending()).toEqual([SIGCONT]);
      await sys.raise(SIGTSTP);
      expect(sys.sigpending()).toEqual([SIGTSTP]);
    });
  });

  test("that nobody will ever continue is named in the report of a deadlock", async () => {
    const { world, alice } = oneHost();
    alice.spawn("victim", (sys) => sys.raise(SIGSTOP));
    await expect(world.run()).rejects.toThrow("victim[2] on alice is stopped; SIGCONT would continue it");
  });

  test("pays its cost of processor time when it goes on", async () => {
    const { world, alice } = oneHost({ cpu: { perCallNs: 1000 } });
    let doneNs = 0;
    const victim = alice.spawn("victim", async (sys) => {
      await sys.write(1, "x");
      doneNs = nowNs(sys);
    });
    alice.spawn("keeper", async (sys) => {
      await sys.kill(victim.pid, SIGSTOP);
      await sys.sleep(1);
      await sys.kill(victim.pid, SIGCONT);
    });
    await world.run();
    expect(doneNs).toBeGreaterThanOrEqual(1e9);
  });
});

describe("waitpid", () => {
  test("tells each stop and each continue once, if it is asked to", async () => {
    await runProgram(async (sys) => {
      const pid = sys.fork((child) => child.sleep(100));
      const nothing = { pid: 0, status: 0 };
      await sys.kill(pid, SIGSTOP);
      expect(await sys.waitpid(pid, WNOHANG)).toEqual(nothing);
      expect(await sys.waitpid(pid, WNOHANG | WCONTINUED)).toEqual(nothing);
      const { status } = await sys.waitpid(pid, WNOHANG | WUNTRACED);
      expect([WIFSTOPPED(status), WSTOPSIG(status)]).toEqual([true, SIGSTOP]);
      expect(await sys.waitpid(pid, WNOHANG | WUNTRACED)).toEqual(nothing);
      await sys.kill(pid, SIGCONT);
      expect(await sys.waitpid(pid, WNOHANG | WUNTRACED)).toEqual(nothing);
      expect(WIFCONTINUED((await sys.waitpid(pid, WNOHANG | WCONTINUED)).status)).toBe(true);
      expect(await sys.waitpid(pid, WNOHANG | WCONTINUED)).toEqual(nothing);
      await sys.kill(pid, SIGKILL);
      expect(WTERMSIG((await sys.waitpid(pid, WUNTRACED | WCONTINUED)).status)).toBe(SIGKILL);
    });
  });

  test("waits for a stop and for a continue", async () => {
    await runProgram(async (sys) => {
      const pid = sys.fork((child) => child.sleep(100));
      sys.fork(async (child) => {
        await child.sleep(1);
        await child.kill(pid, SIGTSTP);
        await child.sleep(1);
        await child.kill(pid, SIGCONT);
        await child.sleep(1);
        await child.kill(pid, SIGINT);
      });
      expect([WSTOPSIG((await sys.waitpid(pid, WUNTRACED)).status), nowNs(sys)]).toEqual([SIGTSTP, 1e9]);
      expect([WIFCONTINUED((await sys.waitpid(pid, WCONTINUED)).status), nowNs(sys)]).toEqual([true, 2e9]);
      expect([WTERMSIG((await sys.waitpid(pid)).status), nowNs(sys)]).toEqual([SIGINT, 3e9]);
      await sys.wait();
    });
  });

  test("chooses among children by their groups", async () => {
    await runProgram(async (sys) => {
      const inMyGroup = sys.fork((child) => child.sleep(2).then(() => 2));
      const inItsOwn = sys.fork((child) => child.sleep(3).then(() => 3));
      sys.setpgid(inItsOwn, 0);
      await expect(sys.waitpid(-77)).rejects.toMatchObject({ code: "ECHILD" });
      expect((await sys.waitpid(-inItsOwn)).pid).toBe(inItsOwn);
      expect((await sys.waitpid(0)).pid).toBe(inMyGroup);
      await expect(sys.waitpid(0)).rejects.toMatchObject({ code: "ECHILD" });
    });
  });
});

describe("SIGCHLD", () => {
  test("tells of each end, stop and continue, and what it was", async () => {
    await runProgram(async (sys) => {
      const told: unknown[] = [];
      sys.signal(SIGCHLD, (_signo, { code, pid, status }) => void told.push([code, pid, status]));
      const pid = sys.fork((child) => child.sleep(100));
      await sys.kill(pid, SIGSTOP);
      await sys.kill(pid, SIGCONT);
      await sys.kill(pid, SIGTERM);
      const other = sys.fork(() => 9);
      await sys.waitpid(other);
      await sys.waitpid(pid);
      expect(told).toEqual([
        [CLD_STOPPED, pid, SIGSTOP],
        [CLD_CONTINUED, pid, SIGCONT],
        [CLD_KILLED, pid, SIGTERM],
        [CLD_EXITED, other, 9],
      ]);
    });
  });

  test("with SA_NOCLDSTOP tells of ends only", async () => {
    await runProgram(async (sys) => {
      const codes: number[] = [];
      sys.sigaction(SIGCHLD, { handler: (_signo, { code }) => void codes.push(code), flags: SA_NOCLDSTOP });
      const pid = sys.fork((child) => child.sleep(100));
      await sys.kill(pid, SIGSTOP);
      await sys.kill(pid, SIGCONT);
      await sys.kill(pid, SIGTERM);
      await sys.sleep(1).catch(() => {});
      expect(codes).toEqual([CLD_KILLED]);
    });
  });

  test("ignored, or with SA_NOCLDWAIT: no zombies, and wait answers ECHILD when the last child has ended", async () => {
    for (const how of ["ignored", "nocldwait", "default"]) {
      await runProgram(async (sys) => {
        let told = 0;
        const handler = how === "ignored" ? SIG_IGN : how === "default" ? SIG_DFL : () => void told++;
        sys.sigaction(SIGCHLD, { handler, flags: how === "nocldwait" ? SA_NOCLDWAIT | 0x1000_0000 : 0 });
        sys.fork((child) => child.sleep(1).then(() => 0));
        sys.fork((child) => child.sleep(2).then(() => 0));
        const outcome = await sys.wait().catch(({ code }) => code);
        expect(typeof outcome === "string" ? [outcome, told, nowNs(sys)] : nowNs(sys)).toEqual(
          how === "default" ? 1e9 : ["ECHILD", how === "nocldwait" ? 2 : 0, 2e9],
        );
      });
    }
  });

  test("interrupts a sleep, and the handler may collect all that have ended", async () => {
    await runProgram(async (sys) => {
      const collected: number[] = [];
      sys.sigaction(SIGCHLD, {
        handler: async () => {
          for (;;) {
            const { pid } = await sys.waitpid(-1, WNOHANG).catch(() => ({ pid: 0 }));
            if (pid === 0) return;
            collected.push(pid);
          }
        },
      });
      const pids = [0, 1, 2].map(() => sys.fork((child) => child.sleep(1).then(() => 0)));
      await expect(sys.sleep(5)).rejects.toMatchObject({ code: "EINTR" });
      expect([collected, nowNs(sys)]).toEqual([pids, 1e9]);
    });
  });
});

describe("process groups and sessions", () => {
  test("a child is in its parent's group and session; what the scenario spawns has a group of its own", async () => {
    const { world, alice } = oneHost();
    alice.spawn("one", (sys) => {
      expect([sys.getpgrp(), sys.getsid(0), sys.getpgid(1), sys.getsid(1)]).toEqual([sys.getpid(), 1, 1, 1]);
      const pid = sys.fork((child) => child.sleep(1));
      expect([sys.getpgid(pid), sys.getsid(pid)]).toEqual([sys.getpid(), 1]);
      expect(alice.ps().at(-1)).toMatchObject({ pid, pgid: sys.getpid(), sid: 1 });
    });
    expect((await world.run()).crashes).toEqual([]);
  });

  test("setpgid's errors", async () => {
    await runProgram(async (sys) => {
      expect(() => sys.setpgid(0, -1)).toThrow("EINVAL");
      expect(() => sys.setpgid(1, 0)).toThrow("ESRCH");
      expect(() => sys.setpgid(77, 0)).toThrow("ESRCH");
      expect(() => sys.getpgid(77)).toThrow("ESRCH");
      expect(() => sys.getsid(77)).toThrow("ESRCH");
      expect(() => sys.setsid()).toThrow("EPERM");
      const child = sys.fork((own) => own.sleep(1));
      expect(() => sys.setpgid(child, 77)).toThrow("EPERM");
      sys.setpgid(child, 0);
      const other = sys.fork((own) => own.sleep(1));
      sys.setpgid(other, child);
      expect(sys.getpgid(other)).toBe(child);
      const executed = sys.spawn((own) => own.sleep(1));
      expect(() => sys.setpgid(executed, 0)).toThrow("EACCES");
      const leader = sys.fork(async (own) => {
        expect(own.setsid()).toBe(own.getpid());
        expect([own.getpgrp(), own.getsid(0)]).toEqual([own.getpid(), own.getpid()]);
        expect(() => own.setsid()).toThrow("EPERM");
        expect(() => own.setpgid(0, 0)).toThrow("EPERM");
        await own.sleep(2);
        return 6;
      });
      await sys.sleep(0.5);
      expect(() => sys.setpgid(leader, 0)).toThrow("EPERM");
      expect(WEXITSTATUS((await sys.waitpid(leader)).status)).toBe(6);
    });
  });

  test("a signal to a group reaches all its members and nobody else", async () => {
    await runProgram(async (sys) => {
      const program: Program = (child) => child.sleep(10).then(() => 0);
      const [leader, member, outsider] = [sys.fork(program), sys.fork(program), sys.fork(program)];
      sys.setpgid(leader, 0);
      sys.setpgid(member, leader);
      await sys.killpg(leader, SIGINT);
      expect([(await sys.wait()).pid, (await sys.wait()).pid]).toEqual([leader, member]);
      expect(await sys.waitpid(outsider)).toEqual({ pid: outsider, status: 0 });
      await expect(sys.killpg(leader, 0)).rejects.toMatchObject({ code: "ESRCH" });
    });
  });

  test("kill(0) is for the own group, oneself included", async () => {
    await runProgram(async (sys) => {
      const leader = sys.fork(async (child) => {
        child.setpgid(0, 0);
        const inner = child.fork((grandchild) => grandchild.sleep(10));
        await child.sleep(1);
        expect(child.getpgid(inner)).toBe(child.getpid());
        await child.kill(0, SIGTERM);
      });
      expect(WTERMSIG((await sys.waitpid(leader)).status)).toBe(SIGTERM);
      await expect(sys.killpg(leader, 0)).rejects.toMatchObject({ code: "ESRCH" });
    });
  });

  test("a group with a stopped member that is orphaned gets SIGHUP and SIGCONT", async () => {
    const { world, alice } = oneHost();
    const log: string[] = [];
    alice.spawn("shell", async (sys) => {
      sys.fork(async (job) => {
        job.setpgid(0, 0);
        job.signal(SIGHUP, () => void log.push("SIGHUP"));
        job.signal(SIGCONT, () => void log.push("SIGCONT"));
        await job.raise(SIGSTOP);
        log.push(`continued at ${nowNs(job) / 1e9}, parent ${job.getppid()}`);
      });
      await sys.sleep(2);
    });
    expect((await world.run()).crashes).toEqual([]);
    expect(log).toEqual(["SIGCONT", "SIGHUP", "continued at 2, parent 1"]);
  });

  test("an orphaned group is not stopped by a terminal's signals", async () => {
    const { world, alice } = oneHost();
    const log: string[] = [];
    alice.spawn("shell", async (sys) => {
      sys.fork(async (job) => {
        job.setpgid(0, 0);
        await job.sleep(1);
        await job.raise(SIGTSTP);
        log.push(`still here at ${nowNs(job) / 1e9}`);
      });
    });
    await world.run();
    expect(log).toEqual(["still here at 1"]);
  });
});
