/**
 * read(2), write(2) and close(2) on any descriptor.
 *
 * read() and write() never wait. reading() and writing() give the attempt for a caller that waits (kernel/operation.ts).
 */
import type { Errno } from "../../abi/errno.ts";
import { POLLHUP, POLLIN, POLLOUT, WRITER } from "../../abi/poll.ts";
import { SIGPIPE } from "../../abi/signal.ts";
import { SOCK_STREAM } from "../../abi/socket.ts";
import type { OpenFile } from "../../file/open-file.ts";
import { Socket } from "../../socket/socket.ts";
import { TerminalRead } from "../../tty/reading.ts";
import type { WriteTurn } from "../../tty/terminal.ts";
import type { Attempt, Sleeper } from "../operation.ts";
import type { Process } from "../process.ts";
import { kernelSignal } from "../signals/siginfo.ts";
import { FileAttempt } from "./file-attempt.ts";
import { readingLeast, sending } from "./socket-messages.ts";
import { TerminalReadAttempt } from "./terminal-read.ts";
import { terminalEnd } from "./terminals.ts";

/** read(2): bytes read, 0 at end-of-file, EAGAIN when there is nothing yet. EBADF: not open for reading. */
export function read(process: Process, fd: number, into: Uint8Array): number | Errno {
  const file = process.descriptors.get(fd);
  if (file === undefined || !file.readable) return "EBADF";
  return readFile(process, file, into);
}

/** read(2) for a caller that waits. */
export function reading(process: Process, fd: number, into: Uint8Array): FileAttempt<number> | Errno {
  const file = process.descriptors.get(fd);
  if (file === undefined || !file.readable) return "EBADF";
  const { ops } = file;
  const waitsForMore = ops instanceof Socket && ops.options.receiveLowWaterBytes > 1 && into.length > 0;
  if (waitsForMore) return readingLeast(process, fd, into);
  const terminal = terminalEnd(ops);
  if (terminal !== undefined) return new TerminalReadAttempt(process, file, new TerminalRead(terminal, process, into));
  return new ReadAttempt(process, file, into);
}

/** write(2): bytes taken, possibly fewer than given; EAGAIN when there is no room. EBADF: not open for writing. */
export function write(process: Process, fd: number, from: Uint8Array): number | Errno {
  const file = process.descriptors.get(fd);
  if (file === undefined || !file.writable) return "EBADF";
  return writeFile(process, file, from, false);
}

/** write(2) for a caller that waits until all bytes are taken. */
export function writing(process: Process, fd: number, from: Uint8Array): FileAttempt<number> | Errno {
  const file = process.descriptors.get(fd);
  if (file === undefined || !file.writable) return "EBADF";
  const { ops } = file;
  if (ops instanceof Socket && ops.requests.opensWith?.(0) === true) {
    return sending(process, "write", fd, { data: from, destination: null, ancillary: null, flags: 0 });
  }
  return new WriteAttempt(process, file, from);
}

/** close(2). */
export function close(process: Process, fd: number): 0 | Errno {
  return process.descriptors.close(fd);
}

/** The socket behind a descriptor, whose close(2) may have to wait (SO_LINGER). */
export function lingerer(process: Process, fd: number): Socket | null {
  const ops = process.descriptors.get(fd)?.ops;
  return ops instanceof Socket && ops.options.linger.onoff !== 0 ? ops : null;
}

/** The rest of a close(2) that waits, as sk_stream_wait_close on Linux: neither time nor a signal makes it fail. */
export class LingerAttempt implements Attempt<0> {
  readonly call = "close";
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  attempt(): 0 | Errno {
    return this.isReady() ? 0 : "EAGAIN";
  }

