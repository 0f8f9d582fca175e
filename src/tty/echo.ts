/**
 * Echo: how what is typed is shown. Read first: termios(3), ECHO, ECHOCTL.
 */
import { ECHOCTL } from "../abi/termios.ts";
import type { TerminalOutput } from "./output.ts";
import type { Termios } from "./termios.ts";

const TAB = 9;
const CARET = 94;

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
    this.#output.echo(byte, false);
  }

  /** The character as people see it: ^C. `isFirst`: of its line. */
  character(byte: number, isFirst: boolean): void {
    if (isFirst) this.#output.beginLine();
    if ((this.#termios().lflag & ECHOCTL) !== 0 && isControl(byte) && byte !== TAB) {
      this.#output.echo(CARET, true);
      this.#output.echo(byte ^ 0x40, true);
    } else {
      this.raw(byte);
    }
  }

  /** Takes away so many characters that were shown last. */
  takeBack(columns: number): void {
    for (let column = 0; column < columns; column++) for (const byte of [8, 32, 8]) this.raw(byte);
  }

  /** Goes so many columns back, over what a tab has left empty. */
  goBack(columns: number): void {
    for (let column = 0; column < columns; column++) this.#output.echo(8, true);
  }

  /** The column in which the line that is being typed began. */
  get lineColumn(): number {
    // What is still to be shown may move it.
    this.#output.commit();
    return this.#output.lineColumn;
  }

  /**
   * A character is complete. What is typed at once is shown at once, at its end (Terminal.feed): a signal among it throws away
   * what comes before it, as on Linux.
   */
  commit(): void {
    if (this.#output.isEchoDue) this.#output.commit();
  }
}
