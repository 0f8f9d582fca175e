/**
 * The output of a terminal: what programs write and what is echoed, on its way to the master.
 *
 * Read first: termios(3), OPOST; pty(7).
 *
 *     write ─▶ OPOST ─┬▶ driver (8 KiB) ─▶ arrived (4 KiB) ─▶ read by the master
 *     echo ──▶ backlog┘                                        while there is no room, or output is stopped, it waits
 *
 * A signal from the keyboard throws away what is in the driver; what has arrived is the master's.
 */
import { OCRNL, ONLCR, ONLRET, ONOCR, OPOST, XTABS } from "../abi/termios.ts";
import { ByteRing } from "../base/byte-ring.ts";
import type { Termios } from "./termios.ts";

/** As on Linux: the limit of a pseudo-terminal's flip buffers, and N_TTY_BUF_SIZE less one. */
const DRIVER_MAX_BYTES = 8192;
const ARRIVED_MAX_BYTES = 4095;
/** ECHO_DISCARD_WATERMARK: what is echoed and can't be shown is lost beyond. */
const BACKLOG_MAX_BYTES = 4096;
/** ECHO_COMMIT_WATERMARK: so much is shown before all that was typed at once has been looked at. */
const ECHO_DUE_BYTES = 256;

const BACKSPACE = 8;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
/** One byte may become so many: a tab. */
const BYTES_OF_ONE_MAX = 8;

export class TerminalOutput {
  readonly #driver: ByteRing = new ByteRing(DRIVER_MAX_BYTES);
  readonly #arrived: ByteRing = new ByteRing(ARRIVED_MAX_BYTES);
  readonly #backlog: ByteRing = new ByteRing(BACKLOG_MAX_BYTES);
  /** For each byte of the backlog: does it move the cursor's column without OPOST, too? */
  readonly #counts: ByteRing = new ByteRing(BACKLOG_MAX_BYTES);
  readonly #termios: () => Termios;
  readonly #one: Uint8Array = new Uint8Array(BYTES_OF_ONE_MAX);
  /** Where the cursor is, and where it was when the line that is being typed began: tabs are counted from there. */
  column = 0;
  lineColumn = 0;
  /** Bytes that were ever echoed, and that have ever left the backlog; and how many there were when the line began. */
  #echoed = 0;
  #shown = 0;
  #lineBegan = -1;
  isStopped = false;

  constructor(termios: () => Termios) {
    this.#termios = termios;
  }

  /** Is there room for anything? */
  get isWritable(): boolean {
    return !this.isStopped && this.#driver.space >= BYTES_OF_ONE_MAX;
  }

  /** Bytes that the master can read. */
  get arrived(): number {
    return this.#arrived.length;
  }

  /** Bytes that have not arrived yet. */
  get inDriver(): number {
    return this.#driver.length;
  }

  /** What a program writes: as many bytes as there is room for. */
  write(from: Uint8Array): number {
    this.#flushBacklog();
    if (this.isStopped || this.#backlog.length > 0) return 0;
    let count = 0;
    let taken = -1;
    // What has arrived makes room for more.
    while (count < from.length && taken !== 0) {
      const rest = from.subarray(count);
      taken = (this.#termios().oflag & OPOST) === 0 ? this.#driver.write(rest) : this.#writeProcessed(rest);
      count += taken;
      this.#pump();
    }
    return count;
  }

  /**
   * What is shown of the input: it may be lost, but never waits. As __process_echoes on Linux: the two bytes of ^C, and the way back over a
   * tab, move the column whatever OPOST says (`counts`).
   */
  echo(byte: number, counts: boolean): void {
    if (this.#backlog.space === 0) return;
    this.#one[0] = Number(counts);
    this.#counts.write(this.#one, 0, 1);
    this.#one[0] = byte;
    this.#echoed += this.#backlog.write(this.#one, 0, 1);
  }

  /** What is echoed next is the first of a line that is being typed. */
  beginLine(): void {
    this.#lineBegan = this.#echoed;
  }

  /** Is there so much to be shown that it should be, in the middle of what is typed? */
  get isEchoDue(): boolean {
    return this.#backlog.length >= ECHO_DUE_BYTES;
  }

  /** Shows what was echoed, as far as there is room. */
  commit(): void {
    this.#flushBacklog();
    this.#pump();
  }

  /** A byte that goes past everything, as VSTOP does for tcflow(TCIOFF). */
  send(byte: number): void {
    this.#one[0] = byte;
    this.#driver.write(this.#one, 0, 1);
    this.#pump();
  }

  /** The master reads. */
  take(into: Uint8Array): number {
    const count = this.#arrived.read(into);
    this.#pump();
    this.#flushBacklog();
    this.#pump();
    return count;
  }

  /** Throws away what has not arrived, and what is about to be echoed. */
  flush(): void {
    empty(this.#driver);
    empty(this.#backlog);
    empty(this.#counts);
    this.#shown = this.#echoed;
    this.#lineBegan = -1;
  }

  /** The master throws away what it has not read. */
  flushAll(): void {
    empty(this.#driver);
    empty(this.#arrived);
  }

  #pump(): void {
    while (this.#driver.length > 0 && this.#arrived.space > 0) {
      const part = new Uint8Array(Math.min(this.#driver.length, this.#arrived.space));
      this.#driver.read(part);
      this.#arrived.write(part);
    }
  }

  #flushBacklog(): void {
    const isProcessed = (this.#termios().oflag & OPOST) !== 0;
    const byte = new Uint8Array(1);
    while (this.#backlog.length > 0 && this.isWritable) {
      if (this.#shown++ === this.#lineBegan) this.lineColumn = this.column;
      this.#counts.read(byte);
      const counts = byte[0] === 1;
      this.#backlog.read(byte);
      if (isProcessed) {
        this.#process(byte[0] as number);
        continue;
      }
      if (counts) this.column = Math.max(0, this.column + (byte[0] === BACKSPACE ? -1 : 1));
      this.#driver.write(byte);
    }
  }

  #writeProcessed(from: Uint8Array): number {
    let count = 0;
    while (count < from.length && this.isWritable) this.#process(from[count++] as number);
    return count;
  }

  /** OPOST: one byte, with what becomes of it. */
  #process(byte: number): void {
    const { oflag } = this.#termios();
    if (byte === NEWLINE) {
      if ((oflag & ONLCR) !== 0) this.#put(RETURN);
      if ((oflag & (ONLCR | ONLRET)) !== 0) this.column = 0;
      this.lineColumn = this.column;
      this.#put(NEWLINE);
    } else if (byte === RETURN) {
      if ((oflag & ONOCR) !== 0 && this.column === 0) return;
      if ((oflag & OCRNL) === 0 || (oflag & ONLRET) !== 0) {
        this.column = 0;
        this.lineColumn = 0;
      }
      this.#put((oflag & OCRNL) !== 0 ? NEWLINE : RETURN);
    } else if (byte === TAB) {
      const spaces = 8 - (this.column & 7);
      this.column += spaces;
      if ((oflag & XTABS) !== XTABS) this.#put(TAB);
      else for (let i = 0; i < spaces; i++) this.#put(SPACE);
    } else {
      if (byte === BACKSPACE) this.column = Math.max(this.column - 1, 0);
      else if (byte >= SPACE && byte !== 0x7f && (byte & 0xc0) !== 0x80) this.column++;
      this.#put(byte);
    }
  }

  #put(byte: number): void {
    this.#one[0] = byte;
    this.#driver.write(this.#one, 0, 1);
  }
}

function empty(ring: ByteRing): void {
  if (ring.length > 0) ring.read(new Uint8Array(ring.length));
}
