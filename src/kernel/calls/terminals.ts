/**
 * Calls on terminals: openpty(3), tcgetattr(3), tcsetattr(3), tcsetpgrp(3), ptsname(3) and their kin. Read first: termios(3), pty(7).
 *
 * What changes a terminal from the background sends SIGTTOU first, and is tried again when the process goes on: these calls are
 * attempts (TerminalAttempt). Through either end they are about the terminal itself.
 */
import type { Errno } from "../../abi/errno.ts";
import { O_ACCMODE, O_CLOEXEC, O_NOCTTY, O_NONBLOCK, O_RDWR, O_WRONLY } from "../../abi/fcntl.ts";
import { SIGTTOU } from "../../abi/signal.ts";
import { TCSANOW } from "../../abi/termios.ts";
import { type FileOps, OpenFile } from "../../file/open-file.ts";
import { openInode } from "../../file/opened.ts";
import { type MasterEnd, TerminalEnd } from "../../tty/ends.ts";
import { flushDirections, isSetAction, type Terminal } from "../../tty/terminal.ts";
import { INITIAL_TERMIOS, parseTermios, parseWindow, type Termios, type WindowSize } from "../../tty/termios.ts";
import type { Process } from "../process.ts";
import { FileAttempt } from "./file-attempt.ts";

/** openpty(3). */
export interface PtyPair {
  readonly master: number;
  readonly slave: number;
  /** The slave's path. */
  readonly name: string;
}

/** The terminal's end behind a descriptor. EBADF, ENOTTY. */
function endOf(process: Process, fd: number): TerminalEnd | Errno {
  const file = process.descriptors.get(fd);
  if (file === undefined) return "EBADF";
  return terminalEnd(file.ops) ?? "ENOTTY";
}

/** The terminal's end that a description leads to, by name or not. */
export function terminalEnd(ops: FileOps): TerminalEnd | undefined {
  const device = ops.device ?? ops;
  return device instanceof TerminalEnd ? device : undefined;
}

function masterOf(process: Process, fd: number): MasterEnd | Errno {
  const end = endOf(process, fd);
  if (typeof end === "string") return end;
  return end.isMaster ? (end as MasterEnd) : "ENOTTY";
}

/** posix_openpt(3). EINVAL: other flags than O_RDWR, O_NOCTTY, O_CLOEXEC, O_NONBLOCK; ENOSPC, EMFILE. */
export function openpt(process: Process, flags: number): number | Errno {
  if ((flags & ~(O_ACCMODE | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)) !== 0) return "EINVAL";
  const inode = process.kernel.files.lookup(process, "/dev/ptmx");
  if (typeof inode === "string") return inode;
  const ops = openInode(inode, "/dev/ptmx", process);
  if (typeof ops === "string") return ops;
  return process.kernel.install(process, ops, flags & (O_ACCMODE | O_NONBLOCK), (flags & O_CLOEXEC) !== 0);
}

/** unlockpt(3): the slave may be opened. EBADF, ENOTTY. */
export function unlockpt(process: Process, fd: number): 0 | Errno {
  const end = masterOf(process, fd);
  if (typeof end === "string") return end;
  end.terminal.isLocked = false;
  return 0;
}

/** grantpt(3): the slave is the caller's already. EBADF, ENOTTY. */
export function grantpt(process: Process, fd: number): 0 | Errno {
  const end = masterOf(process, fd);
  return typeof end === "string" ? end : 0;
}

/** ptsname(3). EBADF, ENOTTY. */
export function ptsname(process: Process, fd: number): { readonly text: string } | Errno {
  const end = masterOf(process, fd);
  return typeof end === "string" ? end : { text: end.terminal.name };
}

/** Is the descriptor open at all? */
export function isOpen(process: Process, fd: number): boolean {
  return process.descriptors.get(fd) !== undefined;
}

/** isatty(3). */
export function isTerminal(process: Process, fd: number): boolean {
  return typeof endOf(process, fd) !== "string";
}

