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
import type { WaitQueue } from "../base/wait-queue.ts";
import type { FileDescription, FileOps, ObjectDetails, OpenFile } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";
import { type ReadSource, type ReadTurn, TerminalRead } from "./reading.ts";
import type { Terminal, WriteTurn } from "./terminal.ts";
import { parseWindow } from "./termios.ts";

/** VTIME counts tenths of a second. */
const TENTH_NS = 100_000_000;
/** TTY_THRESHOLD_UNTHROTTLE of Linux: a read that leaves so few bytes wakes who writes at the other end. */
const NEARLY_EMPTY_BYTES = 128;

/** Either end of a pseudo-terminal. */
export abstract class TerminalEnd implements FileOps, ReadSource {
  readonly terminal: Terminal;
  abstract readonly waiters: WaitQueue;
  abstract readonly isMaster: boolean;
  abstract readonly turn: ReadTurn;
  abstract readonly writeTurn: WriteTurn;
  abstract readonly hasInput: boolean;
  abstract readonly ending: 0 | Errno | undefined;
  abstract readonly demand: ReadSource["demand"];
  /** The description that refers to it. */
  protected file: OpenFile | null = null;
  /** For signal-driven I/O: a write has found too little room. */
  #wantsRoom = false;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  abstract mayRead(task: Task): 0 | Errno;
  abstract takeInput(into: Uint8Array): number;
  abstract inputTaken(): void;
  abstract write(task: Task, from: Uint8Array, isRest?: boolean): number | Errno;
  abstract poll(): number;
  abstract release(): void;
  abstract describe(): FileDescription;

  opened(file: OpenFile): void {
    this.file = file;
  }

  get isNonBlocking(): boolean {
    return this.file?.nonBlocking === true;
  }

  /** Reads without waiting: what there is, be it less than MIN. */
  read(task: Task, into: Uint8Array): number | Errno {
    const read = new TerminalRead(this, task, into);
    const result = read.attempt();
    const { taken } = read;
    read.end();
    return result === "EAGAIN" && taken > 0 ? taken : result;
  }

  abstract band(events: number): number;
  abstract asyncOwner(): number;

  /** As n_tty on Linux: who did not wait, and could not write all, is told once when there is room. */
  protected wrote(bytes: number, wanted: number): number | Errno {
    if (bytes < wanted && this.isNonBlocking) this.#wantsRoom = true;
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

  override get turn(): ReadTurn {
    return this.terminal.masterTurn;
  }

  override get writeTurn(): WriteTurn {
    return this.terminal.masterWriteTurn;
  }

  override get hasInput(): boolean {
    return this.terminal.output.arrived > 0;
  }

  /** EIO: the slave was open, and nobody has it open any more. */
  override get ending(): "EIO" | undefined {
    return this.terminal.isSlaveClosed ? "EIO" : undefined;
  }

  override get demand(): ReadSource["demand"] {
    return { min: 1, timeNs: 0, inLines: false };
  }

  override mayRead(): 0 {
    return 0;
  }

  override takeInput(into: Uint8Array): number {
    return this.terminal.take(into);
  }

  override inputTaken(): void {
    if (this.readableBytes <= NEARLY_EMPTY_BYTES) this.terminal.waiters.wake(POLLOUT);
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
  readonly ending = undefined;

  constructor(terminal: Terminal) {
    super(terminal);
    terminal.slaves++;
    terminal.isSlaveClosed = false;
  }

  override get waiters(): WaitQueue {
    return this.terminal.waiters;
  }

  override get turn(): ReadTurn {
    return this.terminal.turn;
  }

  override get writeTurn(): WriteTurn {
    return this.terminal.writeTurn;
  }

  override get hasInput(): boolean {
    const { buffer, isCanonical } = this.terminal;
    return isCanonical ? buffer.hasLine : buffer.length > 0;
  }

  override get demand(): ReadSource["demand"] {
    const { cc } = this.terminal.termios;
    return { min: cc[VMIN] ?? 1, timeNs: (cc[VTIME] ?? 0) * TENTH_NS, inLines: this.terminal.isCanonical };
  }

  override mayRead(task: Task): 0 | Errno {
    return this.terminal.jobs.check(task, this.terminal, SIGTTIN);
  }

  override takeInput(into: Uint8Array): number {
    const { buffer, isCanonical } = this.terminal;
    return isCanonical ? buffer.takeLine(into) : buffer.takeBytes(into);
  }

  override inputTaken(): void {
    this.terminal.feed();
    if (this.readableBytes <= NEARLY_EMPTY_BYTES) this.terminal.masterWaiters.wake(POLLOUT);
  }

  /** A write that goes on is in the background where it was in the foreground: as on Linux, nobody asks again. */
  override write(task: Task, from: Uint8Array, isRest: boolean = false): number | Errno {
    const { terminal } = this;
    if (terminal.isHungUp) return "EIO";
    if (!isRest && (terminal.termios.lflag & TOSTOP) !== 0) {
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
    return (this.#isReadable() ? POLLIN : 0) | (output.isWritable ? POLLOUT : 0);
  }

  override release(): void {
    if (--this.terminal.slaves === 0) this.terminal.slaveClosed();
  }

  override describe(): FileDescription {
    return { type: "CHR", node: `pts${this.terminal.index}`, name: this.terminal.name };
  }

  protected override get readableBytes(): number {
    const { buffer, isCanonical } = this.terminal;
    return isCanonical ? buffer.lineBytes : buffer.length;
  }

  #isReadable(): boolean {
    const { buffer, isCanonical, termios } = this.terminal;
    if (isCanonical) return buffer.hasLine;
    const min = termios.cc[VTIME] === 0 ? Math.max(termios.cc[VMIN] ?? 1, 1) : 1;
    return buffer.length >= min;
  }
}
