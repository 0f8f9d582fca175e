/**
 * Fair queueing with CoDel: flows take turns, and each has a CoDel of its own.
 *
 * Read first: RFC 8290 §4, Linux's sch_fq_codel.c. A flow is a queue that packets are hashed to; flows that have packets
 * stand in one of two lists, and each sends until it has used up its deficit, which a turn raises by a quantum:
 *
 *     new flows  ▷ F7 ▷ F2        served first: a flow that sends little never waits behind one that sends much
 *     old flows  ▷ F1 ▷ F9 ▷ F4
 *
 * Order: enqueue() → the flow's queue, and the new list unless it stands in one; too many in all: the fattest flow
 * loses half of its packets from the head. next() → the first flow with a deficit above zero → its CoDel → a packet.
 */
import { Ring } from "../../base/ring.ts";
import type { Packet } from "../../wire/packet.ts";
import { flowHash, markCongestion } from "./classify.ts";
import { Codel, type CodelQueue, type CodelSettings, type Waiting } from "./codel.ts";
import { Qdisc, type QdiscOwner } from "./qdisc.ts";

/** At most so many are dropped at once when too many wait: RFC 8290 §4.1. */
const DROP_BATCH = 64;

export interface FqCodelSettings extends CodelSettings {
  readonly limitPackets: number;
  readonly memoryLimitBytes: number;
  readonly flows: number;
  readonly quantumBytes: number;
}

class Flow {
  readonly packets: Ring<Waiting> = new Ring<Waiting>();
  readonly codel: Codel;
  backlogBytes = 0;
  deficit = 0;
  /** In which list it stands. */
  list: "new" | "old" | null = null;

  constructor(settings: CodelSettings) {
    this.codel = new Codel(settings);
  }
}

export class FqCodel extends Qdisc implements CodelQueue {
  override readonly kind = "fq_codel";
  override readonly canBypass = true;
  readonly #settings: FqCodelSettings;
  readonly #perturbation: number;
  /** Made when the first packet of the flow comes. */
  readonly #flows: (Flow | undefined)[];
  readonly #newFlows: Ring<Flow> = new Ring<Flow>();
  readonly #oldFlows: Ring<Flow> = new Ring<Flow>();
  #memoryBytes = 0;
  #ecnMark = 0;
  #dropOverlimit = 0;
  #newFlowCount = 0;
  /** The flow whose CoDel is at work: it is handed its packets by shift(). */
  #serving: Flow | undefined;

  constructor(owner: QdiscOwner, settings: FqCodelSettings) {
    super(owner);
    this.#settings = settings;
    this.#perturbation = owner.perturb();
    this.#flows = new Array<Flow | undefined>(settings.flows).fill(undefined);
  }

  override enqueue(packet: Packet, nowNs: number): void {
    const index = flowHash(packet, this.owner.linkType, this.#perturbation) % this.#settings.flows;
    const flow = this.#flows[index] ?? new Flow(this.#settings);
    this.#flows[index] = flow;
    flow.packets.push({ packet, enqueuedNs: nowNs });
    flow.backlogBytes += packet.length;
    this.#memoryBytes += packet.trueSizeBytes;
    this.came(packet);
    if (flow.list === null) {
      flow.deficit = this.#settings.quantumBytes;
      this.#newFlowCount++;
      this.#line(flow, "new");
    }
    if (this.length > this.#settings.limitPackets || this.#memoryBytes > this.#settings.memoryLimitBytes) {
      this.#dropFromFattest();
    }
  }

  // ---- CodelQueue: what the CoDel of the flow that is served asks ----

  get mtu(): number {
    return this.owner.mtu();
  }

  shift(): Waiting | undefined {
    return this.#serving === undefined ? undefined : this.#take(this.#serving);
  }

  mark(packet: Packet): boolean {
    const isMarked = markCongestion(packet, this.owner.linkType);
    if (isMarked) this.#ecnMark++;
    return isMarked;
  }

  override drop(packet: Packet): void {
    super.drop(packet);
  }

  // ---- the scheduler: RFC 8290 §4.2 ----

  protected override next(nowNs: number): Packet | undefined {
    for (;;) {
      const list = this.#newFlows.length > 0 ? this.#newFlows : this.#oldFlows;
      const flow = list.peek();
      if (flow === undefined) return undefined;
      if (flow.deficit <= 0) {
        flow.deficit += this.#settings.quantumBytes;
        list.shift();
        this.#line(flow, "old");
        continue;
      }
      const packet = this.#dequeueFrom(flow, nowNs);
      if (packet !== undefined) {
        flow.deficit -= packet.length;
        return packet;
      }
      list.shift();
      // RFC 8290 §4.2: an empty new flow goes through the old list once, else flows could keep it starved.
      if (flow.list === "new" && this.#oldFlows.length > 0) this.#line(flow, "old");
      else flow.list = null;
    }
  }

  protected override takeAny(): Packet | undefined {
    const flow = this.#flows.find((candidate) => candidate !== undefined && candidate.packets.length > 0);
    return flow && this.#take(flow)?.packet;
  }

  protected override parameters(): Readonly<Record<string, string>> {
    const { limitPackets, flows, quantumBytes, targetNs, intervalNs, memoryLimitBytes, ecn } = this.#settings;
    return {
      limit: `${limitPackets}p`,
      flows: `${flows}`,
      quantum: `${quantumBytes}`,
      target: `${targetNs / 1_000_000}ms`,
      interval: `${intervalNs / 1_000_000}ms`,
      memory_limit: `${memoryLimitBytes}b`,
      ...(ecn ? { ecn: "" } : {}),
    };
  }

  protected override more(): Readonly<Record<string, number>> {
    return {
      dropOverlimit: this.#dropOverlimit,
      newFlowCount: this.#newFlowCount,
      ecnMark: this.#ecnMark,
      newFlows: this.#newFlows.length,
      oldFlows: this.#oldFlows.length,
    };
  }

  #dequeueFrom(flow: Flow, nowNs: number): Packet | undefined {
    this.#serving = flow;
    const packet = flow.codel.dequeue(this, nowNs);
    this.#serving = undefined;
    return packet;
  }

  #line(flow: Flow, list: "new" | "old"): void {
    flow.list = list;
    (list === "new" ? this.#newFlows : this.#oldFlows).push(flow);
  }

  #take(flow: Flow): Waiting | undefined {
    const waiting = flow.packets.shift();
    if (waiting === undefined) return undefined;
    flow.backlogBytes -= waiting.packet.length;
    this.#memoryBytes -= waiting.packet.trueSizeBytes;
    this.went(waiting.packet);
    return waiting;
  }

  /** RFC 8290 §4.1.3: half of the flow with the most bytes, from its head. */
  #dropFromFattest(): void {
    let fattest: Flow | undefined;
    for (const flow of this.#flows) {
      if (flow !== undefined && flow.backlogBytes > (fattest?.backlogBytes ?? 0)) fattest = flow;
    }
    if (fattest === undefined) return;
    const threshold = fattest.backlogBytes >>> 1;
    let droppedBytes = 0;
    for (let count = 0; count < DROP_BATCH && droppedBytes < threshold; count++) {
      const waiting = this.#take(fattest);
      if (waiting === undefined) return;
      droppedBytes += waiting.packet.length;
      this.#dropOverlimit++;
      this.drop(waiting.packet);
    }
  }
}
