/** Scenes about terminals and job control. Read first: termios(3), tty(4), pty(7). */
import { O_NONBLOCK, POLLIN, POLLOUT, SIGCONT, SIGUSR1, TCIFLUSH, TCOOFF, TCOON, TCSANOW, TOSTOP } from "netloom";
import { close, fcntl, poll, read, write } from "../calls/descriptors.ts";
import { setpgid, setsid } from "../calls/jobs.ts";
import { exit, fork, waitpid } from "../calls/processes.ts";
import { kill, sigaction } from "../calls/signals.ts";
import {
  BEGIN,
  countInput,
  flow,
  flush,
  getForeground,
  makeControlling,
  openMaster,
  openSlave,
  type Settings,
  setForeground,
  setSettings,
  unlock,
} from "../calls/terminals.ts";
import { received } from "../memory.ts";
import { ends, goesOn, p0, p1, p2, type Suite, scene, stops, waits } from "../scene.ts";

const [MASTER, SLAVE, ROOM] = [3, 4, 60];
const open = [p0(openMaster(), "3"), p0(unlock(MASTER), "0"), p0(openSlave(MASTER), "4")];
const begin = [...open, p0(fork(1), "p1")];
const got = (text: string): string => received(text, 0, text.length, ROOM);
const inBytes = (min: number): Settings => ({ ...BEGIN, lflag: 0, min });
const inLines: Settings = { ...BEGIN, min: 1 };
/** The second process leads the session of the terminal, and has a child. */
const session = [
  ...begin,
  p1(setsid(), "p1"),
  p1(makeControlling(SLAVE), "0"),
  p1(fork(2), "p2"),
  p1(setpgid("p2", 0), "0"),
];

