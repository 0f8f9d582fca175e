/**
 * The queue of an interface: packets that wait until the device can take them.
 *
 * Read first: tc-pfifo(8). First in, first out; a packet that finds the queue full is refused (tail drop), and whoever
 * offered it counts that. The limit is the device's, which may change while packets wait.
 */
import { Ring } from "../base/ring.ts";
import type { Device } from "../link/device.ts";
import type { Packet } from "../wire/packet.ts";

export class InterfaceQueue {
  readonly #device: Device;
  readonly #packets: Ring<Packet> = new Ring<Packet>();

  constructor(device: Device) {
    this.#device = device;
  }

  get length(): number {
    return this.#packets.length;
  }

  /** False, and the packet stays the caller's, when the queue is full. */
  push(packet: Packet): boolean {
    if (this.#packets.length >= this.#device.queuePackets) return false;
    return this.#packets.push(packet);
  }

  shift(): Packet | undefined {
    return this.#packets.shift();
  }
}
