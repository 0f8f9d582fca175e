/** Signals through the system calls: the table, handlers, masks, queues, interrupted calls, permissions. */
import {
  POLLIN,
  type Program,
  SA_NODEFER,
  SA_RESETHAND,
  SA_RESTART,
  SI_QUEUE,
  SI_TKILL,
  SI_USER,
  SIG_BLOCK,
  SIG_DFL,
  SIG_IGN,
  SIG_SETMASK,
  SIG_UNBLOCK,
  SIGALRM,
  SIGCHLD,
  SIGCONT,
  SIGINT,
  SIGKILL,
  SIGNALS,
  SIGNALS_ELSEWHERE,
  SIGPIPE,
  SIGRTMAX,
  SIGRTMIN,
  SIGSTOP,
  SIGTERM,
  SIGUSR1,
  SIGUSR2,
  type Sys,
  signalName,
  signalNumber,
  strsignal,
  WCONTINUED,
  WCOREDUMP,
  WEXITSTATUS,
  WIFCONTINUED,
  WIFEXITED,
  WIFSIGNALED,
  WIFSTOPPED,
  WNOHANG,
  WSTOPSIG,
  WTERMSIG,
  WUNTRACED,
} from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

const ALL = [...SIGNALS.map(({ number }) => number), ...Array.from({ length: 31 }, (_, i) => SIGRTMIN + i)];
const seconds = (sys: Sys): number => sys.clockGettime("CLOCK_MONOTONIC").seconds;

