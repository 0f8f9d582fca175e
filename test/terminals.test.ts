/** Terminals and job control, through system calls: sessions, the foreground, who is stopped, and hang-ups. */

import {
  cfmakeraw,
  ECHO,
  F_SETFL,
  FIONREAD,
  ICANON,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDWR,
  O_WRONLY,
  POLLHUP,
  POLLIN,
  POLLOUT,
  type Program,
  SIG_IGN,
  SIGCONT,
  SIGHUP,
  SIGINT,
  SIGKILL,
  SIGTTIN,
  SIGTTOU,
  SIGWINCH,
  type Sys,
  SystemError,
  TCIFLUSH,
  TCIOFF,
  TCION,
  TCOFLUSH,
  TCOOFF,
  TCOON,
  TCSANOW,
  TIOCGWINSZ,
  TIOCOUTQ,
  TIOCSWINSZ,
  TOSTOP,
  WIFSIGNALED,
  WIFSTOPPED,
  WSTOPSIG,
  WTERMSIG,
  WUNTRACED,
} from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function read(sys: Sys, fd: number, size = 1000): Promise<string> {
  const buffer = new Uint8Array(size);
  return text(buffer.subarray(0, await sys.read(fd, buffer)));
}

async function code(work: () => unknown): Promise<string> {
  try {
    await work();
    return "fine";
  } catch (error) {
    if (error instanceof SystemError) return error.code;
    throw error;
  }
}

/** Runs a session on a new terminal: its leader, with the slave as descriptor 3, and the keyboard on descriptor 4. */
async function session(
  leader: Program,
  after?: (sys: Sys, master: number, pid: number) => Promise<void>,
): Promise<void> {
  await runProgram(async (sys) => {
    const { master, slave } = sys.openpty();
    const pid = sys.fork(async (child) => {
      child.dup2(slave, 9);
      child.dup2(master, 8);
      for (const fd of [master, slave]) if (fd < 8) child.close(fd);
      child.setsid();
      child.tiocsctty(9);
      return leader(child);
    });
    sys.close(slave);
    if (after !== undefined) await after(sys, master, pid);
    else await sys.waitpid(pid);
  });
}
const TTY = 9;
const KEYBOARD = 8;

