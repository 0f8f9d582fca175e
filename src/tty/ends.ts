/**
 * The two ends of a pseudo-terminal, as descriptors know them: MasterEnd, from which a terminal emulator plays keyboard and
 * screen, and SlaveEnd, which programs take for a terminal. Read first: pty(7), tty(4).
 */
import type { Errno } from "../abi/errno.ts";
import { O_ASYNC } from "../abi/fcntl.ts";
import { FIONREAD } from "../abi/ioctl.ts";
import { INPUT_CAME, POLLERR, POLLHUP, POLLIN, POLLOUT } from "../abi/poll.ts";
import { SIGTTIN, SIGTTOU } from "../abi/signal.ts";
import { TIOCGWINSZ, TIOCOUTQ, TIOCSWINSZ, TOSTOP, VMIN, VTIME } from "../abi/termios.ts";
import { CallbackEvent } from "../base/event-queue.ts";
import type { WaitQueue } from "../base/wait-queue.ts";
import type { FileDescription, FileOps, ObjectDetails, OpenFile } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";
import type { Terminal } from "./terminal.ts";
import { parseWindow } from "./termios.ts";

/** VTIME counts tenths of a second. */
const TENTH_NS = 100_000_000;

/** Either end of a pseudo-terminal. */
export abstract class TerminalEnd implements FileOps {
  readonly terminal: Terminal;
  abstract readonly waiters: WaitQueue;
  abstract readonly isMaster: boolean;
  /** The description that refers to it. */
  protected file: OpenFile | null = null;
  /** For signal-driven I/O: a write has found too little room. */
  #wantsRoom = false;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  abstract read(task: Task, into: Uint8Array): number | Errno;
  abstract write(task: Task, from: Uint8Array): number | Errno;
  abstract poll(): number;
  abstract release(): void;
  abstract describe(): FileDescription;

  opened(file: OpenFile): void {
    this.file = file;
  }

  abstract band(events: number): number;
  abstract asyncOwner(): number;

  /** As n_tty on Linux: who did not wait, and could not write all, is told once when there is room. */
  protected wrote(bytes: number, wanted: number): number | Errno {
    if (bytes < wanted && this.file?.nonBlocking === true) this.#wantsRoom = true;
    return bytes === 0 ? "EAGAIN" : bytes;
  }

  protected bandOfRoom(events: number, hasRoom: boolean): number {
    if ((events & POLLOUT) === 0 || !this.#wantsRoom || !hasRoom) return 0;
    this.#wantsRoom = false;
    return POLLOUT;
  }

  inspect(): ObjectDetails {
    return { shared: this.terminal };
  }

  /** FIONREAD, TIOCOUTQ, TIOCGWINSZ, TIOCSWINSZ; the others have calls of their own. */
  ioctl(_task: Task, request: number, argument: unknown): number | object | Errno {
    const { terminal } = this;
    if (terminal.isHungUp) return "EIO";
    if (request === FIONREAD) return this.readableBytes;
    // What is written to a pseudo-terminal is sent at once.
    if (request === TIOCOUTQ) return 0;
    if (request === TIOCGWINSZ) return terminal.window;
    if (request !== TIOCSWINSZ) return "ENOTTY";
    const window = parseWindow(argument);
    if (typeof window === "string") return window;
    terminal.resize(window);
    return 0;
  }

  /** Bytes that a read would give; in lines, those of whole ones. */
  protected abstract readonly readableBytes: number;
}

export class MasterEnd extends TerminalEnd {
  readonly isMaster = true;
  readonly #closed: () => void;

  /** `closed` is told when it is closed. */
  constructor(terminal: Terminal, closed: () => void) {
    super(terminal);
    this.#closed = closed;
  }

  override get waiters(): WaitQueue {
    return this.terminal.masterWaiters;
  }

  protected override get readableBytes(): number {
    return this.terminal.output.arrived;
  }

  /** EIO: the slave was open, and nobody has it open any more. */
  override read(_task: Task, into: Uint8Array): number | Errno {
    if (into.length === 0) return 0;
    const bytes = this.terminal.take(into);
    if (bytes > 0) return bytes;
    return this.terminal.isSlaveClosed ? "EIO" : "EAGAIN";
  }

  override write(_task: Task, from: Uint8Array): number | Errno {
    if (from.length === 0) return 0;
    // Even when nobody has the slave open: who opens it next reads it.
    return this.wrote(this.terminal.type(from), from.length);
  }

  override band(events: number): number {
    if ((events & (POLLIN | POLLHUP)) === POLLIN) return POLLIN;
    return this.bandOfRoom(events, this.terminal.hasInputRoom);
  }

  /** The master controls no session. */
  override asyncOwner(): number {
    return 0;
  }

  override poll(): number {
    const { output, hasInputRoom, isSlaveClosed } = this.terminal;
    return (output.arrived > 0 ? POLLIN : 0) | (hasInputRoom ? POLLOUT : 0) | (isSlaveClosed ? POLLHUP : 0);
  }

  override release(): void {
    this.terminal.hangUp();
    this.#closed();
  }

