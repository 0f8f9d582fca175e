/**
 * The interfaces of a host, their names, and who is told when one changes.
 *
 * Read first: netdevice(7), if_nametoindex(3). attach() puts an interface on a device, setUp() takes it up or down,
 * detach() takes it away; each tells the subscribers: the neighbour table forgets entries, IP addresses and routes.
 */
import type { Errno } from "../abi/errno.ts";
import { assert } from "../base/assert.ts";
import type { Machine } from "../base/machine.ts";
import type { Device, LinkType } from "../link/device.ts";
import * as mac from "../wire/mac-address.ts";
import type { Packet } from "../wire/packet.ts";
import { Interface, type InterfaceCounters } from "./interface.ts";
import type { QdiscSnapshot } from "./qdisc/qdisc.ts";

/** What has happened to an interface. */
export type InterfaceChange = "attach" | "up" | "down" | "detach" | "carrier" | "mtu";

export type InterfaceListener = (changed: Interface, change: InterfaceChange) => void;

/** One interface, as `ip -s link` shows it. */
export interface InterfaceSnapshot extends Readonly<InterfaceCounters> {
  readonly name: string;
  readonly index: number;
  readonly up: boolean;
  /** Is there a signal from the far end? */
  readonly carrier: boolean;
  readonly mtu: number;
  readonly linkType: LinkType;
  /** Empty where the link has no such addresses. */
  readonly macAddress: string;
  readonly linkName: string;
  /** How many packets wait for the device. */
  readonly queueLength: number;
  readonly qdisc: QdiscSnapshot;
  /** Do TCP's segments leave whole, to be cut later if at all (NETIF_F_TSO)? */
  readonly largeSegments: boolean;
}

/** RFC 791: every module forwards 68 bytes unfragmented. */
const MTU_MIN = 68;

export class InterfaceTable {
  readonly #machine: Machine;
  readonly #input: (packet: Packet, from: Interface) => void;
  readonly #interfaces: Interface[] = [];
  #listeners: readonly InterfaceListener[] = [];
  #lastIndex = 0;
  #generation = 0;

  constructor(machine: Machine, input: (packet: Packet, from: Interface) => void) {
    this.#machine = machine;
    this.#input = input;
  }

  /** Moves with each change, so that whoever remembers what followed from the interfaces knows when to look again. */
  get generation(): number {
    return this.#generation;
  }

  /** The next interface of the device's prefix, up: "eth0", "eth1"; the first loopback is plain "lo". */
  attach(device: Device, macAddress: mac.MacAddress): Interface {
    const identity = { name: this.#freeName(device.namePrefix), index: ++this.#lastIndex, macAddress };
    const attached = new Interface(this.#machine, identity, device, {
      input: this.#input,
      carrierChanged: (changed) => this.#carrierChanged(changed),
    });
    this.#interfaces.push(attached);
    device.open(attached, macAddress, `${this.#machine.name}:${attached.name}`);
    this.#tell(attached, "attach");
    return attached;
  }

  /** Takes the interface away for good. What its device still sends up is dropped and counted. */
  detach(gone: Interface): void {
    const place = this.#interfaces.indexOf(gone);
    assert(place >= 0, "an interface is detached once, from its own host");
    this.#interfaces.splice(place, 1);
    gone.setUp(false);
    this.#tell(gone, "detach");
  }

  /** Takes an interface up or down. Down: what waits in its queue is dropped, and nothing comes or goes. */
  setUp(changed: Interface, up: boolean): void {
    if (changed.up === up) return;
    changed.setUp(up);
    this.#tell(changed, up ? "up" : "down");
  }

  /**
   * Sets the mtu of an interface. EINVAL: less than 68, or more than its link carries.
   */
  setMtu(changed: Interface, mtu: number): 0 | Errno {
    if (!(Number.isInteger(mtu) && mtu >= MTU_MIN && mtu <= changed.device.mtu)) return "EINVAL";
    if (changed.mtu === mtu) return 0;
    changed.setMtu(mtu);
    this.#tell(changed, "mtu");
    return 0;
  }

  get(name: string): Interface | undefined {
    return this.#interfaces.find((candidate) => candidate.name === name);
  }

  /** In the order in which they were attached. */
  list(): readonly Interface[] {
    return this.#interfaces;
  }

  /** The listener hears of every later change; disposing ends that. */
  subscribe(listener: InterfaceListener): Disposable {
    this.#listeners = [...this.#listeners, listener];
    return {
      [Symbol.dispose]: () => {
        this.#listeners = this.#listeners.filter((other) => other !== listener);
      },
    };
  }

  snapshot(): readonly InterfaceSnapshot[] {
    return this.#interfaces.map((shown) => ({
      name: shown.name,
      index: shown.index,
      up: shown.up,
      carrier: shown.carrier,
      mtu: shown.mtu,
      linkType: shown.linkType,
      macAddress: shown.linkType === "ethernet" ? mac.format(shown.macAddress) : "",
      linkName: shown.device.linkName,
      queueLength: shown.queueLength,
      qdisc: shown.qdisc,
      largeSegments: shown.sendsLargeSegments,
      ...shown.counters,
    }));
  }

  #freeName(prefix: string): string {
    if (prefix === "lo" && this.get(prefix) === undefined) return prefix;
    let number = 0;
    while (this.get(`${prefix}${number}`) !== undefined) number++;
    return `${prefix}${number}`;
  }

  /** A device may have a word about its carrier while it is being opened: nobody has heard of the interface then. */
  #carrierChanged(changed: Interface): void {
    if (this.#interfaces.includes(changed)) this.#tell(changed, "carrier");
  }

  #tell(changed: Interface, change: InterfaceChange): void {
    this.#generation++;
    for (const listener of this.#listeners) listener(changed, change);
  }
}
