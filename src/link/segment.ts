/**
 * A segment: an Ethernet broadcast domain, which is a learning switch with a wire to each of its ports.
 *
 * Read first: IEEE 802.1D §7.7 (forwarding) and §7.8 (learning); mac-table.ts, egress.ts.
 *
 *     port 1 ──channel: rate, rules, faults, delay──▶ ┌──────────┐ ──queue, rate──▶ port 2
 *     port 2 ──channel──────────────────────────────▶ │  switch  │ ──queue, rate──▶ port 1
 *     port 3 ──channel──────────────────────────────▶ └──────────┘ ──queue, rate──▶ port 3
 *
 * Store and forward: the switch has the whole frame before it sends the first bit of it on, so at a finite rate a frame
 * pays for its length twice.
 * Order: port.transmit() → channel → input() → #forward() or #flood() → egress.output() → port.deliver().
 */
import * as ethernet from "../wire/ethernet.ts";
import { isMulticast } from "../wire/mac-address.ts";
import type { Packet } from "../wire/packet.ts";
import type { Device } from "./device.ts";
import { Egress } from "./egress.ts";
import { Link, lifting } from "./link.ts";
import { MacTable } from "./mac-table.ts";
import type { Exchange, Port } from "./port.ts";

/** Which side a port is on; a port on no side reaches everybody. */
type Partition = ReadonlyMap<Port, number>;

export class Segment extends Link implements Exchange {
  readonly #table: MacTable = new MacTable();
  /** One for each port, in the order of the ports. */
  readonly #egresses: Egress[] = [];
  #partitions: readonly Partition[] = [];

  override port(): Device {
    const port = this.addPort(this);
    this.#egresses.push(new Egress(this.medium, port));
    return port;
  }

  /** As a switch does when a port goes down, it also forgets who was behind it. */
  override disconnect(device: Device): Disposable {
    this.#table.forget(this.portOf(device));
    return super.disconnect(device);
  }

  /**
   * Frames no longer pass between ports of different groups: `segment.partition([a, b], [c])`. A port in no group
   * reaches all, and a frame that already waits at its port of exit is delivered.
   */
  partition(...groups: readonly (readonly Device[])[]): Disposable {
    const sides: Partition = new Map(
      groups.flatMap((group, side) => group.map((device) => [this.portOf(device), side] as const)),
    );
    this.#partitions = [...this.#partitions, sides];
    return lifting(() => {
      this.#partitions = this.#partitions.filter((other) => other !== sides);
    });
  }

  /** A switch is always on. */
  signals(): boolean {
    return true;
  }

  opened(): void {}

  /** A whole frame has come into the switch. */
  input(from: Port, packet: Packet): void {
    if (!packet.pullUp(ethernet.HEADER_LENGTH)) {
      from.statistics.drop(this.medium, "malformed", packet.length);
      return;
    }
    const { nowNs } = this.medium.machine.scheduler;
    const source = ethernet.source(packet.view, packet.start);
    const destination = ethernet.destination(packet.view, packet.start);
    // IEEE 802.1D §7.8: an entry is made only for the address of a single station. So a group is never known: flooded.
    if (!isMulticast(source)) this.#table.learn(source, from, nowNs);
    const to = this.#table.lookup(destination, nowNs);
    if (to === undefined) this.#flood(from, packet);
    else this.#forward(from, to, packet);
  }

  protected override inFlight(port: Port): number {
    return super.inFlight(port) + (this.#egresses[port.number - 1] as Egress).length;
  }

  #forward(from: Port, to: Port, packet: Packet): void {
    if (to === from) from.statistics.drop(this.medium, "filtered", packet.length);
    else if (this.#isParted(from, to)) from.statistics.drop(this.medium, "partition", packet.length);
    else (this.#egresses[to.number - 1] as Egress).output(packet);
  }

  /** To every other port; the last one gets the packet itself. */
  #flood(from: Port, packet: Packet): void {
    let chosen: Egress | null = null;
    let parted = false;
    for (const egress of this.#egresses) {
      if (egress.port === from || !egress.port.listening) continue;
      if (this.#isParted(from, egress.port)) {
        parted = true;
        continue;
      }
      if (chosen !== null) {
        from.statistics.flooded++;
        chosen.output(packet.clone());
      }
      chosen = egress;
    }
    if (chosen !== null) chosen.output(packet);
    else from.statistics.drop(this.medium, parted ? "partition" : "noReceiver", packet.length);
  }

  #isParted(from: Port, to: Port): boolean {
    // The usual case first, since this is asked for every frame.
    if (this.#partitions.length === 0) return false;
    return this.#partitions.some((sides) => {
      const one = sides.get(from);
      const other = sides.get(to);
      return one !== undefined && other !== undefined && one !== other;
    });
  }
}
