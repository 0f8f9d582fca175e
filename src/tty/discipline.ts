/**
 * The line discipline: what becomes of each byte that is typed.
 *
 * Read first: termios(3), "Canonical and noncanonical mode"; line-buffer.ts. In the manner of n_tty on Linux:
 *
 *     receive ─▶ taken literally (after VLNEXT)? ─▶ VSTART/VSTOP? ─▶ a signal? ─▶ CR and NL ─▶ ICANON: editing, ends of lines
 *                                                                                          └─▶ echoed, and put in
 */

import { SIGINT, SIGQUIT, SIGTSTP } from "../abi/signal.ts";
import {
  ECHO,
  ECHOCTL,
  ECHONL,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNCR,
  INLCR,
  ISIG,
  ISTRIP,
  IXANY,
  IXON,
  NOFLSH,
  VEOF,
  VEOL,
  VEOL2,
  VERASE,
  VINTR,
  VKILL,
  VLNEXT,
  VQUIT,
  VREPRINT,
  VSTART,
  VSTOP,
  VSUSP,
  VWERASE,
} from "../abi/termios.ts";
import type { Echo } from "./echo.ts";
import { Eraser } from "./eraser.ts";
import { INPUT_MAX_BYTES, type LineBuffer } from "./line-buffer.ts";
import type { Termios } from "./termios.ts";

const NEWLINE = 10;
const RETURN = 13;
const BACKSPACE = 8;
const CARET = 94;

/** What the discipline needs of its terminal. */
export interface DisciplineClient {
  readonly termios: Termios;
  /** To the foreground process group. */
  signal(signo: number): void;
  /** A signal throws away what is on its way, both ways. */
  flush(): void;
  stopOutput(): void;
  startOutput(): void;
  /** There is one more line, or end-of-file. */
  lineEnded(): void;
}

export class Discipline {
  readonly #client: DisciplineClient;
  readonly #buffer: LineBuffer;
  readonly #echo: Echo;
  readonly #eraser: Eraser;
  #isStopped: () => boolean;
  /** The next byte means itself: VLNEXT was typed. */
  #isLiteral = false;

  constructor(client: DisciplineClient, buffer: LineBuffer, echo: Echo, isStopped: () => boolean) {
    this.#client = client;
    this.#buffer = buffer;
    this.#echo = echo;
    this.#eraser = new Eraser(client, buffer, echo);
    this.#isStopped = isStopped;
  }

  /**
   * May a byte come in? When the buffer is full and has no whole line yet, it may: what makes no end of the line is lost,
   * since the line is as long as any can be.
   */
  get hasRoom(): boolean {
    return this.#buffer.length < INPUT_MAX_BYTES - 1 || this.#isOverlong();
  }

  /** ICANON has changed: what VLNEXT was typed for does not come any more. */
  reset(): void {
    this.#isLiteral = false;
  }

