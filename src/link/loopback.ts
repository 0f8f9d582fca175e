/**
 * The loopback device: what goes down comes up again, on the same host and at the same instant.
 *
 * Read first: lo(4) of any BSD, Linux's drivers/net/loopback.c (loopback_xmit).
 * Frames are bare IP packets: there is nobody to tell apart by a MAC address, and so no header to write and read.
 * Order: transmit() → the scheduler's ready queue → run() → client.receive(). transmit() never calls the client, so the
 * sender is out of its own code before its packet comes back; no time passes, and no event is used.
 */
import { assert } from "../base/assert.ts";
import type { Machine } from "../base/machine.ts";
import { Ring } from "../base/ring.ts";
import type { Runnable } from "../base/scheduler.ts";
import type { MacAddress } from "../wire/mac-address.ts";
import type { Packet } from "../wire/packet.ts";
import type { Device, DeviceClient } from "./device.ts";
import { FrameHash } from "./frame-hash.ts";

/** How many packets are on their way round before the interface has to queue them: Linux's netdev_max_backlog. */
const PACKETS_MAX = 1000;

export class Loopback implements Device, Runnable {
  readonly linkType = "raw-ip";
  readonly namePrefix = "lo";
  /** As on Linux. The longest IPv4 datagram fits, with a byte to spare. */
  readonly mtu = 65_536;
  readonly queuePackets = 1000;
  readonly linkName = "lo";
  readonly takesLargeSegments = true;
  readonly #machine: Machine;
  readonly #frameHash: FrameHash;
  readonly #packets: Ring<Packet> = new Ring<Packet>(PACKETS_MAX);
  #client: DeviceClient | null = null;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#frameHash = new FrameHash(machine, `lo of ${machine.name}`);
  }

  open(client: DeviceClient, _macAddress: MacAddress): void {
    assert(this.#client === null, "a loopback device is opened by one interface");
    this.#client = client;
  }

  get ready(): boolean {
    return this.#packets.length < PACKETS_MAX;
  }

  transmit(packet: Packet): void {
    this.#frameHash.mix(packet);
    this.#trace("send", packet);
    // As loopback_xmit does: the receiver's buffer pays from now on, not the sender's.
    packet.release();
    const taken = this.#packets.push(packet);
    assert(taken, "a device is ready when it is given a packet");
    this.#machine.scheduler.raise(this);
  }

  /** The next packet comes round; there is one for each time that this was raised. */
  run(): void {
    const wasReady = this.ready;
    const packet = this.#packets.shift();
    const client = this.#client;
    assert(packet !== undefined && client !== null, "what was raised is a packet of an open device");
    this.#trace("deliver", packet);
    client.receive(packet);
    if (!wasReady && this.ready) client.transmitDone();
  }

  #trace(what: "send" | "deliver", packet: Packet): void {
    const { name, tracer } = this.#machine;
    if (tracer.on) tracer.emit(name, { step: "link", link: this.linkName, what, bytes: packet.length });
  }
}
