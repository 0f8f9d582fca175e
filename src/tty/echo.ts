/**
 * Echo: how what is typed is shown. Read first: termios(3), ECHO, ECHOCTL; echo-queue.ts.
 */
import { ECHOCTL } from "../abi/termios.ts";
import { AFTER_TAB, BYTE, CONTROL, COUNTED, ERASE_TAB, LINE_BEGINS } from "./echo-queue.ts";
import type { TerminalOutput } from "./output.ts";
import type { Termios } from "./termios.ts";

const TAB = 9;

/** Is it a control character: ^@ to ^_, or ^?. */
export function isControl(byte: number): boolean {
  return byte < 32 || byte === 0x7f;
}

export class Echo {
  readonly #output: TerminalOutput;
  readonly #termios: () => Termios;

  constructor(output: TerminalOutput, termios: () => Termios) {
    this.#output = output;
    this.#termios = termios;
  }

  /** The byte as it is. */
  raw(byte: number): void {
    this.#output.echo(byte === 0xff ? COUNTED : BYTE, byte);
  }

  /** The character as people see it: ^C. */
  character(byte: number): void {
    const isShownWithCaret = (this.#termios().lflag & ECHOCTL) !== 0 && isControl(byte) && byte !== TAB;
    if (isShownWithCaret) this.#output.echo(CONTROL, byte);
    else this.raw(byte);
  }

  /** What is shown next is the first of a line that is being typed. */
  beginLine(): void {
    this.#output.echo(LINE_BEGINS, 0);
  }

  /** Takes away so many characters that were shown last. */
  takeBack(columns: number): void {
    for (let column = 0; column < columns; column++) for (const byte of [8, 32, 8]) this.raw(byte);
  }

  /** Goes back over a tab; before it are so many columns, counted from the tab before or from the beginning of the line. */
  eraseTab(columns: number, isAfterTab: boolean): void {
    this.#output.echo(ERASE_TAB, (columns & 7) | (isAfterTab ? AFTER_TAB : 0));
  }

  /**
   * A character is complete. What is typed at once is shown at once, at its end (Terminal.feed): a signal among it throws away
   * what comes before it, as on Linux.
   */
  commit(): void {
    this.#output.commitBlock();
  }

  /** Shows what has waited for room. */
  showAll(): void {
    this.#output.showEchoes();
  }
}
