/**
 * A TAP device: an Ethernet wire between a world in real time and the Linux kernel that it runs on.
 *
 * Read first: the kernel's Documentation/networking/tuntap.rst; link/device.ts; world/outside.ts; wire/virtio-net.ts.
 * Down: the interface → transmit() → write(2), one call for one frame or large segment. Up: Node's event loop finds the descriptor readable
 * → the outside source is raised → the run loop calls input() → read(2) until there is nothing or FRAMES_PER_TURN came →
 * client.receive(). The thread pool has no part in it: its answers come out of order.
 *
 *     host of the world ── Tap ══ /dev/net/tun ══ tap0 ── Linux: ip address add 10.9.0.1/24 dev tap0; ip link set tap0 up
 */
import { closeSync, writeSync, writevSync } from "node:fs";
import { assert } from "../../base/assert.ts";
import type { Device, DeviceClient } from "../../link/device.ts";
import * as ethernet from "../../wire/ethernet.ts";
import type { MacAddress } from "../../wire/mac-address.ts";
import { Packet } from "../../wire/packet.ts";
import { cut } from "../../wire/segmentation.ts";
import { Slab } from "../../wire/slab.ts";
import * as virtio from "../../wire/virtio-net.ts";
import type { OutsideSource } from "../../world/outside.ts";
import { openDescriptor, type TapDescriptor } from "./control.ts";
import { loadNative, type Native, type Watch } from "./native.ts";

/** How a TAP device is opened. Everything may be left out. */
export interface TapOptions {
  /** Linux's name for its end, with %d for the next free number. Default "tap%d". */
  readonly name?: string;
  /** Largest payload of a frame in bytes; Linux's end has 1500 until `ip link set mtu` changes it. Default 1500. */
  readonly mtu?: number;
  /**
   * The header IFF_VNET_HDR: TCP's segments pass in both directions as large ones, and checksums that nobody needs are not
   * computed. With false each frame passes as it would on a wire. Default true; an Error where Linux has no such header.
   */
  readonly offload?: boolean;
}

/** Running totals of one device. */
export interface TapCounters {
  /** Frames that came from Linux; of a large segment, those that it is cut into. */
  rxFrames: number;
  /** What came and was no frame. */
  rxErrors: number;
  /** Frames that Linux took. */
  txFrames: number;
  /** Frames that Linux did not take: its end is down, or its queue full. */
  txDrops: number;
}

/** What openTap() needs of a world: World has it. */
export interface OutsideWorld {
  readonly time: "virtual" | "real";
  outside(name: string, input: () => void): OutsideSource;
}

/** So many frames are taken in before the run loop has its turn. */
const FRAMES_PER_TURN = 64;
/** Longer frames keep the memory that they were read into; shorter ones are copied out of it. */
const COPY_MAX_BYTES = 8192;
const MTU_MIN_BYTES = 68;
const MTU_MAX_BYTES = 65_521;

/**
 * Opens a TAP device for a world in real time. `host.attach(tap, "10.9.0.2/24")` puts an interface on it,
 * `joinDevices(link.port(), tap)` one end of a link. It needs Linux, /dev/net/tun, CAP_NET_ADMIN (or a device that root
 * has made for this user: `ip tuntap add dev tap0 mode tap user NAME`) and the package koffi; an Error says which of them
 * is missing, and what to do.
 */
export function openTap(world: OutsideWorld, options: TapOptions = {}): Tap {
  const { name = "tap%d", mtu = 1500, offload = true } = options;
  if (typeof name !== "string" || !/^[^\s/%]{1,13}(%d)?$/.test(name)) {
    throw new TypeError(
      `a TAP device is named with 1 to 15 characters, perhaps with %d at the end, not ${String(name)}`,
    );
  }
  if (!Number.isInteger(mtu) || mtu < MTU_MIN_BYTES || mtu > MTU_MAX_BYTES) {
    throw new RangeError(
      `the mtu of a TAP device is between ${MTU_MIN_BYTES} and ${MTU_MAX_BYTES}, not ${String(mtu)}`,
    );
  }
  if (world.time !== "real") {
    throw new Error('Linux does not wait for virtual time: a TAP device needs a world made with { time: "real" }');
  }
  if (process.platform !== "linux") throw new Error(`a TAP device needs Linux; this is ${process.platform}`);
  const native = loadNative();
  return new Tap(world, native, openDescriptor(native, name, offload), mtu, offload);
}

