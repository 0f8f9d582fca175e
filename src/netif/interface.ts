/**
 * A host's attachment to a link: `lo`, `eth0`.
 *
 * Read first: netdevice(7), RFC 2863 (whose names the counters have), link/device.ts.
 * Down: netif/output.ts puts the link header on → enqueue() → transmit-queue.ts, while the device is busy → device.transmit().
 * Up: the device calls receive() → netif/input.ts. transmitDone() hands the device the next packet that waits.
 */
import { countDrop, type Machine } from "../base/machine.ts";
import type { Device, DeviceClient, LinkType } from "../link/device.ts";
import * as ethernet from "../wire/ethernet.ts";
import type { MacAddress } from "../wire/mac-address.ts";
import type { Packet } from "../wire/packet.ts";
import * as ppp from "../wire/ppp.ts";
import { cut } from "../wire/segmentation.ts";
import type { QdiscOptions } from "./qdisc/options.ts";
import type { QdiscOwner, QdiscSnapshot } from "./qdisc/qdisc.ts";
import { ReceiveFilter } from "./receive-filter.ts";
import { TransmitQueue } from "./transmit-queue.ts";

/** Where a packet goes, as seen from the host. */
export type Direction = "in" | "out";

/** Sees each frame, link header included, as it passes. It may read and clone the packet, and keeps nothing else. */
export type TapListener = (direction: Direction, packet: Packet) => void;

/** Running totals, as `ip -s link` shows them. Bytes include the link header. */
export interface InterfaceCounters {
  rxPackets: number;
  rxBytes: number;
  /** Arrived, and discarded by the interface layer. */
  rxDrops: number;
  /** Arrived, but was no frame: damaged, say. */
  rxErrors: number;
  /** Arrived for a group, broadcasts not counted. */
  rxMulticast: number;
  txPackets: number;
  txBytes: number;
  /** To be sent, and discarded: the queue was full or the interface down. */
  txDrops: number;
}

/** What tells an interface apart; the table of interfaces chooses name and index. */
export interface InterfaceIdentity {
  readonly name: string;
  readonly index: number;
  readonly macAddress: MacAddress;
}

const LINK_HEADER_BYTES: Readonly<Record<LinkType, number>> = {
  ethernet: ethernet.HEADER_LENGTH,
  "raw-ip": 0,
  ppp: ppp.HEADER_LENGTH,
};

/** What the table of interfaces does for each of them. */
export interface InterfaceParts {
  readonly input: (packet: Packet, from: Interface) => void;
  readonly carrierChanged: (changed: Interface) => void;
}

export class Interface implements DeviceClient {
  readonly machine: Machine;
  readonly name: string;
  /** As if_nametoindex(3) gives it: from 1, never used twice. */
  readonly index: number;
  /** Zero where the link has no such addresses. */
  readonly macAddress: MacAddress;
  readonly device: Device;
  readonly linkType: LinkType;
  /** Whatever goes out comes back in: its addresses are those of this host alone. */
  readonly isLoopback: boolean;
  readonly counters: InterfaceCounters = {
    rxPackets: 0,
    rxBytes: 0,
    rxDrops: 0,
    rxErrors: 0,
    rxMulticast: 0,
    txPackets: 0,
    txBytes: 0,
    txDrops: 0,
  };
  /** What it takes beside what is sent to its own address. */
  readonly filter: ReceiveFilter = new ReceiveFilter();
  /**
   * Segmentation offload: may TCP hand down large segments where the device takes them, and may they come up so? As
   * `ethtool -K eth0 tso off gro off` on Linux, a scenario may turn it off, to see each segment.
   */
  offload = true;
  readonly #queue: TransmitQueue;
  readonly #parts: InterfaceParts;
  #mtu: number | null = null;
  #taps: readonly { readonly listener: TapListener }[] = [];
  #up = true;

  constructor(machine: Machine, identity: InterfaceIdentity, device: Device, parts: InterfaceParts) {
    this.machine = machine;
    this.name = identity.name;
    this.index = identity.index;
    this.macAddress = identity.macAddress;
    this.device = device;
    this.linkType = device.linkType;
    this.isLoopback = device.namePrefix === "lo";
    this.#queue = new TransmitQueue(machine, device, this.#queueOwner(), (packet) => this.#transmit(packet));
    this.#parts = parts;
  }

  /** Largest packet without its link header, in bytes. */
  get mtu(): number {
    return this.#mtu ?? this.device.mtu;
  }

  get up(): boolean {
    return this.#up;
  }