describe("making terminals", () => {
  test("posix_openpt, unlockpt, ptsname, and opening the slave by its name", () =>
    runProgram(async (sys) => {
      const master = sys.posixOpenpt(O_RDWR | O_NOCTTY);
      const name = sys.ptsname(master);
      expect(name).toBe("/dev/pts/0");
      expect(await code(() => sys.open(name, O_RDWR))).toBe("EIO");
      sys.grantpt(master);
      sys.unlockpt(master);
      const slave = await sys.open(name, O_RDWR | O_NOCTTY);
      expect([sys.isatty(slave), sys.isatty(master), sys.ttyname(slave)]).toEqual([true, true, name]);
      expect(sys.readdir("/dev/pts")).toEqual(["0"]);
      await sys.write(slave, "hello\n");
      expect(await read(sys, master)).toBe("hello\r\n");
      sys.close(master);
      expect(sys.readdir("/dev/pts")).toEqual([]);
      expect(await code(() => sys.open(name, O_RDWR))).toBe("ENOENT");
    }));

  test("ioctl: what can be read, and the window", () =>
    runProgram(async (sys) => {
      const { master, slave } = sys.openpty();
      await sys.write(master, "line\nmore");
      expect([sys.ioctl(slave, FIONREAD), sys.ioctl(master, FIONREAD)]).toEqual([5, 10]);
      sys.ioctl(master, TIOCSWINSZ, { rows: 5, columns: 9 });
      expect(sys.ioctl(slave, TIOCGWINSZ)).toEqual({ rows: 5, columns: 9 });
      expect(sys.ioctl(slave, TIOCOUTQ)).toBe(0);
      expect(await code(() => sys.ioctl(slave, 0x9999))).toBe("ENOTTY");
    }));

  test("a second terminal has the next number, and numbers are used again", () =>
    runProgram(async (sys) => {
      const first = sys.openpty();
      const second = sys.openpty(undefined, { rows: 24, columns: 80 });
      expect([first.name, second.name]).toEqual(["/dev/pts/0", "/dev/pts/1"]);
      expect(sys.tcgetwinsize(second.slave)).toEqual({ rows: 24, columns: 80 });
      sys.close(first.master);
      expect(sys.openpty().name).toBe("/dev/pts/0");
    }));

  test("what is no terminal is ENOTTY, what is not open EBADF", () =>
    runProgram(async (sys) => {
      const [end] = sys.pipe();
      for (const call of [
        () => sys.tcgetattr(end),
        () => sys.tcsetattr(end, TCSANOW, cfmakeraw(sys.tcgetattr(end))),
        () => sys.ttyname(end),
        () => sys.ptsname(end),
        () => sys.tcgetpgrp(end),
        () => sys.tcflush(end, TCIFLUSH),
        () => sys.loginTty(end),
      ]) {
        expect(await code(call)).toBe("ENOTTY");
      }
      expect([await code(() => sys.tcgetattr(77)), sys.isatty(end), sys.isatty(77), sys.isatty(0)]).toEqual([
        "EBADF",
        false,
        false,
        false,
      ]);
      const { slave } = sys.openpty();
      expect(await code(() => sys.tcsetattr(slave, 9, sys.tcgetattr(slave)))).toBe("EINVAL");
      expect(await code(() => sys.tcflush(slave, 9))).toBe("EINVAL");
      expect(await code(() => sys.posixOpenpt(O_RDWR | 0o100))).toBe("EINVAL");
    }));

  test("poll tells of both ends, and of a hang-up", () =>
    runProgram(async (sys) => {
      const { master, slave } = sys.openpty();
      const watched = [
        { fd: master, events: POLLIN, revents: 0 },
        { fd: slave, events: POLLIN, revents: 0 },
      ];
      expect(await sys.poll(watched, 0)).toBe(0);
      await sys.write(master, "x\n");
      expect(await sys.poll(watched)).toBe(2);
      expect(watched.map(({ revents }) => revents)).toEqual([POLLIN, POLLIN]);
      sys.close(master);
      await sys.poll(watched.slice(1));
      expect((watched[1] as { revents: number }).revents & POLLHUP).toBe(POLLHUP);
    }));

  test("VTIME ends a read in virtual time", () =>
    runProgram(async (sys) => {
      const { slave } = sys.openpty();
      const raw = cfmakeraw(sys.tcgetattr(slave));
      await sys.tcsetattr(slave, TCSANOW, { ...raw, cc: raw.cc.with(6, 0).with(5, 7) });
      expect(await read(sys, slave)).toBe("");
      expect(sys.clockGettime("CLOCK_MONOTONIC").nanoseconds).toBe(700_000_000);
      sys.fcntl(slave, F_SETFL, O_NONBLOCK);
      expect(await code(() => read(sys, slave))).toBe("EAGAIN");
    }));
});

