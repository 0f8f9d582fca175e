/**
 * Calls on terminals: both ends of a pseudo-terminal, what is typed and read, settings, sessions and the foreground. Words first,
 * then rows. The slave is opened through its master (TIOCGPTPEER on Linux), since its number differs.
 */
import fc from "fast-check";
import * as netloom from "netloom";
import { type OpenFile, terminalCalls } from "netloom/kernel";
import { dataBytes, hex, unhex } from "../memory.ts";
import { type Call, choice, plainRow, type Row, row, rowOn, type WorkerOf } from "../row.ts";
import type { View, Wish } from "../view.ts";
import { fcntl, poll, read, write } from "./descriptors.ts";
import { open } from "./files.ts";
import { SYS } from "./numbers.ts";
import type { Whom } from "./processes.ts";

const TIOC = {
  TCGETS: 0x5401,
  TCSETS: 0x5402,
  TCFLSH: 0x540b,
  TCXONC: 0x540a,
  TIOCSCTTY: 0x540e,
  TIOCGPGRP: 0x540f,
  TIOCSPGRP: 0x5410,
  TIOCSWINSZ: 0x5414,
  TIOCNOTTY: 0x5422,
  TIOCGSID: 0x5429,
  FIONREAD: 0x541b,
  TIOCSPTLCK: 0x4004_5431,
  TIOCGPTPEER: 0x5441,
} as const;
/** struct termios of the kernel: four flags, a line discipline, 19 characters. */
const TERMIOS_SIZES = [4, 4, 4, 4, 1, ...Array<number>(19).fill(1)];
const { O_NOCTTY, O_RDWR, TCSANOW, TCSADRAIN, TCSAFLUSH } = netloom;

export const openMaster = (): Call => open("/dev/ptmx", O_RDWR | O_NOCTTY);

export const unlock = (fd: number): Call => ({
  text: `unlockpt(${fd})`,
  linux: [SYS.ioctl, fd, TIOC.TIOCSPTLCK, hex([4], [0])],
  netloom: (sys) => sys.unlockpt(fd),
});

export const openSlave = (fd: number): Call => ({
  text: `ioctl(${fd}, TIOCGPTPEER, O_RDWR | O_NOCTTY)`,
  sysText: `open(ptsname(${fd}), O_RDWR | O_NOCTTY)`,
  linux: [SYS.ioctl, fd, TIOC.TIOCGPTPEER, O_RDWR | O_NOCTTY],
  netloom: (sys) => sys.open(sys.ptsname(fd), O_RDWR | O_NOCTTY),
});

/** The line settings that a program draws: flags on top of, or taken from, those that a terminal begins with. */
export interface Settings {
  readonly iflag: number;
  readonly oflag: number;
  readonly lflag: number;
  readonly min: number;
}

export const setSettings = (fd: number, action: number, { iflag, oflag, lflag, min }: Settings): Call => {
  const cflag = netloom.B38400 | netloom.CS8 | netloom.CREAD;
  const cc = [3, 28, 127, 21, 4, 0, min, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0];
  return {
    text: `tcsetattr(${fd}, ${action}, { ${iflag.toString(8)}, ${oflag.toString(8)}, ${lflag.toString(8)}, MIN ${min} })`,
    linux: [SYS.ioctl, fd, TIOC.TCSETS + action, hex(TERMIOS_SIZES, [iflag, oflag, cflag, lflag, 0, ...cc])],
    netloom: (sys) => sys.tcsetattr(fd, action, { iflag, oflag, cflag, lflag, cc }),
  };
};

const getSettings = (fd: number): Call => ({
  text: `tcgetattr(${fd}, &termios)`,
  linux: [SYS.ioctl, fd, TIOC.TCGETS, hex(TERMIOS_SIZES, [])],
  netloom: (sys) => {
    const { iflag, oflag, cflag, lflag, cc } = sys.tcgetattr(fd);
    return [iflag, oflag, cflag, lflag, ...cc].join(" ");
  },
  outcome: ({ memory }) => {
    const bytes = unhex(memory[0]);
    return [0, 4, 8, 12]
      .map((at) => bytes.readUInt32LE(at))
      .concat([...bytes.subarray(17, 36)])
      .join(" ");
  },
});