  receive(typed: number): void {
    const { iflag } = this.#client.termios;
    if (this.#isOverlong() && this.#buffer.length === INPUT_MAX_BYTES) this.#buffer.erase(1);
    const stripped = (iflag & ISTRIP) === 0 ? typed : typed & 0x7f;
    let byte = stripped;
    if (this.#isLiteral) {
      this.#isLiteral = false;
      this.#startOutputByAny();
      this.#enter(byte, true);
      return;
    }
    if (this.#controlsFlow(byte) || this.#signals(byte)) return;
    this.#startOutputByAny();
    if (byte === RETURN && (iflag & IGNCR) !== 0) return;
    if (byte === RETURN && (iflag & ICRNL) !== 0) byte = NEWLINE;
    else if (byte === NEWLINE && (iflag & INLCR) !== 0) byte = RETURN;
    if (this.#has(ICANON) && this.#edits(byte)) return;
    // As n_tty on Linux: without ICANON a newline is nothing special, unless a return was made one.
    this.#enter(byte, byte === stripped);
  }

  /** Is the line that is being typed as long as any can be, and nothing else there to be read first? */
  #isOverlong(): boolean {
    return this.#has(ICANON) && !this.#buffer.hasLine && this.#buffer.length >= INPUT_MAX_BYTES - 1;
  }

  /** A byte that means itself. A newline that is nothing special is shown as the control character that it is. */
  #enter(byte: number, isLiteral: boolean): void {
    if (this.#has(ECHO)) {
      if (byte === NEWLINE && !isLiteral) this.#echo.raw(NEWLINE);
      else this.#show(byte);
      this.#echo.commit();
    }
    this.#buffer.put(byte);
  }

  /** Shows a character of the line that is being typed. */
  #show(byte: number): void {
    if (this.#buffer.editable === 0) this.#echo.beginLine();
    this.#echo.character(byte);
  }

  /** IXON: VSTOP stops output, VSTART starts it. */
  #controlsFlow(byte: number): boolean {
    if ((this.#client.termios.iflag & IXON) === 0) return false;
    if (this.#is(byte, VSTART)) this.#startOutput();
    else if (this.#is(byte, VSTOP)) this.#client.stopOutput();
    else return false;
    return true;
  }

  /** ISIG: Ctrl-C, Ctrl-\, Ctrl-Z. */
  #signals(byte: number): boolean {
    if (!this.#has(ISIG)) return false;
    const signo = this.#is(byte, VINTR)
      ? SIGINT
      : this.#is(byte, VQUIT)
        ? SIGQUIT
        : this.#is(byte, VSUSP)
          ? SIGTSTP
          : undefined;
    if (signo === undefined) return false;
    this.#client.signal(signo);
    if (!this.#has(NOFLSH)) this.#client.flush();
    if ((this.#client.termios.iflag & IXON) !== 0) this.#client.startOutput();
    if (this.#has(ECHO)) this.#echo.character(byte);
    else this.#echo.showAll();
    this.#echo.commit();
    return true;
  }

  /** IXANY: whatever is typed starts output. */
  #startOutputByAny(): void {
    const { iflag } = this.#client.termios;
    if ((iflag & IXON) !== 0 && (iflag & IXANY) !== 0 && this.#isStopped()) this.#startOutput();
  }

  #startOutput(): void {
    this.#client.startOutput();
    this.#echo.showAll();
  }

  /** ICANON: editing the line, and what ends it. */
  #edits(byte: number): boolean {
    const isExtended = this.#has(IEXTEN);
    if (this.#is(byte, VERASE)) this.#eraser.eraseCharacter();
    else if (this.#is(byte, VKILL)) this.#eraser.eraseLine();
    else if (isExtended && this.#is(byte, VWERASE)) this.#eraser.eraseWord();
    else if (isExtended && this.#is(byte, VLNEXT)) this.#takeNextLiterally();
    else if (isExtended && this.#has(ECHO) && this.#is(byte, VREPRINT)) this.#reprint(byte);
    else return this.#endsLine(byte);
    this.#echo.commit();
    return true;
  }

  #endsLine(byte: number): boolean {
    if (byte === NEWLINE) {
      if (this.#has(ECHO) || this.#has(ECHONL)) this.#echo.raw(NEWLINE);
      this.#buffer.endLine(NEWLINE);
    } else if (this.#is(byte, VEOF)) {
      this.#buffer.endFile();
    } else if (this.#is(byte, VEOL) || (this.#has(IEXTEN) && this.#is(byte, VEOL2))) {
      if (this.#has(ECHO)) this.#show(byte);
      this.#buffer.endLine(byte);
    } else {
      return false;
    }
    this.#echo.commit();
    this.#client.lineEnded();
    return true;
  }

  #takeNextLiterally(): void {
    this.#isLiteral = true;
    if (!this.#has(ECHO) || !this.#has(ECHOCTL)) return;
    this.#echo.raw(CARET);
    this.#echo.raw(BACKSPACE);
  }

  /** Shows the line again, on a line of its own. */
  #reprint(byte: number): void {
    this.#echo.character(byte);
    this.#echo.raw(NEWLINE);
    for (let index = 0; index < this.#buffer.editable; index++) this.#echo.character(this.#buffer.typed(index));
  }

  /** Is it this special character? One that is set to _POSIX_VDISABLE is none. */
  #is(byte: number, place: number): boolean {
    return byte !== 0 && this.#client.termios.cc[place] === byte;
  }

  #has(flag: number): boolean {
    return (this.#client.termios.lflag & flag) !== 0;
  }
}
