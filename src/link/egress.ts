/**
 * The way out of a switch at one port: a bounded queue, and the last wire's rate.
 *
 * Order: output() → (waits while another frame's bits are leaving) → #lastBit() when its last bit has left → port.deliver().
 * At an infinite rate nothing waits, and output() delivers at once. The wire adds no delay: a frame that crosses a
 * switch meets the link's delay and faults once, on its way in.
 */

import { assert } from "../base/assert.ts";
import { TimedEvent } from "../base/event-queue.ts";
import { Ring } from "../base/ring.ts";
import type { Packet } from "../wire/packet.ts";
import type { Medium } from "./medium.ts";
import { Pacer } from "./pacer.ts";
import type { Port } from "./port.ts";

export class Egress {
  readonly port: Port;
  readonly #medium: Medium;
  readonly #lastBitEvent: TimedEvent;
  readonly #pacer: Pacer = new Pacer();
  readonly #queue: Ring<Packet> = new Ring<Packet>();
  #sending: Packet | null = null;

  constructor(medium: Medium, port: Port) {
    this.#lastBitEvent = new TimedEvent(`${medium.machine.name}: last bit from switch`, () => this.#lastBit());
    this.port = port;
    this.#medium = medium;
  }

  /** Frames that wait or whose bits are leaving. */
  get length(): number {
    return this.#queue.length + (this.#sending === null ? 0 : 1);
  }

  output(packet: Packet): void {
    const { rateBitsPerSecond, queuePackets } = this.#medium.settings;
    if (this.#sending === null) {
      if (rateBitsPerSecond === Number.POSITIVE_INFINITY) this.port.deliver(packet);
      else this.#send(packet);
    } else if (this.#queue.length < queuePackets) {
      this.#queue.push(packet);
    } else {
      this.port.statistics.drop(this.#medium, "queueFull", packet.length);
    }
  }

  /** The last bit has left. */
  #lastBit(): void {
    const packet = this.#sending;
    assert(packet !== null, "the last bit is that of a frame");
    this.#sending = null;
    const next = this.#queue.shift();
    if (next !== undefined) this.#send(next);
    this.port.deliver(packet);
  }

  #send(packet: Packet): void {
    const { scheduler } = this.#medium.machine;
    this.#sending = packet;
    scheduler.at(
      this.#lastBitEvent,
      this.#pacer.finish(scheduler.nowNs, packet.length, this.#medium.settings.rateBitsPerSecond),
    );
  }
}
