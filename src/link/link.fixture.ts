/**
 * A world in small for tests of links: machines with a seed, a loop that runs events, interfaces that record what they
 * get, and frames with a number in them.
 */
import { assert } from "../base/assert.ts";
import { Counters } from "../base/counters.ts";
import { HostClock } from "../base/host-clock.ts";
import type { Machine } from "../base/machine.ts";
import { Prng } from "../base/prng.ts";
import { Scheduler } from "../base/scheduler.ts";
import { Sysctl } from "../base/sysctl.ts";
import { type TraceEvent, Tracer } from "../base/trace.ts";
import * as ethernet from "../wire/ethernet.ts";
import { BROADCAST, type MacAddress } from "../wire/mac-address.ts";
import { Packet } from "../wire/packet.ts";
import type { Device, DeviceClient } from "./device.ts";
import type { LinkSnapshot } from "./link.ts";

const READY_BUDGET = 1000;
const TEST_ETHER_TYPE = 0x88b5;

export class TestWorld {
  readonly scheduler: Scheduler = new Scheduler();
  readonly tracer: Tracer = new Tracer(() => this.scheduler.nowNs);
  readonly trace: TraceEvent[] = [];
  readonly seed: number;
  /** Which streams were asked for, by "machine purpose". */
  readonly streams: string[] = [];

  constructor(seed = 1) {
    this.seed = seed;
  }

  machine(name: string): Machine {
    const random = (purpose: string): Prng => {
      this.streams.push(`${name} ${purpose}`);
      return Prng.stream(this.seed, `${name} ${purpose}`);
    };
    const { scheduler, tracer } = this;
    return { name, scheduler, clock: new HostClock(0), tracer, counters: new Counters(), sysctl: new Sysctl(), random };
  }

  listen(): this {
    this.tracer.subscribe((event) => this.trace.push(event));
    return this;
  }

  /** Runs the next event, and what it made ready. Answers whether there was one. */
  step(): boolean {
    const event = this.scheduler.events.pop();
    if (event === undefined) return false;
    this.scheduler.nowNs = event.timeNs;
    event.action();
    this.scheduler.runReady(READY_BUDGET);
    return true;
  }

  /** Runs everything that is due until that time; without one, everything. Answers how many events there were. */
  run(untilNs: number = Number.POSITIVE_INFINITY): number {
    let count = 0;
    while (this.scheduler.events.nextTimeNs <= untilNs && this.step()) count++;
    if (untilNs !== Number.POSITIVE_INFINITY) this.scheduler.nowNs = untilNs;
    return count;
  }
}

export interface Arrival {
  readonly timeNs: number;
  readonly packet: Packet;
  readonly number: number;
}

/** An interface without a host: it queues what the device does not take yet, and records what arrives. */
export class TestInterface implements DeviceClient {
  readonly device: Device;
  readonly macAddress: MacAddress;
  readonly arrivals: Arrival[] = [];
  /** When transmitDone() was called. */
  readonly doneNs: number[] = [];
  /** What carrierChanged(), receiveError() and observe() have told. */
  readonly carriers: boolean[] = [];
  readonly errors: string[] = [];
  readonly observed: { readonly direction: "in" | "out"; readonly bytes: Uint8Array }[] = [];
  readonly #world: TestWorld;
  readonly #waiting: Packet[] = [];

  constructor(world: TestWorld, device: Device, macAddress: MacAddress, label?: string) {
    this.#world = world;
    this.device = device;
    this.macAddress = macAddress;
    device.open(this, macAddress, label);
  }

  send(packet: Packet): void {
    if (this.#waiting.length === 0 && this.device.ready) this.device.transmit(packet);
    else this.#waiting.push(packet);
  }

  /** Sends numbered frames to another interface, or to all. */
  sendNumbers(to: MacAddress, numbers: readonly number[], length = 64): void {
    for (const number of numbers) this.send(numbered(this.macAddress, to, number, length));
  }

  receive(packet: Packet): void {
    const number = packet.headLength >= 18 ? packet.view.getUint32(packet.start + ethernet.HEADER_LENGTH) : -1;
    this.arrivals.push({ timeNs: this.#world.scheduler.nowNs, packet, number });
  }

  transmitDone(): void {
    assert(this.device.ready, "transmitDone() says that the device can take another packet");
    this.doneNs.push(this.#world.scheduler.nowNs);
    while (this.#waiting.length > 0 && this.device.ready) this.device.transmit(this.#waiting.shift() as Packet);
  }

  carrierChanged(): void {
    this.carriers.push(this.device.carrier ?? true);
  }

  receiveError(counter: string): void {
    this.errors.push(counter);
  }

  observe(direction: "in" | "out", packet: Packet): void {
    this.observed.push({ direction, bytes: packet.copyBytes() });
  }

  get numbers(): number[] {
    return this.arrivals.map((arrival) => arrival.number);
  }

  get timesNs(): number[] {
    return this.arrivals.map((arrival) => arrival.timeNs);
  }
}

/** A frame of that length with a number behind the Ethernet header. */
export function numbered(source: MacAddress, destination: MacAddress, number: number, length = 64): Packet {
  const packet = Packet.allocate(length, 0);
  packet.bytes.fill(0, packet.start, packet.end);
  ethernet.emit(packet.view, packet.start, { destination, source, etherType: TEST_ETHER_TYPE });
  packet.view.setUint32(packet.start + ethernet.HEADER_LENGTH, number);
  return packet;
}

/** 0, 1, … n - 1. */
export function range(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index);
}

export const A: MacAddress = 0x02_0000_0000_01;
export const B: MacAddress = 0x02_0000_0000_02;
export const C: MacAddress = 0x02_0000_0000_03;
export const ALL: MacAddress = BROADCAST;

/** What went in minus what came out, in frames: zero when nothing vanished and nothing came from nowhere. */
export function imbalance(snapshot: LinkSnapshot): number {
  let balance = 0;
  for (const port of snapshot.ports) {
    const drops = Object.values(port.drops).reduce((sum, count) => sum + count, 0);
    balance += port.txPackets + port.duplicated + port.flooded - port.rxPackets - drops - port.inFlight;
  }
  return balance;
}
