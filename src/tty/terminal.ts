/**
 * A terminal: its settings, its window, the session that it controls, and what passes through it.
 *
 * Read first: tty(4), credentials(7), termios(3). Its two ends, master and slave, are in ends.ts.
 * What is typed waits in `incoming` until the line discipline has room, and goes on when somebody reads.
 */
import type { Errno } from "../abi/errno.ts";
import { INPUT_CAME, POLLERR, POLLHUP, POLLIN, POLLOUT, READ_TURN } from "../abi/poll.ts";
import { SIGWINCH } from "../abi/signal.ts";
import {
  ICANON,
  IXON,
  TCIFLUSH,
  TCIOFF,
  TCIOFLUSH,
  TCION,
  TCOFLUSH,
  TCOOFF,
  TCOON,
  TCSAFLUSH,
  TCSANOW,
  VSTART,
  VSTOP,
} from "../abi/termios.ts";
import { ByteRing } from "../base/byte-ring.ts";
import type { Scheduler } from "../base/scheduler.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import type { Task } from "../file/task.ts";
import { Discipline, type DisciplineClient } from "./discipline.ts";
import { Echo } from "./echo.ts";
import { LineBuffer } from "./line-buffer.ts";
import { TerminalOutput } from "./output.ts";
import type { ReadTurn } from "./reading.ts";
import { INITIAL_TERMIOS, type Termios, type WindowSize } from "./termios.ts";

/** As on Linux: the limit of a pseudo-terminal's flip buffers. */
const INCOMING_MAX_BYTES = 8192;

/** What terminals need of the kernel: sessions and process groups. */
export interface JobControl {
  /**
   * May the process do this from where it is? "EAGAIN": it is in the background, and its group was sent the signal; "EIO": it
   * is there, and nobody would continue it, or it does not listen.
   */
  check(task: Task, terminal: Terminal, signo: number): 0 | "EAGAIN" | "EIO";
  /** A signal for a process group. */
  signalGroup(pgid: number, signo: number): void;
  /** The terminal is gone: the session that it controlled has none, and its leader gets SIGHUP and SIGCONT. */
  hangUp(terminal: Terminal): void;
}

/** Whose turn it is to write at one end: who sleeps in a write keeps it. */
export interface WriteTurn {
  writer: object | null;
}

export class Terminal implements DisciplineClient {
  readonly index: number;
  readonly jobs: JobControl;
  readonly scheduler: Scheduler;
  readonly buffer: LineBuffer = new LineBuffer();
  readonly output: TerminalOutput = new TerminalOutput(() => this.termios);
  /** Those who wait at the slave, and at the master. */
  readonly waiters: WaitQueue = new WaitQueue();
  readonly masterWaiters: WaitQueue = new WaitQueue();
  /** Whose turn to read it is, at the slave and at the master. */
  readonly turn: ReadTurn = { reader: null };
  readonly masterTurn: ReadTurn = { reader: null };
  /** Whose turn to write it is. */
  readonly writeTurn: WriteTurn = { writer: null };
  readonly masterWriteTurn: WriteTurn = { writer: null };
  termios: Termios = INITIAL_TERMIOS;
  window: WindowSize = { rows: 0, columns: 0 };
  /** The session that it controls, and the group in the foreground; 0: none. */
  sid = 0;
  foreground = 0;
  /** Open file descriptions of the slave. */
  slaves = 0;
  /** The slave was open and is not any more. */
  isSlaveClosed = false;
  /** The master is gone. */
  isHungUp = false;
  /** unlockpt(3) was not called yet. */
  isLocked = true;
  /** tcflow(TCOOFF): only TCOON starts the output again, as with tco_stopped on Linux; and TCOON starts nothing else. */
  #isHeld = false;
  /** tcflow(TCOOFF) at the master. */
  #isTypingStopped = false;
  readonly #incoming: ByteRing = new ByteRing(INCOMING_MAX_BYTES);
  readonly #discipline: Discipline;

  constructor(index: number, jobs: JobControl, scheduler: Scheduler) {
    this.index = index;
    this.jobs = jobs;
    this.scheduler = scheduler;
    const echo = new Echo(this.output, () => this.termios);
    this.#discipline = new Discipline(this, this.buffer, echo, () => this.output.isStopped);
  }

  /** Where it is found. */
  get name(): string {
    return `/dev/pts/${this.index}`;
  }

  get isCanonical(): boolean {
    return (this.termios.lflag & ICANON) !== 0;
  }

  /** Room for what is typed. */
  get hasInputRoom(): boolean {
    return this.#incoming.space > 0 && !this.#isTypingStopped;
  }

  /** The master has typed these bytes: as many as there is room for. */
  type(bytes: Uint8Array): number {
    return this.#isTypingStopped ? 0 : this.#type(bytes);
  }