  override describe(): FileDescription {
    return { type: "CHR", node: `ptmx${this.terminal.index}`, name: "/dev/ptmx" };
  }
}

export class SlaveEnd extends TerminalEnd {
  readonly isMaster = false;
  /** The time that VTIME gives runs, since there were so many bytes. */
  #timer: CallbackEvent | null = null;
  #timedBytes = 0;
  #isTimeOver = false;

  constructor(terminal: Terminal) {
    super(terminal);
    terminal.slaves++;
    terminal.isSlaveClosed = false;
  }

  override get waiters(): WaitQueue {
    return this.terminal.waiters;
  }

  override read(task: Task, into: Uint8Array): number | Errno {
    const { terminal } = this;
    if (terminal.isHungUp) return 0;
    const refusal = terminal.jobs.check(task, terminal, SIGTTIN);
    if (refusal !== 0) return refusal;
    if (into.length === 0) return 0;
    const result = terminal.isCanonical ? this.#readLine(into) : this.#readBytes(into);
    // There is room for what was typed meanwhile.
    if (result !== "EAGAIN") terminal.feed();
    return result;
  }

  override write(task: Task, from: Uint8Array): number | Errno {
    const { terminal } = this;
    if (terminal.isHungUp) return "EIO";
    if ((terminal.termios.lflag & TOSTOP) !== 0) {
      const refusal = terminal.jobs.check(task, terminal, SIGTTOU);
      if (refusal !== 0) return refusal;
    }
    if (from.length === 0) return 0;
    return this.wrote(terminal.write(from), from.length);
  }

  override band(events: number): number {
    const { isHungUp, output } = this.terminal;
    if (isHungUp) {
      // As __tty_hangup on Linux: nobody is told any more.
      if (this.file !== null) this.file.flags &= ~O_ASYNC;
      return 0;
    }
    return (events & INPUT_CAME) !== 0 ? POLLIN : this.bandOfRoom(events, output.isWritable);
  }

  override asyncOwner(): number {
    return -this.terminal.foreground;
  }

  override poll(): number {
    const { isHungUp, output } = this.terminal;
    if (isHungUp) return POLLIN | POLLOUT | POLLERR | POLLHUP;
    return (this.#isReadable ? POLLIN : 0) | (output.isWritable ? POLLOUT : 0);
  }

  override release(): void {
    this.#endTimer();
    if (--this.terminal.slaves === 0) this.terminal.slaveClosed();
  }

  override describe(): FileDescription {
    return { type: "CHR", node: `pts${this.terminal.index}`, name: this.terminal.name };
  }

  protected override get readableBytes(): number {
    const { buffer, isCanonical } = this.terminal;
    return isCanonical ? buffer.length - buffer.editable : buffer.length;
  }

  get #isReadable(): boolean {
    const { buffer, isCanonical, termios } = this.terminal;
    if (isCanonical) return buffer.hasLine;
    const min = termios.cc[VTIME] === 0 ? Math.max(termios.cc[VMIN] ?? 1, 1) : 1;
    return buffer.length >= min;
  }

  #readLine(into: Uint8Array): number | Errno {
    const { buffer } = this.terminal;
    return buffer.hasLine ? buffer.takeLine(into) : "EAGAIN";
  }

  /**
   * termios(3): MIN bytes, or what is there when TIME is over. TIME counts from the read when MIN is 0, and else from each byte.
   */
  #readBytes(into: Uint8Array): number | Errno {
    const { buffer, termios } = this.terminal;
    const min = termios.cc[VMIN] ?? 1;
    const timeNs = (termios.cc[VTIME] ?? 0) * TENTH_NS;
    const mayWait = this.file?.nonBlocking !== true;
    if (buffer.length > 0 && (buffer.length >= Math.min(min, into.length) || this.#isTimeOver || !mayWait)) {
      this.#endTimer();
      return buffer.takeBytes(into);
    }
    if (min === 0 && (timeNs === 0 || this.#isTimeOver)) {
      this.#endTimer();
      return 0;
    }
    if (timeNs > 0 && mayWait && (min === 0 || buffer.length > 0)) this.#startTimer(timeNs, min > 0);
    return "EAGAIN";
  }

  #startTimer(timeNs: number, isBetweenBytes: boolean): void {
    const { buffer, scheduler, waiters } = this.terminal;
    const isRunning = this.#timer !== null;
    if (isRunning && (!isBetweenBytes || buffer.length === this.#timedBytes)) return;
    this.#endTimer();
    this.#timedBytes = buffer.length;
    this.#timer = new CallbackEvent(`VTIME of ${this.terminal.name}`, () => {
      this.#timer = null;
      // A read that was interrupted meanwhile does not count any more.
      this.#isTimeOver = !waiters.isEmpty;
      waiters.wake(POLLIN);
    });
    scheduler.after(this.#timer, timeNs);
  }

  #endTimer(): void {
    if (this.#timer !== null) this.terminal.scheduler.events.cancel(this.#timer);
    this.#timer = null;
    this.#isTimeOver = false;
  }
}
