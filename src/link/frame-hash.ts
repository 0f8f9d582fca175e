/**
 * Frames in the determinism hash: for every frame put on a link, when, where, how long it is and how it begins.
 *
 * Two runs that agree so far may differ in a payload beyond the first bytes; they part at the next frame that depends on
 * it, which TCP's and UDP's checksums do unless they are left for later.
 */
import { RollingHash } from "../base/hash.ts";
import type { Machine } from "../base/machine.ts";
import type { Named } from "../base/scheduler.ts";
import type { Packet } from "../wire/packet.ts";

/** Ethernet, IPv4 and TCP headers without options, and ten bytes more. */
const HASHED_BYTES = 64;

export class FrameHash implements Named {
  readonly title: string;
  readonly #machine: Machine;
  readonly titleHash: number;

  constructor(machine: Machine, title: string) {
    this.title = title;
    this.#machine = machine;
    this.titleHash = RollingHash.ofString(title);
  }

  mix(packet: Packet): void {
    const { hash, nowNs, journal } = this.#machine.scheduler;
    hash.mixNumber(nowNs);
    hash.mix(this.titleHash);
    hash.mix(packet.length);
    const { view, start, headLength, tail } = packet;
    hash.mixBytes(view, start, Math.min(headLength, HASHED_BYTES));
    if (tail !== null) {
      // Byte by byte: there are few, and a view would cost more.
      for (let index = 0; index < Math.min(tail.length, HASHED_BYTES - headLength); index++) {
        hash.mix(tail[index] as number);
      }
    }
    if (journal !== null) journal(this, "frame", packet.length, hash.value32);
  }
}
