/** The line discipline: what is typed, what is shown, what is read. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from "../abi/poll.ts";
import { SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH } from "../abi/signal.ts";
import * as t from "../abi/termios.ts";
import { Scheduler } from "../base/scheduler.ts";
import { MasterEnd, SlaveEnd } from "./ends.ts";
import { TerminalRead } from "./reading.ts";
import { type JobControl, Terminal } from "./terminal.ts";
import { cfmakeraw, INITIAL_TERMIOS, parseTermios, type Termios } from "./termios.ts";

const task = { pid: 7, name: "test", uid: 0, gid: 0 };

/** A terminal with both ends open, and a keyboard and a screen to them. */
function newTerminal(settings: Partial<Termios> = {}) {
  const signals: number[] = [];
  let background: 0 | "EAGAIN" | "EIO" = 0;
  const asked: number[] = [];
  const jobs: JobControl = {
    check: (_task, _terminal, signo) => {
      asked.push(signo);
      return background;
    },
    signalGroup: (_pgid, signo) => void signals.push(signo),
    hangUp: () => {},
  };
  const scheduler = new Scheduler();
  const terminal = new Terminal(0, jobs, scheduler);
  terminal.foreground = 7;
  terminal.set(t.TCSANOW, { ...INITIAL_TERMIOS, ...settings });
  const master = new MasterEnd(terminal, () => {});
  const slave = new SlaveEnd(terminal);
  const text = (result: number | string, buffer: Uint8Array): string =>
    typeof result === "string" ? result : Buffer.from(buffer.subarray(0, result)).toString("latin1");
  return {
    terminal,
    master,
    slave,
    signals,
    asked,
    scheduler,
    stay: (where: 0 | "EAGAIN" | "EIO") => {
      background = where;
    },
    type: (keys: string | Uint8Array) => master.write(task, Buffer.from(keys as string, "latin1")),
    print: (output: string) => slave.write(task, Buffer.from(output, "latin1")),
    screen: () => {
      const buffer = new Uint8Array(20_000);
      return text(master.read(task, buffer), buffer);
    },
    read: (size = 20_000) => {
      const buffer = new Uint8Array(size);
      return text(slave.read(task, buffer), buffer);
    },
    /** A read that sleeps: each call is one more try. */
    sleeper: (size = 20_000) => {
      const buffer = new Uint8Array(size);
      const read = new TerminalRead(slave, task, buffer);
      return { tries: () => text(read.attempt(), buffer), withdraw: () => read.withdraw(), end: () => read.end() };
    },
    set: (flags: Partial<Termios>) => terminal.set(t.TCSANOW, { ...terminal.termios, ...flags }),
  };
}

const without = (...flags: number[]) => INITIAL_TERMIOS.lflag & ~flags.reduce((sum, flag) => sum | flag, 0);
const character = (place: number, value: number) => INITIAL_TERMIOS.cc.with(place, value);

