/**
 * A person's terminal, and a host's: what is typed here goes there, what is written there is shown here.
 *
 * Read first: tty(4); node:tty. The outer terminal is raw, so that every key, Ctrl-C too, is the inner terminal's to understand.
 * Both ways are bounded: what the inner terminal has no room for stays here, and the outer one is not read meanwhile; while the
 * outer one is full, the inner one is not read, and who writes to it waits.
 */
import type { HostTerminal, World } from "../entry-node.ts";

/** So much typed ahead is kept here before the outer terminal has to wait. */
const TYPED_MAX_BYTES = 65_536;
/** Ctrl-]: three of them, one after the other, leave at once. */
const ESCAPE = 0x1d;
const ESCAPES = 3;
const DEFAULT_ROWS = 24;
const DEFAULT_COLUMNS = 80;

export class Keyboard implements Disposable {
  readonly #terminal: HostTerminal;
  readonly #source: ReturnType<World["outside"]>;
  readonly #left: () => void;
  #typed: Uint8Array[] = [];
  #typedBytes = 0;
  #escapes = 0;
  #isShowing = false;
  #isFull = false;
  #isResized = false;
  readonly #onData = (keys: Uint8Array): void => this.#keysCame(keys);
  readonly #onResize = (): void => {
    this.#isResized = true;
    this.#source.raise();
  };
  readonly #onDrain = (): void => {
    this.#isFull = false;
    this.show();
  };

  /** `left` is called when the person leaves by force, or has gone. */
  constructor(world: World, terminal: HostTerminal, left: () => void) {
    this.#terminal = terminal;
    this.#left = left;
    this.#source = world.outside("terminal", () => this.#takeInput());
    terminal.onActivity = () => this.#activity();
    process.stdin.setRawMode(true);
    process.stdin.on("data", this.#onData);
    process.stdin.on("end", left);
    process.stdout.on("resize", this.#onResize);
    process.stdout.on("drain", this.#onDrain);
    this.#onResize();
  }

  /** Shows what there is to show. */
  show(): void {
    while (!this.#isFull) {
      const piece = this.#terminal.read();
      if (piece.length === 0) return;
      this.#isFull = !process.stdout.write(piece);
    }
  }

  /** The outer terminal is as it was. */
  [Symbol.dispose](): void {
    this.show();
    process.stdin.off("data", this.#onData);
    process.stdin.off("end", this.#left);
    process.stdout.off("resize", this.#onResize);
    process.stdout.off("drain", this.#onDrain);
    process.stdin.setRawMode(false);
    process.stdin.pause();
    this.#source[Symbol.dispose]();
    this.#terminal[Symbol.dispose]();
  }

  /** Something was written, or there is room to type again: seen to when the kernel has done what it is doing. */
  #activity(): void {
    if (this.#isShowing) return;
    this.#isShowing = true;
    setImmediate(() => {
      this.#isShowing = false;
      this.show();
      if (this.#typedBytes > 0 && this.#terminal.isWritable) this.#source.raise();
    });
  }

  #keysCame(keys: Uint8Array): void {
    for (const key of keys) {
      this.#escapes = key === ESCAPE ? this.#escapes + 1 : 0;
      if (this.#escapes === ESCAPES) {
        this.#left();
        return;
      }
    }
    this.#typed.push(keys);
    this.#typedBytes += keys.length;
    if (this.#typedBytes > TYPED_MAX_BYTES) process.stdin.pause();
    this.#source.raise();
  }

  /** In the run loop: types what there is room for. */
  #takeInput(): void {
    if (this.#isResized) {
      this.#isResized = false;
      this.#terminal.resize(process.stdout.rows ?? DEFAULT_ROWS, process.stdout.columns ?? DEFAULT_COLUMNS);
    }
    for (let first = this.#typed[0]; first !== undefined; first = this.#typed[0]) {
      const count = this.#terminal.type(first);
      this.#typedBytes -= count;
      if (count < first.length) {
        this.#typed[0] = first.subarray(count);
        break;
      }
      this.#typed.shift();
    }
    if (this.#typedBytes <= TYPED_MAX_BYTES && process.stdin.isPaused()) process.stdin.resume();
  }
}
