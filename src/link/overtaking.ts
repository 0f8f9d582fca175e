/**
 * Reordering: a frame is held back until so many later ones have gone ahead.
 *
 *     rate 1 %, reorderPackets 3:    sent  1 2 3 4 5 6      frame 2 is picked
 *                                 arrive   1 3 4 5 2 6
 *
 * Only frames that really enter the wire count as going ahead: not lost ones, nor others that are held back. When
 * nothing follows, a frame is let go 100 ms after it was held, so a conversation that waits for it goes on.
 * Order: hold() → ahead() for each frame that enters the wire, or run() when the time is up → release().
 */
import { TimedEvent } from "../base/event-queue.ts";
import { Ring } from "../base/ring.ts";
import type { Scheduler } from "../base/scheduler.ts";
import type { Packet } from "../wire/packet.ts";

/** The longest that a frame is held back: twice that is still short of a retransmission timeout. */
export const HOLD_MAX_NS: number = 100_000_000;

interface Held {
  readonly packet: Packet;
  /** How many frames will have gone ahead in all when this one follows. */
  readonly turn: number;
  readonly untilNs: number;
}

export class Overtaking {
  readonly #scheduler: Scheduler;
  readonly #release: (packet: Packet) => void;
  readonly #held: Ring<Held> = new Ring<Held>();
  readonly #timeUp: TimedEvent;
  #ahead = 0;

  constructor(linkName: string, scheduler: Scheduler, release: (packet: Packet) => void) {
    this.#timeUp = new TimedEvent(`${linkName}: end of holding back`, () => this.#letGoLate());
    this.#scheduler = scheduler;
    this.#release = release;
  }

  get length(): number {
    return this.#held.length;
  }

  /** Keeps the frame until that many others have gone ahead. */
  hold(packet: Packet, overtakers: number): void {
    const untilNs = this.#scheduler.nowNs + HOLD_MAX_NS;
    this.#held.push({ packet, turn: this.#ahead + overtakers, untilNs });
    if (!this.#timeUp.queued) this.#scheduler.at(this.#timeUp, untilNs);
  }

  /** A frame has entered the wire. */
  ahead(): void {
    this.#ahead++;
    while (this.#held.length > 0 && (this.#held.peek() as Held).turn <= this.#ahead) this.#letGo();
    if (this.#held.length === 0) this.#scheduler.events.cancel(this.#timeUp);
  }

  /** The time of the first is up, or of one that was first when this was set. */
  #letGoLate(): void {
    const { nowNs } = this.#scheduler;
    while (this.#held.length > 0 && (this.#held.peek() as Held).untilNs <= nowNs) this.#letGo();
    const next = this.#held.peek();
    if (next !== undefined) this.#scheduler.at(this.#timeUp, next.untilNs);
  }

  #letGo(): void {
    this.#release((this.#held.shift() as Held).packet);
  }
}