describe("the table", () => {
  test("has each standard signal once, by number", () => {
    expect(SIGNALS.map(({ number }) => number)).toEqual(Array.from({ length: 31 }, (_, i) => i + 1));
    expect(new Set(SIGNALS.map(({ name }) => name)).size).toBe(31);
  });

  test("knows numbers and names, aliases and real-time signals", () => {
    expect(ALL.map((signo) => signalNumber(signalName(signo)))).toEqual(ALL);
    expect([signalNumber("SIGIOT"), signalNumber("SIGPOLL"), signalNumber("SIGRTMAX-1")]).toEqual([6, 29, 63]);
    expect([signalNumber("SIGNOTHING"), signalNumber(0), signalNumber("SIGRTMIN+31")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([signalName(34), signalName(40), signalName(64), strsignal(2)]).toEqual([
      "SIGRTMIN",
      "SIGRTMIN+6",
      "SIGRTMAX",
      "Interrupt",
    ]);
  });

  test("numbers are unique on each other architecture, too", () => {
    for (const architecture of ["alpha", "sparc", "mips", "parisc"] as const) {
      const numbers = SIGNALS.flatMap(({ number, elsewhere }) => {
        const there = elsewhere[architecture];
        return there === undefined ? [number] : there === null ? [] : [there];
      });
      // SIGINFO is another name of SIGPWR.
      for (const { name, elsewhere } of SIGNALS_ELSEWHERE) {
        const there = elsewhere[architecture];
        if (name !== "SIGINFO" && typeof there === "number") numbers.push(there);
      }
      expect(new Set(numbers).size, architecture).toBe(numbers.length);
    }
  });
});

describe("the default action, seen through waitpid", () => {
  for (const signo of ALL) {
    const action = SIGNALS[signo - 1]?.action ?? "terminate";
    test(`of ${signalName(signo)} is to ${action}`, async () => {
      await runProgram(async (sys) => {
        const pid = sys.fork(async (child) => {
          await child.sleep(5);
          return 7;
        });
        await sys.sleep(1);
        if (action === "continue") {
          await sys.kill(pid, SIGSTOP);
          expect(WIFSTOPPED((await sys.waitpid(pid, WUNTRACED)).status)).toBe(true);
        }
        await sys.kill(pid, signo);
        const { status } = await sys.waitpid(pid, WUNTRACED | WCONTINUED);
        switch (action) {
          case "terminate":
          case "core":
            expect([WIFSIGNALED(status), WTERMSIG(status), WCOREDUMP(status)]).toEqual([
              true,
              signo,
              action === "core",
            ]);
            expect([WIFEXITED(status), WIFSTOPPED(status), WIFCONTINUED(status)]).toEqual([false, false, false]);
            expect(seconds(sys)).toBe(1);
            return;
          case "stop":
            expect([WIFSTOPPED(status), WSTOPSIG(status), WIFSIGNALED(status)]).toEqual([true, signo, false]);
            await sys.kill(pid, SIGCONT);
            break;
          case "continue":
            expect([WIFCONTINUED(status), WIFSTOPPED(status), WIFSIGNALED(status)]).toEqual([true, false, false]);
            break;
          case "ignore":
            expect([WIFEXITED(status), WEXITSTATUS(status), seconds(sys)]).toEqual([true, 7, 5]);
            return;
        }
        expect(WEXITSTATUS((await sys.waitpid(pid)).status)).toBe(7);
      });
    });
  }

  test("can be taken back by sigaction, and a handler be set again", async () => {
    await runProgram(async (sys) => {
      let handled = 0;
      expect(sys.signal(SIGTERM, SIG_IGN)).toBe(SIG_DFL);
      await sys.raise(SIGTERM);
      expect(sys.signal(SIGTERM, () => void handled++)).toBe(SIG_IGN);
      await sys.raise(SIGTERM);
      expect(handled).toBe(1);
    });
  });
});

describe("SIGKILL and SIGSTOP", () => {
  test("can't be caught, ignored or blocked", async () => {
    await runProgram(async (sys) => {
      for (const signo of [SIGKILL, SIGSTOP]) {
        for (const handler of [SIG_IGN, SIG_DFL, () => {}] as const) {
          expect(() => sys.sigaction(signo, { handler })).toThrow("EINVAL");
        }
        expect(sys.sigaction(signo)).toEqual({ handler: SIG_DFL, flags: 0, mask: [] });
      }
      sys.sigprocmask(SIG_SETMASK, ALL);
      expect(sys.sigprocmask(SIG_BLOCK)).toEqual(ALL.filter((signo) => signo !== SIGKILL && signo !== SIGSTOP));
      const pid = sys.fork((child) => child.sleep(100));
      await sys.kill(pid, SIGKILL);
      expect(WTERMSIG((await sys.wait()).status)).toBe(SIGKILL);
    });
  });
});

describe("a handler", () => {
  test("gets the number, who sent it, and the system calls of its process", async () => {
    await runProgram(async (sys) => {
      const seen: unknown[] = [];
      sys.sigaction(SIGUSR1, {
        handler: (signo, { code, pid, uid }, own) => void seen.push(signo, code, pid, uid, own.getpid()),
      });
      await sys.raise(SIGUSR1);
      await sys.kill(sys.getpid(), SIGUSR1);
      const me = sys.getpid();
      expect(seen).toEqual([SIGUSR1, SI_TKILL, me, 0, me, SIGUSR1, SI_USER, me, 0, me]);
    });
  });

  test("has run when the call that sends the signal to oneself is over, also when it takes its time", async () => {
    await runProgram(async (sys) => {
      const order: string[] = [];
      sys.signal(SIGUSR1, async () => {
        order.push("begins");
        await sys.sleep(1);
        order.push("ends");
      });
      await sys.raise(SIGUSR1);
      order.push("raised");
      expect([order, seconds(sys)]).toEqual([["begins", "ends", "raised"], 1]);
    });
  });

  test("runs at the boundary of the next call when no call waits", async () => {
    const { world, alice } = oneHost();
    const order: string[] = [];
    let release = (): void => {};
    const victim = alice.spawn("victim", async (sys) => {
      sys.signal(SIGUSR1, () => void order.push("handler"));
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      order.push("before the call");
      sys.getpid();
      order.push("after the call");
    });
    alice.spawn("sender", async (sys) => {
      await sys.kill(victim.pid, SIGUSR1);
      order.push("sent");
      release();
    });
    expect((await world.run()).crashes).toEqual([]);
    expect(order).toEqual(["sent", "before the call", "handler", "after the call"]);
  });

  test("interrupts the oldest call only", async () => {
    await runProgram(async (sys) => {
      const order: string[] = [];
      sys.sigaction(SIGUSR1, { handler: () => void order.push("handler") });
      const pid = sys.getpid();
      sys.fork(async (child) => {
        await child.sleep(1);
        await child.kill(pid, SIGUSR1);
      });
      const first = sys.sleep(3).then(
        () => order.push("first"),
        ({ code }) => order.push(`first ${code}`),
      );
      const second = sys.sleep(3).then(() => order.push("second"));
      await Promise.all([first, second]);
      expect([order, seconds(sys)]).toEqual([["handler", "first EINTR", "second"], 3]);
    });
  });

  test("of a signal to oneself interrupts no other call", async () => {
    await runProgram(async (sys) => {
      const order: string[] = [];
      sys.sigaction(SIGUSR1, { handler: () => void order.push("handler") });
      const sleeping = sys.sleep(1).then(() => order.push("slept"));
      await sys.raise(SIGUSR1);
      order.push("raised");
      sys.sigprocmask(SIG_BLOCK, [SIGUSR1]);
      await sys.raise(SIGUSR1);
      sys.sigprocmask(SIG_UNBLOCK, [SIGUSR1]);
      await sleeping;
      expect(order).toEqual(["handler", "raised", "handler", "slept"]);
    });
  });

  test("that throws is a crash of its process", async () => {
    for (const isAsync of [false, true]) {
      const { world, alice } = oneHost();
      const victim = alice.spawn("victim", async (sys) => {
        sys.signal(SIGUSR1, async () => {
          if (isAsync) await sys.sleep(1);
          throw new Error("in the handler");
        });
        await sys.sleep(10);
      });
      await world.run({ until: "1s" });
      victim.kill("SIGUSR1");
      const { crashes } = await world.run();
      expect([String(crashes[0]?.error), WEXITSTATUS(victim.status)]).toEqual(["Error: in the handler", 1]);
    }
  });

  test("ends with its process", async () => {
    const { world, alice } = oneHost();
    const order: string[] = [];
    alice.spawn("victim", async (sys) => {
      sys.signal(SIGUSR1, async () => {
        order.push("handler");
        await sys.exit(3);
        order.push("after exit");
      });
      await sys.raise(SIGUSR1);
      order.push("after raise");
    });
    expect((await world.run()).crashes).toEqual([]);
    expect(order).toEqual(["handler"]);
  });

  test("is set back to SIG_DFL by SA_RESETHAND before it runs", async () => {
    await runProgram(async (sys) => {
      const pid = sys.fork(async (child) => {
        child.sigaction(SIGUSR1, {
          handler: () => expect(child.sigaction(SIGUSR1).handler).toBe(SIG_DFL),
          flags: SA_RESETHAND,
        });
        await child.raise(SIGUSR1);
        await child.raise(SIGUSR1);
      });
      expect(WTERMSIG((await sys.waitpid(pid)).status)).toBe(SIGUSR1);
    });
  });

  test("is inherited by fork, lost by exec; what is ignored stays ignored", async () => {
    await runProgram(async (sys) => {
      let handled = 0;
      sys.signal(SIGUSR1, (_signo, _info, own) => {
        handled = own.getpid();
      });
      sys.signal(SIGUSR2, SIG_IGN);
      const child = sys.fork(async (own) => {
        await own.raise(SIGUSR1);
        await own.exec(async (again) => {
          await again.raise(SIGUSR2);
          await again.raise(SIGUSR1);
        });
      });
      expect(WTERMSIG((await sys.wait()).status)).toBe(SIGUSR1);
      expect(handled).toBe(child);
      sys.spawn(async (own) => own.raise(SIGUSR2).then(() => own.raise(SIGUSR1)));
      expect(WTERMSIG((await sys.wait()).status)).toBe(SIGUSR1);
    });
  });
});

describe("masks and pending signals", () => {
  test("a blocked signal is pending once, and delivered when it is unblocked, before the call returns", async () => {
    await runProgram(async (sys) => {
      let handled = 0;
      sys.signal(SIGUSR1, () => void handled++);
      expect(sys.sigprocmask(SIG_BLOCK, [SIGUSR1])).toEqual([]);
      for (let i = 0; i < 3; i++) await sys.raise(SIGUSR1);
      expect([handled, sys.sigpending()]).toEqual([0, [SIGUSR1]]);
      expect(sys.sigprocmask(SIG_UNBLOCK, [SIGUSR1])).toEqual([SIGUSR1]);
      expect([handled, sys.sigpending()]).toEqual([1, []]);
    });
  });

  test("several at once: the one with the highest number runs first, inside the others", async () => {
    await runProgram(async (sys) => {
      const order: number[] = [];
      for (const signo of [SIGUSR1, SIGUSR2]) sys.signal(signo, () => void order.push(signo));
      sys.sigprocmask(SIG_BLOCK, [SIGUSR1, SIGUSR2]);
      await sys.raise(SIGUSR1);
      await sys.raise(SIGUSR2);
      sys.sigprocmask(SIG_SETMASK, []);
      expect(order).toEqual([SIGUSR2, SIGUSR1]);
    });
  });

  test("the signal itself and sa_mask are blocked while the handler runs, SA_NODEFER aside", async () => {
    await runProgram(async (sys) => {
      const masks: number[][] = [];
      const handler = () => void masks.push(sys.sigprocmask(SIG_BLOCK));
      sys.sigaction(SIGUSR1, { handler, mask: [SIGINT, SIGKILL] });
      await sys.raise(SIGUSR1);
      sys.sigaction(SIGUSR1, { handler, mask: [SIGINT], flags: SA_NODEFER });
      await sys.raise(SIGUSR1);
      expect([...masks, sys.sigprocmask(SIG_BLOCK)]).toEqual([[SIGINT, SIGUSR1], [SIGINT], []]);
      expect(sys.sigaction(SIGUSR1)).toEqual({ handler, mask: [SIGINT], flags: SA_NODEFER });
    });
  });

  test("a signal that comes again while its handler runs is handled after it", async () => {
    await runProgram(async (sys) => {
      const order: string[] = [];
      let depth = 0;
      sys.signal(SIGUSR1, async () => {
        order.push(`begin ${++depth}`);
        if (order.length === 1) await sys.raise(SIGUSR1);
        order.push(`end ${depth--}`);
      });
      await sys.raise(SIGUSR1);
      expect(order).toEqual(["begin 1", "end 1", "begin 1", "end 1"]);
    });
  });

  test("another signal nests, and interrupts what the first handler waits for", async () => {
    await runProgram(async (sys) => {
      const order: string[] = [];
      sys.signal(SIGUSR1, async () => {
        order.push("1 begins");
        await sys.sleep(5).catch(({ code }) => order.push(code));
        order.push("1 ends");
      });
      sys.signal(SIGUSR2, () => void order.push("2"));
      const pid = sys.getpid();
      sys.fork(async (child) => {
        await child.sleep(1);
        await child.kill(pid, SIGUSR1);
        await child.sleep(1);
        await child.kill(pid, SIGUSR2);
      });
      await sys.wait();
      expect([order, seconds(sys), sys.sigprocmask(SIG_BLOCK)]).toEqual([["1 begins", "2", "EINTR", "1 ends"], 2, []]);
    });
  });

  test("handlers that end in another order than they began leave the mask as it was", async () => {
    await runProgram(async (sys) => {
      sys.signal(SIGUSR1, () => sys.sleep(1));
      sys.signal(SIGUSR2, () => sys.sleep(3));
      const first = sys.raise(SIGUSR1);
      const second = sys.raise(SIGUSR2);
      await first;
      expect(sys.sigprocmask(SIG_BLOCK)).toEqual([SIGUSR1, SIGUSR2]);
      await second;
      expect([sys.sigprocmask(SIG_BLOCK), seconds(sys)]).toEqual([[], 3]);
    });
  });

  test("fork inherits the mask and no pending signal; exec keeps both", async () => {
    await runProgram(async (sys) => {
      sys.sigprocmask(SIG_BLOCK, [SIGUSR1]);
      await sys.raise(SIGUSR1);
      sys.fork(async (child) => {
        expect([child.sigprocmask(SIG_BLOCK), child.sigpending()]).toEqual([[SIGUSR1], []]);
        await child.raise(SIGUSR1);
        await child.exec((again) => {
          expect([again.sigprocmask(SIG_BLOCK), again.sigpending()]).toEqual([[SIGUSR1], [SIGUSR1]]);
          return 5;
        });
      });
      expect(WEXITSTATUS((await sys.wait()).status)).toBe(5);
      expect(sys.sigpending()).toEqual([SIGUSR1]);
    });
  });

  test("ignoring a pending signal forgets it", async () => {
    await runProgram(async (sys) => {
      sys.sigprocmask(SIG_BLOCK, [SIGTERM, SIGCHLD]);
      await sys.raise(SIGTERM);
      await sys.raise(SIGCHLD);
      expect(sys.sigpending()).toEqual([SIGTERM, SIGCHLD]);
      sys.signal(SIGTERM, SIG_IGN);
      sys.signal(SIGCHLD, SIG_DFL);
      expect(sys.sigpending()).toEqual([]);
    });
  });

  test("wrong arguments are EINVAL", async () => {
    await runProgram(async (sys) => {
      expect(() => sys.sigprocmask(7, [])).toThrow("EINVAL");
      expect(() => sys.sigprocmask(SIG_BLOCK, [65])).toThrow("EINVAL");
      expect(() => sys.sigprocmask(SIG_BLOCK, 3 as unknown as number[])).toThrow("EINVAL");
      for (const signo of [0, 32, 33, 65, -1, 1.5]) expect(() => sys.signal(signo, SIG_IGN)).toThrow("EINVAL");
      expect(() => sys.sigaction(SIGUSR1, { handler: 2 as 1 })).toThrow("EINVAL");
      for (const signo of [65, -1, 1.5, Number.NaN]) {
        await expect(sys.kill(1, signo)).rejects.toMatchObject({ code: "EINVAL" });
        await expect(sys.raise(signo)).rejects.toMatchObject({ code: "EINVAL" });
      }
    });
  });
});

describe("real-time signals", () => {
  test("are queued, lowest number first, each number in the order of sending, with their values", async () => {
    await runProgram(async (sys) => {
      const sent = [
        [SIGRTMIN + 1, 1],
        [SIGRTMIN, 2],
        [SIGRTMIN + 1, 3],
        [SIGRTMIN, -4],
      ] as const;
      sys.sigprocmask(SIG_SETMASK, ALL);
      for (const [signo, value] of sent) await sys.sigqueue(sys.getpid(), signo, value);
      await sys.sigqueue(sys.getpid(), SIGUSR1, 9);
      await sys.sigqueue(sys.getpid(), SIGUSR1, 10);
      const taken: unknown[] = [];
      for (let i = 0; i < 5; i++) {
        const { signo, value, code } = await sys.sigwaitinfo(ALL);
        taken.push([signo, value, code]);
      }
      expect(taken).toEqual([
        [SIGUSR1, 9, SI_QUEUE],
        [SIGRTMIN, 2, SI_QUEUE],
        [SIGRTMIN, -4, SI_QUEUE],
        [SIGRTMIN + 1, 1, SI_QUEUE],
        [SIGRTMIN + 1, 3, SI_QUEUE],
      ]);
    });
  });

  test("are handled as often as they were sent", async () => {
    await runProgram(async (sys) => {
      const values: number[] = [];
      sys.signal(SIGRTMAX, (_signo, { value }) => void values.push(value));
      sys.sigprocmask(SIG_BLOCK, [SIGRTMAX]);
      for (let i = 0; i < 5; i++) await sys.sigqueue(sys.getpid(), SIGRTMAX, i);
      sys.sigprocmask(SIG_UNBLOCK, [SIGRTMAX]);
      expect(values).toEqual([0, 1, 2, 3, 4]);
    });
  });

  test("too many are EAGAIN; kill() makes them pending without their details", async () => {
    await runProgram(async (sys) => {
      const me = sys.getpid();
      sys.sigprocmask(SIG_SETMASK, ALL);
      let queued = 0;
      let error: unknown;
      while (error === undefined) {
        await sys.sigqueue(me, SIGRTMIN, queued).then(
          () => queued++,
          (thrown: unknown) => {
            error = thrown;
          },
        );
      }
      expect([queued, error]).toMatchObject([8192, { code: "EAGAIN", syscall: "sigqueue" }]);
      await sys.kill(me, SIGRTMAX);
      await sys.kill(me, SIGUSR1);
      expect(await sys.sigwaitinfo([SIGRTMAX])).toMatchObject({ signo: SIGRTMAX, pid: 0 });
      expect(await sys.sigwait([SIGUSR1])).toBe(SIGUSR1);
    });
  });
});

/** A call that waits, and how it is made ready so that it answers `ready`. */
interface WaitingCall {
  readonly start: (sys: Sys, fds: readonly [number, number]) => Promise<unknown>;
  /** Done to the pipe before the call. */
  readonly prepare?: (sys: Sys, fds: readonly [number, number]) => unknown;
  readonly finish: (sys: Sys, fds: readonly [number, number]) => unknown;
  readonly ready: unknown;
  readonly restarts: boolean;
  /** What it answers after a stop and a continue. */
  readonly afterStop?: "EINTR";
}

const writeX = (sys: Sys, fds: readonly [number, number]) => sys.write(fds[1], "x");

const CALLS: Readonly<Record<string, WaitingCall>> = {
  "read (pipe)": {
    start: (sys, fds) => sys.read(fds[0], new Uint8Array(4)),
    finish: writeX,
    ready: 1,
    restarts: true,
  },
  "write (pipe)": {
    prepare: (sys, fds) => sys.write(fds[1], new Uint8Array(65_536)),
    start: (sys, fds) => sys.write(fds[1], new Uint8Array(4096)),
    finish: (sys, fds) => sys.read(fds[0], new Uint8Array(8192)),
    ready: 4096,
    restarts: true,
  },
  wait: {
    prepare: (sys) => sys.fork((child) => child.sleep(5).then(() => 3)),
    start: (sys) => sys.wait().then(({ status }) => WEXITSTATUS(status)),
    finish: () => {},
    ready: 3,
    restarts: true,
  },
  waitpid: {
    prepare: (sys) => sys.fork((child) => child.sleep(5).then(() => 3)),
    start: (sys) => sys.waitpid(-1).then(({ status }) => WEXITSTATUS(status)),
    finish: () => {},
    ready: 3,
    restarts: true,
  },
  recvfrom: {
    start: (sys) => {
      const s = sys.socket(2, 2);
      sys.bind(s, { address: "127.0.0.1", port: 99 });
      return sys.recvfrom(s, new Uint8Array(4)).then(({ bytes }) => bytes);
    },
    finish: (sys) => sys.sendto(sys.socket(2, 2), "abc", { address: "127.0.0.1", port: 99 }),
    ready: 3,
    restarts: true,
  },
  "read (signalfd)": {
    prepare: (sys) => sys.sigprocmask(SIG_BLOCK, [SIGUSR2]),
    start: (sys) => sys.read(sys.signalfd(-1, [SIGUSR2]), new Uint8Array(128)),
    finish: (sys) => sys.kill(2, SIGUSR2).catch(() => {}),
    ready: 128,
    restarts: true,
  },
  sigwait: {
    prepare: (sys) => sys.sigprocmask(SIG_BLOCK, [SIGUSR2]),
    start: (sys) => sys.sigwait([SIGUSR2]),
    finish: (sys) => sys.kill(2, SIGUSR2).catch(() => {}),
    ready: SIGUSR2,
    restarts: true,
  },
  poll: {
    start: (sys, fds) => sys.poll([{ fd: fds[0], events: POLLIN }], 60_000),
    finish: writeX,
    ready: 1,
    restarts: false,
  },
  nanosleep: {
    start: (sys) => sys.nanosleep(4e9).then(() => 0),
    finish: () => {},
    ready: 0,
    restarts: false,
  },
  sigtimedwait: {
    prepare: (sys) => sys.sigprocmask(SIG_BLOCK, [SIGUSR2]),
    start: (sys) => sys.sigtimedwait([SIGUSR2], 60e9).then(({ signo }) => signo),
    finish: (sys) => sys.kill(2, SIGUSR2).catch(() => {}),
    ready: SIGUSR2,
    restarts: false,
    afterStop: "EINTR",
  },
  sigwaitinfo: {
    prepare: (sys) => sys.sigprocmask(SIG_BLOCK, [SIGUSR2]),
    start: (sys) => sys.sigwaitinfo([SIGUSR2]).then(({ signo }) => signo),
    finish: (sys) => sys.kill(2, SIGUSR2).catch(() => {}),
    ready: SIGUSR2,
    restarts: false,
    afterStop: "EINTR",
  },
};

/** One process in the call; another one sends it signals at 1 s and finishes the call at 4 s. */
async function interrupted(call: WaitingCall, signals: readonly number[], flags: number): Promise<unknown[]> {
  const { world, alice } = oneHost();
  const outcome: unknown[] = [];
  alice.spawn("waiter", async (sys) => {
    const fds = sys.pipe();
    const me = sys.getpid();
    sys.sigaction(SIGUSR1, { handler: () => void outcome.push("handler"), flags });
    sys.fork(async (child) => {
      await child.sleep(1);
      for (const signo of signals) {
        await child.kill(me, signo);
        await child.sleep(1);
      }
      await child.sleep(3 - signals.length);
      await call.finish(child, fds);
      await child.sleep(5);
    });
    await call.prepare?.(sys, fds);
    const answer = await call.start(sys, fds).catch((error: { code: string }) => error.code);
    outcome.push(answer, seconds(sys));
  });
  expect((await world.run()).crashes).toEqual([]);
  return outcome;
}

describe("a call that a signal interrupts", () => {
  for (const [name, call] of Object.entries(CALLS)) {
    const ends = name.startsWith("wait") ? 5 : 4;
    const { ready, restarts, afterStop } = call;

    // sigwait(3) of the C library goes on by itself.
    const plain = name === "sigwait" ? [ready, ends] : ["EINTR", 1];
    test(`${name} answers ${plain[0]} after a handler`, async () => {
      expect(await interrupted(call, [SIGUSR1], 0)).toEqual(["handler", ...plain]);
    });

    test(`${name} ${restarts ? "goes on" : "answers EINTR"} after a handler with SA_RESTART`, async () => {
      const expected = restarts ? [ready, ends] : ["EINTR", 1];
      expect(await interrupted(call, [SIGUSR1], SA_RESTART)).toEqual(["handler", ...expected]);
    });

    test(`${name} ${afterStop === undefined ? "goes on" : "answers EINTR"} after SIGSTOP and SIGCONT`, async () => {
      const expected = afterStop === undefined ? [ready, ends] : [afterStop, 2];
      expect(await interrupted(call, [SIGSTOP, SIGCONT], 0)).toEqual(expected);
    });
  }

  test("a write that has gone in by halves answers how much", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const me = sys.getpid();
      sys.sigaction(SIGUSR1, { handler: () => {} });
      sys.fork(async (child) => {
        await child.sleep(1);
        await child.kill(me, SIGUSR1);
        child.close(readEnd);
      });
      expect(await sys.write(writeEnd, new Uint8Array(100_000))).toBe(65_536);
      await sys.wait();
    });
  });

  test("what comes only while the handler runs is left for the next call, unless the call is restarted", async () => {
    for (const [flags, expected] of [
      [0, "EINTR"],
      [SA_RESTART, 1],
    ] as const) {
      await runProgram(async (sys) => {
        const [readEnd, writeEnd] = sys.pipe();
        sys.sigaction(SIGALRM, { handler: () => sys.write(writeEnd, "x").then(() => {}), flags });
        sys.alarm(1);
        expect(await sys.read(readEnd, new Uint8Array(4)).catch(({ code }) => code)).toBe(expected);
      });
    }
  });

  test("wait has its child before a handler of SIGCHLD could take it", async () => {
    await runProgram(async (sys) => {
      const order: unknown[] = [];
      sys.sigaction(SIGCHLD, {
        handler: async () => void order.push(await sys.waitpid(-1, WNOHANG).catch(({ code }) => code)),
      });
      const pid = sys.fork((child) => child.sleep(1).then(() => 0));
      order.push((await sys.wait()).pid);
      expect(order).toEqual(["ECHILD", pid]);
    });
  });

  test("nanosleep tells what was left, without the time of the handler", async () => {
    await runProgram(async (sys) => {
      const remaining = { nanoseconds: 0 };
      sys.sigaction(SIGALRM, { handler: (_signo, _info, own) => own.sleep(1), flags: SA_RESTART });
      sys.alarm(1);
      await expect(sys.nanosleep(3.5e9, remaining)).rejects.toMatchObject({ code: "EINTR", syscall: "nanosleep" });
      expect(remaining).toEqual({ nanoseconds: 2.5e9 });
    });
  });

  test("data that comes together with the signal is not lost", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const me = sys.getpid();
      const order: unknown[] = [];
      sys.sigaction(SIGUSR1, { handler: () => void order.push("handler") });
      sys.fork(async (child) => {
        await child.sleep(1);
        void child.kill(me, SIGUSR1);
        await child.write(writeEnd, "abc");
      });
      order.push(await sys.read(readEnd, new Uint8Array(10)).catch(({ code }) => code));
      if (order[1] === "EINTR") order.push(await sys.read(readEnd, new Uint8Array(10)));
      expect(order.at(0)).toBe("handler");
      expect(order.at(-1)).toBe(3);
      await sys.wait();
    });
  });

  test("a call that is restarted keeps its deadline and its place as the oldest", async () => {
    await runProgram(async (sys) => {
      const [readEnd] = sys.pipe();
      const me = sys.getpid();
      let handled = 0;
      sys.sigaction(SIGUSR1, { handler: () => void handled++, flags: SA_RESTART });
      sys.fork(async (child) => {
        for (let i = 0; i < 2; i++) {
          await child.sleep(1);
          await child.kill(me, SIGUSR1);
        }
      });
      void sys.read(readEnd, new Uint8Array(1));
      await sys.sleep(2.5);
      expect(handled).toBe(2);
    });
  });
});

