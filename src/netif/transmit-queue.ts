/**
 * What stands between an interface and its device: a queue discipline, and the patience to come back when it says so.
 *
 * Read first: qdisc/qdisc.ts, Linux's __qdisc_run and qdisc_watchdog.
 * Order: enqueue() → the device at once if nobody waits, else the discipline; transmitDone(), or the timer → run() → as
 * many packets as the device takes and the discipline gives.
 */
import { TimedEvent } from "../base/event-queue.ts";
import type { Machine } from "../base/machine.ts";
import type { Device } from "../link/device.ts";
import type { Packet } from "../wire/packet.ts";
import { makeQdisc, type QdiscOptions } from "./qdisc/options.ts";
import type { Qdisc, QdiscOwner } from "./qdisc/qdisc.ts";

export class TransmitQueue {
  readonly #machine: Machine;
  readonly #device: Device;
  readonly #owner: QdiscOwner;
  readonly #transmit: (packet: Packet) => void;
  /** The moment at which the discipline may have a packet for a device that is ready. */
  #watchdog: TimedEvent | null = null;
  #qdisc: Qdisc;

  constructor(machine: Machine, device: Device, owner: QdiscOwner, transmit: (packet: Packet) => void) {
    this.#machine = machine;
    this.#device = device;
    this.#owner = owner;
    this.#transmit = transmit;
    this.#qdisc = this.#make({ kind: "pfifo" });
  }

  get qdisc(): Qdisc {
    return this.#qdisc;
  }

  /** Puts another discipline in place. As on Linux, what waits in the one before is dropped. */
  replace(options: QdiscOptions): void {
    const next = this.#make(options);
    this.purge();
    this.#qdisc = next;
  }

  /** Would a packet go to the device at once? */
  get isPassedBy(): boolean {
    return this.#qdisc.canBypass && this.#qdisc.length === 0 && this.#device.ready;
  }

  enqueue(packet: Packet): void {
    const qdisc = this.#qdisc;
    if (this.isPassedBy) {
      qdisc.countSent(packet);
      this.#transmit(packet);
      return;
    }
    qdisc.enqueue(packet, this.#machine.scheduler.nowNs);
    this.run();
  }

  /** Hands packets to the device while it takes them. */
  run(): void {
    // As a rule nobody waits: this is asked after each frame.
    if (this.#qdisc.length === 0) return;
    const { scheduler } = this.#machine;
    while (this.#device.ready) {
      const packet = this.#qdisc.dequeue(scheduler.nowNs);
      if (packet === undefined) break;
      this.#transmit(packet);
    }
    if (this.#qdisc.length > 0 && this.#device.ready) this.#comeBack();
  }

  purge(): void {
    this.#qdisc.purge();
    if (this.#watchdog !== null) this.#machine.scheduler.events.cancel(this.#watchdog);
  }

  #comeBack(): void {
    const { scheduler } = this.#machine;
    const nextNs = this.#qdisc.nextTimeNs(scheduler.nowNs);
    if (nextNs === Number.POSITIVE_INFINITY) return;
    this.#watchdog ??= new TimedEvent(`${this.#machine.name}: queue discipline`, () => this.run());
    scheduler.at(this.#watchdog, nextNs);
  }

  #make(options: QdiscOptions): Qdisc {
    return makeQdisc(this.#owner, options, () => this.#device.queuePackets);
  }
}
