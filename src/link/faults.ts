/**
 * Faults by chance, each a small thing of its own. A channel asks them one after the other; see channel.ts for the order.
 *
 * Every fault of every direction of a link draws from a stream of its own, and only while its rate is above zero: so
 * switching one fault on, or traffic in the other direction, does not shift what the others draw.
 */
import type { Machine } from "../base/machine.ts";
import type { Prng } from "../base/prng.ts";
import type { Packet } from "../wire/packet.ts";

/** Something that happens to a share of the frames. */
export class Chance {
  readonly #machine: Machine;
  readonly #purpose: string;
  #random: Prng | null = null;

  constructor(machine: Machine, purpose: string) {
    this.#machine = machine;
    this.#purpose = purpose;
  }

  happens(rate: number): boolean {
    return rate > 0 && this.random.chance(rate);
  }

  get random(): Prng {
    this.#random ??= this.#machine.random(this.#purpose);
    return this.#random;
  }
}

/** How much longer or shorter than the link's delay a frame travels. */
export class Jitter {
  readonly #draw: Chance;

  constructor(machine: Machine, purpose: string) {
    this.#draw = new Chance(machine, purpose);
  }

  /** A whole number from -jitterNs to jitterNs. */
  nextNs(jitterNs: number): number {
    return jitterNs === 0 ? 0 : this.#draw.random.below(2 * jitterNs + 1) - jitterNs;
  }
}

/** Flips bits. */
export class Corruption {
  readonly #draw: Chance;

  constructor(machine: Machine, purpose: string) {
    this.#draw = new Chance(machine, purpose);
  }

  /**
   * Flips one to eight bits of one byte, anywhere in the frame. The Internet checksum finds every burst of up to 15
   * bits, so a corrupted frame is never taken for a good one where a checksum covers the place.
   */
  corrupt(packet: Packet): void {
    if (packet.length === 0) return;
    // A checksum that was left for later would be computed over the flipped bits and so hide them.
    packet.completeChecksum();
    packet.ownAll();
    const { random } = this.#draw;
    const place = packet.start + random.below(packet.headLength);
    const flipped = 1 + random.below(255);
    packet.bytes[place] = (packet.bytes[place] as number) ^ flipped;
  }
}