describe("waiting for signals", () => {
  test("pause answers EINTR when a handler has run", async () => {
    await runProgram(async (sys) => {
      let handled = 0;
      sys.sigaction(SIGALRM, { handler: () => void handled++, flags: SA_RESTART });
      sys.alarm(2);
      await expect(sys.pause()).rejects.toMatchObject({ code: "EINTR", syscall: "pause" });
      expect([handled, seconds(sys)]).toEqual([1, 2]);
    });
  });

  test("sigsuspend lets a signal in, and the mask is what it was", async () => {
    await runProgram(async (sys) => {
      const masks: number[][] = [];
      sys.signal(SIGUSR1, () => void masks.push(sys.sigprocmask(SIG_BLOCK)));
      sys.sigprocmask(SIG_BLOCK, [SIGUSR1, SIGINT]);
      await sys.raise(SIGUSR1);
      await expect(sys.sigsuspend([SIGTERM])).rejects.toMatchObject({ code: "EINTR" });
      expect([...masks, sys.sigprocmask(SIG_BLOCK)]).toEqual([
        [SIGUSR1, SIGTERM],
        [SIGINT, SIGUSR1],
      ]);
    });
  });

  test("sigsuspend with a mask that lets a fatal signal in ends the process", async () => {
    await runProgram(async (sys) => {
      const pid = sys.fork(async (child) => {
        child.sigprocmask(SIG_BLOCK, [SIGTERM]);
        await child.raise(SIGTERM);
        await child.sigsuspend([]);
      });
      expect(WTERMSIG((await sys.waitpid(pid)).status)).toBe(SIGTERM);
    });
  });

  test("sigtimedwait answers EAGAIN at its deadline, at once for none", async () => {
    await runProgram(async (sys) => {
      sys.sigprocmask(SIG_BLOCK, [SIGUSR1]);
      await expect(sys.sigtimedwait([SIGUSR1], 2e9)).rejects.toMatchObject({ code: "EAGAIN" });
      expect(seconds(sys)).toBe(2);
      await expect(sys.sigtimedwait([SIGUSR1], 0)).rejects.toMatchObject({ code: "EAGAIN" });
      await expect(sys.sigtimedwait([SIGUSR1], -1)).rejects.toMatchObject({ code: "EINVAL" });
      await sys.raise(SIGUSR1);
      expect(await sys.sigtimedwait([SIGUSR1], 0)).toMatchObject({ signo: SIGUSR1, code: SI_TKILL });
    });
  });

  test("a signal that somebody waits for is not handled", async () => {
    await runProgram(async (sys) => {
      let handled = 0;
      sys.signal(SIGUSR1, () => void handled++);
      const me = sys.getpid();
      sys.fork(async (child) => {
        await child.sleep(1);
        await child.kill(me, SIGUSR1);
      });
      expect([await sys.sigwait([SIGUSR1]), handled]).toEqual([SIGUSR1, 0]);
      await sys.raise(SIGUSR1);
      expect(handled).toBe(1);
    });
  });
});