/** openpty(3): both ends, the slave unlocked and set as given. ENOSPC, EMFILE; EINVAL, EFAULT: these are no settings. */
export function openpty(process: Process, termios?: unknown, window?: unknown): PtyPair | Errno {
  const settings = termios === undefined ? INITIAL_TERMIOS : parseTermios(termios, INITIAL_TERMIOS);
  const size = window === undefined ? { rows: 0, columns: 0 } : parseWindow(window);
  if (typeof settings === "string") return settings;
  if (typeof size === "string") return size;
  const master = openpt(process, O_RDWR | O_NOCTTY);
  if (typeof master === "string") return master;
  unlockpt(process, master);
  const end = endOf(process, master) as TerminalEnd;
  end.terminal.set(TCSANOW, settings);
  end.terminal.resize(size);
  const slave = installSlave(process, end.terminal);
  if (typeof slave === "string") {
    process.descriptors.close(master);
    return slave;
  }
  return { master, slave, name: end.terminal.name };
}

/** An open file description of the slave, by its name. */
export function openSlave(process: Process, terminal: Terminal): OpenFile | Errno {
  const inode = process.kernel.terminals.inodeOf(terminal);
  if (inode === undefined) return "EIO";
  const ops = openInode(inode, terminal.name, process);
  return typeof ops === "string" ? ops : new OpenFile(ops, O_RDWR);
}

function installSlave(process: Process, terminal: Terminal): number | Errno {
  const file = openSlave(process, terminal);
  if (typeof file === "string") return file;
  const fd = process.descriptors.install(file);
  if (typeof fd === "string") file.ops.release();
  return fd;
}

/** A slave was opened by its name, without O_NOCTTY. */
export function opened(process: Process, ops: FileOps, flags: number): void {
  const end = terminalEnd(ops);
  // Who may only write does not get it.
  if (end === undefined || end.isMaster || (flags & O_NOCTTY) !== 0 || (flags & O_ACCMODE) === O_WRONLY) return;
  process.kernel.terminals.acquire(process, end.terminal);
}

/** ttyname(3). EBADF, ENOTTY. */
export function ttyname(process: Process, fd: number): { readonly text: string } | Errno {
  const end = endOf(process, fd);
  if (typeof end === "string") return end;
  return { text: process.descriptors.get(fd)?.ops.describe().name ?? end.terminal.name };
}

/** tcgetattr(3). EBADF, ENOTTY, EIO. */
export function tcgetattr(process: Process, fd: number): Termios | Errno {
  return living(process, fd, ({ termios }) => termios);
}

/** tcgetwinsize(3). EBADF, ENOTTY, EIO. */
export function tcgetwinsize(process: Process, fd: number): WindowSize | Errno {
  return living(process, fd, ({ window }) => window);
}

/** tcsetwinsize(3): SIGWINCH for the foreground. EBADF, ENOTTY, EIO, EINVAL. */
export function tcsetwinsize(process: Process, fd: number, given: unknown): 0 | Errno {
  return living(process, fd, (terminal) => {
    const window = parseWindow(given);
    if (typeof window === "string") return window;
    terminal.resize(window);
    return 0;
  });
}

/** tcgetpgrp(3): 0 is none. ENOTTY: not the caller's controlling terminal, and not by its master. */
export function tcgetpgrp(process: Process, fd: number): number | Errno {
  return controlling(process, fd, ({ foreground }) => foreground);
}

/** tcgetsid(3). ENOTTY: not the caller's controlling terminal, or no session's. */
export function tcgetsid(process: Process, fd: number): number | Errno {
  return controlling(process, fd, ({ sid }) => (sid === 0 ? "ENOTTY" : sid));
}

/** ioctl(TIOCSCTTY). EBADF, ENOTTY, EPERM. */
export function setControlling(process: Process, fd: number, steals: boolean): 0 | Errno {
  return living(process, fd, (terminal) => process.kernel.terminals.set(process, terminal, steals));
}

/** ioctl(TIOCNOTTY). EIO; ENOTTY: not the caller's controlling terminal. */
export function giveUpControlling(process: Process, fd: number): 0 | Errno {
  const end = endOf(process, fd);
  if (typeof end === "string") return end;
  if (end.terminal.isHungUp) return "EIO";
  if (end.isMaster || process.terminal !== end.terminal) return "ENOTTY";
  process.kernel.terminals.giveUp(process);
  return 0;
}

/** tcsetattr(3). EBADF, ENOTTY, EIO, EINVAL, EFAULT; EINTR when a handler of SIGTTOU was called. */
export function settingAttributes(
  process: Process,
  fd: number,
  action: number,
  given: unknown,
): FileAttempt<0> | Errno {
  if (!isSetAction(action)) return "EINVAL";
  return changing("tcsetattr", process, fd, ({ terminal }) => {
    const termios = parseTermios(given, terminal.termios);
    if (typeof termios === "string") return termios;
    terminal.set(action, termios);
    return 0;
  });
}