  #type(bytes: Uint8Array): number {
    let count = 0;
    let taken = -1;
    // What the line discipline takes makes room for more.
    while (count < bytes.length && taken !== 0) {
      taken = this.#incoming.write(bytes, count);
      count += taken;
      this.feed();
    }
    return count;
  }

  /** Hands what was typed to the line discipline, as far as it has room. */
  feed(): void {
    const byte = new Uint8Array(1);
    const before = this.output.arrived;
    let hasCome = false;
    while (this.#incoming.length > 0 && this.#discipline.hasRoom) {
      this.#incoming.read(byte);
      this.#discipline.receive(byte[0] as number);
      hasCome = true;
    }
    if (hasCome && !this.isCanonical && this.buffer.length > 0) this.waiters.wake(INPUT_CAME);
    this.output.commit();
    if (this.output.arrived !== before) this.masterWaiters.wake(POLLIN);
    if (this.isCanonical ? this.buffer.hasLine : this.buffer.length > 0) this.waiters.wake(POLLIN);
    if (this.hasInputRoom) this.masterWaiters.wake(POLLOUT);
  }

  /** A program writes. */
  write(bytes: Uint8Array): number {
    const before = this.output.arrived;
    const count = this.output.write(bytes);
    if (count > 0 || this.output.arrived !== before) this.masterWaiters.wake(POLLIN);
    return count;
  }

  /** The master reads what has arrived. */
  take(into: Uint8Array): number {
    const couldWrite = this.output.isWritable;
    const count = this.output.take(into);
    if (!couldWrite && this.output.isWritable) this.waiters.wake(POLLOUT);
    return count;
  }

  /** tcsetattr(3). */
  set(action: number, termios: Termios): void {
    const old = this.termios;
    // What the line discipline has not looked at yet stays.
    if (action === TCSAFLUSH) this.buffer.clear();
    this.termios = termios;
    if (((old.lflag ^ termios.lflag) & ICANON) !== 0) {
      this.#discipline.reset();
      this.buffer.setCanonical(this.isCanonical);
    }
    // Nobody could type VSTART any more.
    if ((old.iflag & ~termios.iflag & IXON) !== 0 && !this.#isHeld) {
      this.startOutput();
      this.output.showEchoes();
    }
    // What was typed may be readable now, and who waits looks whether he still should.
    this.feed();
    this.waiters.wake(POLLOUT | READ_TURN);
  }

  lineEnded(): void {
    this.waiters.wake(INPUT_CAME);
  }

  /** tcsetwinsize(3): who is in the foreground hears of a change. */
  resize(window: WindowSize): void {
    if (window.rows === this.window.rows && window.columns === this.window.columns) return;
    this.window = window;
    this.signal(SIGWINCH);
  }

  signal(signo: number): void {
    if (this.foreground !== 0) this.jobs.signalGroup(this.foreground, signo);
  }

  /** A signal from the keyboard: what is on its way is thrown away. */
  flush(): void {
    this.output.flush();
    this.output.flushEchoes();
    this.buffer.clear();
    if (this.output.isWritable) this.waiters.wake(POLLOUT);
  }

  flushInput(): void {
    this.buffer.clear();
    this.flushTyped();
  }

  /** What has arrived at the master, and what is on its way, is thrown away. */
  flushArrived(): void {
    this.output.flushAll();
    this.waiters.wake(POLLOUT);
  }

  /** What the line discipline has not looked at yet is thrown away. */
  flushTyped(): void {
    while (this.#incoming.length > 0) this.#incoming.read(new Uint8Array(this.#incoming.length));
    this.masterWaiters.wake(POLLOUT);
  }

  stopOutput(): void {
    this.output.isStopped = true;
  }

  startOutput(): void {
    if (!this.output.isStopped || this.#isHeld) return;
    this.output.isStopped = false;
    this.waiters.wake(POLLOUT);
  }

  /** tcflow(3), at the slave. EINVAL. */
  flow(action: number): 0 | Errno {
    if (action === TCOOFF) {
      this.#isHeld = true;
      this.stopOutput();
    } else if (action === TCOON) {
      if (!this.#isHeld) return 0;
      this.#isHeld = false;
      this.startOutput();
    } else if (action === TCIOFF || action === TCION) {
      const character = this.termios.cc[action === TCIOFF ? VSTOP : VSTART] as number;
      // One that is set to _POSIX_VDISABLE is not sent.
      if (character !== 0) this.output.send(character);
      this.masterWaiters.wake(POLLIN);
    } else return "EINVAL";
    return 0;
  }

  /** tcflow(3), at the master: as on Linux it stops what is typed, or types VSTOP or VSTART, which at that end nobody can set. EINVAL. */
  flowTyping(action: number): 0 | Errno {
    const { cc } = INITIAL_TERMIOS;
    if (action === TCOOFF || action === TCOON) {
      this.#isTypingStopped = action === TCOOFF;
      if (!this.#isTypingStopped) this.masterWaiters.wake(POLLOUT);
    } else if (action === TCIOFF || action === TCION) {
      this.#type(Uint8Array.of(cc[action === TCIOFF ? VSTOP : VSTART] as number));
    } else return "EINVAL";
    return 0;
  }

  /** The last descriptor of the slave was closed. */
  slaveClosed(): void {
    this.isSlaveClosed = true;
    this.masterWaiters.wake(POLLIN | POLLOUT | POLLHUP);
  }

  /** The master was closed: everybody hears of it. */
  hangUp(): void {
    this.isHungUp = true;
    this.jobs.hangUp(this);
    this.waiters.wake(POLLIN | POLLOUT | POLLERR | POLLHUP | READ_TURN);
  }
}

/** Is it an action that tcsetattr(3) knows? */
export function isSetAction(action: number): boolean {
  return Number.isInteger(action) && action >= TCSANOW && action <= TCSAFLUSH;
}

/** Which directions tcflush(3) is told to throw away; undefined: EINVAL. */
export function flushDirections(queue: number): { readonly input: boolean; readonly output: boolean } | undefined {
  if (queue !== TCIFLUSH && queue !== TCOFLUSH && queue !== TCIOFLUSH) return undefined;
  return { input: queue !== TCOFLUSH, output: queue !== TCIFLUSH };
}