describe("the controlling terminal", () => {
  test("a session's leader gets it by opening, unless it says O_NOCTTY; its children inherit it", () =>
    runProgram(async (sys) => {
      const { name, master } = sys.openpty();
      const pid = sys.fork(async (child) => {
        expect(await code(() => child.open("/dev/tty", O_RDWR))).toBe("ENXIO");
        child.setsid();
        const quiet = await child.open(name, O_RDWR | O_NOCTTY);
        expect(await code(() => child.tcgetpgrp(quiet))).toBe("ENOTTY");
        await child.open(name, O_WRONLY);
        expect(await code(() => child.tcgetpgrp(quiet))).toBe("ENOTTY");
        await child.open(name, O_RDWR);
        expect([child.tcgetpgrp(quiet), child.tcgetsid(quiet)]).toEqual([child.getpid(), child.getpid()]);
        expect(child.tcgetpgrp(master)).toBe(child.getpid());
        const own = await child.open(child.ctermid(), O_RDWR);
        expect(child.ttyname(own)).toBe("/dev/tty");
        await child.waitpid(child.fork(async (grandchild) => void (await grandchild.write(own, "inherited\n"))));
      });
      expect(await read(sys, master)).toBe("inherited\r\n");
      await sys.waitpid(pid);
    }));

  test("one session has it at a time; TIOCNOTTY gives it up, with SIGHUP for the foreground", () =>
    session(async (sys) => {
      expect(await code(() => sys.tiocsctty(TTY))).toBe("fine");
      const other = sys.fork(async (child) => {
        expect(await code(() => child.tiocsctty(TTY))).toBe("EPERM");
        child.setsid();
        expect(await code(() => child.tiocsctty(TTY))).toBe("EPERM");
        child.tiocsctty(TTY, true);
        expect(child.tcgetsid(TTY)).toBe(child.getpid());
        child.tiocnotty(TTY);
        expect(await code(() => child.tcgetsid(TTY))).toBe("ENOTTY");
      });
      const { status } = await sys.waitpid(other);
      expect([WIFSIGNALED(status), WTERMSIG(status)]).toEqual([true, SIGHUP]);
      expect(await code(() => sys.tcgetpgrp(TTY))).toBe("ENOTTY");
    }));

  test("the keyboard signals the foreground group only", () =>
    session(async (sys) => {
      const asleep = async (child: Sys) => void (await child.sleep(100));
      const [front, back] = [sys.fork(asleep), sys.fork(asleep)];
      for (const pid of [front, back]) sys.setpgid(pid, pid);
      await sys.tcsetpgrp(TTY, front);
      await sys.write(KEYBOARD, "\x03");
      const { status } = await sys.waitpid(front);
      expect(WTERMSIG(status)).toBe(SIGINT);
      await sys.kill(back, SIGKILL);
      expect(WTERMSIG((await sys.waitpid(back)).status)).toBe(SIGKILL);
    }));

  test("tcflow at the master stops what is typed, and types the characters that stop and start the output", () =>
    session(async (sys) => {
      const mayType = () => sys.poll([{ fd: KEYBOARD, events: POLLOUT, revents: 0 }], 0);
      sys.fcntl(KEYBOARD, F_SETFL, O_NONBLOCK);
      await sys.tcflow(KEYBOARD, TCOOFF);
      expect([await mayType(), await code(() => sys.write(KEYBOARD, "a\n"))]).toEqual([0, "EAGAIN"]);
      await sys.tcflow(KEYBOARD, TCOON);
      expect([await mayType(), await sys.write(KEYBOARD, "a\n")]).toEqual([1, 2]);
      await sys.tcflow(KEYBOARD, TCIOFF);
      sys.fcntl(TTY, F_SETFL, O_NONBLOCK);
      expect(await code(() => sys.write(TTY, "x"))).toBe("EAGAIN");
      await sys.tcflow(KEYBOARD, TCION);
      expect(await sys.write(TTY, "x")).toBe(1);
      expect(await code(() => sys.tcflow(KEYBOARD, 9))).toBe("EINVAL");
    }));

  test("what tcflow stops no key starts again, and what a key stops tcflow does not", () =>
    session(async (sys) => {
      sys.fcntl(TTY, F_SETFL, O_NONBLOCK);
      const print = () => code(() => sys.write(TTY, "x"));
      await sys.tcflow(TTY, TCOOFF);
      await sys.write(KEYBOARD, "\x11");
      expect(await print()).toBe("EAGAIN");
      await sys.tcflow(TTY, TCOON);
      expect(await print()).toBe("fine");
      await sys.write(KEYBOARD, "\x13");
      await sys.tcflow(TTY, TCOON);
      expect(await print()).toBe("EAGAIN");
      await sys.write(KEYBOARD, "\x11");
      expect(await print()).toBe("fine");
    }));

  test("tcflush at the master leaves what the line discipline has taken in", () =>
    session(async (sys) => {
      await sys.write(KEYBOARD, "a");
      await sys.tcflush(KEYBOARD, TCOFLUSH);
      await sys.write(KEYBOARD, "b\n");
      expect(await read(sys, TTY)).toBe("ab\n");
    }));

  test("a read that is told meanwhile not to wait answers EAGAIN when a signal interrupts it", () =>
    session(async (sys) => {
      sys.sigaction(SIGHUP, { handler: () => {} });
      const waiting = code(() => sys.read(TTY, new Uint8Array(10)));
      sys.fcntl(TTY, F_SETFL, O_NONBLOCK);
      await sys.raise(SIGHUP);
      sys.fork(async (child) => child.kill(child.getppid(), SIGHUP));
      expect(await waiting).toBe("EAGAIN");
      sys.fcntl(TTY, F_SETFL, 0);
    }));

  test("tcsetpgrp refuses what is no group of the session", () =>
    session(async (sys) => {
      expect(await code(() => sys.tcsetpgrp(TTY, -1))).toBe("EINVAL");
      expect(await code(() => sys.tcsetpgrp(TTY, 9999))).toBe("ESRCH");
      expect(await code(() => sys.tcsetpgrp(TTY, 1))).toBe("EPERM");
    }));

  test("tcsetpgrp takes the number of a process that leads no group, as Linux does", () =>
    session(async (sys) => {
      const inSession = sys.fork((child) => child.pause());
      const outside = sys.fork((child) => {
        child.setsid();
        return child.fork((grandchild) => grandchild.pause()) > 0 ? child.pause() : 1;
      });
      await sys.sleep(1);
      expect(await code(() => sys.tcsetpgrp(TTY, outside + 1))).toBe("EPERM");
      sys.signal(SIGTTOU, SIG_IGN);
      await sys.tcsetpgrp(TTY, inSession);
      expect(sys.tcgetpgrp(TTY)).toBe(inSession);
      for (const pid of [inSession, outside, outside + 1]) await sys.kill(pid, SIGKILL);
    }));

  test("SIGWINCH tells the foreground that the window has changed", () =>
    session(async (sys) => {
      const sizes: unknown[] = [];
      sys.signal(SIGWINCH, (_signo, _info, self) => void sizes.push(self.tcgetwinsize(TTY)));
      sys.tcsetwinsize(KEYBOARD, { rows: 30, columns: 100 });
      sys.tcsetwinsize(KEYBOARD, { rows: 30, columns: 100 });
      expect(sizes).toEqual([{ rows: 30, columns: 100 }]);
      expect(await code(() => sys.tcsetwinsize(TTY, { rows: -1, columns: 1 }))).toBe("EINVAL");
    }));
});

