/**
 * What tests of the interface layer and of what lies above it stand on: a machine with a clock that the test moves, and
 * a wire without any ideas of its own.
 */
import { Counters } from "../base/counters.ts";
import { TimedEvent } from "../base/event-queue.ts";
import { HostClock } from "../base/host-clock.ts";
import type { Machine } from "../base/machine.ts";
import { Prng } from "../base/prng.ts";
import { Scheduler } from "../base/scheduler.ts";
import { Sysctl } from "../base/sysctl.ts";
import { Tracer } from "../base/trace.ts";
import type { Device, DeviceClient } from "../link/device.ts";
import * as ethernet from "../wire/ethernet.ts";
import type { MacAddress } from "../wire/mac-address.ts";
import { Packet } from "../wire/packet.ts";
import { LINKTYPE_ETHERNET, LINKTYPE_RAW } from "../wire/pcapng.ts";
import { describe } from "../wire/tcpdump.ts";
import type { Interface } from "./interface.ts";

export const NS_PER_MS = 1_000_000;
export const NS_PER_SECOND = 1_000_000_000;

/** The clock and the trace that all hosts of a test share. */
export class TestWorld {
  readonly scheduler: Scheduler = new Scheduler();
  readonly tracer: Tracer = new Tracer(() => this.scheduler.nowNs);

  machine(name: string): Machine {
    return {
      name,
      scheduler: this.scheduler,
      clock: new HostClock(0),
      tracer: this.tracer,
      counters: new Counters(),
      sysctl: new Sysctl(),
      random: (purpose) => Prng.stream(1, `${name} ${purpose}`),
    };
  }

  /** Lets everything happen that is due within that time. */
  run(durationNs: number = NS_PER_MS): void {
    const { scheduler } = this;
    const endNs = scheduler.nowNs + durationNs;
    scheduler.runReady(1_000_000);
    while (scheduler.events.nextTimeNs <= endNs) {
      const event = scheduler.events.pop();
      scheduler.nowNs = event?.timeNs ?? endNs;
      event?.action();
      scheduler.runReady(1_000_000);
    }
    scheduler.nowNs = endNs;
  }
}

/** One end of a wire. A test may read `sent`, make it busy, and hand frames up through `client`. */
export class TestDevice implements Device {
  readonly linkType: Device["linkType"];
  readonly namePrefix: string;
  mtu = 1500;
  queuePackets = 10;
  readonly linkName: string = "wire";
  client: DeviceClient | null = null;
  /** What transmit() was given, unless the wire has carried it on. */
  readonly sent: Packet[] = [];
  ready = true;
  carry: ((packet: Packet) => void) | null = null;

  constructor(linkType: Device["linkType"] = "ethernet", namePrefix: string = "eth") {
    this.linkType = linkType;
    this.namePrefix = namePrefix;
  }

  open(client: DeviceClient, _macAddress: MacAddress): void {
    this.client = client;
  }

  transmit(packet: Packet): void {
    packet.release();
    if (this.carry === null) this.sent.push(packet);
    else this.carry(packet);
  }

  /** A busy device becomes ready. */
  done(): void {
    this.ready = true;
    this.client?.transmitDone();
  }
}

/** A frame as it stands on a wire. */
export function frame(header: ethernet.Header, payload: Uint8Array): Packet {
  const packet = Packet.from(payload);
  ethernet.emit(packet.view, packet.prepend(ethernet.HEADER_LENGTH), header);
  return packet;
}

/** What tcpdump would print of each frame from now on: "> …" goes out, "< …" comes in. */
export function watch(watched: Interface): string[] {
  const lines: string[] = [];
  watched.tap((direction, packet) => {
    lines.push(`${direction === "in" ? "<" : ">"} ${describeFrame(packet, watched.linkType)}`);
  });
  return lines;
}

export function describeFrame(packet: Packet, linkType: unknown): string {
  const bytes = packet.copyBytes();
  const captured = linkType === "raw-ip" ? LINKTYPE_RAW : LINKTYPE_ETHERNET;
  return describe(captured, new DataView(bytes.buffer), 0, bytes.length);
}

/** Joins devices: what one sends all others get, a microsecond later. */
export function joinDevices(world: TestWorld, ...devices: TestDevice[]): void {
  for (const device of devices) {
    const others = devices.filter((other) => other !== device);
    device.carry = (packet) => {
      const deliver = (): void => {
        for (const other of others.slice(1)) other.client?.receive(packet.clone());
        others[0]?.client?.receive(packet);
      };
      world.scheduler.after(new TimedEvent("wire", deliver), 1000);
    };
  }
}
