/**
 * CoDel: drops when packets have waited too long for too long.
 *
 * Read first: RFC 8289 §4 and §5, whose pseudocode this is, with its names; Linux's codel_impl.h for marking in place of dropping.
 * The queue is the caller's: it gives the next packet with its time of arrival. Order: dequeue() → doDequeue() →
 * not dropping: the sojourn time has been above TARGET for INTERVAL? → dropping: is it time for the next drop?
 */
import type { Packet } from "../../wire/packet.ts";

export interface CodelSettings {
  readonly targetNs: number;
  readonly intervalNs: number;
  /** Packets that can carry a mark are marked instead of dropped. */
  readonly ecn: boolean;
}

/** A packet, and when it came. */
export interface Waiting {
  readonly packet: Packet;
  readonly enqueuedNs: number;
}

/** The queue under control, and what to do with the packets that are taken out of it. */
export interface CodelQueue {
  /** Takes the packet out that has waited longest. */
  shift(): Waiting | undefined;
  readonly backlogBytes: number;
  readonly mtu: number;
  /** Marks the packet; false when it can't be. */
  mark(packet: Packet): boolean;
  drop(packet: Packet): void;
}

interface Dequeued {
  readonly waiting: Waiting | undefined;
  readonly okToDrop: boolean;
}

/** The state of one queue, in RFC 8289's names. */
export class Codel {
  readonly #settings: CodelSettings;
  /** When the sojourn time will have been above TARGET for an INTERVAL; zero while it is below. */
  firstAboveTimeNs = 0;
  /** When the next packet is dropped. */
  dropNextNs = 0;
  /** Packets dropped since the dropping state was entered. */
  count = 0;
  lastCount = 0;
  dropping = false;

  constructor(settings: CodelSettings) {
    this.#settings = settings;
  }

  /** RFC 8289 §5.5: the packet to send. */
  dequeue(queue: CodelQueue, nowNs: number): Packet | undefined {
    let r = this.#doDequeue(queue, nowNs);
    if (this.dropping) {
      if (!r.okToDrop) this.dropping = false;
      // RFC 8289 §5.5: a large backlog may call for several drops, so this is a loop.
      while (nowNs >= this.dropNextNs && this.dropping && r.waiting !== undefined) {
        this.count++;
        this.dropNextNs = this.controlLaw(this.dropNextNs);
        if (this.#dropOrMark(queue, r.waiting.packet)) return r.waiting.packet;
        r = this.#doDequeue(queue, nowNs);
        if (!r.okToDrop) this.dropping = false;
      }
    } else if (r.okToDrop && r.waiting !== undefined) {
      const isMarked = this.#dropOrMark(queue, r.waiting.packet);
      if (!isMarked) r = this.#doDequeue(queue, nowNs);
      this.#enterDropping(nowNs);
    }
    return r.waiting?.packet;
  }

  /** RFC 8289 §5.6: t + INTERVAL / sqrt(count). */
  controlLaw(timeNs: number): number {
    return timeNs + Math.round(this.#settings.intervalNs / Math.sqrt(this.count));
  }

  #enterDropping(nowNs: number): void {
    this.dropping = true;
    // RFC 8289 §5.5: if the last episode was recent, begin at the drop rate that controlled the queue then.
    const delta = this.count - this.lastCount;
    this.count = delta > 1 && nowNs - this.dropNextNs < 16 * this.#settings.intervalNs ? delta : 1;
    this.dropNextNs = this.controlLaw(nowNs);
    this.lastCount = this.count;
  }

  /** RFC 8289 §5.4. */
  #doDequeue(queue: CodelQueue, nowNs: number): Dequeued {
    const waiting = queue.shift();
    if (waiting === undefined) {
      this.firstAboveTimeNs = 0;
      return { waiting, okToDrop: false };
    }
    const { targetNs, intervalNs } = this.#settings;
    const sojournNs = nowNs - waiting.enqueuedNs;
    if (sojournNs < targetNs || queue.backlogBytes <= queue.mtu) {
      this.firstAboveTimeNs = 0;
      return { waiting, okToDrop: false };
    }
    if (this.firstAboveTimeNs === 0) {
      this.firstAboveTimeNs = nowNs + intervalNs;
      return { waiting, okToDrop: false };
    }
    return { waiting, okToDrop: nowNs >= this.firstAboveTimeNs };
  }

  /** True when the packet was marked, and is to be sent; false when it is gone. */
  #dropOrMark(queue: CodelQueue, packet: Packet): boolean {
    if (this.#settings.ecn && queue.mark(packet)) return true;
    queue.drop(packet);
    return false;
  }
}
