/**
 * A terminal of a host, with its keyboard and screen in the hands of whoever is outside: `netloom shell`, a page, a test.
 *
 * Read first: tty/terminal.ts. It is the master of a pseudo-terminal without a process: type() is the keyboard, read() takes what
 * is to be shown, and spawn() starts a program as the leader of a session on it. Both ways are bounded: type() takes what there
 * is room for, and who writes to a screen that nobody reads waits.
 */
import { O_RDWR } from "../abi/fcntl.ts";
import { POLLHUP, POLLIN, POLLOUT } from "../abi/poll.ts";
import { WaitEntry } from "../base/wait-queue.ts";
import { OpenFile } from "../file/open-file.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { MasterEnd } from "../tty/ends.ts";
import type { Terminal } from "../tty/terminal.ts";

/** A piece of the screen's output at a time. */
const PIECE_BYTES = 4096;
const encoder: TextEncoder = new TextEncoder();

export class HostTerminal implements Disposable {
  readonly #kernel: Kernel;
  readonly #master: MasterEnd;
  readonly #file: OpenFile;
  #isOpen = true;
  /**
   * Told, within whatever call has caused it, that there may be something to read, or room to type again: look at it later, in a
   * turn of your own.
   */
  onActivity: (() => void) | null = null;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const master = kernel.terminals.open(kernel.processes.init);
    if (typeof master === "string") throw new Error(`${kernel.machine.name}: there is no terminal left (${master})`);
    this.#master = master;
    master.terminal.isLocked = false;
    this.#file = new OpenFile(master, O_RDWR).reference();
    master.waiters.enlist(new WaitEntry({ wake: () => this.onActivity?.() }, POLLIN | POLLOUT | POLLHUP));
  }

  /** Where programs find it: "/dev/pts/0". */
  get name(): string {
    return this.terminal.name;
  }

  get terminal(): Terminal {
    return this.#master.terminal;
  }

  /** Is there room for what is typed? */
  get isWritable(): boolean {
    return this.#isOpen && this.terminal.hasInputRoom;
  }

  /** Types these keys, as many as there is room for; answers how many bytes that are. */
  type(keys: string | Uint8Array): number {
    if (!this.#isOpen) return 0;
    const result = this.#master.write(
      this.#kernel.processes.init,
      typeof keys === "string" ? encoder.encode(keys) : keys,
    );
    this.#acted();
    return typeof result === "number" ? result : 0;
  }

  /** Takes what is to be shown next; empty when there is nothing. */
  read(): Uint8Array {
    const buffer = new Uint8Array(PIECE_BYTES);
    const result = this.#isOpen ? this.#master.read(this.#kernel.processes.init, buffer) : 0;
    this.#acted();
    return buffer.subarray(0, typeof result === "number" ? result : 0);
  }

  /** The window has this size now. */
  resize(rows: number, columns: number): void {
    this.terminal.resize({ rows, columns });
    this.#acted();
  }

  /** The line is cut: the session on it is hung up. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.onActivity = null;
    this.#file.unreference();
    this.#acted();
  }

  /** Soft interrupts that were raised are run, and the run loop looks again. */
  #acted(): void {
    this.#kernel.runState.leave();
    this.#kernel.runState.resume();
  }
}
