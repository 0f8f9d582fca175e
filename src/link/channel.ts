/**
 * A channel: one direction of a wire, from the port that sends to the far end.
 *
 * Read first: pacer.ts, faults.ts, rules.ts.
 *
 *     put() ──rate──▶ last bit ─▶ cut? ─▶ rules ─▶ loss ─▶ duplicate ─▶ corrupt ─▶ reorder ──delay, jitter──▶ arrive()
 *                     an event                                                                    an event
 *
 * Order: put() → #lastBit() → #leave() → #applyRules() → #meetChance() → #enter() → #fly() → #arrive() → owner.carry().
 * At an infinite rate put() does everything up to #fly() itself, so such a frame costs one event and others two.
 *
 * Frames arrive in the order in which they entered: where jitter, or a smaller `delayMs` set meanwhile, would let one
 * overtake another, it arrives together with it. Only `reorderRate` and a rule's delay change the order.
 * Frames of one instant arrive in bursts.
 * A channel owns its events and arms them again and again; only a frame that a rule delays has one to itself.
 */
import { assert } from "../base/assert.ts";
import { TimedEvent } from "../base/event-queue.ts";
import type { Packet } from "../wire/packet.ts";
import { Chance, Corruption, Jitter } from "./faults.ts";
import { Flight } from "./flight.ts";
import type { Medium } from "./medium.ts";
import { Overtaking } from "./overtaking.ts";
import { Pacer } from "./pacer.ts";
import { judge, RuleError } from "./rules.ts";
import type { PortStatistics } from "./statistics.ts";

/**
 * So many frames are under way in one direction at a time. A real wire holds its rate times its delay; one without a rate
 * would hold anything, and a sender that never has to wait would fill the memory at one instant.
 */
const FLIGHT_MAX = 16_384;

/** Of frames that arrive at one instant so many come up before anything else happens: the weight of a NAPI poll on Linux. */
const BURST_MAX = 64;

/** The port that a channel starts from. */
export interface ChannelOwner {
  readonly number: number;
  readonly label: string;
  /** Neither disconnected nor on a link that is cut. */
  readonly up: boolean;
  readonly statistics: PortStatistics;
  /** The frame has arrived at the far end. */
  carry(packet: Packet): void;
  /** The last bit has left, and the channel can take another frame. */
  sent(): void;
}

export class Channel {
  readonly #medium: Medium;
  readonly #owner: ChannelOwner;
  readonly #pacer: Pacer = new Pacer();
  readonly #flight: Flight = new Flight();
  readonly #lastBitEvent: TimedEvent;
  readonly #arrivalEvent: TimedEvent;
  readonly #overtaking: Overtaking;
  readonly #loss: Chance;
  readonly #duplication: Chance;
  readonly #damage: Chance;
  readonly #corruption: Corruption;
  readonly #reordering: Chance;
  readonly #jitter: Jitter;
  /** The frame whose bits are leaving. */
  #sending: Packet | null = null;
  /** How many frames a rule has delayed. */
  #delayed = 0;

  constructor(medium: Medium, owner: ChannelOwner) {
    const { machine } = medium;
    this.#medium = medium;
    this.#owner = owner;
    this.#lastBitEvent = new TimedEvent(`${machine.name}: last bit`, () => this.#lastBit());
    this.#arrivalEvent = new TimedEvent(`${machine.name}: arrival`, () => this.#arrive());
    this.#overtaking = new Overtaking(machine.name, machine.scheduler, (packet) => this.#fly(packet));
    this.#loss = new Chance(machine, `loss ${owner.number}`);
    this.#duplication = new Chance(machine, `duplicate ${owner.number}`);
    this.#damage = new Chance(machine, `corrupt ${owner.number}`);
    this.#corruption = new Corruption(machine, `corrupted bits ${owner.number}`);
    this.#reordering = new Chance(machine, `reorder ${owner.number}`);
    this.#jitter = new Jitter(machine, `jitter ${owner.number}`);
  }

  /** Can it take another frame? */
  get ready(): boolean {
    return this.#sending === null && this.#flight.length < FLIGHT_MAX;
  }