export const terminals: Suite = {
  subject: "terminals",
  scenes: [
    scene("a line comes when its end is typed, and is shown as it is typed", [
      ...begin,
      p0(read(SLAVE, ROOM), waits),
      p1(write(MASTER, "lz\x7fs"), "4"),
      p1(read(MASTER, ROOM), got("lz\b \bs")),
      p1(write(MASTER, "\r"), "1", { p0: got("ls\n") }),
      p1(read(MASTER, ROOM), got("\r\n")),
    ]),
    scene("Ctrl-D ends the file, or a line without its end", [
      ...begin,
      p0(write(MASTER, "\x04a\x04b"), "4"),
      p0(read(SLAVE, ROOM), "0 bytes"),
      p0(read(SLAVE, ROOM), got("a")),
      p0(read(SLAVE, ROOM), waits),
    ]),
    scene("a tab that is erased without OPOST goes back as far as it went", [
      ...begin,
      p0(setSettings(SLAVE, TCSANOW, { ...BEGIN, oflag: 0, min: 1 }), "0"),
      p0(write(MASTER, "\x01\t\x15"), "3"),
      p0(read(MASTER, ROOM), got(`^A\t${"\b".repeat(6)}${"\b \b".repeat(2)}`)),
      p0(write(MASTER, "a\t\x12\x7f"), "4"),
      p0(read(MASTER, ROOM), got(`a\t^R\na\t${"\b".repeat(7)}`)),
    ]),
    scene("a read without lines keeps the MIN with which it began", [
      ...begin,
      p0(setSettings(SLAVE, TCSANOW, inBytes(3)), "0"),
      p0(read(SLAVE, ROOM), waits),
      p1(setSettings(SLAVE, TCSANOW, inLines), "0"),
      p1(write(MASTER, "x\n"), "2"),
      p1(write(MASTER, "\x04"), "1"),
      p1(write(MASTER, "y\n"), "2", { p0: got("x\ny\n") }),
    ]),
    scene("a read in lines that sleeps takes what there is when the lines are given up", [
      ...begin,
      p0(read(SLAVE, ROOM), waits),
      p1(write(MASTER, "a"), "1"),
      p1(setSettings(SLAVE, TCSANOW, inBytes(3)), "0", { p0: got("a") }),
    ]),
    scene("what a read has taken is its own, and a signal ends it with that", [
      p0(sigaction(SIGUSR1, "handler"), "0"),
      ...begin,
      p0(setSettings(SLAVE, TCSANOW, inBytes(3)), "0"),
      p0(read(SLAVE, ROOM), waits),
      p1(write(MASTER, "ab"), "2"),
      p1(countInput(SLAVE), "0"),
      p1(flush(SLAVE, TCIFLUSH), "0"),
      p1(kill("p0", SIGUSR1), "0", { p0: got("ab") }),
    ]),
    scene("one read at a time looks for input: with MIN 0, too, and for nothing at all", [
      ...begin,
      p0(fork(2), "p2"),
      p0(read(SLAVE, ROOM), waits),
      p1(setSettings(SLAVE, TCSANOW, inBytes(0)), "0"),
      p1(read(SLAVE, ROOM), waits),
      p2(write(MASTER, "a"), "1", { p0: got("a"), p1: "0 bytes" }),
      p0(setSettings(SLAVE, TCSANOW, inBytes(1)), "0"),
      p0(read(SLAVE, ROOM), waits),
      p1(read(SLAVE, 0), waits),
      p2(fcntl(SLAVE, "F_SETFL", O_NONBLOCK), "0"),
      p2(read(SLAVE, ROOM), "EAGAIN"),
      p2(write(MASTER, "b"), "1", { p0: got("b"), p1: "0 bytes" }),
    ]),
    scene("who sleeps in a read when the master is closed hears of it, who comes later finds the end", [
      ...begin,
      p1(close(MASTER), "0"),
      p1(read(SLAVE, ROOM), waits),
      p0(close(MASTER), "0", { p1: "EIO" }),
      p1(read(SLAVE, ROOM), "0 bytes"),
    ]),
    scene("poll() goes by the MIN of now", [
      ...begin,
      p0(setSettings(SLAVE, TCSANOW, inBytes(3)), "0"),
      p0(write(MASTER, "ab"), "2"),
      p0(poll([{ fd: SLAVE, events: POLLIN | POLLOUT }], 0), `1 ready: ${POLLOUT}`),
      p0(setSettings(SLAVE, TCSANOW, inBytes(2)), "0"),
      p0(poll([{ fd: SLAVE, events: POLLIN | POLLOUT }], 0), `1 ready: ${POLLIN | POLLOUT}`),
    ]),
    scene("what is echoed while output is stopped waits for the next that is written", [
      ...begin,
      p0(flow(SLAVE, TCOOFF), "0"),
      p0(write(MASTER, "a"), "1"),
      p0(flow(SLAVE, TCOON), "0"),
      p1(read(MASTER, ROOM), waits),
      p0(write(SLAVE, "W"), "1", { p1: got("aW") }),
    ]),
    scene("who sleeps in a write and should not wait any more hears of it when it wakes and finds no room", [
      ...begin,
      p0(flow(SLAVE, TCOOFF), "0"),
      p0(write(SLAVE, "x"), waits),
      p1(fcntl(SLAVE, "F_SETFL", O_NONBLOCK), "0"),
      p1(setSettings(SLAVE, TCSANOW, inLines), "0", { p0: "EAGAIN" }),
    ]),
    scene("a write that finds no room wakes nobody at the other end", [
      ...begin,
      p0(fork(2), "p2"),
      p0(flow(SLAVE, TCOOFF), "0"),
      p0(read(MASTER, ROOM), waits),
      p1(fcntl(MASTER, "F_SETFL", O_NONBLOCK), "0"),
      p1(write(SLAVE, "x"), waits),
      p2(flow(SLAVE, TCOON), "0", { p0: got("x"), p1: "1" }),
    ]),
    scene("one write at a time: who comes later is not asked whether it is in the background", [
      ...session,
      p1(setSettings(SLAVE, TCSANOW, { ...inLines, lflag: inLines.lflag | TOSTOP }), "0"),
      p0(flow(SLAVE, TCOOFF), "0"),
      p1(write(SLAVE, "x"), waits),
      p2(write(SLAVE, "y"), waits),
      p0(flow(SLAVE, TCOON), "0", { p1: "1", p2: stops }),
      p1(setForeground(SLAVE, "p2"), "0"),
      p1(kill("p2", SIGCONT), "0", { p2: [goesOn, "1"] }),
      p0(read(MASTER, ROOM), got("xy")),
    ]),
    scene("Ctrl-C ends the foreground, and nobody else", [
      ...session,
      p1(setForeground(SLAVE, "p2"), "0"),
      p2(read(SLAVE, ROOM), waits),
      p0(write(MASTER, "ab\x03"), "3", { p2: ends }),
      p0(read(MASTER, ROOM), got("^C")),
      p1(waitpid("p2"), "p2 status 0x2"),
    ]),
    scene("who reads from the background is stopped, and reads when it goes on in the foreground", [
      ...session,
      p2(read(SLAVE, ROOM), waits, { p2: stops }),
      p1(setForeground(SLAVE, "p2"), "0"),
      p1(getForeground(SLAVE, "tcgetpgrp"), "p2"),
      p1(kill("p2", SIGCONT), "0", { p2: goesOn }),
      p0(write(MASTER, "a\n"), "2", { p2: got("a\n") }),
    ]),
    scene("who sleeps in a read when another comes to the foreground reads on", [
      ...session,
      p1(read(SLAVE, ROOM), waits),
      p0(setForeground(MASTER, "p2"), "ENOTTY"),
      p0(write(MASTER, "a\n"), "2", { p1: got("a\n") }),
      p2(exit(0), ends),
    ]),
  ],
};