describe("in the background", () => {
  /** A child in a group of its own, in the background. */
  function background(sys: Sys, program: Program): number {
    const pid = sys.fork(program);
    sys.setpgid(pid, pid);
    return pid;
  }

  test("who reads is stopped by SIGTTIN, and reads when it is continued in the foreground", () =>
    session(async (sys) => {
      const got: string[] = [];
      const pid = background(sys, async (child) => void got.push(await read(child, TTY)));
      const stopped = await sys.waitpid(pid, WUNTRACED);
      expect([WIFSTOPPED(stopped.status), WSTOPSIG(stopped.status)]).toEqual([true, SIGTTIN]);
      // Continued where it is, it is stopped again.
      await sys.kill(pid, SIGCONT);
      expect(WSTOPSIG((await sys.waitpid(pid, WUNTRACED)).status)).toBe(SIGTTIN);
      await sys.tcsetpgrp(TTY, pid);
      await sys.kill(pid, SIGCONT);
      await sys.write(KEYBOARD, "line\n");
      await sys.waitpid(pid);
      expect(got).toEqual(["line\n"]);
    }));

  test("who blocks or ignores SIGTTIN gets EIO, and so does an orphaned group", () =>
    session(async (sys) => {
      const told: string[] = [];
      await sys.waitpid(
        background(sys, async (child) => {
          child.signal(SIGTTIN, SIG_IGN);
          told.push(await code(() => read(child, TTY)));
        }),
      );
      // The middle process leads the group and ends: nobody is left who could continue it.
      await sys.waitpid(
        background(sys, (middle) => {
          middle.fork(async (orphan) => {
            await orphan.sleep(1);
            told.push(await code(() => read(orphan, TTY)));
            told.push(await code(() => orphan.tcsetattr(TTY, TCSANOW, orphan.tcgetattr(TTY))));
            told.push(await code(() => orphan.tcsetpgrp(TTY, orphan.getpgrp())));
          });
        }),
      );
      await sys.sleep(2);
      expect(told).toEqual(["EIO", "EIO", "EIO", "ENOTTY"]);
    }));

  test("a handler of SIGTTIN makes the read EINTR", () =>
    session(async (sys) => {
      let told = "";
      const pid = background(sys, async (child) => {
        child.sigaction(SIGTTIN, { handler: () => {} });
        told = await code(() => read(child, TTY));
      });
      await sys.waitpid(pid);
      expect(told).toBe("EINTR");
    }));

  test("who writes goes on, with TOSTOP it is stopped by SIGTTOU, and who ignores that writes", () =>
    session(async (sys) => {
      const write = async (child: Sys) => void (await child.write(TTY, "x"));
      expect((await sys.waitpid(background(sys, write))).status).toBe(0);
      const settings = sys.tcgetattr(TTY);
      await sys.tcsetattr(TTY, TCSANOW, { ...settings, lflag: settings.lflag | TOSTOP });
      const pid = background(sys, write);
      expect(WSTOPSIG((await sys.waitpid(pid, WUNTRACED)).status)).toBe(SIGTTOU);
      await sys.tcsetpgrp(TTY, pid);
      await sys.kill(pid, SIGCONT);
      expect((await sys.waitpid(pid)).status).toBe(0);
      const ignoring = background(sys, async (child) => {
        child.signal(SIGTTOU, SIG_IGN);
        await child.write(TTY, "y");
      });
      expect((await sys.waitpid(ignoring)).status).toBe(0);
    }));

  test("who changes the terminal is stopped by SIGTTOU, and the change is made when it goes on in the foreground", () =>
    session(async (sys) => {
      const pid = background(sys, async (child) => {
        const settings = child.tcgetattr(TTY);
        await child.tcsetattr(TTY, TCSANOW, { ...settings, lflag: settings.lflag & ~(ECHO | ICANON) });
      });
      expect(WSTOPSIG((await sys.waitpid(pid, WUNTRACED)).status)).toBe(SIGTTOU);
      expect(sys.tcgetattr(TTY).lflag & ECHO).toBe(ECHO);
      await sys.tcsetpgrp(TTY, pid);
      await sys.kill(pid, SIGCONT);
      expect((await sys.waitpid(pid)).status).toBe(0);
      expect(sys.tcgetattr(TTY).lflag & ECHO).toBe(0);
    }));

  test("a shell that takes the foreground back ignores SIGTTOU meanwhile", () =>
    session(async (sys) => {
      const pid = background(sys, async (child) => void (await child.sleep(1)));
      await sys.tcsetpgrp(TTY, pid);
      sys.signal(SIGTTOU, SIG_IGN);
      await sys.tcsetpgrp(TTY, sys.getpgrp());
      expect(sys.tcgetpgrp(TTY)).toBe(sys.getpgrp());
      await sys.waitpid(pid);
    }));
});