describe("canonical mode", () => {
  test("gives lines, each read one, and shows what is typed", () => {
    const { type, read, screen } = newTerminal();
    type("ls");
    expect(read()).toBe("EAGAIN");
    type("\rpwd\n");
    expect(screen()).toBe("ls\r\npwd\r\n");
    expect([read(), read(), read()]).toEqual(["ls\n", "pwd\n", "EAGAIN"]);
  });

  test("gives a line in parts to whoever has not room for it", () => {
    const { type, read } = newTerminal();
    type("hello\n");
    expect([read(2), read(2), read(2), read(2)]).toEqual(["he", "ll", "o\n", "EAGAIN"]);
  });

  test("Ctrl-D gives what there is without an end, and at the beginning of a line the end of the file", () => {
    const { type, read, screen } = newTerminal();
    type("abc\x04\x04\n");
    expect([read(), read(), read(), read()]).toEqual(["abc", "", "\n", "EAGAIN"]);
    expect(screen()).toBe("abc\r\n");
  });

  test("an end-of-file right behind a full buffer belongs to what was read", () => {
    const { type, read } = newTerminal();
    type("abc\x04");
    expect([read(3), read(3)]).toEqual(["abc", "EAGAIN"]);
  });

  test("erases a character, a word, the line, and shows that", () => {
    const { type, read, screen } = newTerminal();
    type("ab\x7f\n");
    expect([screen(), read()]).toEqual(["ab\b \b\r\n", "a\n"]);
    type("one two.  \x17x\n");
    expect([screen(), read()]).toEqual([`one two.  ${"\b \b".repeat(6)}x\r\n`, "one x\n"]);
    type("abc\x15d\x7f\x7f\n");
    expect([screen(), read()]).toEqual([`abc${"\b \b".repeat(3)}d\b \b\r\n`, "\n"]);
  });

  test("erases control characters as they were shown, and tabs as far as they went", () => {
    const { type, screen } = newTerminal();
    type("\x01\x7f");
    expect(screen()).toBe("^A\b \b\b \b");
    type("ab\t\x7f");
    expect(screen()).toBe(`ab\t${"\b".repeat(6)}`);
  });

  test("without ECHOE shows the erase character itself, without ECHOKE the kill character", () => {
    const { type, screen } = newTerminal({ lflag: without(t.ECHOE, t.ECHOKE) });
    type("ab\x7f\x15");
    expect(screen()).toBe("ab^?^U\r\n");
  });

  test("VLNEXT takes the next character literally, VREPRINT shows the line again", () => {
    const { type, read, screen } = newTerminal();
    type("a\x16\x03\x12b\n");
    expect(screen()).toBe("a^\b^C^R\r\na^Cb\r\n");
    expect(read()).toBe("a\x03b\n");
  });

  test("with IUTF8 a whole character is erased", () => {
    const { type, read, terminal, screen } = newTerminal();
    terminal.set(t.TCSANOW, { ...INITIAL_TERMIOS, iflag: INITIAL_TERMIOS.iflag | t.IUTF8 });
    type(Buffer.from("aé\x7fb\n").toString("latin1"));
    expect(read()).toBe("ab\n");
    expect(screen()).toContain("\b \bb");
  });

  test("VEOL ends a line, too", () => {
    const { type, read } = newTerminal({ cc: character(t.VEOL, 0x3b) });
    type("a;b\n");
    expect([read(), read()]).toEqual(["a;", "b\n"]);
  });

  test("a line has 4096 bytes at the most: what comes beyond is lost, its end is not", () => {
    const { type, read } = newTerminal({ lflag: without(t.ECHO) });
    expect(type("x".repeat(5000))).toBe(5000);
    type("\n");
    expect(read()).toBe(`${"x".repeat(4095)}\n`);
    expect(read()).toBe("EAGAIN");
  });

  test("whole lines that nobody reads make the master wait", () => {
    const { type, read, master } = newTerminal({ lflag: without(t.ECHO) });
    const line = `${"x".repeat(99)}\n`;
    let lines = 0;
    while (type(line) === 100) lines++;
    expect(lines).toBeGreaterThan(80);
    expect(lines).toBeLessThan(130);
    expect(type(line)).toBe("EAGAIN");
    expect(master.poll() & POLLOUT).toBe(0);
    let read_ = 0;
    while (read() === line) read_++;
    expect(read_).toBe(lines);
    expect(master.poll() & POLLOUT).toBe(POLLOUT);
  });
});

