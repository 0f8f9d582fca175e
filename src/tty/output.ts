/**
 * The output of a terminal: what programs write and what is echoed, on its way to the master.
 *
 * Read first: termios(3), OPOST; pty(7).
 *
 *     write ─▶ OPOST ─┬▶ driver (8 KiB) ─▶ arrived (4 KiB) ─▶ read by the master
 *     echo ──▶ steps ─┘                                        while there is no room, or output is stopped, it waits
 *
 * A signal from the keyboard throws away what is in the driver; what has arrived is the master's. What is echoed and finds no room waits, as
 * on Linux, until a program writes or something more is typed: that there is room again shows nothing by itself.
 */
import { IUTF8, OCRNL, ONLCR, ONLRET, ONOCR, OPOST, XTABS } from "../abi/termios.ts";
import { ByteRing } from "../base/byte-ring.ts";
import { AFTER_TAB, CONTROL, COUNTED, EchoQueue, ERASE_TAB, LINE_BEGINS } from "./echo-queue.ts";
import type { Termios } from "./termios.ts";

/** As on Linux: the limit of a pseudo-terminal's flip buffers, and N_TTY_BUF_SIZE less one. */
const DRIVER_MAX_BYTES = 8192;
const ARRIVED_MAX_BYTES = 4095;

const BACKSPACE = 8;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const CARET = 94;
const DELETE = 0x7f;
/** One byte may become so many: a tab. */
const BYTES_OF_ONE_MAX = 8;

export class TerminalOutput {
  readonly #driver: ByteRing = new ByteRing(DRIVER_MAX_BYTES);
  readonly #arrived: ByteRing = new ByteRing(ARRIVED_MAX_BYTES);
  readonly #echoes: EchoQueue = new EchoQueue();
  readonly #termios: () => Termios;
  readonly #one: Uint8Array = new Uint8Array(1);
  /** Where the cursor is, and where it was when the line that is being typed began: tabs are counted from there. */
  #column = 0;
  #lineColumn = 0;
  isStopped = false;

  constructor(termios: () => Termios) {
    this.#termios = termios;
  }

  /** Is there room for anything? */
  get isWritable(): boolean {
    return this.#room() >= BYTES_OF_ONE_MAX;
  }

  #room(): number {
    return this.isStopped ? 0 : this.#driver.space;
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
    this.showEchoes();
    if (this.isStopped) return 0;
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

  /** What is to be shown of the input: a step of echo-queue.ts. It may be lost, but nobody waits for it. */
  echo(kind: number, byte: number): void {
    this.#echoes.add(kind, byte);
  }

  /** Shows what was echoed, as far as there is room, in the middle of what is typed: when it is a block. */
  commitBlock(): void {
    if (this.#echoes.isDue) this.showEchoes();
  }

  /** All that was typed at once has been looked at: shows what was echoed, when some of it is new, and lets it arrive. */
  commit(): void {
    if (this.#echoes.hasNews) this.showEchoes();
    this.#pump();
  }

  /** Shows what was echoed, as far as there is room. It does not arrive yet: a signal that is typed next throws it away. */
  showEchoes(): void {
    this.#echoes.show((kind, byte) => this.#show(kind, byte));
  }

  /** A byte that goes past everything, as VSTOP does for tcflow(TCIOFF). */
  send(byte: number): void {
    this.#put(byte);
    this.#pump();
  }

  /** The master reads. */
  take(into: Uint8Array): number {
    const count = this.#arrived.read(into);
    this.#pump();
    return count;
  }

  /** Throws away what has not arrived. */
  flush(): void {
    empty(this.#driver);
  }

  /** Throws away what is about to be echoed. */
  flushEchoes(): void {
    this.#echoes.clear();
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

  #writeProcessed(from: Uint8Array): number {
    let count = 0;
    while (count < from.length && this.#process(from[count] as number)) count++;
    return count;
  }

  /**
   * One step of the echo; false when there is no room for all of it. As __process_echoes on Linux, ^C and the way back over a tab move
   * the column whatever OPOST says.
   */
  #show(kind: number, byte: number): boolean {
    if (kind === LINE_BEGINS) {
      this.#lineColumn = this.#column;
      return true;
    }
    if (kind === ERASE_TAB) return this.#goBackOverTab(byte);
    if (kind === CONTROL) return this.#putCounted(CARET, byte ^ 0x40);
    if (kind === COUNTED) return this.#putCounted(byte);
    if ((this.#termios().oflag & OPOST) !== 0) return this.#process(byte);
    if (this.#room() < 1) return false;
    this.#put(byte);
    return true;
  }

  #goBackOverTab(columns: number): boolean {
    const before = (columns & AFTER_TAB) === 0 ? columns + this.#lineColumn : columns;
    const width = 8 - (before & 7);
    if (width > this.#room()) return false;
    for (let column = 0; column < width; column++) this.#put(BACKSPACE);
    this.#column = Math.max(0, this.#column - width);
    return true;
  }

  #putCounted(...bytes: readonly number[]): boolean {
    if (bytes.length > this.#room()) return false;
    for (const byte of bytes) this.#put(byte);
    this.#column += bytes.length;
    return true;
  }

  /** OPOST: one byte, with what becomes of it; false when there is no room for all of that. */
  #process(byte: number): boolean {
    const { oflag } = this.#termios();
    if (this.#room() < 1) return false;
    if (byte === NEWLINE) return this.#newline(oflag);
    if (byte === RETURN) return this.#return(oflag);
    if (byte === TAB) return this.#tab(oflag);
    if (byte === BACKSPACE) this.#column = Math.max(this.#column - 1, 0);
    else if (byte >= SPACE && byte !== DELETE && !this.#continues(byte)) this.#column++;
    this.#put(byte);
    return true;
  }

  #newline(oflag: number): boolean {
    if ((oflag & ONLCR) !== 0) {
      if (this.#room() < 2) return false;
      this.#put(RETURN);
    }
    if ((oflag & (ONLCR | ONLRET)) !== 0) this.#column = 0;
    this.#lineColumn = this.#column;
    this.#put(NEWLINE);
    return true;
  }

  #return(oflag: number): boolean {
    if ((oflag & ONOCR) !== 0 && this.#column === 0) return true;
    if ((oflag & OCRNL) === 0 || (oflag & ONLRET) !== 0) {
      this.#column = 0;
      this.#lineColumn = 0;
    }
    this.#put((oflag & OCRNL) !== 0 ? NEWLINE : RETURN);
    return true;
  }

  #tab(oflag: number): boolean {
    const spaces = 8 - (this.#column & 7);
    if ((oflag & XTABS) !== XTABS) this.#put(TAB);
    else if (spaces > this.#room()) return false;
    else for (let i = 0; i < spaces; i++) this.#put(SPACE);
    this.#column += spaces;
    return true;
  }

  /** With IUTF8: a byte that belongs to the character before. */
  #continues(byte: number): boolean {
    return (this.#termios().iflag & IUTF8) !== 0 && (byte & 0xc0) === 0x80;
  }

  #put(byte: number): void {
    this.#one[0] = byte;
    this.#driver.write(this.#one, 0, 1);
  }
}

function empty(ring: ByteRing): void {
  if (ring.length > 0) ring.read(new Uint8Array(ring.length));
}