describe("hang-up", () => {
  test("the leader gets SIGHUP when the master is closed, reads an end, and writes EIO", () => {
    const told: string[] = [];
    return session(
      async (sys) => {
        sys.sigaction(SIGHUP, { handler: () => void told.push("SIGHUP") });
        sys.close(KEYBOARD);
        told.push(await code(() => sys.pause()));
        told.push(`read ${await read(sys, TTY)}`);
        told.push(await code(() => sys.write(TTY, "x")));
        told.push(await code(() => sys.tcgetattr(TTY)));
      },
      async (sys, master, pid) => {
        await sys.sleep(1);
        sys.close(master);
        await sys.waitpid(pid);
        expect(told).toEqual(["SIGHUP", "EINTR", "read ", "EIO", "EIO"]);
      },
    );
  });

  test("when the leader ends the foreground gets SIGHUP, and stopped jobs SIGHUP and SIGCONT", async () => {
    const { world, alice } = oneHost();
    const ends: string[] = [];
    const job = (name: string) => async (sys: Sys) => {
      sys.sigaction(SIGHUP, {
        handler: (signo) => {
          ends.push(`${name} ${signo}`);
          void sys.exit(0);
        },
      });
      if (name === "stopped") await sys.raise(19);
      await sys.sleep(100);
    };
    const leader: Program = async (sys) => {
      const { slave } = sys.openpty();
      sys.setsid();
      sys.tiocsctty(slave);
      const pids = ["front", "stopped", "back"].map((name) => sys.fork(job(name)));
      for (const pid of pids) sys.setpgid(pid, pid);
      await sys.tcsetpgrp(slave, pids[0] as number);
      await sys.sleep(1);
    };
    alice.spawn("parent", async (sys) => void (await sys.waitpid(sys.fork(leader))));
    await world.run({ until: "5s" });
    expect(ends.sort()).toEqual(["front 1", "stopped 1"]);
  });

  test("the master reads EIO when the session has ended", () =>
    runProgram(async (sys) => {
      const { master, slave } = sys.openpty();
      sys.fork(async (child) => {
        child.close(master);
        child.loginTty(slave);
        await child.write(1, "bye\n");
      });
      sys.close(slave);
      expect(await read(sys, master)).toBe("bye\r\n");
      expect(await code(() => read(sys, master))).toBe("EIO");
    }));
});
