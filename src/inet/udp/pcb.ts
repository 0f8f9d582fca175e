/**
 * The control block of a UDP socket, and the table that finds the socket of a datagram.
 *
 * Read first: Linux's __udp4_lib_lookup. Three questions, from the most to the least particular: a socket connected to
 * exactly this peer, one bound to this address, one bound to the port alone. Each is a look into a hash table, so the
 * cost does not grow with the number of sockets:
 *
 *     connected   hash(local address, local port, peer's address, peer's port) → pcb → pcb …
 *     bound       hash(local address or any, local port)                       → pcb → pcb …    not connected ones
 *     ports       local port → all of them                                       for bind(), and for broadcasts
 *
 * Of several sockets that are bound alike (SO_REUSEADDR) the one bound last gets the datagram, as on Linux; before it
 * one that is bound to the interface (SO_BINDTODEVICE). Sockets with SO_REUSEPORT share what comes, each peer's always to
 * the same one.
 */

import type { Interface } from "../../netif/interface.ts";
import type { InetAddress } from "../../socket/address.ts";
import type { Socket } from "../../socket/socket.ts";
import { ANY_V4, ANY_V6, type IpAddress } from "../../wire/ip-address.ts";
import type { IpSocketOptions } from "../ip4/socket-options.ts";
import type { Ipv6SocketOptions } from "../ip6/socket-options.ts";
import type { Corked } from "./cork.ts";

export class UdpPcb {
  readonly socket: Socket;
  /** The options of IPPROTO_IP. */
  readonly options: IpSocketOptions;
  /** Those of IPPROTO_IPV6, of a socket of AF_INET6. */
  readonly options6: Ipv6SocketOptions | null;
  /** What datagrams must be addressed to; unspecified: any of our addresses. */
  localAddress: IpAddress;
  /** 0: not bound. */
  localPort = 0;
  /** The connected peer. */
  remote: InetAddress | null = null;
  /** The interface that it is bound to; null: any. */
  device: Interface | null = null;
  /** bind(2) has named the address, the port: they stay when the peer is undone. */
  hasOwnAddress = false;
  hasOwnPort = false;
  /** SO_REUSEPORT when it was bound, and by whom. */
  reusesPort = false;
  uid = 0;
  /** SO_NO_CHECK: no checksum is sent. */
  noChecksum = false;
  /** UDP_CORK. */
  isCorked = false;
  /** What MSG_MORE or UDP_CORK holds back. */
  corked: Corked | null = null;
  /** Source of the datagram that came last: the next one is often from there too. */
  lastSource: InetAddress | null = null;
  /** The next one in the chain of the hash table, newest first. */
  next: UdpPcb | null = null;

  constructor(socket: Socket, options: IpSocketOptions, options6: Ipv6SocketOptions | null = null) {
    this.socket = socket;
    this.options = options;
    this.options6 = options6;
    this.localAddress = this.anyAddress;
  }

  /** The address that means any, of the socket's own family. */
  get anyAddress(): IpAddress {
    return this.options6 === null ? ANY_V4 : ANY_V6;
  }

  /** Does its own address stand for this one? :: stands for IPv4 addresses too, unless IPV6_V6ONLY is set. */
  covers(address: IpAddress): boolean {
    const own = this.localAddress;
    if (!own.isUnspecified) return own.equals(address);
    return own.family === address.family || (own.family === 6 && this.options6?.v6Only === false);
  }

  /** Would it take a datagram to this address and its port from that peer, which has come through that interface? */
  accepts(destination: IpAddress, source: IpAddress, sourcePort: number, through: Interface | null): boolean {
    if (this.device !== null && this.device !== through) return false;
    if (!this.covers(destination)) return false;
    return this.remote === null || (this.remote.port === sourcePort && this.remote.address.equals(source));
  }
}

export class UdpTable {
  readonly #connected: Map<number, UdpPcb> = new Map<number, UdpPcb>();
  readonly #bound: Map<number, UdpPcb> = new Map<number, UdpPcb>();
  readonly #ports: Map<number, UdpPcb[]> = new Map<number, UdpPcb[]>();
  /** Which of several sockets with SO_REUSEPORT a peer comes to depends on this. */
  readonly #key: number;

  constructor(key: number = 0) {
    this.#key = key;
  }

  /** The socket for a datagram to one of our addresses. */
  lookup(
    destination: IpAddress,
    port: number,
    source: IpAddress,
    sourcePort: number,
    through: Interface | null = null,
  ): UdpPcb | null {
    const connected = this.#lookupConnected(destination, port, source, sourcePort, through);
    if (connected !== null) return connected;
    const bound = this.#lookupBound(destination, port, through) ?? this.#lookupAny(destination, port, through);
    if (bound === null || !bound.reusesPort) return bound;
    return this.#share(bound, connectedHash(destination, port, source, sourcePort));
  }

