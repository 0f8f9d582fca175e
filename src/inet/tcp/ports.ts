/**
 * Local ports: who has which, who may share one, and which one a socket gets that does not say.
 *
 * Read first: socket(7), SO_REUSEADDR and SO_REUSEPORT; Linux's inet_csk_bind_conflict, __inet_hash_connect; RFC 6056 §3.3.
 *
 *     port → binding → owners: bound sockets, listeners, the connections that a listener has made, those in TIME_WAIT
 */
import type { Prng } from "../../base/prng.ts";
import type { IpAddress } from "../../wire/ip-address.ts";

/** What an owner allows others. */
export interface Sharing {
  readonly reuseAddress: boolean;
  readonly reusePort: boolean;
  readonly uid: number;
  /** IPV6_V6ONLY: :: does not stand for IPv4 addresses. */
  readonly v6Only: boolean;
}

export interface PortOwner {
  readonly localAddress: IpAddress;
  readonly sharing: Sharing;
  readonly isListening: boolean;
  /** Its neighbours among the owners of its port. Only the binding writes these. */
  earlierOwner: PortOwner | null;
  laterOwner: PortOwner | null;
}

export class PortBinding {
  readonly port: number;
  /** Owners that have asked for the port by bind(2): connect(2) takes no port that one of these has. */
  bound = 0;
  #first: PortOwner | null = null;
  #last: PortOwner | null = null;

  constructor(port: number) {
    this.port = port;
  }

  get isFree(): boolean {
    return this.#first === null;
  }

  /** In the order in which they came. */
  *owners(): Generator<PortOwner> {
    for (let owner = this.#first; owner !== null; owner = owner.laterOwner) yield owner;
  }

  add(owner: PortOwner): void {
    owner.earlierOwner = this.#last;
    owner.laterOwner = null;
    if (this.#last === null) this.#first = owner;
    else this.#last.laterOwner = owner;
    this.#last = owner;
  }

  remove({ earlierOwner, laterOwner }: PortOwner): void {
    if (earlierOwner === null) this.#first = laterOwner;
    else earlierOwner.laterOwner = laterOwner;
    if (laterOwner === null) this.#last = earlierOwner;
    else laterOwner.earlierOwner = earlierOwner;
  }
}

/** Two of the ports below this are asked for by odd and even: bind(2) begins with the odd ones, connect(2) with the even. */
export class Ports {
  readonly #bindings: Map<number, PortBinding> = new Map<number, PortBinding>();
  readonly #random: Prng;
  readonly #range: () => readonly number[];
  readonly #isReserved: (port: number) => boolean;
  /** RFC 6056 §3.3.4: algorithm 4's table of counters, by a hash of the peer. */
  readonly #counters: Uint16Array = new Uint16Array(256);

  constructor(random: Prng, range: () => readonly number[], isReserved: (port: number) => boolean) {
    this.#random = random;
    this.#range = range;
    this.#isReserved = isReserved;
  }

  /** Does something speak against a bind to this address and port? */
  isTaken(port: number, address: IpAddress, sharing: Sharing): boolean {
    const binding = this.#bindings.get(port);
    if (binding === undefined) return false;
    for (const owner of binding.owners()) if (conflicts(owner, address, sharing)) return true;
    return false;
  }

  /** A port for bind(2) with port 0; null when all are in use. */
  choose(address: IpAddress, sharing: Sharing): number | null {
    const [first = 0, last = 0] = this.#range();
    const count = last - first + 1;
    const start = this.#random.below(count) | 1;
    return (
      this.#search(first, count, start, (port) => !this.#bindings.has(port)) ??
      this.#search(first, count, start, (port) => !this.isTaken(port, address, sharing))
    );
  }

  /**
   * A port for connect(2). RFC 6056 §3.3.4: the search starts at a place that depends on the peer, and moves on by a counter
   * that few peers share, so that ports are hard to guess and not used again soon. `isFree` looks at the four-tuple.
   */
  chooseFor(peerHash: number, isFree: (port: number) => boolean): number | null {
    const [first = 0, last = 0] = this.#range();
    const count = last - first + 1;
    const slot = peerHash & (this.#counters.length - 1);
    // Even ones first, so that bind(2) finds the odd ones free; the counter becomes odd when there are no even ones.
    const start = (((peerHash >>> 8) & ~1) + (this.#counters[slot] as number)) % count;
    const usable = (port: number): boolean => (this.#bindings.get(port)?.bound ?? 0) === 0 && isFree(port);
    const port = this.#search(first, count, start, usable);
    if (port === null) return null;
    // From behind this one on the next time, or each search would go over all that are in use.
    const distance = (port - first - start + count) % count;
    this.#counters[slot] = ((this.#counters[slot] as number) + distance + 2) % count;
    return port;
  }

  add(port: number, owner: PortOwner, isBound: boolean): PortBinding {
    let binding = this.#bindings.get(port);
    if (binding === undefined) {
      binding = new PortBinding(port);
      this.#bindings.set(port, binding);
    }
    binding.add(owner);
    if (isBound) binding.bound++;
    return binding;
  }

  remove(binding: PortBinding, owner: PortOwner, isBound: boolean): void {
    binding.remove(owner);
    if (isBound) binding.bound--;
    if (binding.isFree) this.#bindings.delete(binding.port);
  }

  /** Who else has the port. */
  ownersOf(port: number): Iterable<PortOwner> {
    return this.#bindings.get(port)?.owners() ?? [];
  }

  /** How many ports are in use. */
  get size(): number {
    return this.#bindings.size;
  }

  /** Every second one from the start on, then the others. */
  #search(first: number, count: number, start: number, suits: (port: number) => boolean): number | null {
    for (const parity of [0, 1]) {
      for (let step = 0; step < count; step += 2) {
        const port = first + ((start + parity + step) % count);
        if (!this.#isReserved(port) && suits(port)) return port;
      }
    }
    return null;
  }
}

/** As inet_bind_conflict on Linux. */
function conflicts(owner: PortOwner, address: IpAddress, sharing: Sharing): boolean {
  const other = owner.sharing;
  if (!overlaps(owner.localAddress, other.v6Only, address, sharing.v6Only)) return false;
  if (sharing.reuseAddress && other.reuseAddress && !owner.isListening) return false;
  return !(sharing.reusePort && other.reusePort && sharing.uid === other.uid);
}

/** Is there an address that both take? */
export function overlaps(a: IpAddress, aV6Only: boolean, b: IpAddress, bV6Only: boolean): boolean {
  if (a.family === b.family) return a.isUnspecified || b.isUnspecified || a.equals(b);
  return a.family === 6 ? a.isUnspecified && !aV6Only : b.isUnspecified && !bV6Only;
}