describe("settings", () => {
  test("ECHO, ECHONL, ECHOCTL, ICRNL, INLCR, IGNCR", () => {
    const quiet = newTerminal({ lflag: without(t.ECHO) | t.ECHONL });
    quiet.type("ab\n");
    expect(quiet.screen()).toBe("\r\n");
    const bare = newTerminal({ lflag: without(t.ECHOCTL) });
    bare.type("\x01");
    expect(bare.screen()).toBe("\x01");
    const swapped = newTerminal({ iflag: t.INLCR, lflag: without(t.ICANON) });
    swapped.type("\n");
    expect(swapped.read()).toBe("\r");
    const ignoring = newTerminal({ iflag: t.IGNCR });
    ignoring.type("a\rb\n");
    expect(ignoring.read()).toBe("ab\n");
  });

  test("without OPOST only ^C and the way back over a tab move the column", () => {
    const { type, screen } = newTerminal({ oflag: 0, lflag: without() | t.ECHOKE });
    type("\x01\x7f");
    type("\t\x15a");
    expect(screen()).toBe(`^A\b \b\b \b\t${"\b".repeat(6)}a`);
  });

  test("OPOST: ONLCR, OCRNL, ONOCR, ONLRET, XTABS", () => {
    const shown = (oflag: number, output: string): string => {
      const made = newTerminal({ oflag });
      made.print(output);
      return made.screen();
    };
    expect(shown(t.OPOST | t.ONLCR, "a\nb")).toBe("a\r\nb");
    expect(shown(0, "a\nb")).toBe("a\nb");
    expect(shown(t.OPOST | t.OCRNL, "a\r")).toBe("a\n");
    expect(shown(t.OPOST | t.ONOCR, "\ra\r")).toBe("a\r");
    expect(shown(t.OPOST | t.XTABS, "ab\tc\t")).toBe(`ab${" ".repeat(6)}c${" ".repeat(7)}`);
  });

  test("raw: each byte is there at once, and nothing of it means anything", () => {
    const { type, read, screen, signals } = newTerminal(cfmakeraw(INITIAL_TERMIOS));
    type("a\x03\r\x04");
    expect([read(), screen(), signals]).toEqual(["a\x03\r\x04", "EAGAIN", []]);
  });

  test("MIN and TIME: so many bytes, or what is there when the time is over", () => {
    const raw = cfmakeraw(INITIAL_TERMIOS);
    const settings = (min: number, time: number) => ({ ...raw, cc: raw.cc.with(t.VMIN, min).with(t.VTIME, time) });
    const three = newTerminal(settings(3, 0));
    const reader = three.sleeper();
    three.type("ab");
    expect([three.slave.poll() & POLLIN, reader.tries()]).toEqual([0, "EAGAIN"]);
    three.type("c");
    expect(reader.tries()).toBe("abc");
    three.type("d");
    expect(three.read()).toBe("d");
    expect(newTerminal(settings(0, 0)).read()).toBe("");
    const timed = newTerminal(settings(3, 1));
    timed.type("ab");
    const patient = timed.sleeper();
    expect(patient.tries()).toBe("EAGAIN");
    expect(timed.scheduler.events.nextTimeNs).toBe(1e8);
    timed.scheduler.events.pop()?.action();
    expect(patient.tries()).toBe("ab");
    expect(newTerminal(settings(0, 5)).read()).toBe("EAGAIN");
    const large = newTerminal(settings(100, 0));
    large.type("x".repeat(150));
    expect(large.read(200)).toBe("x".repeat(64));
  });

  test("a change to raw makes what was typed readable, a change back makes a line of it", () => {
    const { type, read, set, terminal } = newTerminal();
    type("ab");
    set({ lflag: without(t.ICANON) });
    expect(read(1)).toBe("a");
    set({ lflag: INITIAL_TERMIOS.lflag });
    type("c\n");
    expect([read(), read()]).toEqual(["b", "c\n"]);
    type("lost\n");
    terminal.set(t.TCSAFLUSH, INITIAL_TERMIOS);
    expect(read()).toBe("EAGAIN");
  });

  test("settings that are none are refused", () => {
    expect(parseTermios(null, INITIAL_TERMIOS)).toBe("EFAULT");
    expect(parseTermios({ ...INITIAL_TERMIOS, iflag: "x" }, INITIAL_TERMIOS)).toBe("EINVAL");
    expect(parseTermios({ ...INITIAL_TERMIOS, cc: [256] }, INITIAL_TERMIOS)).toBe("EINVAL");
    expect(parseTermios({ ...INITIAL_TERMIOS, cc: [9] }, INITIAL_TERMIOS)).toMatchObject({ cc: character(0, 9) });
  });
});