describe("kill", () => {
  /** What a user may do to processes of others. */
  const asUser = async (program: Program) => {
    const { world, alice } = oneHost();
    alice.spawn("roots", (sys) => sys.sleep(10), { uid: 0 });
    alice.spawn("same", (sys) => sys.sleep(10), { uid: 1000 });
    alice.spawn("user", program, { uid: 1000 });
    const { crashes } = await world.run();
    if (crashes[0] !== undefined) throw crashes[0].error;
  };

  test("signal 0 only asks", async () => {
    await asUser(async (sys) => {
      await sys.kill(3, 0);
      await expect(sys.kill(2, 0)).rejects.toMatchObject({ code: "EPERM" });
      await expect(sys.kill(77, 0)).rejects.toMatchObject({ code: "ESRCH" });
      await expect(sys.kill(-77, 0)).rejects.toMatchObject({ code: "ESRCH" });
      await expect(sys.killpg(-1, 0)).rejects.toMatchObject({ code: "EINVAL" });
    });
  });

  test("is for processes of the same user; SIGCONT for those of the same session", async () => {
    await asUser(async (sys) => {
      await expect(sys.kill(2, SIGTERM)).rejects.toMatchObject({ code: "EPERM", errno: 1, syscall: "kill" });
      await expect(sys.kill(1, SIGTERM)).rejects.toMatchObject({ code: "EPERM" });
      await sys.kill(2, SIGCONT);
      sys.fork(async (child) => {
        child.setsid();
        await expect(child.kill(2, SIGCONT)).rejects.toMatchObject({ code: "EPERM" });
        return 4;
      });
      expect(WEXITSTATUS((await sys.wait()).status)).toBe(4);
      await sys.kill(3, SIGTERM);
    });
  });

  test("of everybody spares oneself, process 1, and others' processes", async () => {
    const { world, alice } = oneHost();
    const roots = alice.spawn("roots", (sys) => sys.sleep(10));
    const same = alice.spawn("same", (sys) => sys.sleep(10), { uid: 1000 });
    const user = alice.spawn("user", (sys) => sys.kill(-1, SIGTERM), { uid: 1000 });
    await world.run();
    expect([roots.status, same.status, user.status]).toEqual([0, SIGTERM, 0]);
  });

  test("process 1 can't be ended", async () => {
    await runProgram(async (sys) => {
      await sys.kill(1, SIGKILL);
      await sys.kill(1, SIGTERM);
      expect(sys.getppid()).toBe(1);
    });
  });

  test("a zombie takes any signal, and stays one", async () => {
    await runProgram(async (sys) => {
      const pid = sys.fork(() => 3);
      await sys.sleep(1);
      await sys.kill(pid, SIGKILL);
      expect(await sys.waitpid(pid)).toEqual({ pid, status: 3 << 8 });
      await expect(sys.kill(pid, 0)).rejects.toMatchObject({ code: "ESRCH" });
    });
  });

  test("of oneself never comes back when it is fatal", async () => {
    const { world, alice } = oneHost();
    const after: string[] = [];
    const victim = alice.spawn("victim", async (sys) => {
      await sys.kill(0, SIGTERM).finally(() => after.push("finally"));
      after.push("after");
    });
    expect((await world.run()).crashes).toEqual([]);
    expect([after, WTERMSIG(victim.status)]).toEqual([[], SIGTERM]);
  });

  test("from the scenario takes names and numbers", async () => {
    const { world, alice } = oneHost();
    const seen: unknown[] = [];
    const victim = alice.spawn("victim", async (sys) => {
      sys.sigaction(SIGINT, { handler: (signo, { pid }) => void seen.push(signo, pid) });
      await sys.sleep(10).catch(({ code }) => seen.push(code));
      await sys.sleep(10);
    });
    await world.run({ until: "1s" });
    victim.kill("SIGINT");
    await world.run({ until: "2s" });
    expect(() => victim.kill("SIGNOTHING")).toThrow('there is no signal "SIGNOTHING"');
    victim.kill(SIGTERM);
    victim.kill(SIGTERM);
    await world.run();
    expect([seen, WTERMSIG(victim.status)]).toEqual([[SIGINT, 0, "EINTR"], SIGTERM]);
  });
});