export const flush = (fd: number, queue: number): Call => ({
  text: `tcflush(${fd}, ${queue})`,
  linux: [SYS.ioctl, fd, TIOC.TCFLSH, queue],
  netloom: (sys) => sys.tcflush(fd, queue),
});

export const flow = (fd: number, action: number): Call => ({
  text: `tcflow(${fd}, ${action})`,
  linux: [SYS.ioctl, fd, TIOC.TCXONC, action],
  netloom: (sys) => sys.tcflow(fd, action),
});

export const countInput = (fd: number): Call => ({
  text: `ioctl(${fd}, FIONREAD, &count)`,
  linux: [SYS.ioctl, fd, TIOC.FIONREAD, hex([4], [0])],
  netloom: (sys) => sys.ioctl(fd, netloom.FIONREAD),
  outcome: ({ memory }) => String(unhex(memory[0]).readInt32LE(0)),
});

const setWindow = (fd: number, rows: number): Call => ({
  text: `tcsetwinsize(${fd}, { ${rows}, 80 })`,
  linux: [SYS.ioctl, fd, TIOC.TIOCSWINSZ, hex([2, 2, 2, 2], [rows, 80, 0, 0])],
  netloom: (sys) => sys.tcsetwinsize(fd, { rows, columns: 80 }),
});

export const makeControlling = (fd: number): Call => ({
  text: `ioctl(${fd}, TIOCSCTTY, 0)`,
  linux: [SYS.ioctl, fd, TIOC.TIOCSCTTY, 0],
  netloom: (sys) => sys.tiocsctty(fd),
});

const giveUp = (fd: number): Call => ({
  text: `ioctl(${fd}, TIOCNOTTY)`,
  linux: [SYS.ioctl, fd, TIOC.TIOCNOTTY, 0],
  netloom: (sys) => sys.tiocnotty(fd),
});

const groupName = (pid: number, workerOf: WorkerOf): string => {
  const worker = workerOf(pid);
  return pid === 0 ? "no group" : worker === undefined ? "another" : `p${worker}`;
};

export const getForeground = (fd: number, call: "tcgetpgrp" | "tcgetsid"): Call => ({
  text: `${call}(${fd})`,
  linux: [SYS.ioctl, fd, call === "tcgetpgrp" ? TIOC.TIOCGPGRP : TIOC.TIOCGSID, hex([4], [0])],
  netloom: (sys, oracle) => groupName(sys[call](fd), (pid) => oracle.workerOf(pid)),
  outcome: ({ memory }, workerOf) => groupName(unhex(memory[0]).readInt32LE(0), workerOf),
});

export const setForeground = (fd: number, whom: Whom): Call => ({
  text: `tcsetpgrp(${fd}, ${whom})`,
  linux: [SYS.ioctl, fd, TIOC.TIOCSPGRP, `${hex([8], [0])}@0=3`, whom],
  netloom: (sys, oracle) => sys.tcsetpgrp(fd, oracle.pidOf(whom)),
});

const setsid = (): Call => ({
  text: "setsid()",
  linux: [SYS.setsid],
  netloom: (sys) => (sys.setsid() > 0 ? "a session" : "none"),
  outcome: ({ result }) => (result > 0 ? "a session" : "none"),
});

const setpgid = (whom: Whom, group: Whom): Call => ({
  text: `setpgid(${whom}, ${group})`,
  linux: [SYS.setpgid, whom, group],
  netloom: (sys, oracle) => sys.setpgid(oracle.pidOf(whom), oracle.pidOf(group)),
});

// ---- rows ----

const endOf =
  (isMaster: boolean): Wish =>
  ({ ops }: OpenFile) =>
    terminalCalls.terminalEnd(ops)?.isMaster === isMaster;
const aMaster = endOf(true);
const aSlave = endOf(false);
const anEnd: Wish = (file) => aMaster(file) || aSlave(file);