export class Tap implements Device, Disposable {
  readonly linkType = "ethernet";
  readonly namePrefix = "eth";
  readonly mtu: number;
  /** Linux's txqueuelen. */
  readonly queuePackets = 1000;
  /** A write is done when it returns. */
  readonly ready = true;
  /** Linux's name of its end: "tap0". */
  readonly linkName: string;
  readonly counters: TapCounters = { rxFrames: 0, rxErrors: 0, txFrames: 0, txDrops: 0 };
  readonly #native: Native;
  readonly #fd: number;
  readonly #source: OutsideSource;
  readonly #watch: Watch;
  readonly #offload: boolean;
  /** What the next frame is read into. */
  #memory: Slab = Slab.borrow();
  readonly #readable: () => void = () => this.#onReadable();
  #client: DeviceClient | null = null;
  #isRaised = false;
  #isWatching = true;
  #isOpen = true;

  /** openTap() makes them. */
  constructor(world: OutsideWorld, native: Native, { fd, name }: TapDescriptor, mtu: number, offload: boolean) {
    this.linkName = name;
    this.mtu = mtu;
    this.#offload = offload;
    this.#native = native;
    this.#fd = fd;
    this.#source = world.outside(name, () => this.#input());
    this.#watch = native.watch(fd, this.#readable);
  }

  open(client: DeviceClient, _macAddress: MacAddress): void {
    assert(this.#client === null, "a TAP device is opened by one interface");
    this.#client = client;
  }

  get takesLargeSegments(): boolean {
    return this.#offload;
  }

  transmit(packet: Packet): void {
    const { segments } = packet;
    if (this.#offload) virtio.prepend(packet);
    else packet.completeChecksum();
    if (this.#isOpen && this.#write(packet)) this.counters.txFrames += segments;
    else this.counters.txDrops += segments;
    packet.release();
    packet.giveBackMemory();
  }

  /** Closes the device; Linux takes its end away, unless it was made to stay. The world may then end. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#watch.close();
    this.#source[Symbol.dispose]();
    closeSync(this.#fd);
  }

  #write({ bytes, start, end, length, tail }: Packet): boolean {
    const head = bytes.subarray(start, end);
    try {
      return (tail === null ? writeSync(this.#fd, head) : writevSync(this.#fd, [head, tail])) === length;
    } catch {
      // EIO: Linux's end is down; EAGAIN, ENOBUFS: it has no room. A wire loses what nobody takes.
      return false;
    }
  }

  #onReadable(): void {
    if (this.#isRaised) {
      // The world has not come to it yet, or does not run: nothing is gained by asking again and again.
      this.#watch.stop();
      this.#isWatching = false;
      return;
    }
    this.#isRaised = true;
    this.#source.raise();
  }

  #input(): void {
    this.#isRaised = false;
    if (!this.#isWatching) {
      this.#isWatching = true;
      this.#watch.start(this.#readable);
    }
    for (let frames = 0; frames < FRAMES_PER_TURN && this.#isOpen; frames++) {
      const { bytes } = this.#memory;
      const length = this.#native.read(this.#fd, bytes, bytes.length);
      if (length <= 0) return;
      this.#take(this.#packet(length));
    }
  }

  #packet(length: number): Packet {
    const memory = this.#memory;
    if (length > COPY_MAX_BYTES) {
      this.#memory = Slab.borrow();
      return Packet.over(memory, length);
    }
    const packet = Packet.allocate(length);
    packet.bytes.set(memory.bytes.subarray(0, length), packet.start);
    return packet;
  }

  #take(packet: Packet): void {
    const { length } = packet;
    if (this.#offload && virtio.strip(packet) !== true) {
      this.counters.rxErrors++;
      this.#client?.receiveError?.("IfInErrors", length);
      return;
    }
    this.counters.rxFrames += packet.segments;
    if (packet.segmentBytes === 0 || this.#client?.takesLargeSegments === true) this.#client?.receive(packet);
    else cut(packet, ethernet.HEADER_LENGTH, (piece) => this.#client?.receive(piece));
  }
}