describe("SIGPIPE", () => {
  test("ends a writer whom nobody reads any more", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      sys.fork(async (child) => {
        child.close(readEnd);
        await child.write(writeEnd, "x");
        return 1;
      });
      sys.close(readEnd);
      expect(WTERMSIG((await sys.wait()).status)).toBe(SIGPIPE);
    });
  });

  test("ignored or handled, the write answers EPIPE, after the handler", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      sys.close(readEnd);
      sys.signal(SIGPIPE, SIG_IGN);
      await expect(sys.write(writeEnd, "x")).rejects.toMatchObject({ code: "EPIPE" });
      let handled = 0;
      sys.signal(SIGPIPE, () => sys.sleep(1).then(() => void handled++));
      await expect(sys.write(writeEnd, "x")).rejects.toMatchObject({ code: "EPIPE" });
      expect([handled, seconds(sys)]).toEqual([1, 1]);
    });
  });

  test("comes to a writer that waits, too", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      sys.fork(async (child) => {
        child.close(readEnd);
        await child.write(writeEnd, new Uint8Array(70_000));
      });
      await sys.sleep(1);
      sys.close(readEnd);
      expect([WTERMSIG((await sys.wait()).status), await sys.waitpid(-1, WNOHANG).catch(({ code }) => code)]).toEqual([
        SIGPIPE,
        "ECHILD",
      ]);
    });
  });
});

test("a call that is restarted waits behind those who came meanwhile", async () => {
  await runProgram(
    async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const read = async (reader: Sys, name: string): Promise<void> => {
        await reader.read(readEnd, new Uint8Array(1));
        await sys.write(1, name);
      };
      const first = sys.fork(async (child) => {
        child.sigaction(SIGUSR1, { handler: () => {}, flags: SA_RESTART });
        await read(child, "first");
        return 1;
      });
      await sys.sleep(1);
      const second = sys.fork((child) => read(child, "second").then(() => 2));
      await sys.sleep(1);
      await sys.kill(first, SIGUSR1);
      await sys.sleep(1);
      await sys.write(writeEnd, "x");
      expect((await sys.wait()).pid).toBe(second);
      await sys.write(writeEnd, "x");
      expect((await sys.wait()).pid).toBe(first);
    },
    { console: () => {} },
  );
});