  /** Is there a signal from the far end? Without one it shows as NO-CARRIER. */
  get carrier(): boolean {
    return this.device.carrier ?? true;
  }

  /** It has one neighbour, whom nobody needs to ask for. */
  get isPointToPoint(): boolean {
    return this.linkType === "ppp";
  }

  /** Does a large segment go down as it is? */
  get sendsLargeSegments(): boolean {
    return this.offload && this.device.takesLargeSegments === true && this.#queue.isPassedBy;
  }

  /** Does one come up as it is? */
  get takesLargeSegments(): boolean {
    return this.offload;
  }

  /** How many packets wait for the device. */
  get queueLength(): number {
    return this.#queue.qdisc.length;
  }

  /** The queue discipline, as `tc -s qdisc` shows it. */
  get qdisc(): QdiscSnapshot {
    return this.#queue.qdisc.snapshot();
  }

  /**
   * Puts a queue discipline in place: `eth0.setQdisc({ kind: "fq_codel" })`. As on Linux, what waits in the one before is
   * dropped. Throws a TypeError or RangeError for options that are none, and then has changed nothing.
   */
  setQdisc(options: QdiscOptions): void {
    this.#queue.replace(options);
  }

  // ---- from above ----

  /** Sends a complete frame, or lets it wait for the device, or drops it when too many wait. */
  enqueue(packet: Packet): void {
    if (packet.segmentBytes === 0 || this.sendsLargeSegments) this.#queue.enqueue(packet);
    // Each segment is to find its own place in a queue, and on a wire.
    else cut(packet, LINK_HEADER_BYTES[this.linkType], (piece) => this.#queue.enqueue(piece));
  }

  /** A packet that was to be sent is dropped. */
  discardOutgoing(packet: Packet, counter: string): void {
    this.counters.txDrops++;
    countDrop(this.machine, counter, packet.length);
    packet.release();
  }

  /** A packet that arrived is dropped. */
  discardIncoming(packet: Packet, counter: string): void {
    this.counters.rxDrops++;
    countDrop(this.machine, counter, packet.length);
    packet.release();
  }

  /** Lets the listener see each frame that is handed to the device or comes from it; disposing ends that. */
  tap(listener: TapListener): Disposable {
    // A record of its own, for the same function may listen twice.
    const tap = { listener };
    this.#taps = [...this.#taps, tap];
    return {
      [Symbol.dispose]: () => {
        this.#taps = this.#taps.filter((other) => other !== tap);
      },
    };
  }

  /** The table of interfaces takes it up or down: only that table, as others need to hear of it. */
  setUp(up: boolean): void {
    this.#up = up;
    if (!up) this.#queue.purge();
  }

  /** The same table sets the mtu: null for the device's. */
  setMtu(mtu: number | null): void {
    this.#mtu = mtu;
  }

  // ---- from below: DeviceClient ----

  receive(packet: Packet): void {
    if (!this.#up) {
      this.discardIncoming(packet, "IfInDiscards");
      return;
    }
    this.counters.rxPackets += packet.segments;
    this.counters.rxBytes += packet.wireBytes;
    this.#show("in", packet);
    this.#parts.input(packet, this);
  }

  transmitDone(): void {
    this.#queue.run();
  }

  carrierChanged(): void {
    this.#parts.carrierChanged(this);
  }

  receiveError(counter: string, bytes: number): void {
    this.counters.rxErrors++;
    countDrop(this.machine, counter, bytes);
  }

  observe(direction: Direction, packet: Packet): void {
    this.#show(direction, packet);
  }

  #queueOwner(): QdiscOwner {
    return {
      linkType: this.linkType,
      mtu: () => this.mtu,
      drop: (packet) => this.discardOutgoing(packet, "IfOutDiscards"),
      perturb: () => this.machine.random(`qdisc ${this.name}`).nextU32(),
    };
  }

  #transmit(packet: Packet): void {
    this.counters.txPackets += packet.segments;
    this.counters.txBytes += packet.wireBytes;
    this.#show("out", packet);
    this.device.transmit(packet);
  }

  #show(direction: Direction, packet: Packet): void {
    for (const { listener } of this.#taps) listener(direction, packet);
    const { tracer, name } = this.machine;
    if (!tracer.on) return;
    packet.keepMemory();
    // The packet can do what a TracedFrame can: nothing is copied unless the listener asks for the bytes.
    tracer.emit(name, {
      step: direction === "in" ? "netif/input" : "netif/output",
      interface: this.name,
      linkType: this.linkType,
      frame: packet,
    });
  }
}
