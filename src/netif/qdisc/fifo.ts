/**
 * First in, first out, with tail drop: pfifo counts packets, bfifo bytes.
 *
 * Read first: tc-pfifo(8). An interface has a pfifo unless it is told otherwise; its limit is the device's queuePackets,
 * which may change while packets wait.
 */
import { Ring } from "../../base/ring.ts";
import type { Packet } from "../../wire/packet.ts";
import { Qdisc, type QdiscOwner } from "./qdisc.ts";

export interface FifoLimits {
  /** How many packets wait at most; asked for each packet. */
  readonly packets: () => number;
  readonly bytes: number;
}

export class Fifo extends Qdisc {
  readonly kind: "pfifo" | "bfifo";
  override readonly canBypass = true;
  readonly #limits: FifoLimits;
  readonly #packets: Ring<Packet> = new Ring<Packet>();

  constructor(owner: QdiscOwner, limits: FifoLimits) {
    super(owner);
    this.kind = limits.bytes === Number.POSITIVE_INFINITY ? "pfifo" : "bfifo";
    this.#limits = limits;
  }

  override enqueue(packet: Packet): void {
    const { packets, bytes } = this.#limits;
    const isTaken = this.length < packets() && this.backlogBytes + packet.length <= bytes && this.#packets.push(packet);
    if (isTaken) this.came(packet);
    else this.drop(packet);
  }

  protected override next(): Packet | undefined {
    const packet = this.#packets.shift();
    if (packet !== undefined) this.went(packet);
    return packet;
  }

  protected override takeAny(): Packet | undefined {
    return this.next();
  }

  protected override parameters(): Readonly<Record<string, string>> {
    return { limit: this.kind === "pfifo" ? `${this.#limits.packets()}p` : `${this.#limits.bytes}b` };
  }
}
