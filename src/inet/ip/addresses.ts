/**
 * The Internet addresses of a host, and what an address means to it.
 *
 * Read first: RFC 1122 §3.2.1.3 (special addresses), ip-address(8), Linux's fib_add_ifaddr (what an address brings
 * along: itself as local, the broadcast address of its network, and the route to that network).
 */
import type { Errno } from "../../abi/errno.ts";
import type { Interface } from "../../netif/interface.ts";
import type { IpAddress, Prefix } from "../../wire/ip-address.ts";
import { Network } from "./network.ts";
import type { RouteTable } from "./route.ts";

/** An address of an interface, with the network that it is in. */
export interface InterfaceAddress {
  readonly through: Interface;
  readonly address: IpAddress;
  readonly network: Network;
}

/** What an address is to this host. "broadcast": of all hosts on some link of ours. */
export type AddressKind = "unspecified" | "local" | "broadcast" | "multicast" | "unicast";

/** One address, as `ip address` shows it. */
export interface AddressSnapshot {
  readonly interface: string;
  readonly address: string;
  readonly prefixLength: number;
  readonly broadcast: string | null;
}

export class AddressTable {
  readonly #routes: RouteTable;
  readonly #addresses: InterfaceAddress[] = [];
  #generation = 0;
  /** The answers to kindOf() that take more than a look at the bits, by the last word of IPv4 addresses. */
  #kinds: Map<number, AddressKind> = new Map<number, AddressKind>();

  constructor(routes: RouteTable) {
    this.#routes = routes;
  }

  /** Moves with each change. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Gives an interface an address, and the routing table the route to its network.
   * EEXIST: it has it. EINVAL: no host can have it. EAFNOSUPPORT: not IPv4.
   */
  add(through: Interface, prefix: Prefix): 0 | Errno {
    const { address } = prefix;
    if (address.family !== 4) return "EAFNOSUPPORT";
    if (address.isUnspecified || address.isMulticast || address.isBroadcast) return "EINVAL";
    if (this.#addresses.some((other) => other.through === through && other.address.equals(address))) return "EEXIST";
    const network = new Network(prefix);
    const added = { through, address, network };
    this.#addresses.push(added);
    this.#addRoute(added);
    this.#changed();
    return 0;
  }

  /** Takes an address away, with the route that came with it. EADDRNOTAVAIL: the interface does not have it. */
  delete(through: Interface, address: IpAddress): 0 | Errno {
    const place = this.#addresses.findIndex((other) => other.through === through && other.address.equals(address));
    const gone = this.#addresses[place];
    if (gone === undefined) return "EADDRNOTAVAIL";
    this.#addresses.splice(place, 1);
    this.#routes.delete(gone.network, { through, protocol: "kernel" });
    const heir = this.#addresses.find((other) => other.through === through && other.network.equals(gone.network));
    if (heir !== undefined) this.#addRoute(heir);
    this.#changed();
    return 0;
  }

  /** The interface is gone. */
  deleteThrough(gone: Interface): void {
    const kept = this.#addresses.filter(({ through }) => through !== gone);
    this.#addresses.splice(0, this.#addresses.length, ...kept);
    this.#changed();
  }

  list(): readonly InterfaceAddress[] {
    return this.#addresses;
  }

  kindOf(address: IpAddress): AddressKind {
    const known = this.#kinds.get(address.w3 | 0);
    if (known !== undefined && address.family === 4) return known;
    if (address.isMulticast) return "multicast";
    if (address.isBroadcast) return "broadcast";
    if (address.isUnspecified) return "unspecified";
    const isOurs = this.#addresses.some(({ through, network }) => through.isLoopback && network.contains(address));
    return isOurs ? "local" : "unicast";
  }

  /**
   * The address to send from through an interface: the first one in the network of the neighbour, else the first one;
   * of an interface without addresses, any that is not a loopback address (as inet_select_addr on Linux).
   */
  select(through: Interface, neighbour: IpAddress): IpAddress | undefined {
    const own = this.#addresses.filter((candidate) => candidate.through === through);
    const chosen =
      own.find(({ network }) => network.contains(neighbour)) ??
      own[0] ??
      this.#addresses.find((candidate) => !candidate.through.isLoopback);
    return chosen?.address;
  }

  /** The interface on whose link this is the broadcast address. */
  broadcastInterface(broadcast: IpAddress): InterfaceAddress | undefined {
    return this.#addresses.find(({ through, network }) => through.up && network.broadcast?.equals(broadcast));
  }

  snapshot(): readonly AddressSnapshot[] {
    return this.#addresses.map(({ through, address, network }) => ({
      interface: through.name,
      address: address.toString(),
      prefixLength: network.prefixLength,
      broadcast: through.isLoopback ? null : (network.broadcast?.toString() ?? null),
    }));
  }

  /** Does nothing when another address has brought the same route. */
  #addRoute({ through, address, network }: InterfaceAddress): void {
    // The whole network of a loopback address is this host, and a network of one address leads nowhere.
    if (through.isLoopback || network.prefixLength === 32) return;
    this.#routes.add({ network, gateway: null, through, source: address, metric: 0, protocol: "kernel" });
  }

  #changed(): void {
    this.#generation++;
    this.#kinds = new Map<number, AddressKind>();
    for (const { network, through } of this.#addresses) {
      // Linux counts 127.255.255.255 as a broadcast address; here it is one of this host's own, as the rest of 127/8.
      const { broadcast } = network;
      if (broadcast !== null && !through.isLoopback) this.#kinds.set(broadcast.w3 | 0, "broadcast");
    }
    for (const { address } of this.#addresses) this.#kinds.set(address.w3 | 0, "local");
  }
}
