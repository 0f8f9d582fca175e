/**
 * The protocol queue of a host: packets that have arrived and wait for their protocol.
 *
 * Read first: Linux's net.core.netdev_max_backlog and netdev_budget; 4.4BSD's ipintrq. Devices call netif/input.ts
 * from events, and the loopback device from within a sender's call; neither may run a protocol there and then.
 * Order: add() raises the queue as a soft interrupt → the scheduler calls run() → the input function of each packet.
 */
import { countDrop, type Machine } from "../base/machine.ts";
import { Ring } from "../base/ring.ts";
import type { Runnable } from "../base/scheduler.ts";
import type { Packet } from "../wire/packet.ts";
import type { Interface } from "./interface.ts";

/** net.core.netdev_max_backlog: so many packets wait at most. */
export const BACKLOG_MAX_PACKETS = 1000;
/** net.core.netdev_budget: so many packets are handled before others have their turn. */
export const BUDGET_PACKETS = 300;

/**
 * Whom the frame was for: this interface ("host"), several by its link address ("group"), or it is a copy of what this
 * host itself has broadcast ("looped").
 */
export type FrameKind = "host" | "group" | "looped";

/** What a network protocol registers for its EtherType. The packet starts with the protocol's own header, and is its. */
export type NetworkInput = (packet: Packet, from: Interface, kind: FrameKind) => void;

interface Waiting {
  readonly packet: Packet;
  readonly from: Interface;
  readonly kind: FrameKind;
  readonly input: NetworkInput;
}

export class ProtocolQueue implements Runnable {
  readonly #machine: Machine;
  readonly #waiting: Ring<Waiting> = new Ring<Waiting>(BACKLOG_MAX_PACKETS);
  #raised = false;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Takes the packet, or drops and counts it when too many wait. */
  add(packet: Packet, from: Interface, kind: FrameKind, input: NetworkInput): void {
    if (!this.#waiting.push({ packet, from, kind, input })) {
      from.counters.rxDrops++;
      countDrop(this.#machine, "SoftnetDropped", packet.length);
      packet.release();
      return;
    }
    if (this.#raised) return;
    this.#raised = true;
    this.#machine.scheduler.raise(this);
  }

  /** The soft interrupt. */
  run(): void {
    for (let count = 0; count < BUDGET_PACKETS; count++) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) break;
      waiting.input(waiting.packet, waiting.from, waiting.kind);
    }
    this.#raised = this.#waiting.length > 0;
    if (this.#raised) this.#machine.scheduler.raise(this);
  }
}
