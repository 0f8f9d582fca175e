/**
 * What is to be shown of the input, until there is room for it: a queue of steps, oldest first.
 *
 * As n_tty on Linux, which writes down what is to be done and not yet which columns that will take: where the line that is typed began,
 * and how far a tab went, is known when the steps before have been shown (TerminalOutput). A step weighs as many bytes as there.
 */

/** The byte as it is. */
export const BYTE = 0;
/** 0xff, which moves the cursor's column whatever OPOST says. */
export const COUNTED = 1;
/** A control character, as ^C. */
export const CONTROL = 2;
/** The line that is being typed begins here. */
export const LINE_BEGINS = 3;
/** Back over a tab: the byte is the columns before it, from the tab before (AFTER_TAB) or from the beginning of the line. */
export const ERASE_TAB = 4;
export const AFTER_TAB = 0x80;

const WEIGHTS: readonly number[] = [1, 2, 2, 2, 3];
const STEPS_MAX = 4096;
const MASK = STEPS_MAX - 1;
/** ECHO_DISCARD_WATERMARK: beyond, the oldest is lost. */
const WEIGHT_MAX = STEPS_MAX - (256 + 32);
/** ECHO_COMMIT_WATERMARK and ECHO_BLOCK: so much is shown before all that was typed at once has been looked at. */
const BLOCK = 256;

export class EchoQueue {
  readonly #steps: Uint16Array = new Uint16Array(STEPS_MAX);
  #taken = 0;
  #added = 0;
  #weight = 0;
  /** How much of the weight somebody has tried to show. */
  #tried = 0;

  /** Is there anything that nobody has tried to show? */
  get hasNews(): boolean {
    return this.#weight > this.#tried;
  }

  /** Has one more block of it come together? */
  get isDue(): boolean {
    return this.#weight >= BLOCK && this.#weight % BLOCK <= this.#tried % BLOCK;
  }

  add(kind: number, byte: number): void {
    this.#steps[this.#added++ & MASK] = (kind << 8) | byte;
    this.#weight += WEIGHTS[kind] as number;
    while (this.#weight >= WEIGHT_MAX) this.#shift();
  }

  /** Shows one step after the other, as long as `show` has room for them. */
  show(show: (kind: number, byte: number) => boolean): void {
    this.#tried = this.#weight;
    while (this.#taken < this.#added) {
      const step = this.#steps[this.#taken & MASK] as number;
      if (!show(step >> 8, step & 0xff)) return;
      this.#shift();
    }
  }

  clear(): void {
    this.#taken = this.#added;
    this.#weight = 0;
    this.#tried = 0;
  }

  #shift(): void {
    const step = this.#steps[this.#taken++ & MASK] as number;
    const weight = WEIGHTS[step >> 8] as number;
    this.#weight -= weight;
    this.#tried = Math.max(0, this.#tried - weight);
  }
}
