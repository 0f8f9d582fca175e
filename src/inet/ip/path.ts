/**
 * Where a packet to an address goes: the routing decision of a host that sends, remembered.
 *
 * Read first: RFC 1122 §3.3.1.2 and §3.3.4.3, Linux's ip_route_output_key. A decision is made from the addresses, the
 * routes and the interfaces; each of these counts its changes, and one that was made before the last change is made
 * again. So a sender asks for each packet and still follows every change, at the price of a look into an array.
 */
import type { Errno } from "../../abi/errno.ts";
import type { Interface } from "../../netif/interface.ts";
import type { InterfaceTable } from "../../netif/interface-table.ts";
import { type IpAddress, LOOPBACK_V4 } from "../../wire/ip-address.ts";
import type { AddressTable } from "./addresses.ts";
import type { RouteTable } from "./route.ts";

export interface Path {
  /** What goes into the header: the address asked for, except that the unspecified one means this host. */
  readonly destination: IpAddress;
  readonly kind: "local" | "broadcast" | "unicast";
  readonly through: Interface;
  /** The neighbour that gets the packet. */
  readonly nextHop: IpAddress;
  /** What to send from, unless the socket is bound. */
  readonly source: IpAddress;
  /** The count of changes at which this was decided. */
  readonly generation: number;
}

/** A power of two. A host that talks with more peers at a time decides anew more often. */
const REMEMBERED = 256;

export class PathTable {
  readonly #interfaces: InterfaceTable;
  readonly #addresses: AddressTable;
  readonly #routes: RouteTable;
  readonly #remembered: (Path | undefined)[] = new Array<Path | undefined>(REMEMBERED).fill(undefined);

  constructor(interfaces: InterfaceTable, addresses: AddressTable, routes: RouteTable) {
    this.#interfaces = interfaces;
    this.#addresses = addresses;
    this.#routes = routes;
  }

  /** ENETUNREACH: no route, or a kind of address that nothing can be sent to. */
  to(destination: IpAddress): Path | Errno {
    const slot = slotOf(destination);
    const known = this.#remembered[slot];
    if (known !== undefined && known.generation === this.#generation && known.destination.equals(destination)) {
      return known;
    }
    const path = this.#decide(destination);
    if (typeof path !== "string") this.#remembered[slot] = path;
    return path;
  }

  /** The same for a limited broadcast from a certain address: through the interface that has it. */
  broadcastFrom(source: IpAddress, destination: IpAddress): Path | Errno {
    const own = this.#addresses.list().find(({ through, address }) => address.equals(source) && through.up);
    return own === undefined ? this.to(destination) : this.#path("broadcast", destination, own.through, source);
  }

  // Sums of counters that only rise: two different states of the three never have the same.
  get #generation(): number {
    return this.#interfaces.generation + this.#addresses.generation + this.#routes.generation;
  }

  #decide(destination: IpAddress): Path | Errno {
    switch (this.#addresses.kindOf(destination)) {
      case "unspecified":
        // Linux takes 0.0.0.0 as a destination for this host; RFC 1122 §3.2.1.3 only says that none may send to it.
        return destination.family === 4 ? this.#decide(LOOPBACK_V4) : "ENETUNREACH";
      case "local":
        return this.#decideLocal(destination);
      case "broadcast":
        return this.#decideBroadcast(destination);
      case "multicast":
        return "ENETUNREACH";
      case "unicast":
        return this.#decideUnicast(destination, "unicast");
    }
  }

  #decideLocal(destination: IpAddress): Path | Errno {
    const loopback = this.#interfaces.list().find(({ isLoopback, up }) => isLoopback && up);
    if (loopback === undefined) return "ENETUNREACH";
    const isExact = this.#addresses.list().some(({ address }) => address.equals(destination));
    const source = isExact ? destination : this.#addresses.select(loopback, destination);
    return this.#path("local", destination, loopback, source ?? destination);
  }

  #decideBroadcast(destination: IpAddress): Path | Errno {
    // A limited broadcast goes where the default route goes, as on Linux.
    if (destination.isBroadcast) return this.#decideUnicast(destination, "broadcast");
    const own = this.#addresses.broadcastInterface(destination);
    return own === undefined ? "ENETUNREACH" : this.#path("broadcast", destination, own.through, own.address);
  }

  #decideUnicast(destination: IpAddress, kind: Path["kind"]): Path | Errno {
    const route = this.#routes.lookup(destination);
    if (route === undefined) return "ENETUNREACH";
    const nextHop = route.gateway ?? destination;
    const source = route.source ?? this.#addresses.select(route.through, nextHop);
    return source === undefined ? "ENETUNREACH" : this.#path(kind, destination, route.through, source, nextHop);
  }

  #path(
    kind: Path["kind"],
    destination: IpAddress,
    through: Interface,
    source: IpAddress,
    nextHop: IpAddress = destination,
  ): Path {
    return { destination, kind, through, nextHop, source, generation: this.#generation };
  }
}

function slotOf({ w0, w1, w2, w3 }: IpAddress): number {
  const mixed = Math.imul(w0 ^ w1 ^ w2 ^ w3, 0x9e37_79b1);
  return (mixed >>> 24) & (REMEMBERED - 1);
}