describe("reads that sleep", () => {
  const raw = (min: number, time = 0) => {
    const { cc, ...flags } = cfmakeraw(INITIAL_TERMIOS);
    return { ...flags, cc: cc.with(t.VMIN, min).with(t.VTIME, time) };
  };

  test("keep the MIN with which they began, whatever is set meanwhile", () => {
    const { type, set, sleeper } = newTerminal(raw(3));
    const reader = sleeper();
    expect(reader.tries()).toBe("EAGAIN");
    set({ lflag: INITIAL_TERMIOS.lflag });
    type("x\n");
    expect(reader.tries()).toBe("EAGAIN");
    type("\x04yz\n");
    expect(reader.tries()).toBe("x\nyz\n");
    const inLines = newTerminal();
    const line = inLines.sleeper();
    expect(line.tries()).toBe("EAGAIN");
    inLines.type("a");
    inLines.set(raw(3));
    expect(line.tries()).toBe("a");
  });

  test("take what comes at once: nobody sees or flushes it any more, and a signal ends them with it", () => {
    const { type, slave, terminal, sleeper, read } = newTerminal(raw(3));
    const reader = sleeper();
    type("ab");
    expect(reader.tries()).toBe("EAGAIN");
    expect(slave.ioctl(task, 0x541b, undefined)).toBe(0);
    terminal.flushInput();
    reader.withdraw();
    expect([reader.tries(), read()]).toEqual(["ab", "EAGAIN"]);
  });

  test("take turns: who comes later waits, even with MIN 0, until the first has enough or is interrupted", () => {
    const { type, set, sleeper } = newTerminal(raw(3));
    const first = sleeper();
    expect(first.tries()).toBe("EAGAIN");
    set(raw(0));
    const second = sleeper();
    const third = sleeper();
    type("a");
    expect([second.tries(), first.tries(), third.tries()]).toEqual(["EAGAIN", "EAGAIN", "EAGAIN"]);
    first.withdraw();
    expect([second.tries(), third.tries(), first.tries()]).toEqual(["", "", "a"]);
    first.end();
    expect(first.tries()).toBe("");
  });

  test("with MIN 0 and a TIME wait so long, from when their turn came, and begin again after a signal", () => {
    const { sleeper, scheduler } = newTerminal(raw(0, 3));
    const reader = sleeper();
    expect([reader.tries(), scheduler.events.nextTimeNs]).toEqual(["EAGAIN", 3e8]);
    reader.withdraw();
    expect(scheduler.events.pop()).toBeUndefined();
    expect(reader.tries()).toBe("EAGAIN");
    scheduler.events.pop()?.action();
    expect(reader.tries()).toBe("");
  });

  test("hear that the other end is gone, where who comes later finds the end of the file", () => {
    const { master, sleeper, read } = newTerminal();
    const reader = sleeper();
    expect(reader.tries()).toBe("EAGAIN");
    master.release();
    expect([reader.tries(), read()]).toEqual(["EIO", ""]);
  });

  test("ask about the foreground when they begin, not when they wake", () => {
    const { type, stay, asked, sleeper } = newTerminal();
    const reader = sleeper();
    expect(reader.tries()).toBe("EAGAIN");
    stay("EAGAIN");
    type("a\n");
    expect([reader.tries(), asked]).toEqual(["a\n", [SIGTTIN]]);
  });
});