  /** Frames that are leaving, under way or held back. */
  get inFlight(): number {
    return (this.#sending === null ? 0 : 1) + this.#flight.length + this.#overtaking.length + this.#delayed;
  }

  /** The first bit of the frame leaves now. */
  put(packet: Packet): void {
    assert(this.#sending === null, "a channel sends one frame at a time");
    const { scheduler } = this.#medium.machine;
    const { rateBitsPerSecond } = this.#medium.settings;
    if (rateBitsPerSecond === Number.POSITIVE_INFINITY) {
      this.#leave(packet);
      return;
    }
    this.#sending = packet;
    scheduler.at(this.#lastBitEvent, this.#pacer.finish(scheduler.nowNs, packet.length, rateBitsPerSecond));
  }

  #lastBit(): void {
    const packet = this.#sending;
    assert(packet !== null, "the last bit is that of a frame");
    this.#sending = null;
    this.#leave(packet);
    // A rule may have called into the sender, which then has sent the next frame already.
    if (this.ready) this.#owner.sent();
  }

  #arrive(): void {
    const flight = this.#flight;
    const { scheduler } = this.#medium.machine;
    const wasFull = !this.ready;
    for (let left = BURST_MAX - 1; ; left--) {
      const packet = flight.shift();
      const isLast = left === 0 || flight.length === 0 || flight.nextArrivalNs > scheduler.nowNs;
      if (isLast && flight.length > 0) scheduler.at(this.#arrivalEvent, flight.nextArrivalNs);
      this.#owner.carry(packet);
      if (isLast) break;
    }
    if (wasFull && this.ready) this.#owner.sent();
  }

  /** The whole frame is on the wire: the sender no longer pays for it. */
  #leave(packet: Packet): void {
    packet.release();
    if (!this.#owner.up) this.#owner.statistics.drop(this.#medium, "cut", packet.length);
    else if (this.#medium.rules.length > 0) this.#applyRules(packet);
    else if (this.#medium.settings.isFaultless && this.#overtaking.length === 0) this.#fly(packet);
    else this.#meetChance(packet, 0);
  }

  #applyRules(judged: Packet): void {
    // A rule may keep what it has seen.
    judged.keepMemory();
    const { machine, rules, frameMaxBytes } = this.#medium;
    const { statistics, label } = this.#owner;
    const scene = { linkName: machine.name, from: label, timeNs: machine.scheduler.nowNs, frameMaxBytes };
    const { outcome, corrupt, delayNs, copies, ...ruling } = judge(rules, judged, scene);
    if (outcome !== "pass" && machine.tracer.on) this.#medium.trace("rule", judged.length);
    if (outcome instanceof RuleError) {
      statistics.drop(this.#medium, "ruleFailed", judged.length);
      this.#medium.report(outcome);
      return;
    }
    if (outcome === "drop") {
      statistics.drop(this.#medium, "rule", judged.length);
      return;
    }
    let { packet } = ruling;
    if (corrupt) this.#corrupt(packet);
    for (let copy = 0; copy < copies; copy++) {
      const next = this.#duplicate(packet);
      this.#meetChance(packet, delayNs);
      packet = next;
    }
    this.#meetChance(packet, delayNs);
  }

  #meetChance(packet: Packet, extraDelayNs: number): void {
    const { lossRate, duplicateRate } = this.#medium.settings;
    if (this.#loss.happens(lossRate)) {
      if (this.#medium.machine.tracer.on) this.#medium.trace("lose", packet.length);
      this.#owner.statistics.drop(this.#medium, "lost", packet.length);
      return;
    }
    const copy = this.#duplication.happens(duplicateRate) ? this.#duplicate(packet) : null;
    this.#enter(packet, extraDelayNs);
    if (copy !== null) this.#enter(copy, extraDelayNs);
  }

  /** From here on each copy has its own fate. */
  #enter(packet: Packet, extraDelayNs: number): void {
    const { corruptRate, reorderRate, reorderPackets } = this.#medium.settings;
    if (this.#damage.happens(corruptRate)) this.#corrupt(packet);
    if (extraDelayNs > 0) {
      this.#flyLate(packet, extraDelayNs);
    } else if (this.#reordering.happens(reorderRate)) {
      this.#owner.statistics.reordered++;
      if (this.#medium.machine.tracer.on) this.#medium.trace("reorder", packet.length);
      this.#overtaking.hold(packet, reorderPackets);
    } else {
      this.#fly(packet);
      if (this.#overtaking.length > 0) this.#overtaking.ahead();
    }
  }

  #fly(packet: Packet): void {
    const { scheduler } = this.#medium.machine;
    this.#flight.push(packet, Math.max(scheduler.nowNs + this.#delayNs(), this.#flight.lastArrivalNs));
    if (this.#flight.length === 1) scheduler.at(this.#arrivalEvent, this.#flight.nextArrivalNs);
  }

  #flyLate(packet: Packet, extraDelayNs: number): void {
    this.#delayed++;
    const { name, scheduler } = this.#medium.machine;
    const arrival = new TimedEvent(`${name}: late arrival`, () => {
      this.#delayed--;
      this.#owner.carry(packet);
    });
    scheduler.after(arrival, this.#delayNs() + extraDelayNs);
  }

  #delayNs(): number {
    const { delayNs, jitterNs } = this.#medium.settings;
    return Math.max(0, delayNs + this.#jitter.nextNs(jitterNs));
  }

  #corrupt(packet: Packet): void {
    this.#owner.statistics.corrupted++;
    if (this.#medium.machine.tracer.on) this.#medium.trace("corrupt", packet.length);
    this.#corruption.corrupt(packet);
  }

  #duplicate(packet: Packet): Packet {
    this.#owner.statistics.duplicated++;
    if (this.#medium.machine.tracer.on) this.#medium.trace("duplicate", packet.length);
    return packet.clone();
  }
}
