/**
 * The neighbour table of a host: from the next hop's Internet address to its link address.
 *
 * Read first: RFC 1122 §2.3.2, RFC 4861 §7.2–7.3, arp(7); netif/neighbour.ts for the states.
 * Down: output() → resolve() → an address, or the packet waits and the family's solicitor is asked to send a request.
 * Up: the solicitor's protocol (ARP) calls learn(). Times are those of Linux, except that REACHABLE lasts 30 s flat
 * where RFC 4861 draws between 15 and 45.
 */
import type { Errno } from "../abi/errno.ts";
import type { TimedEvent } from "../base/event-queue.ts";
import type { Machine } from "../base/machine.ts";
import { AddressMap } from "../wire/address-map.ts";
import type { IpAddress } from "../wire/ip-address.ts";
import * as mac from "../wire/mac-address.ts";
import type { Packet } from "../wire/packet.ts";
import type { Interface } from "./interface.ts";
import { Neighbour, type NeighbourState, UNRESOLVED } from "./neighbour.ts";
import { send } from "./output.ts";

const NS_PER_SECOND = 1_000_000_000;
/** base_reachable_time. */
const REACHABLE_NS = 30 * NS_PER_SECOND;
/** delay_first_probe_time: so long a connection has to show by its progress that the neighbour is there. */
const DELAY_NS = 5 * NS_PER_SECOND;
/** retrans_time. RFC 1122 §2.3.2.1: at most one request a second for an address. */
const RETRANS_NS = NS_PER_SECOND;
/** mcast_solicit and ucast_solicit. */
const SOLICIT_MAX = 3;
/** gc_thresh3. */
export const NEIGHBOURS_MAX = 1024;

/** Sends a request for an address: to everybody, or, to verify what is known, to one link address. */
export type Solicitor = (through: Interface, target: IpAddress, unicastTo?: mac.MacAddress) => void;

/** Is told of each packet that could not be sent, before it is dropped. The packet starts with its Internet header. */
export type UnreachableListener = (packet: Packet) => void;

/** What a message of the solicitor's protocol says of a neighbour. */
export interface Lesson {
  /** Make an entry when there is none. */
  readonly create: boolean;
  /** It answers a request of ours, so the neighbour hears us. */
  readonly confirmed: boolean;
  /** For an entry that is made: what may later wait for it. */
  readonly etherType: number;
}

/** What a neighbour advertisement says: RFC 4861 §4.4. */
export interface Advertisement {
  /** Null when it does not say where. */
  readonly macAddress: mac.MacAddress | null;
  readonly isSolicited: boolean;
  readonly overrides: boolean;
  readonly isRouter: boolean;
}

/** What root says of a neighbour. */
export interface Setting {
  readonly macAddress: mac.MacAddress;
  /** Of what may wait for it. */
  readonly etherType: number;
  readonly isPermanent: boolean;
}

/** Is told when nobody answers for an address any more. */
export type FailureListener = (through: Interface, address: IpAddress) => void;

/** One line of `ip neigh`. */
export interface NeighbourSnapshot {
  readonly address: string;
  readonly interface: string;
  /** Empty when it is not known. */
  readonly macAddress: string;
  readonly state: NeighbourState;
}

