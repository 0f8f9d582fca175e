/**
 * Joins two devices back to back: what comes out of one goes into the other, as through a bridge with two ports.
 *
 * Order: one device calls its end's receive() → the queue, while the other is busy → the other's transmit(). So a device
 * of the outer machine can be the far end of a link, with the delay, losses and rules of that link in between.
 */
import { Ring } from "../base/ring.ts";
import type { Packet } from "../wire/packet.ts";
import type { Device, DeviceClient } from "./device.ts";

/** What a joint has lost: frames that found the other device's queue full. */
export interface Joint {
  readonly drops: number;
}

/** Joins two devices that nobody has opened: `joinDevices(cable.port(), tap)`. */
export function joinDevices(one: Device, other: Device): Joint {
  const [toOther, toOne] = [new End(other), new End(one)];
  // Each hears from its own device when that is ready for more.
  toOther.peer = toOne;
  toOne.peer = toOther;
  one.open(toOther, 0, `${one.linkName}:${other.linkName}`);
  other.open(toOne, 0, `${other.linkName}:${one.linkName}`);
  return {
    get drops(): number {
      return toOther.drops + toOne.drops;
    },
  };
}

/** Takes what comes from one device to the other. */
class End implements DeviceClient {
  peer: End | null = null;
  drops = 0;
  readonly #to: Device;
  readonly #queue: Ring<Packet>;

  constructor(to: Device) {
    this.#to = to;
    this.#queue = new Ring<Packet>(to.queuePackets);
  }

  /** As the device behind it. While that has others to send first, each segment waits for itself. */
  get takesLargeSegments(): boolean {
    return this.#queue.length === 0 && this.#to.ready && this.#to.takesLargeSegments === true;
  }

  receive(packet: Packet): void {
    if (this.#queue.length === 0 && this.#to.ready) {
      this.#to.transmit(packet);
    } else if (!this.#queue.push(packet)) {
      this.drops++;
      packet.release();
    }
  }

  /** The device that this end listens to can take more: it is the other end that sends to it. */
  transmitDone(): void {
    this.peer?.send();
  }

  send(): void {
    while (this.#to.ready) {
      const packet = this.#queue.shift();
      if (packet === undefined) return;
      this.#to.transmit(packet);
    }
  }
}
