/**
 * Whose is a segment? Tables that answer at a cost that does not grow with the number of sockets.
 *
 * Read first: Linux's __inet_lookup_established and __inet_lookup_listener.
 *
 *     connections  hash(local address, local port, peer's address, peer's port) → endpoint → endpoint …
 *     listeners    hash(local address or any, local port)                      → listener → listener …
 *
 * A connection, a connection request that waits in a SYN queue, and one in TIME_WAIT stand in the same table.
 */
import { ANY_V4, ANY_V6, type IpAddress } from "../../wire/ip-address.ts";
import type { Listener } from "./listener.ts";

/** What stands in the table of connections. */
export interface Endpoint {
  readonly kind: "connection" | "request" | "time-wait";
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  nextInChain: Endpoint | null;
}

const CHAINS_MIN = 64;

export class Demultiplexer<E extends Endpoint> {
  /** A power of two, doubled when there are more connections than chains. */
  #chains: (E | null)[] = emptyChains<E>(CHAINS_MIN);
  #count = 0;
  readonly #listeners: Map<number, Listener> = new Map<number, Listener>();

  find(local: IpAddress, localPort: number, remote: IpAddress, remotePort: number): E | null {
    const chains = this.#chains;
    const hash = connectionHash(local, localPort, remote, remotePort);
    let endpoint: Endpoint | null = chains[hash & (chains.length - 1)] as E | null;
    while (endpoint !== null && !isOf(endpoint, local, localPort, remote, remotePort)) endpoint = endpoint.nextInChain;
    return endpoint as E | null;
  }

  add(endpoint: E): void {
    if (this.#count === this.#chains.length) this.#grow();
    this.#count++;
    this.#link(endpoint);
  }

  remove(gone: E): void {
    const chains = this.#chains;
    const place = hashOf(gone) & (chains.length - 1);
    let before: Endpoint | null = null;
    let endpoint: Endpoint | null = chains[place] as E | null;
    while (endpoint !== null && endpoint !== gone) {
      before = endpoint;
      endpoint = endpoint.nextInChain;
    }
    if (endpoint === null) return;
    if (before === null) chains[place] = gone.nextInChain as E | null;
    else before.nextInChain = gone.nextInChain;
    gone.nextInChain = null;
    this.#count--;
  }

  /** Every endpoint, in the order of the chains. */
  *all(): Generator<E> {
    for (const first of this.#chains) {
      for (let endpoint: Endpoint | null = first; endpoint !== null; endpoint = endpoint.nextInChain)
        yield endpoint as E;
    }
  }

  #link(endpoint: E): void {
    const chains = this.#chains;
    const place = hashOf(endpoint) & (chains.length - 1);
    endpoint.nextInChain = chains[place] as E | null;
    chains[place] = endpoint;
  }

  #grow(): void {
    const all = [...this.all()];
    this.#chains = emptyChains<E>(2 * this.#chains.length);
    for (const endpoint of all) this.#link(endpoint);
  }

  /** The listening socket for a SYN: bound to the address rather than to any; `spread` chooses among equals. */
  findListener(local: IpAddress, port: number, spread: number): Listener | null {
    return (
      this.#listenerAt(local, local, port, spread) ??
      (local.family === 4 ? this.#listenerAt(ANY_V4, local, port, spread) : null) ??
      this.#listenerAt(ANY_V6, local, port, spread)
    );
  }

  addListener(listener: Listener): void {
    const hash = addressHash(listener.localAddress, listener.localPort);
    listener.nextInChain = this.#listeners.get(hash) ?? null;
    this.#listeners.set(hash, listener);
  }

  removeListener(gone: Listener): void {
    const hash = addressHash(gone.localAddress, gone.localPort);
    const first = this.#listeners.get(hash);
    if (first === gone) {
      if (gone.nextInChain === null) this.#listeners.delete(hash);
      else this.#listeners.set(hash, gone.nextInChain);
    }
    for (let other = first ?? null; other !== null; other = other.nextInChain) {
      if (other.nextInChain === gone) other.nextInChain = gone.nextInChain;
    }
    gone.nextInChain = null;
  }

  /** Every listening socket. */
  *listeners(): Generator<Listener> {
    for (const first of this.#listeners.values()) {
      for (let listener: Listener | null = first; listener !== null; listener = listener.nextInChain) yield listener;
    }
  }

  #listenerAt(bound: IpAddress, local: IpAddress, port: number, spread: number): Listener | null {
    let first: Listener | null = null;
    let group = 0;
    const chain = this.#listeners.get(addressHash(bound, port)) ?? null;
    for (let listener = chain; listener !== null; listener = listener.nextInChain) {
      if (listener.localPort !== port || !listener.localAddress.equals(bound) || !listener.accepts(local)) continue;
      first ??= listener;
      if (listener.sharesPort) group++;
    }
    if (first === null || !first.sharesPort || group < 2) return first;
    // SO_REUSEPORT: all segments of one connection go to the same one, as the choice is a function of the four-tuple.
    let chosen = spread % group;
    for (let listener = chain; listener !== null; listener = listener.nextInChain) {
      if (listener.localPort !== port || !listener.localAddress.equals(bound) || !listener.accepts(local)) continue;
      if (listener.sharesPort && chosen-- === 0) return listener;
    }
    return first;
  }
}

function emptyChains<E>(count: number): (E | null)[] {
  return new Array<E | null>(count).fill(null);
}

function isOf(endpoint: Endpoint, local: IpAddress, localPort: number, remote: IpAddress, remotePort: number): boolean {
  return (
    endpoint.remotePort === remotePort &&
    endpoint.localPort === localPort &&
    endpoint.remoteAddress.equals(remote) &&
    endpoint.localAddress.equals(local)
  );
}

function hashOf({ localAddress, localPort, remoteAddress, remotePort }: Endpoint): number {
  return connectionHash(localAddress, localPort, remoteAddress, remotePort);
}

/** A hash of the four-tuple, which also spreads connections over sockets that share a port. */
export function connectionHash(local: IpAddress, localPort: number, remote: IpAddress, remotePort: number): number {
  return mix(addressHash(local, localPort), addressHash(remote, remotePort));
}

function addressHash({ w0, w1, w2, w3 }: IpAddress, port: number): number {
  return mix(w0 ^ w1 ^ w2 ^ w3, port);
}

/** Spreads both over 30 bits, which an engine keeps without an object. */
function mix(a: number, b: number): number {
  const mixed = Math.imul(Math.imul(a, 0x85eb_ca6b) ^ (b + 0x9e37), 0xc2b2_ae35);
  return ((mixed ^ (mixed >>> 15)) >>> 2) & 0x3fff_ffff;
}
