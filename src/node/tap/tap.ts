/**
 * A TAP device: an Ethernet wire between a world in real time and the Linux kernel that it runs on.
 *
 * Read first: the kernel's Documentation/networking/tuntap.rst; link/device.ts; world/outside.ts.
 * Down: the interface → transmit() → write(2), one call for one frame. Up: Node's event loop finds the descriptor readable
 * → the outside source is raised → the run loop calls input() → read(2) until there is nothing or FRAMES_PER_TURN came →
 * client.receive(). The thread pool has no part in it: its answers come out of order.
 *
 *     host of the world ── Tap ══ /dev/net/tun ══ tap0 ── Linux: ip address add 10.9.0.1/24 dev tap0; ip link set tap0 up
 */
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { assert } from "../../base/assert.ts";
import type { Device, DeviceClient } from "../../link/device.ts";
import type { MacAddress } from "../../wire/mac-address.ts";
import { Packet } from "../../wire/packet.ts";
import type { OutsideSource } from "../../world/outside.ts";
import { loadNative, type Native, type Watch } from "./native.ts";

/** How a TAP device is opened. Everything may be left out. */
export interface TapOptions {
  /** Linux's name for its end, with %d for the next free number. Default "tap%d". */
  readonly name?: string;
  /** Largest payload of a frame in bytes; Linux's end has 1500 until `ip link set mtu` changes it. Default 1500. */
  readonly mtu?: number;
}

/** Running totals of one device. */
export interface TapCounters {
  /** Frames that came from Linux. */
  rxFrames: number;
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

// linux/if_tun.h, linux/if.h.
const TUNSETIFF = 0x4004_54ca;
const IFF_TAP = 0x0002;
const IFF_NO_PI = 0x1000;
const IFNAMSIZ = 16;
const IFREQ_BYTES = 40;
const EPERM = 1;
const EBUSY = 16;
const EINVAL = 22;

/** So many frames are taken in before the run loop has its turn. */
const FRAMES_PER_TURN = 64;
/** As long as a frame can be. */
const FRAME_MAX_BYTES = 65_536 + 18;
const MTU_MIN_BYTES = 68;
const MTU_MAX_BYTES = 65_521;

/**
 * Opens a TAP device for a world in real time. `host.attach(tap, "10.9.0.2/24")` puts an interface on it,
 * `joinDevices(link.port(), tap)` one end of a link. It needs Linux, /dev/net/tun, CAP_NET_ADMIN (or a device that root
 * has made for this user: `ip tuntap add dev tap0 mode tap user NAME`) and the package koffi; an Error says which of them
 * is missing, and what to do.
 */
export function openTap(world: OutsideWorld, options: TapOptions = {}): Tap {
  const { name = "tap%d", mtu = 1500 } = options;
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
  const fd = openControl();
  try {
    return new Tap(world, native, fd, setInterface(native, fd, name), mtu);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openControl(): number {
  try {
    return openSync("/dev/net/tun", constants.O_RDWR | constants.O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === "ENOENT" || code === "ENODEV"
        ? "there is no /dev/net/tun: load the module (modprobe tun), or give the container the device"
        : `/dev/net/tun can't be opened (${code}): run as root, or be given access to it`;
    throw new Error(reason, { cause });
  }
}

/** TUNSETIFF: makes the interface, or takes up one that is there; answers its name. */
function setInterface(native: Native, fd: number, name: string): string {
  const request = Buffer.alloc(IFREQ_BYTES);
  request.write(name, "latin1");
  request.writeUInt16LE(IFF_TAP | IFF_NO_PI, IFNAMSIZ);
  if (native.ioctl(fd, TUNSETIFF, request) < 0) throw new Error(explain(name, native.errno()));
  return request.toString("latin1", 0, request.indexOf(0));
}

function explain(name: string, errno: number): string {
  if (errno === EPERM) {
    return (
      `making the TAP device "${name}" needs CAP_NET_ADMIN: run as root, or let root make one for you ` +
      "(ip tuntap add dev tap0 mode tap user NAME) and name it"
    );
  }
  if (errno === EBUSY) return `the TAP device "${name}" is in use by another program`;
  if (errno === EINVAL) return `Linux has an interface "${name}" already, and it is no TAP device`;
  return `Linux refuses to make the TAP device "${name}" (errno ${errno})`;
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
  readonly counters: TapCounters = { rxFrames: 0, txFrames: 0, txDrops: 0 };
  readonly #native: Native;
  readonly #fd: number;
  readonly #source: OutsideSource;
  readonly #watch: Watch;
  readonly #buffer: Uint8Array = new Uint8Array(FRAME_MAX_BYTES);
  readonly #readable: () => void = () => this.#onReadable();
  #client: DeviceClient | null = null;
  #isRaised = false;
  #isWatching = true;
  #isOpen = true;

  /** openTap() makes them. */
  constructor(world: OutsideWorld, native: Native, fd: number, name: string, mtu: number) {
    this.linkName = name;
    this.mtu = mtu;
    this.#native = native;
    this.#fd = fd;
    this.#source = world.outside(name, () => this.#input());
    this.#watch = native.watch(fd, this.#readable);
  }

  open(client: DeviceClient, _macAddress: MacAddress): void {
    assert(this.#client === null, "a TAP device is opened by one interface");
    this.#client = client;
  }

  transmit(packet: Packet): void {
    packet.completeChecksum();
    const { bytes, start, length } = packet;
    const isTaken =
      this.#isOpen && this.#write(packet.tail === null ? bytes.subarray(start, start + length) : packet.copyBytes());
    if (isTaken) this.counters.txFrames++;
    else this.counters.txDrops++;
    packet.release();
  }

  /** Closes the device; Linux takes its end away, unless it was made to stay. The world may then end. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#watch.close();
    this.#source[Symbol.dispose]();
    closeSync(this.#fd);
  }

  #write(frame: Uint8Array): boolean {
    try {
      return writeSync(this.#fd, frame) === frame.length;
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
    const buffer = this.#buffer;
    for (let frames = 0; frames < FRAMES_PER_TURN && this.#isOpen; frames++) {
      const length = this.#native.read(this.#fd, buffer, buffer.length);
      if (length <= 0) return;
      this.counters.rxFrames++;
      this.#client?.receive(Packet.from(buffer.subarray(0, length)));
    }
  }
}