describe("what is echoed and finds no room", () => {
  test("waits for the next that is written or typed, once tcflow has started the output", () => {
    const { terminal, type, print, screen } = newTerminal();
    terminal.flow(t.TCOOFF);
    type("a");
    terminal.output.flush();
    terminal.flow(t.TCOON);
    expect(screen()).toBe("EAGAIN");
    print("W");
    expect(screen()).toBe("aW");
  });

  test("is shown when VSTART is typed, and when IXON is cleared", () => {
    const started = newTerminal();
    for (const keys of ["\x13", "a", "\x11"]) started.type(keys);
    expect(started.screen()).toBe("a");
    const freed = newTerminal();
    for (const keys of ["\x13", "a"]) freed.type(keys);
    freed.set({ iflag: INITIAL_TERMIOS.iflag & ~t.IXON });
    expect(freed.screen()).toBe("a");
  });

  test("is shown when anything is typed, with IXANY, be it literal", () => {
    const { type, set, screen } = newTerminal();
    for (const keys of ["\x13", "a", "\x16"]) type(keys);
    set({ iflag: INITIAL_TERMIOS.iflag | t.IXANY });
    type("b");
    expect(screen()).toBe("a^\bb");
  });

  test("a signal throws away what was shown of the same keys, even when VSTART has shown it", () => {
    const { type, screen } = newTerminal();
    type("ab\x11\x1c");
    expect(screen()).toBe("^\\");
  });

  test("loses the oldest beyond its bound", () => {
    const { terminal, type, print, screen } = newTerminal();
    terminal.flow(t.TCOOFF);
    for (let line = 0; line < 40; line++) type(`${String.fromCharCode(97 + (line % 26)).repeat(99)}\n`);
    terminal.flow(t.TCOON);
    print("W");
    // Measured on Linux.
    const shown = screen();
    expect([shown.length, shown[0]]).toEqual([3772, "c"]);
  });
});

describe("columns", () => {
  const bare = { oflag: 0 };

  test("without OPOST, VREPRINT does not begin the line anew, and VKILL goes back as far as tabs went", () => {
    const { type, screen } = newTerminal(bare);
    type("a\t\x12");
    screen();
    type("\x7f");
    expect(screen()).toBe("\b".repeat(7));
    const { type: typeTo, screen: screenOf } = newTerminal(bare);
    typeTo("\x01\t\x15");
    expect(screenOf()).toBe(`^A\t${"\b".repeat(6)}${"\b \b".repeat(2)}`);
  });

  test("bytes that continue a character take none with IUTF8, and one without", () => {
    const shown = (iflag: number) => {
      const { type, screen } = newTerminal({ iflag });
      type("\xc3\xa9\t\x7f");
      return screen().split("\t")[1]?.length;
    };
    expect([shown(INITIAL_TERMIOS.iflag), shown(INITIAL_TERMIOS.iflag | t.IUTF8)]).toEqual([6, 7]);
  });

  test("with IUTF8 what continues nothing can't be erased", () => {
    const { type, read } = newTerminal({ iflag: INITIAL_TERMIOS.iflag | t.IUTF8 });
    type("\xa9\x7f\n");
    expect(read()).toBe("\xa9\n");
  });
});

