/**
 * Erasing in the line that is being typed: VERASE a character, VWERASE a word, VKILL the line. Read first: termios(3).
 */
import { ECHO, ECHOCTL, ECHOE, ECHOK, ECHOKE, IUTF8, VERASE, VKILL } from "../abi/termios.ts";
import { type Echo, isControl } from "./echo.ts";
import type { LineBuffer } from "./line-buffer.ts";
import type { Termios } from "./termios.ts";

const TAB = 9;
const NEWLINE = 10;

export class Eraser {
  readonly #settings: { readonly termios: Termios };
  readonly #buffer: LineBuffer;
  readonly #echo: Echo;

  constructor(settings: { readonly termios: Termios }, buffer: LineBuffer, echo: Echo) {
    this.#settings = settings;
    this.#buffer = buffer;
    this.#echo = echo;
  }

  eraseCharacter(): void {
    if (this.#lastLength() === 0) return;
    // Without ECHOE the erase character itself is shown, as on a terminal that prints on paper.
    this.#eraseLast(this.#has(ECHOE));
    if (this.#has(ECHO) && !this.#has(ECHOE)) this.#echo.character(this.#settings.termios.cc[VERASE] as number);
  }

  /** Back over what is no word, and then over the word. */
  eraseWord(): void {
    let isInWord = false;
    while (this.#lastLength() > 0) {
      const isWord = isWordByte(this.#buffer.typed(this.#buffer.editable - this.#lastLength()));
      if (isInWord && !isWord) return;
      isInWord ||= isWord;
      this.#eraseLast(true);
    }
  }

  eraseLine(): void {
    if (this.#buffer.editable === 0) return;
    if (this.#has(ECHO) && this.#has(ECHOE) && this.#has(ECHOK) && this.#has(ECHOKE)) {
      while (this.#lastLength() > 0) this.#eraseLast(true);
      return;
    }
    this.#buffer.erase(this.#buffer.editable);
    if (!this.#has(ECHO)) return;
    this.#echo.character(this.#settings.termios.cc[VKILL] as number);
    if (this.#has(ECHOK)) this.#echo.raw(NEWLINE);
  }

  #eraseLast(isShown: boolean): void {
    const length = this.#lastLength();
    const byte = this.#buffer.typed(this.#buffer.editable - length);
    this.#buffer.erase(length);
    if (!isShown || !this.#has(ECHO)) return;
    if (byte === TAB) this.#eraseTab();
    else if (!isControl(byte)) this.#echo.takeBack(1);
    else if (this.#has(ECHOCTL)) this.#echo.takeBack(2);
  }

  /** Bytes of the last character: with IUTF8 those that continue one belong to it; 0 when there is none, or only those. */
  #lastLength(): number {
    const { editable } = this.#buffer;
    for (let length = 1; length <= editable; length++) {
      if (!this.#continues(this.#buffer.typed(editable - length))) return length;
    }
    return 0;
  }

  /** How far the tab that was just erased had gone depends on the columns before it: those that its line takes, or the tab before. */
  #eraseTab(): void {
    let columns = 0;
    let index = this.#buffer.editable - 1;
    for (; index >= 0; index--) {
      const byte = this.#buffer.typed(index);
      if (byte === TAB) break;
      if (!isControl(byte)) columns += this.#continues(byte) ? 0 : 1;
      else if (this.#has(ECHOCTL)) columns += 2;
    }
    this.#echo.eraseTab(columns, index >= 0);
  }

  #continues(byte: number): boolean {
    return (this.#settings.termios.iflag & IUTF8) !== 0 && (byte & 0xc0) === 0x80;
  }

  #has(flag: number): boolean {
    return (this.#settings.termios.lflag & flag) !== 0;
  }
}

/** A letter, a digit, or an underscore; Linux counts Latin 1's letters, too. */
function isWordByte(byte: number): boolean {
  if (byte >= 0xc0) return byte !== 0xd7 && byte !== 0xf7;
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || byte === 95 || (byte >= 97 && byte <= 122);
}
