/**
 * A cable: two ends, and nothing in between.
 *
 * Each end's channel leads straight to the other end: port.transmit() → channel → input() → the other port.deliver().
 */
import type { Packet } from "../wire/packet.ts";
import type { Device } from "./device.ts";
import { Link } from "./link.ts";
import type { Exchange, Port } from "./port.ts";

export class Cable extends Link implements Exchange {
  /** One of the two ends. A third is an Error. */
  override port(): Device {
    if (this.ports.length === 2) {
      throw new Error(`cable "${this.name}" has two ends, and both are taken; a Segment has any number of ports`);
    }
    return this.addPort(this);
  }

  signals(to: Port): boolean {
    return this.#other(to)?.isOpen ?? false;
  }

  opened(port: Port): void {
    this.#other(port)?.tellCarrier();
  }

  input(from: Port, packet: Packet): void {
    const to = this.#other(from);
    if (to === undefined) from.statistics.drop(this.medium, "noReceiver", packet.length);
    else to.deliver(packet);
  }

  #other(port: Port): Port | undefined {
    return this.ports[port.number === 1 ? 1 : 0];
  }
}
