/**
 * Bands by priority: a packet waits as long as any of a better band does.
 *
 * Read first: tc-prio(8). The band is read from the type of service through Linux's ip_tos2prio and the default priomap,
 * which leaves of it: minimum delay goes first, maximum throughput last, and all else in between.
 */
import type { Packet } from "../../wire/packet.ts";
import { typeOfService } from "./classify.ts";
import { Qdisc, type QdiscOwner } from "./qdisc.ts";

/** RFC 1349 §4: minimum delay, and maximum throughput. */
const LOW_DELAY = 0x10;
const THROUGHPUT = 0x08;

export class Prio extends Qdisc {
  override readonly kind = "prio";
  override readonly canBypass = true;
  readonly #bands: readonly Qdisc[];

  /** Three disciplines, the best band first; each has its owner drop, and so is counted there and here. */
  constructor(owner: QdiscOwner, band: (owner: QdiscOwner) => Qdisc) {
    super(owner);
    const counting = { ...owner, drop: (packet: Packet) => this.drop(packet) };
    this.#bands = [band(counting), band(counting), band(counting)];
  }

  override enqueue(packet: Packet, nowNs: number): void {
    this.#bands[bandOf(packet, this.owner.linkType)]?.enqueue(packet, nowNs);
    this.#sum();
  }

  override nextTimeNs(nowNs: number): number {
    return Math.min(...this.#bands.map((band) => band.nextTimeNs(nowNs)));
  }

  protected override next(nowNs: number): Packet | undefined {
    for (const band of this.#bands) {
      const packet = band.dequeue(nowNs);
      this.#sum();
      if (packet !== undefined) return packet;
    }
    return undefined;
  }

  protected override takeAny(): Packet | undefined {
    for (const band of this.#bands) band.purge();
    this.#sum();
    return undefined;
  }

  protected override parameters(): Readonly<Record<string, string>> {
    return { bands: `${this.#bands.length}` };
  }

  protected override more(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#bands.map((band, index) => [`band${index}`, band.snapshot().sentPackets]));
  }

  #sum(): void {
    this.length = this.#bands.reduce((sum, band) => sum + band.length, 0);
    this.backlogBytes = this.#bands.reduce((sum, band) => sum + band.backlogBytes, 0);
  }
}

function bandOf(packet: Packet, linkType: QdiscOwner["linkType"]): number {
  const service = typeOfService(packet, linkType) & (LOW_DELAY | THROUGHPUT);
  if (service === LOW_DELAY) return 0;
  return service === THROUGHPUT ? 2 : 1;
}