  isReady(): boolean {
    return (this.#socket.requests.lingerNs?.() ?? 0) === 0;
  }

  enlist(sleeper: Sleeper): void {
    sleeper.enlist(this.#socket.waiters, POLLHUP);
  }

  expired(): 0 {
    return 0;
  }

  interrupted(): 0 {
    return 0;
  }

  on(): string {
    return this.#socket.describe().name;
  }

  end(): void {}
}

/** How much of what is written goes into the determinism hash: its beginning. */
const HASHED_BYTES = 32;

/** What a program hands over goes into the hash, as far as that many of its bytes are taken. */
export function hashBytes(process: Process, from: Uint8Array, count: number): void {
  const { hash } = process.runState.scheduler;
  hash.mixArray(from, Math.min(count, from.length, HASHED_BYTES));
}

function readFile(process: Process, file: OpenFile, into: Uint8Array): number | Errno {
  const result = file.ops.read(process, into);
  if (typeof result === "number" && result > 0) process.runState.progress();
  return result;
}

function writeFile(process: Process, file: OpenFile, from: Uint8Array, isRest: boolean): number | Errno {
  const result = file.ops.write(process, from, isRest);
  if (typeof result === "number" && result > 0) {
    process.runState.progress();
    if (!file.isSealed) hashBytes(process, from, result);
  }
  // pipe(7): it is a signal, and EPIPE only for those who do not die of it.
  const isDatagram = file.ops instanceof Socket && file.ops.type !== SOCK_STREAM;
  if (result === "EPIPE" && !isDatagram) process.signals.post(kernelSignal(SIGPIPE));
  return result;
}

class ReadAttempt extends FileAttempt<number> {
  readonly #into: Uint8Array;

  constructor(process: Process, file: OpenFile, into: Uint8Array) {
    super("read", process, file, POLLIN);
    this.#into = into;
  }

  override attempt(): number | Errno {
    return readFile(this.process, this.file, this.#into);
  }
}

class WriteAttempt extends FileAttempt<number> {
  readonly #from: Uint8Array;
  /** On a terminal one write at a time, as by tty_write_lock on Linux; null elsewhere. */
  readonly #turn: WriteTurn | null;
  #written = 0;
  #hasTried = false;
  #hasSlept = false;

  constructor(process: Process, file: OpenFile, from: Uint8Array) {
    super("write", process, file, POLLOUT | WRITER);
    this.#from = from;
    this.#turn = terminalEnd(file.ops)?.writeTurn ?? null;
  }

  override attempt(): number | Errno {
    if (this.#turn === null) return this.#try();
    this.#turn.writer ??= this;
    if (this.#turn.writer !== this) return "EAGAIN";
    const result = this.#try();
    // From the background it has stopped itself, and begins again.
    if (this.process.isStopped) this.#giveUpTurn();
    return result;
  }

  /** A part that went in before an error counts: write(2) answers what was written. */
  #try(): number | Errno {
    const rest = this.#written === 0 ? this.#from : this.#from.subarray(this.#written);
    const result = writeFile(this.process, this.file, rest, this.#hasTried);
    this.#hasTried = true;
    if (typeof result === "number") {
      this.#written += result;
      // A file that took a part only is full: there is nothing to wait for. And as anon_pipe_write on Linux: O_NONBLOCK that
      // was set while the call waited ends it with what went in.
      const isOver = this.file.ops.pollable === false || this.file.nonBlocking;
      if (result === rest.length || isOver) return this.#written;
      // It had its share: as on Linux, it waits for the next behind the others.
      this.goToEnd();
      return "EAGAIN";
    }
    return result !== "EAGAIN" && this.#written > 0 ? this.#written : result;
  }

  /** Whether a write fits depends on its length too: it is tried. */
  override isReady(): boolean {
    return true;
  }

  override expired(): number | Errno {
    return this.#written > 0 ? this.#written : "EAGAIN";
  }

  override enlist(sleeper: Sleeper): void {
    this.#hasSlept = true;
    super.enlist(sleeper);
  }

  /** As n_tty_write on Linux: O_NONBLOCK that was set while it slept ends it when it wakes and finds no room. */
  isRefused(): boolean {
    return this.file.nonBlocking && this.#turn?.writer === this;
  }

  /** When it begins again, it is a new write, which may fill up a page. */
  withdraw(): void {
    this.#giveUpTurn();
    this.#hasTried = this.#written > 0;
  }

  override end(): void {
    this.#giveUpTurn();
    super.end();
  }

  #giveUpTurn(): void {
    if (this.#turn?.writer !== this) return;
    this.#turn.writer = null;
    // Only while it slept could others have come.
    if (this.#hasSlept) this.file.ops.waiters.wake(POLLOUT);
  }

  interrupted(): number | Errno {
    if (this.#written > 0) return this.#written;
    // As anon_pipe_write on Linux: O_NONBLOCK that was set while the call waited is looked at before the signal.
    return this.file.nonBlocking ? "EAGAIN" : "EINTR";
  }
}
