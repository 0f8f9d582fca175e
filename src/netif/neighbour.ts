/**
 * What a host knows of one neighbour: its link address, how sure that is, and the packets that wait for it.
 *
 * Read first: RFC 4861 §7.3.2 (the states; ARP uses them too, as on Linux), arp(7), ip-neighbour(8).
 *
 *     (none) ─ packet ─→ INCOMPLETE ─ reply ─→ REACHABLE ─ 30 s ─→ STALE ─ packet ─→ DELAY ─ 5 s ─→ PROBE
 *                            │                     ↑ reply, or the progress of a connection, in any state │
 *                            └─ 3 requests, no reply ─→ FAILED ←── 3 requests to the known address, no reply
 *
 * Packets are held back in INCOMPLETE alone; in STALE, DELAY and PROBE they go to the address that is known.
 */
import { TimedEvent } from "../base/event-queue.ts";
import { Ring } from "../base/ring.ts";
import type { IpAddress } from "../wire/ip-address.ts";
import type { MacAddress } from "../wire/mac-address.ts";
import type { Packet } from "../wire/packet.ts";
import type { Interface } from "./interface.ts";

/** "PERMANENT": root has said where it is, and nothing that arrives changes that. */
export type NeighbourState = "INCOMPLETE" | "REACHABLE" | "STALE" | "DELAY" | "PROBE" | "FAILED" | "PERMANENT";

/** In place of a link address: not known, and the packet is taken care of. */
export const UNRESOLVED: MacAddress = -1;

/**
 * unres_qlen_bytes of Linux: true bytes of the packets that wait for one address. It is as much as a send buffer holds,
 * and like that it lets one more packet in while it is not full: so a socket that fills its buffer before the first
 * reply loses nothing.
 */
export const WAITING_MAX_BYTES = 212_992;

/** What is still to be written in front of a packet that waits: an Ethernet header, with a tag. */
export const LINK_HEADER_MAX_BYTES = 18;

export class Neighbour {
  readonly through: Interface;
  readonly address: IpAddress;
  /** Of the packets that wait. */
  readonly etherType: number;
  state: NeighbourState = "INCOMPLETE";
  macAddress: MacAddress = UNRESOLVED;
  /** It says that it is a router: RFC 4861 §4.4. */
  isRouter = false;
  /** When it was last known to be reachable. */
  confirmedNs = 0;
  /** Requests since the last answer. */
  probes = 0;
  /** Rises with each use in the whole table: the lowest was not used for longest. */
  lastUse = 0;
  readonly #waiting: Ring<Packet> = new Ring<Packet>();
  #waitingBytes = 0;
  /** Set while packets wait: their fate depends on it. */
  readonly resolveTimer: TimedEvent;
  /** Set while an address that is known is verified: a background event, for nobody waits. */
  readonly verifyTimer: TimedEvent;

  constructor(through: Interface, address: IpAddress, etherType: number, expire: (neighbour: Neighbour) => void) {
    this.through = through;
    this.address = address;
    this.etherType = etherType;
    // The next request, or the end of asking. Only "resolve" counts as something that can still happen to a program.
    this.resolveTimer = new TimedEvent("neighbour resolve", () => expire(this));
    this.verifyTimer = new TimedEvent("neighbour verify", () => expire(this), true);
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  get isFull(): boolean {
    return this.#waitingBytes >= WAITING_MAX_BYTES;
  }

  hold(packet: Packet): void {
    // It may wait long, and should not hold on to the memory of other packets.
    packet.compact(LINK_HEADER_MAX_BYTES);
    this.#waiting.push(packet);
    this.#waitingBytes += packet.trueSizeBytes;
  }

  /** The packet that has waited longest, which now does no more. */
  takeWaiting(): Packet | undefined {
    const packet = this.#waiting.shift();
    if (packet !== undefined) this.#waitingBytes -= packet.trueSizeBytes;
    return packet;
  }
}