  /** All sockets bound to a port, connected or not, the oldest first. */
  onPort(port: number): readonly UdpPcb[] {
    return this.#ports.get(port) ?? [];
  }

  /** Every socket that is bound, port by port in the order in which the ports came into use. */
  all(): readonly UdpPcb[] {
    return [...this.#ports.values()].flat();
  }

  /** Enters a control block under its local address, port and peer. Take it out before any of these changes. */
  add(pcb: UdpPcb): void {
    const chains = pcb.remote === null ? this.#bound : this.#connected;
    const hash = hashOf(pcb);
    pcb.next = chains.get(hash) ?? null;
    chains.set(hash, pcb);
    const onPort = this.#ports.get(pcb.localPort);
    if (onPort === undefined) this.#ports.set(pcb.localPort, [pcb]);
    else onPort.push(pcb);
  }

  remove(pcb: UdpPcb): void {
    const chains = pcb.remote === null ? this.#bound : this.#connected;
    const hash = hashOf(pcb);
    const first = unlink(chains.get(hash) ?? null, pcb);
    if (first === null) chains.delete(hash);
    else chains.set(hash, first);
    const others = this.onPort(pcb.localPort).filter((other) => other !== pcb);
    if (others.length === 0) this.#ports.delete(pcb.localPort);
    else this.#ports.set(pcb.localPort, others);
  }

  #lookupConnected(
    destination: IpAddress,
    port: number,
    source: IpAddress,
    sourcePort: number,
    through: Interface | null,
  ): UdpPcb | null {
    if (this.#connected.size === 0) return null;
    let best: UdpPcb | null = null;
    let pcb = this.#connected.get(connectedHash(destination, port, source, sourcePort)) ?? null;
    for (; pcb !== null; pcb = pcb.next) {
      if (pcb.localPort !== port || !pcb.accepts(destination, source, sourcePort, through)) continue;
      if (pcb.device !== null) return pcb;
      best ??= pcb;
    }
    return best;
  }

  #lookupBound(
    address: IpAddress,
    port: number,
    through: Interface | null,
    mayBeV6Only: boolean = true,
  ): UdpPcb | null {
    let best: UdpPcb | null = null;
    for (let pcb = this.#bound.get(boundHash(address, port)) ?? null; pcb !== null; pcb = pcb.next) {
      if (pcb.localPort !== port || !pcb.localAddress.equals(address)) continue;
      if (!mayBeV6Only && pcb.options6?.v6Only !== false) continue;
      if (pcb.device === null) best ??= pcb;
      else if (pcb.device === through) return pcb;
    }
    return best;
  }

  /** As compute_score: a socket of IPv4 alone comes before one of both families. */
  #lookupAny(destination: IpAddress, port: number, through: Interface | null): UdpPcb | null {
    if (destination.family === 6) return this.#lookupBound(ANY_V6, port, through);
    const own = this.#lookupBound(ANY_V4, port, through);
    if (own !== null) return own;
    return this.#lookupBound(ANY_V6, port, through, false);
  }

  /** As reuseport_select_sock: of those that are bound as this one is. */
  #share(chosen: UdpPcb, hash: number): UdpPcb {
    const sharers = this.onPort(chosen.localPort).filter(
      (other) =>
        other.reusesPort &&
        other.remote === null &&
        other.device === chosen.device &&
        other.localAddress.equals(chosen.localAddress),
    );
    return sharers[(mix(hash, this.#key) & 0x3fff_ffff) % sharers.length] ?? chosen;
  }
}

/** The chain without the control block. */
function unlink(first: UdpPcb | null, gone: UdpPcb): UdpPcb | null {
  if (first === gone) return gone.next;
  for (let pcb = first; pcb !== null; pcb = pcb.next) {
    if (pcb.next === gone) pcb.next = gone.next;
  }
  return first;
}

function hashOf({ localAddress, localPort, remote }: UdpPcb): number {
  return remote === null
    ? boundHash(localAddress, localPort)
    : connectedHash(localAddress, localPort, remote.address, remote.port);
}

function boundHash({ w0, w1, w2, w3 }: IpAddress, port: number): number {
  return mix(w0 ^ w1 ^ w2 ^ w3, port);
}

function connectedHash(local: IpAddress, port: number, peer: IpAddress, peerPort: number): number {
  return mix(boundHash(local, port), boundHash(peer, peerPort));
}

/** Spreads both over 30 bits, which an engine keeps without an object. */
function mix(a: number, b: number): number {
  const mixed = Math.imul(Math.imul(a, 0x85eb_ca6b) ^ (b + 0x9e37), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 15)) >> 2;
}
