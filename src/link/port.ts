/**
 * A port: where one interface is attached to a link, and the Device that the interface sees.
 *
 * Down: transmit() → the port's channel → carry() → exchange.input(), which a cable and a switch answer each in their
 * way. Up: the exchange calls deliver() → client.receive().
 */
import { assert } from "../base/assert.ts";
import * as ethernet from "../wire/ethernet.ts";
import type { MacAddress } from "../wire/mac-address.ts";
import type { Packet } from "../wire/packet.ts";
import { cut } from "../wire/segmentation.ts";
import { Channel, type ChannelOwner } from "./channel.ts";
import type { Device, DeviceClient } from "./device.ts";
import type { Medium } from "./medium.ts";
import { PortStatistics } from "./statistics.ts";

/** What is at the far end of a channel: the other end of a cable, or a switch. */
export interface Exchange {
  /** A frame from that port has arrived: deliver it, hand it on or drop it. */
  input(from: Port, packet: Packet): void;
  /** Is there somebody at the far end to give this port a signal? */
  signals(to: Port): boolean;
  /** An interface has opened the port. */
  opened(port: Port): void;
}

export class Port implements Device, ChannelOwner {
  readonly linkType = "ethernet";
  readonly namePrefix = "eth";
  /** From 1, in the order in which the ports were made. */
  readonly number: number;
  readonly statistics: PortStatistics = new PortStatistics();
  /** How many disconnections are in force. */
  disconnections = 0;
  readonly #medium: Medium;
  readonly #exchange: Exchange;
  readonly #channel: Channel;
  #label: string;
  #client: DeviceClient | null = null;

  constructor(medium: Medium, number: number, exchange: Exchange) {
    this.number = number;
    this.#medium = medium;
    this.#exchange = exchange;
    this.#label = `port ${number}`;
    this.#channel = new Channel(medium, this);
  }

  get mtu(): number {
    return this.#medium.settings.mtu;
  }

  get queuePackets(): number {
    return this.#medium.settings.queuePackets;
  }

  get linkName(): string {
    return this.#medium.machine.name;
  }

  get label(): string {
    return this.#label;
  }

  get up(): boolean {
    return this.#medium.cuts === 0 && this.disconnections === 0;
  }

  get carrier(): boolean {
    return this.up && this.#exchange.signals(this);
  }

  get isOpen(): boolean {
    return this.#client !== null;
  }

  /** The carrier may have changed. */
  tellCarrier(): void {
    this.#client?.carrierChanged?.();
  }

  /** Is there somebody to deliver to? */
  get listening(): boolean {
    return this.#client !== null && this.up;
  }

  get inFlight(): number {
    return this.#channel.inFlight;
  }

  // ---- Device: from the interface ----

  open(client: DeviceClient, _macAddress: MacAddress, label: string = this.#label): void {
    assert(this.#client === null, "a port is opened by one interface");
    this.#client = client;
    this.#label = label;
    this.#exchange.opened(this);
  }

  get ready(): boolean {
    return this.#channel.ready;
  }

  get takesLargeSegments(): boolean {
    return this.#medium.isIdeal;
  }

  transmit(packet: Packet): void {
    const { length, segmentBytes } = packet;
    this.statistics.txPackets += packet.segments;
    this.statistics.txBytes += packet.wireBytes;
    this.#medium.frameHash.mix(packet);
    if (this.#medium.machine.tracer.on) this.#medium.trace("send", length);
    if ((segmentBytes === 0 ? length : packet.wireLength) > this.#medium.frameMaxBytes) {
      packet.release();
      this.statistics.drop(this.#medium, "tooLong", length);
    } else {
      this.#channel.put(packet);
    }
  }

  // ---- ChannelOwner: from the port's own channel ----

  carry(packet: Packet): void {
    if (this.up) this.#exchange.input(this, packet);
    else this.statistics.drop(this.#medium, "cut", packet.length);
  }

  sent(): void {
    this.#client?.transmitDone();
  }

  // ---- from the exchange ----

  /** A frame comes out at this port. */
  deliver(packet: Packet): void {
    const { length } = packet;
    if (!this.up) {
      this.statistics.drop(this.#medium, "cut", length);
      return;
    }
    if (this.#client === null) {
      this.statistics.drop(this.#medium, "noReceiver", length);
      return;
    }
    this.statistics.rxPackets += packet.segments;
    this.statistics.rxBytes += packet.wireBytes;
    if (this.#medium.machine.tracer.on) this.#medium.trace("deliver", length);
    if (packet.segmentBytes === 0 || this.#client.takesLargeSegments === true) this.#client.receive(packet);
    else cut(packet, ethernet.HEADER_LENGTH, (piece) => this.#client?.receive(piece));
  }
}
