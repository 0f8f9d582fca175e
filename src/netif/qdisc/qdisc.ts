/**
 * Queue disciplines: which of the packets that wait for a device goes next, when, and which one is dropped.
 *
 * Read first: tc(8), Linux's sch_generic.c. To add one, extend Qdisc and give it a row in options.ts.
 * Order: interface.enqueue() → enqueue(); when the device is ready → dequeue(). Where that gives nothing although packets
 * wait, the interface asks nextTimeNs() and comes back then. All complete link headers on: lengths are those of frames.
 */
import type { LinkType } from "../../link/device.ts";
import type { Packet } from "../../wire/packet.ts";

/** What a queue discipline is built on: the interface. */
export interface QdiscOwner {
  readonly linkType: LinkType;
  readonly mtu: () => number;
  /** The packet is discarded: counts it and gives it back to whoever paid for it. */
  drop(packet: Packet): void;
  /** A random number, so that nobody can know which flows will share a queue. */
  readonly perturb: () => number;
}

/** A queue discipline at one moment, as `tc -s qdisc` shows it. */
export interface QdiscSnapshot {
  readonly kind: string;
  /** As in the command: { limit: "1000p" }. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly sentPackets: number;
  readonly sentBytes: number;
  readonly droppedPackets: number;
  /** How often a packet had to wait for its time. */
  readonly overlimits: number;
  readonly backlogPackets: number;
  readonly backlogBytes: number;
  /** What only this kind counts: { ecnMark: 3 }. */
  readonly more: Readonly<Record<string, number>>;
}

export abstract class Qdisc {
  abstract readonly kind: string;
  /** TCQ_F_CAN_BYPASS: a packet that finds nobody waiting and a device that is ready need not come by here. */
  abstract readonly canBypass: boolean;
  protected readonly owner: QdiscOwner;
  /** How many packets wait. */
  length = 0;
  backlogBytes = 0;
  #sentPackets = 0;
  #sentBytes = 0;
  #droppedPackets = 0;
  protected overlimits = 0;

  constructor(owner: QdiscOwner) {
    this.owner = owner;
  }

  /** Takes the packet, or drops it, or others to make room for it. */
  abstract enqueue(packet: Packet, nowNs: number): void;

  /** Answers the packet that goes now, which may take dropping some. */
  dequeue(nowNs: number): Packet | undefined {
    const packet = this.next(nowNs);
    if (packet !== undefined) this.countSent(packet);
    return packet;
  }

  /** When dequeue() may give a packet that it does not give now. Infinity: not by the passing of time. */
  nextTimeNs(_nowNs: number): number {
    return Number.POSITIVE_INFINITY;
  }

  /** Also called for a packet that has come past. */
  countSent(packet: Packet): void {
    this.#sentPackets += packet.segments;
    this.#sentBytes += packet.wireBytes;
  }

  /** Drops everything: the interface goes down, or another discipline takes over. */
  purge(): void {
    for (let packet = this.takeAny(); packet !== undefined; packet = this.takeAny()) this.drop(packet);
  }

  snapshot(): QdiscSnapshot {
    return {
      kind: this.kind,
      parameters: this.parameters(),
      sentPackets: this.#sentPackets,
      sentBytes: this.#sentBytes,
      droppedPackets: this.#droppedPackets,
      overlimits: this.overlimits,
      backlogPackets: this.length,
      backlogBytes: this.backlogBytes,
      more: this.more(),
    };
  }

  protected abstract next(nowNs: number): Packet | undefined;
  /** Any packet that waits, whatever the time. */
  protected abstract takeAny(): Packet | undefined;
  protected abstract parameters(): Readonly<Record<string, string>>;

  protected more(): Readonly<Record<string, number>> {
    return {};
  }

  protected came(packet: Packet): void {
    this.length++;
    this.backlogBytes += packet.length;
  }

  protected went(packet: Packet): void {
    this.length--;
    this.backlogBytes -= packet.length;
  }

  /** Of a packet that was never taken in, or has been taken out. */
  protected drop(packet: Packet): void {
    this.#droppedPackets++;
    this.owner.drop(packet);
  }
}