export class NeighbourTable {
  readonly #machine: Machine;
  /** By the interface's index, then by address. */
  readonly #entries: (AddressMap<Neighbour> | undefined)[] = [];
  readonly #solicitors: Map<4 | 6, Solicitor> = new Map<4 | 6, Solicitor>();
  readonly #listeners: Map<4 | 6, UnreachableListener> = new Map<4 | 6, UnreachableListener>();
  readonly #failureListeners: Map<4 | 6, FailureListener> = new Map<4 | 6, FailureListener>();
  readonly #expire: (neighbour: Neighbour) => void = (neighbour) => this.#timeout(neighbour);
  #size = 0;
  #uses = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  get size(): number {
    return this.#size;
  }

  registerSolicitor(family: 4 | 6, solicitor: Solicitor): void {
    this.#solicitors.set(family, solicitor);
  }

  onUnreachable(family: 4 | 6, listener: UnreachableListener): void {
    this.#listeners.set(family, listener);
  }

  onFailure(family: 4 | 6, listener: FailureListener): void {
    this.#failureListeners.set(family, listener);
  }

  /** What is known of an address; undefined: nothing. */
  get(through: Interface, address: IpAddress): Neighbour | undefined {
    return this.#find(through, address);
  }

  /** The link address to send this packet to; or UNRESOLVED, and the packet waits, or was dropped and counted. */
  resolve(through: Interface, address: IpAddress, packet: Packet, etherType: number): mac.MacAddress {
    const neighbour = this.#find(through, address) ?? this.#create(through, address, etherType);
    if (neighbour === undefined) {
      through.discardOutgoing(packet, "NeighUnresolvable");
      return UNRESOLVED;
    }
    neighbour.lastUse = ++this.#uses;
    if (neighbour.state === "REACHABLE") this.#age(neighbour);
    if (neighbour.state === "STALE") this.#delay(neighbour);
    if (neighbour.macAddress !== UNRESOLVED) return neighbour.macAddress;
    this.#hold(neighbour, packet);
    return UNRESOLVED;
  }

  /**
   * A message says where an address is. An entry that exists is always corrected (RFC 826); one is made only where the
   * message gives reason to.
   */
  learn(through: Interface, address: IpAddress, macAddress: mac.MacAddress, lesson: Lesson): void {
    const neighbour =
      this.#find(through, address) ?? (lesson.create ? this.#create(through, address, lesson.etherType) : undefined);
    if (neighbour === undefined || neighbour.state === "PERMANENT") return;
    const isNews = neighbour.macAddress !== macAddress;
    neighbour.macAddress = macAddress;
    if (lesson.confirmed) this.#confirm(neighbour);
    else if (isNews) this.#enter(neighbour, "STALE");
    this.#sendWaiting(neighbour);
  }

  /** RFC 4861 §7.2.5: an advertisement of a neighbour that is known. True: it was a router, and says that it is none now. */
  advise(through: Interface, address: IpAddress, advertisement: Advertisement): boolean {
    const neighbour = this.#find(through, address);
    if (neighbour === undefined || neighbour.state === "PERMANENT") return false;
    const { macAddress, isSolicited, overrides, isRouter } = advertisement;
    const isKnown = neighbour.macAddress !== UNRESOLVED;
    if (!isKnown && macAddress === null) return false;
    const isNews = macAddress !== null && macAddress !== neighbour.macAddress;
    if (isKnown && isNews && !overrides) {
      // Somebody says otherwise, and does not insist: it is to be verified.
      if (neighbour.state === "REACHABLE") this.#enter(neighbour, "STALE");
      return false;
    }
    if (isNews) neighbour.macAddress = macAddress;
    if (isSolicited) this.#confirm(neighbour);
    else if (isNews) this.#enter(neighbour, "STALE");
    this.#sendWaiting(neighbour);
    const wasRouter = neighbour.isRouter;
    neighbour.isRouter = isRouter;
    return wasRouter && !isRouter;
  }

  /** A connection makes progress through this neighbour, so it is there: RFC 4861 §7.3.1. */
  confirm(through: Interface, address: IpAddress): void {
    const neighbour = this.#find(through, address);
    if (neighbour === undefined || neighbour.macAddress === UNRESOLVED || neighbour.state === "PERMANENT") return;
    this.#confirm(neighbour);
  }

  /** Root says where an address is: for good, or until something else is learned. EINVAL: it can be nobody's. */
  set(through: Interface, address: IpAddress, { macAddress, etherType, isPermanent }: Setting): 0 | Errno {
    const neighbour = this.#find(through, address) ?? this.#create(through, address, etherType);
    if (neighbour === undefined) return "EINVAL";
    neighbour.macAddress = macAddress;
    this.#enter(neighbour, isPermanent ? "PERMANENT" : "STALE");
    this.#sendWaiting(neighbour);
    return 0;
  }

  /** Forgets one neighbour. ENOENT: there is none. */
  delete(through: Interface, address: IpAddress): 0 | Errno {
    const neighbour = this.#find(through, address);
    if (neighbour === undefined) return "ENOENT";
    this.#forget(neighbour);
    return 0;
  }

  /** Forgets all neighbours behind an interface; packets that waited for them are dropped. */
  flush(through: Interface): void {
    for (const neighbour of this.#entries[through.index]?.values() ?? []) this.#forget(neighbour);
  }

  snapshot(): readonly NeighbourSnapshot[] {
    return this.#all().map((neighbour) => ({
      address: neighbour.address.toString(),
      interface: neighbour.through.name,
      macAddress: neighbour.macAddress === UNRESOLVED ? "" : mac.format(neighbour.macAddress),
      state: this.#hasExpired(neighbour) ? "STALE" : neighbour.state,
    }));
  }

  #find(through: Interface, address: IpAddress): Neighbour | undefined {
    return this.#entries[through.index]?.get(address);
  }

  #create(through: Interface, address: IpAddress, etherType: number): Neighbour | undefined {
    // RFC 1122 §2.3.2.1 asks for nothing here, but a request for one of these could only be answered by a liar.
    if (address.isUnspecified || address.isMulticast || address.isBroadcast) return undefined;
    if (this.#size >= NEIGHBOURS_MAX && !this.#evict()) return undefined;
    const neighbour = new Neighbour(through, address, etherType, this.#expire);
    neighbour.lastUse = ++this.#uses;
    let entries = this.#entries[through.index];
    if (entries === undefined) {
      entries = new AddressMap<Neighbour>();
      this.#entries[through.index] = entries;
    }
    entries.set(address, neighbour);
    this.#size++;
    return neighbour;
  }

  /** REACHABLE ends without a timer: whoever looks at the entry first notices. */
  #age(neighbour: Neighbour): void {
    if (this.#hasExpired(neighbour)) neighbour.state = "STALE";
  }

  #hasExpired(neighbour: Neighbour): boolean {
    const ageNs = this.#machine.scheduler.nowNs - neighbour.confirmedNs;
    return neighbour.state === "REACHABLE" && ageNs >= REACHABLE_NS;
  }

  /** A stale address is used as it is, and verified after a while, unless a connection confirms it before. */
  #delay(neighbour: Neighbour): void {
    this.#enter(neighbour, "DELAY");
    this.#machine.scheduler.after(neighbour.verifyTimer, DELAY_NS);
  }

  /** Keeps a packet until the address is known, and asks for it when nobody has yet. */
  #hold(neighbour: Neighbour, packet: Packet): void {
    if (neighbour.isFull) {
      // As on Linux the oldest goes: RFC 1122 §2.3.2.2 wants at least the latest one kept.
      neighbour.through.discardOutgoing(neighbour.takeWaiting() as Packet, "NeighUnresolvedDiscards");
    }
    neighbour.hold(packet);
    if (neighbour.resolveTimer.queued) return;
    this.#enter(neighbour, "INCOMPLETE");
    this.#solicit(neighbour, neighbour.resolveTimer);
  }

  #solicit(neighbour: Neighbour, timer: TimedEvent): void {
    neighbour.probes++;
    this.#machine.scheduler.after(timer, RETRANS_NS);
    const solicitor = this.#solicitors.get(neighbour.address.family);
    if (solicitor === undefined) return;
    if (neighbour.state === "PROBE") solicitor(neighbour.through, neighbour.address, neighbour.macAddress);
    else solicitor(neighbour.through, neighbour.address);
  }

  #timeout(neighbour: Neighbour): void {
    if (neighbour.state === "DELAY") this.#enter(neighbour, "PROBE");
    if (neighbour.probes >= SOLICIT_MAX) this.#fail(neighbour);
    else this.#solicit(neighbour, neighbour.state === "PROBE" ? neighbour.verifyTimer : neighbour.resolveTimer);
  }

  #fail(neighbour: Neighbour): void {
    this.#enter(neighbour, "FAILED");
    neighbour.macAddress = UNRESOLVED;
    this.#machine.counters.bump("NeighResFailed");
    this.#failureListeners.get(neighbour.address.family)?.(neighbour.through, neighbour.address);
    const listener = this.#listeners.get(neighbour.address.family);
    for (let packet = neighbour.takeWaiting(); packet !== undefined; packet = neighbour.takeWaiting()) {
      listener?.(packet);
      neighbour.through.discardOutgoing(packet, "NeighUnresolvedDiscards");
    }
  }

  #confirm(neighbour: Neighbour): void {
    neighbour.confirmedNs = this.#machine.scheduler.nowNs;
    this.#enter(neighbour, "REACHABLE");
  }

  #enter(neighbour: Neighbour, state: NeighbourState): void {
    neighbour.state = state;
    neighbour.probes = 0;
    this.#stopTimers(neighbour);
  }

  #stopTimers(neighbour: Neighbour): void {
    const { events } = this.#machine.scheduler;
    if (neighbour.resolveTimer.queued) events.cancel(neighbour.resolveTimer);
    if (neighbour.verifyTimer.queued) events.cancel(neighbour.verifyTimer);
  }

  #sendWaiting(neighbour: Neighbour): void {
    if (neighbour.hasWaiting && neighbour.state === "STALE") this.#delay(neighbour);
    for (let packet = neighbour.takeWaiting(); packet !== undefined; packet = neighbour.takeWaiting()) {
      send(neighbour.through, packet, neighbour.macAddress, neighbour.etherType);
    }
  }

  /**
   * Makes room; false when nobody may go. The table is full only when something scans, so looking through all of it is good
   * enough.
   */
  #evict(): boolean {
    this.#machine.counters.bump("NeighForcedGcRuns");
    const found = this.#all().filter(({ state }) => state !== "PERMANENT");
    if (found.length === 0) return false;
    this.#forget(found.reduce((oldest, other) => (other.lastUse < oldest.lastUse ? other : oldest)));
    return true;
  }

  #forget(neighbour: Neighbour): void {
    this.#stopTimers(neighbour);
    this.#entries[neighbour.through.index]?.delete(neighbour.address);
    this.#size--;
    for (let packet = neighbour.takeWaiting(); packet !== undefined; packet = neighbour.takeWaiting()) {
      neighbour.through.discardOutgoing(packet, "NeighUnresolvedDiscards");
    }
  }

  #all(): Neighbour[] {
    return this.#entries.flatMap((entries) => (entries === undefined ? [] : entries.values()));
  }
}