describe("signals and flow", () => {
  test("Ctrl-C, Ctrl-\\ and Ctrl-Z signal the foreground and throw away what was typed", () => {
    const { type, read, screen, signals } = newTerminal();
    for (const key of "abc\x03d\x1ce\x1af\n") type(key);
    expect(signals).toEqual([SIGINT, SIGQUIT, SIGTSTP]);
    expect(screen()).toBe("abc^Cd^\\e^Zf\r\n");
    expect(read()).toBe("f\n");
  });

  test("a signal among what is typed at once throws away what was to be shown of it, too", () => {
    const { type, read, screen } = newTerminal();
    type("abc\x03d\n");
    expect([screen(), read()]).toEqual(["^Cd\r\n", "d\n"]);
  });

  test("NOFLSH keeps it, and without ISIG they mean nothing", () => {
    const keeping = newTerminal({ lflag: INITIAL_TERMIOS.lflag | t.NOFLSH });
    keeping.type("a\x03b\n");
    expect([keeping.read(), keeping.signals]).toEqual(["ab\n", [SIGINT]]);
    const deaf = newTerminal({ lflag: without(t.ISIG) });
    deaf.type("a\x03\n");
    expect([deaf.read(), deaf.signals]).toEqual(["a\x03\n", []]);
  });

  test("Ctrl-S stops output, which waits, and Ctrl-Q starts it", () => {
    const { type, print, screen, slave } = newTerminal();
    type("\x13");
    expect([print("x"), slave.poll() & POLLOUT]).toEqual(["EAGAIN", 0]);
    type("ab");
    expect(screen()).toBe("EAGAIN");
    type("\x11");
    expect([print("x"), screen()]).toEqual([1, "abx"]);
  });

  test("a writer whom nobody reads has to wait, and goes on when somebody does", () => {
    const { print, screen, slave } = newTerminal();
    let written = 0;
    for (let count = print("y".repeat(1000)); typeof count === "number"; count = print("y".repeat(1000)))
      written += count;
    expect(written).toBeGreaterThan(4096);
    expect(written).toBeLessThan(16_384);
    expect(slave.poll() & POLLOUT).toBe(0);
    let shown = 0;
    for (let part = screen(); part !== "EAGAIN"; part = screen()) shown += part.length;
    expect([shown, slave.poll() & POLLOUT]).toEqual([written, POLLOUT]);
  });

  test("tcflow: TCIOFF and TCION send the other side what stops and starts it", () => {
    const { terminal, screen, print } = newTerminal();
    terminal.flow(t.TCIOFF);
    terminal.flow(t.TCION);
    expect(screen()).toBe("\x13\x11");
    terminal.flow(t.TCOOFF);
    expect(print("x")).toBe("EAGAIN");
    terminal.flow(t.TCOON);
    expect(print("x")).toBe(1);
    expect(terminal.flow(9)).toBe("EINVAL");
  });

  test("a new size of the window is told to the foreground, once", () => {
    const { terminal, signals } = newTerminal();
    terminal.resize({ rows: 24, columns: 80 });
    terminal.resize({ rows: 24, columns: 80 });
    expect(signals).toEqual([SIGWINCH]);
  });

  test("in the background reading is asked about, writing only with TOSTOP", () => {
    const { stay, read, print, set, asked } = newTerminal();
    stay("EAGAIN");
    expect([read(), print("x")]).toEqual(["EAGAIN", 1]);
    stay("EIO");
    set({ lflag: INITIAL_TERMIOS.lflag | t.TOSTOP });
    expect([read(), print("x")]).toEqual(["EIO", "EIO"]);
    expect(asked).toEqual([SIGTTIN, SIGTTIN, SIGTTOU]);
  });
});

describe("the ends", () => {
  test("when the slave is closed the master reads what is left, and then EIO, until it is opened again", () => {
    const { slave, master, print, screen, terminal } = newTerminal();
    print("bye");
    slave.release();
    expect(master.poll()).toBe(POLLIN | POLLOUT | POLLHUP);
    expect([screen(), screen()]).toEqual(["bye", "EIO"]);
    new SlaveEnd(terminal);
    expect(screen()).toBe("EAGAIN");
  });

  test("when the master is closed the slave is hung up", () => {
    const { slave, master, read, print } = newTerminal();
    master.release();
    expect([read(), print("x"), slave.poll()]).toEqual(["", "EIO", POLLIN | POLLOUT | POLLERR | POLLHUP]);
  });
});

test("whatever is typed in whatever mode: nothing is invented, and nothing grows beyond its bounds", () => {
  const flags = fc.integer({ min: 0, max: 0xffff });
  const keys = fc.uint8Array({ maxLength: 300 });
  const step = fc.oneof(keys, fc.record({ iflag: flags, oflag: flags, lflag: fc.integer({ min: 0, max: 0x1ffff }) }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { type, read, screen, set, terminal } = newTerminal();
      let typed = 0;
      let got = 0;
      for (const action of steps) {
        if (action instanceof Uint8Array) {
          const count = type(action);
          typed += typeof count === "number" ? count : 0;
        } else {
          set(action);
        }
        if (terminal.buffer.length > 4096) throw new Error("the input is larger than its bound");
        const line = read(100);
        if (line !== "EAGAIN") got += line.length;
        screen();
      }
      expect(got).toBeLessThanOrEqual(typed);
    }),
    { numRuns: 100 },
  );
});