/** What is typed: words, ends of lines, and what edits them. */
const keys = fc
  .array(
    fc.constantFrom(
      "a",
      "bc d",
      "_e",
      "\n",
      "\r",
      "\x7f",
      "\x17",
      "\x15",
      "\x04",
      "\t",
      "\x16",
      "\x01",
      "\x12",
      "\n",
      "f\n",
      "g\th",
      "\0",
      "\x13",
      "\x11",
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(""));
/** Any bytes, of which some mean something. */
const noise = fc.record({ length: fc.integer({ min: 1, max: 50 }), seed: fc.nat({ max: 255 }) });
const signalKeys = fc.constantFrom("\x03", "\x1a", "\x1c", "a\x03b\n");
const output = fc.constantFrom("x", "out\n", "a\tb\r", "line\nline\n", "\b", "\x01");

export const BEGIN = {
  iflag: netloom.ICRNL | netloom.IXON,
  oflag: netloom.OPOST | netloom.ONLCR,
  lflag:
    netloom.ISIG |
    netloom.ICANON |
    netloom.ECHO |
    netloom.ECHOE |
    netloom.ECHOK |
    netloom.ECHOCTL |
    netloom.ECHOKE |
    netloom.IEXTEN,
};
const toggled = (flags: readonly number[]): fc.Arbitrary<number> =>
  fc.subarray([...flags], { maxLength: 2 }).map((chosen) => chosen.reduce((sum, flag) => sum | flag, 0));
const settings: fc.Arbitrary<Settings> = fc
  .tuple(
    toggled([netloom.ICRNL, netloom.INLCR, netloom.IGNCR, netloom.ISTRIP, netloom.IXON, netloom.IXANY, netloom.IUTF8]),
    toggled([netloom.OPOST, netloom.ONLCR, netloom.OCRNL, netloom.ONOCR, netloom.ONLRET, netloom.XTABS]),
    toggled([
      netloom.ICANON,
      netloom.ECHO,
      netloom.ECHOE,
      netloom.ECHOK,
      netloom.ECHOKE,
      netloom.ECHOCTL,
      netloom.ECHONL,
      netloom.ISIG,
      netloom.IEXTEN,
      netloom.NOFLSH,
      netloom.TOSTOP,
    ]),
    fc.constantFrom(1, 1, 3, 0),
  )
  .map(([input, out, local, min]) => ({
    iflag: BEGIN.iflag ^ input,
    oflag: BEGIN.oflag ^ out,
    lflag: BEGIN.lflag ^ local,
    min,
  }));
const action = fc.constantFrom(TCSANOW, TCSADRAIN, TCSAFLUSH);
const someWorker = choice.map((chosen) => `p${chosen % 4}`);

const isSomebodyIn = (wanted: string, { netloom: { workers } }: View): boolean =>
  workers.some(({ isBlocked, process }) => isBlocked && process.operations.some(({ call }) => call === wanted));

/** COMPATIBILITY, "tcsetattr() does not wait for a writer": on Linux a signal makes who waits so spin in the kernel. */
const isWrittenTo = (view: View): boolean => isSomebodyIn("write", view);

/**
 * COMPATIBILITY, "A fatal or stopping signal takes effect while it is sent": while somebody reads, nothing is typed at once with a
 * signal. On Linux a reader that wakes to die takes what was typed around it first, if it is quick.
 */
const isReadFrom = (view: View): boolean => isSomebodyIn("read", view);
const SIGNAL_BYTES: readonly number[] = [...Buffer.from("\x03\x1a\x1c")];

/** The noise, up to the first byte that is a signal. */
const withoutSignals = (data: { readonly length: number; readonly seed: number }): typeof data => {
  const first = dataBytes(data).findIndex((byte) => SIGNAL_BYTES.includes(byte & 0x7f));
  return first < 0 ? data : { ...data, length: Math.max(first, 1) };
};

export const masterRow: Row = plainRow("posix_openpt", 1, openMaster);
const unlockRow: Row = rowOn(aMaster, "unlockpt", 1, choice, (fd, view) => unlock(view.fd(fd, aMaster)));
const slaveRow: Row = rowOn(aMaster, "open slave", 2, choice, (chosen, view) => {
  const fd = view.fd(chosen, aMaster);
  const file = view.file(fd);
  // What is no master says so in other words: there it is a call of its own.
  return file !== undefined && !aMaster(file) ? undefined : openSlave(fd);
});
/** The first master has descriptor 3, in a beginning. */
export const firstUnlockRow: Row = plainRow("unlockpt", 1, () => unlock(3));
export const firstSlaveRow: Row = plainRow("open slave", 1, () => openSlave(3));

const lineRows: readonly Row[] = [
  rowOn(aMaster, "type", 16, fc.tuple(choice, keys), ([fd, text], view) => write(view.fd(fd, aMaster), text)),
  rowOn(aMaster, "type noise", 2, fc.tuple(choice, noise), ([fd, bytes], view) =>
    write(view.fd(fd, aMaster), isReadFrom(view) ? withoutSignals(bytes) : bytes),
  ),
  rowOn(aSlave, "print", 6, fc.tuple(choice, output), ([fd, text], view) => write(view.fd(fd, aSlave), text)),
  rowOn(aMaster, "read screen", 10, choice, (fd, view) => read(view.fd(fd, aMaster), 60)),
  rowOn(aSlave, "read line", 10, fc.tuple(choice, fc.constantFrom(60, 60, 60, 1, 2, 3)), ([fd, count], view) =>
    read(view.fd(fd, aSlave), count),
  ),
  rowOn(anEnd, "tcsetattr", 5, fc.tuple(choice, action, settings), ([fd, when, chosen], view) =>
    when !== TCSANOW && isWrittenTo(view) ? undefined : setSettings(view.fd(fd, anEnd), when, chosen),
  ),
  rowOn(aSlave, "FIONREAD", 2, choice, (fd, view) => countInput(view.fd(fd, anEnd))),
  rowOn(anEnd, "poll", 2, fc.tuple(choice, choice), ([fd, other], view) =>
    poll(
      [fd, other].map((each) => ({ fd: view.fd(each, anEnd), events: netloom.POLLIN | netloom.POLLOUT })),
      0,
    ),
  ),
  rowOn(anEnd, "fcntl", 1, fc.tuple(choice, fc.constantFrom(0, netloom.O_NONBLOCK)), ([fd, flags], view) =>
    fcntl(view.fd(fd, anEnd), "F_SETFL", flags),
  ),
  rowOn(anEnd, "tcgetattr", 2, choice, (fd, view) => getSettings(view.fd(fd, anEnd))),
  rowOn(aSlave, "tcflush", 1, fc.tuple(choice, fc.constantFrom(0, 1, 2, 5)), ([fd, queue], view) =>
    flush(view.fd(fd, aSlave), queue),
  ),
];

/** The line discipline. */
export const terminalRows: readonly Row[] = [...lineRows, slaveRow, unlockRow];

/** Sessions and job control. */
export const jobRows: readonly Row[] = [
  ...lineRows,
  rowOn(aMaster, "type signal", 8, fc.tuple(choice, signalKeys), ([fd, text], view) =>
    write(view.fd(fd, aMaster), isReadFrom(view) && text.length > 1 ? "\x03" : text),
  ),
  plainRow("setsid", 6, setsid),
  rowOn(aSlave, "TIOCSCTTY", 8, choice, (fd, view) => makeControlling(view.fd(fd, aSlave))),
  rowOn(aSlave, "TIOCNOTTY", 1, choice, (fd, view) => giveUp(view.fd(fd, anEnd))),
  rowOn(anEnd, "tcgetpgrp", 4, choice, (fd, view) => getForeground(view.fd(fd, anEnd), "tcgetpgrp")),
  rowOn(anEnd, "tcgetsid", 2, choice, (fd, view) => getForeground(view.fd(fd, anEnd), "tcgetsid")),
  rowOn(aSlave, "tcsetpgrp", 8, fc.tuple(choice, someWorker), ([fd, whom], view) =>
    setForeground(view.fd(fd, anEnd), whom),
  ),
  row("setpgid", 6, fc.tuple(fc.oneof(fc.constant(0), someWorker), fc.oneof(fc.constant(0), someWorker)), (args) =>
    setpgid(...args),
  ),
  rowOn(anEnd, "tcflow", 1, fc.tuple(choice, fc.constantFrom(0, 1, 2, 3, 7)), ([fd, how], view) =>
    (how === netloom.TCIOFF || how === netloom.TCION) && isWrittenTo(view) ? undefined : flow(view.fd(fd, aSlave), how),
  ),
  rowOn(anEnd, "tcsetwinsize", 1, fc.tuple(choice, fc.constantFrom(24, 30)), ([fd, rows], view) =>
    setWindow(view.fd(fd, anEnd), rows),
  ),
];