/**
 * tcsetpgrp(3). ENOTTY: not the caller's controlling terminal; EINVAL: no group's number; ESRCH: nobody has that number;
 * EPERM: another session.
 */
export function settingForeground(process: Process, fd: number, pgid: number): FileAttempt<0> | Errno {
  return changing("tcsetpgrp", process, fd, ({ terminal }) => {
    if (!Number.isInteger(pgid) || pgid < 0) return "EINVAL";
    if (process.terminal !== terminal || terminal.sid !== process.sid) return "ENOTTY";
    const { processes } = process.kernel;
    if (!processes.isTaken(pgid)) return "ESRCH";
    // As session_of_pgrp on Linux: where there is no such group, a process of that number stands for it.
    const [member = processes.get(pgid)] = processes.group(pgid);
    if (member?.sid !== process.sid) return "EPERM";
    terminal.foreground = pgid;
    return 0;
  });
}

/** tcdrain(3): what is written to a pseudo-terminal is sent at once. */
export function draining(process: Process, fd: number): FileAttempt<0> | Errno {
  return changing("tcdrain", process, fd, () => 0);
}

/** tcflush(3): through the master it is about what the master has sent and not read. EINVAL. */
export function flushing(process: Process, fd: number, queue: number): FileAttempt<0> | Errno {
  return changing("tcflush", process, fd, ({ terminal, isMaster }) => {
    const directions = flushDirections(queue);
    if (directions === undefined) return "EINVAL";
    if (!isMaster && directions.input) terminal.flushInput();
    // What has been typed and taken in is the slave's, as what has arrived is the master's.
    if (isMaster && directions.output) terminal.flushTyped();
    if (isMaster && directions.input) terminal.flushArrived();
    if (!isMaster && directions.output) terminal.output.flush();
    return 0;
  });
}

/** tcflow(3). EINVAL. */
export function flowing(process: Process, fd: number, action: number): FileAttempt<0> | Errno {
  return changing("tcflow", process, fd, ({ terminal, isMaster }) => {
    return isMaster ? terminal.flowTyping(action) : terminal.flow(action);
  });
}

function living<R>(process: Process, fd: number, use: (terminal: Terminal) => R | Errno): R | Errno {
  const end = endOf(process, fd);
  if (typeof end === "string") return end;
  return end.terminal.isHungUp ? "EIO" : use(end.terminal);
}

function controlling<R>(process: Process, fd: number, use: (terminal: Terminal) => R | Errno): R | Errno {
  const end = endOf(process, fd);
  if (typeof end === "string") return end;
  if (end.terminal.isHungUp) return "EIO";
  if (!end.isMaster && process.terminal !== end.terminal) return "ENOTTY";
  return use(end.terminal);
}

function changing(
  call: string,
  process: Process,
  fd: number,
  change: (end: TerminalEnd) => 0 | Errno,
): FileAttempt<0> | Errno {
  const end = endOf(process, fd);
  if (typeof end === "string") return end;
  return new TerminalAttempt(call, process, process.descriptors.get(fd) as OpenFile, end, change);
}

/** Changes a terminal, from the foreground. From the background a signal comes of it, after which it begins again. */
class TerminalAttempt extends FileAttempt<0> {
  readonly #end: TerminalEnd;
  readonly #change: (end: TerminalEnd) => 0 | Errno;

  constructor(
    call: string,
    process: Process,
    file: OpenFile,
    end: TerminalEnd,
    change: (end: TerminalEnd) => 0 | Errno,
  ) {
    super(call, process, file, 0);
    this.#end = end;
    this.#change = change;
  }

  override attempt(): 0 | Errno {
    const { terminal } = this.#end;
    if (terminal.isHungUp) return this.call === "tcsetpgrp" ? "ENOTTY" : "EIO";
    const refusal = terminal.jobs.check(this.process, terminal, SIGTTOU);
    if (refusal === "EIO" && this.call === "tcsetpgrp") return "ENOTTY";
    return refusal === 0 ? this.#change(this.#end) : refusal;
  }

  override isReady(): boolean {
    return true;
  }

  override isNonBlocking(): boolean {
    return false;
  }
}
