/**
 * A read of a terminal, from its beginning to its end, over all its sleeps.
 *
 * Read first: termios(3), "Canonical and noncanonical mode"; ends.ts. As n_tty_read on Linux:
 *
 *     attempt ─▶ in the foreground? ─▶ its turn? ─▶ MIN and TIME of now ─▶ takes what there is ─▶ MIN bytes, or no room left: done
 *                                      one read at a time               └◀── sleeps ◀── too few ──┘
 *
 * It keeps the MIN and TIME with which it began, and what it has taken is its own: nobody sees or flushes that any more, and a signal ends
 * it with that. One that was interrupted and has taken nothing gives up its turn, and begins again.
 */
import type { Errno } from "../abi/errno.ts";
import { READ_TURN } from "../abi/poll.ts";
import { TimedEvent } from "../base/event-queue.ts";
import type { WaitQueue } from "../base/wait-queue.ts";
import type { Task } from "../file/task.ts";
import type { Terminal } from "./terminal.ts";

/** Linux reads through a buffer of so many bytes: with a MIN beyond it, one full of them is enough. */
const CHUNK_BYTES = 64;

/** Whose turn it is to read at one end. */
export interface ReadTurn {
  reader: TerminalRead | null;
}

/** What a read needs of its end of the terminal. */
export interface ReadSource {
  readonly terminal: Terminal;
  readonly waiters: WaitQueue;
  readonly turn: ReadTurn;
  /** Is there something to take: in lines a line, else a byte? */
  readonly hasInput: boolean;
  /** What a read answers at once that has taken nothing: nothing more will come. */
  readonly ending: 0 | Errno | undefined;
  readonly isNonBlocking: boolean;
  /** MIN, 0 in lines, and TIME. */
  readonly demand: { readonly min: number; readonly timeNs: number; readonly inLines: boolean };
  /** May the process read here? */
  mayRead(task: Task): 0 | Errno;
  /** Takes out what there is, in lines one line, as far as it fits. */
  takeInput(into: Uint8Array): number;
  /** There is room for what was typed meanwhile. */
  inputTaken(): void;
}

export class TerminalRead {
  readonly #source: ReadSource;
  readonly #task: Task;
  readonly #into: Uint8Array;
  #state: "new" | "waits for its turn" | "reads" | "over" = "new";
  #taken = 0;
  #min = 0;
  /** TIME, where it counts from each byte; and the time that runs out, when it does. */
  #timeNs = 0;
  #timer: TimedEvent | null = null;
  #isTimeOver = false;

  constructor(source: ReadSource, task: Task, into: Uint8Array) {
    this.#source = source;
    this.#task = task;
    this.#into = into;
  }

  /** How many bytes it has. */
  get taken(): number {
    return this.#taken;
  }

  /** Has its turn come? */
  get isReading(): boolean {
    return this.#state === "reads";
  }

  /** Reads as far as it can: the number of bytes when it has enough, else "EAGAIN". */
  attempt(): number | Errno {
    if (this.#state === "over") return this.#taken;
    if (this.#source.terminal.isHungUp) return this.#hungUp();
    const refusal = this.#state === "reads" ? 0 : this.#begin();
    if (refusal !== 0) return refusal;
    const result = this.#go();
    if (result === "EAGAIN") return result;
    this.#giveUpTurn();
    this.#state = "over";
    this.#source.inputTaken();
    return result;
  }

  /** A signal comes between. */
  withdraw(): void {
    this.#giveUpTurn();
    this.#state = this.#taken > 0 ? "over" : "new";
  }

  /** It has ended; it may be made again. */
  end(): void {
    this.#giveUpTurn();
    this.#state = "new";
    this.#taken = 0;
  }

  /** As on Linux: who sleeps hears that the other end is gone, who comes after that finds the end of the file. */
  #hungUp(): number | Errno {
    return this.#taken === 0 && this.#state !== "new" ? "EIO" : this.#taken;
  }

  #begin(): 0 | Errno {
    const { turn, demand } = this.#source;
    if (this.#state === "new") {
      const refusal = this.#source.mayRead(this.#task);
      if (refusal !== 0) return refusal;
    }
    this.#state = "waits for its turn";
    if (turn.reader !== null) return "EAGAIN";
    turn.reader = this;
    this.#state = "reads";
    this.#isTimeOver = false;
    this.#min = demand.inLines ? 0 : Math.max(demand.min, 1);
    this.#timeNs = demand.inLines || demand.min === 0 ? 0 : demand.timeNs;
    // With MIN 0 the time runs from now.
    if (!demand.inLines && demand.min === 0) this.#startTimer(demand.timeNs);
    return 0;
  }

  #go(): number | Errno {
    const source = this.#source;
    const room = this.#min > CHUNK_BYTES ? Math.min(this.#into.length, CHUNK_BYTES) : this.#into.length;
    while (this.#taken < room) {
      if (!source.hasInput) {
        const answer = source.ending ?? (this.#isTimeOver ? 0 : "EAGAIN");
        const isOver = answer !== "EAGAIN" || source.isNonBlocking;
        return isOver && this.#taken > 0 ? this.#taken : answer;
      }
      this.#taken += source.takeInput(this.#into.subarray(this.#taken, room));
      if (this.#taken >= this.#min) break;
      if (this.#timeNs > 0) this.#startTimer(this.#timeNs);
    }
    return this.#taken;
  }

  #startTimer(timeNs: number): void {
    const { scheduler, name } = this.#source.terminal;
    this.#stopTimer();
    this.#isTimeOver = timeNs === 0;
    if (this.#isTimeOver) return;
    this.#timer = new TimedEvent(`VTIME of ${name}`, () => {
      this.#timer = null;
      this.#isTimeOver = true;
      this.#source.waiters.wake(READ_TURN);
    });
    scheduler.after(this.#timer, timeNs);
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#source.terminal.scheduler.events.cancel(this.#timer);
    this.#timer = null;
  }

  #giveUpTurn(): void {
    this.#stopTimer();
    const { turn, waiters } = this.#source;
    if (turn.reader !== this) return;
    turn.reader = null;
    waiters.wake(READ_TURN);
  }
}
