/**
 * What was typed and not read yet: 4096 bytes at the most, with marks where lines end.
 *
 * Running totals say where reading, complete lines and writing are; the place is their low bits. Without lines (no ICANON) lineHead stays
 * where it was when they were given up: who looks at it then wants to know whether anything was typed since.
 *
 *     bytes   | . . l s ⏎ c d . x ⏎ e c h . . . |
 *                   ↑               ↑     ↑
 *                  tail         lineHead head        what is between lineHead and head can still be edited
 *     marks             E         E                  E: a line ends with this byte;  F: end-of-file, which is no byte
 */
import { assert } from "../base/assert.ts";

/** N_TTY_BUF_SIZE of Linux: the longest line, with its end. */
export const INPUT_MAX_BYTES = 4096;
const MASK = INPUT_MAX_BYTES - 1;

const LINE_END = 1;
const FILE_END = 2;

export class LineBuffer {
  readonly #bytes: Uint8Array = new Uint8Array(INPUT_MAX_BYTES);
  readonly #marks: Uint8Array = new Uint8Array(INPUT_MAX_BYTES);
  #tail = 0;
  #lineHead = 0;
  #head = 0;

  /** How many bytes there are, complete lines or not. */
  get length(): number {
    return this.#head - this.#tail;
  }

  /** How many bytes of whole lines there are; an end-of-file is none. */
  get lineBytes(): number {
    let count = 0;
    for (let at = this.#tail; at < this.#lineHead; at++) count += this.#marks[at & MASK] === FILE_END ? 0 : 1;
    return count;
  }

  /** Is there a whole line? */
  get hasLine(): boolean {
    return this.#lineHead !== this.#tail;
  }

  /** How many bytes of the line that is being typed there are. */
  get editable(): number {
    return this.#head - this.#lineHead;
  }

  put(byte: number): void {
    assert(this.length < INPUT_MAX_BYTES, "a terminal's input has room for what is put in");
    this.#bytes[this.#head & MASK] = byte;
    this.#marks[this.#head & MASK] = 0;
    this.#head++;
  }

  /** The line is complete, with this byte as its end. */
  endLine(byte: number): void {
    this.#end(byte, LINE_END);
  }

  /** Whoever reads comes to an end here: Ctrl-D. */
  endFile(): void {
    this.#end(0, FILE_END);
  }

  /** The byte of the line being typed, counted from its beginning. */
  typed(index: number): number {
    return this.#bytes[(this.#lineHead + index) & MASK] as number;
  }

  /** Forgets the last bytes of the line that is being typed. */
  erase(count: number): void {
    assert(count <= this.editable, "only what is being typed can be erased");
    this.#head -= count;
  }

  /** Gives one line, or the part of it that fits. 0 is the end of the file. */
  takeLine(into: Uint8Array): number {
    let count = 0;
    while (count < into.length && this.hasLine) {
      const mark = this.#marks[this.#tail & MASK];
      const byte = this.#bytes[this.#tail++ & MASK] as number;
      if (mark === FILE_END) return count;
      into[count++] = byte;
      if (mark === LINE_END) return count;
    }
    // An end-of-file right behind a full buffer belongs to what was read: the next read waits.
    if (this.hasLine && this.#marks[this.#tail & MASK] === FILE_END) this.#tail++;
    return count;
  }

  /** Gives as many bytes as fit, lines or not. */
  takeBytes(into: Uint8Array): number {
    const count = Math.min(into.length, this.length);
    for (let index = 0; index < count; index++) into[index] = this.#bytes[(this.#tail + index) & MASK] as number;
    this.#tail += count;
    return count;
  }

  clear(): void {
    this.#tail = 0;
    this.#lineHead = 0;
    this.#head = 0;
  }

  /** ICANON was set or cleared: what is there becomes one line, as on Linux, or bytes that are no line. */
  setCanonical(isCanonical: boolean): void {
    this.#marks.fill(0);
    if (!isCanonical || this.length === 0) {
      this.#lineHead = this.#tail;
      return;
    }
    const last = (this.#head - 1) & MASK;
    // A zero byte there is an end-of-file to Linux, which writes that down as one.
    this.#marks[last] = this.#bytes[last] === 0 ? FILE_END : LINE_END;
    this.#lineHead = this.#head;
  }

  #end(byte: number, mark: number): void {
    const at = this.#head & MASK;
    this.put(byte);
    this.#marks[at] = mark;
    this.#lineHead = this.#head;
  }
}
