/**
 * Where a packet to an address goes: the routing decision of a host that sends, remembered.
 *
 * Read first: RFC 1122 §3.3.1.2 and §3.3.4.3, Linux's ip_route_output_key. A decision is made from the addresses, the
 * routes and the interfaces; each of these counts its changes, and one that was made before the last change is made
 * again. So a sender asks for each packet and still follows every change, at the price of a look into an array.
 */
import type { Errno } from "../../abi/errno.ts";
import type { Scheduler } from "../../base/scheduler.ts";
import type { Interface } from "../../netif/interface.ts";
import type { InterfaceTable } from "../../netif/interface-table.ts";
import { type IpAddress, LOOPBACK_V4, LOOPBACK_V6 } from "../../wire/ip-address.ts";
import type { AddressKind, AddressTable } from "./addresses.ts";
import { type PathMtuLimits, PathMtuTable } from "./path-mtu.ts";
import { RedirectTable } from "./redirects.ts";
import type { RouteTable } from "./route.ts";

export interface Path {
  /** What goes into the header: the address asked for, except that the unspecified one means this host. */
  readonly destination: IpAddress;
  readonly kind: "local" | "broadcast" | "multicast" | "unicast";
  readonly through: Interface;
  /** The neighbour that gets the packet. */
  readonly nextHop: IpAddress;
  /** What to send from, unless the socket is bound. */
  readonly source: IpAddress;
  /** The interface that the sender insists on: a bound socket, the zone of an address. */
  readonly demanded: Interface | null;
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

  readonly #mtus: PathMtuTable;
  readonly #redirects: RedirectTable;

  constructor(
    scheduler: Scheduler,
    interfaces: InterfaceTable,
    addresses: AddressTable,
    routes: RouteTable,
    mtuLimits?: PathMtuLimits,
  ) {
    this.#mtus = new PathMtuTable(scheduler, mtuLimits);
    this.#redirects = new RedirectTable(scheduler);
    this.#interfaces = interfaces;
    this.#addresses = addresses;
    this.#routes = routes;
  }

  /**
   * The way to an address; with `demanded`, only through that interface. ENETUNREACH: no route, or a kind of address
   * that nothing can be sent to; else what a route says that
   * refuses.
   */
  to(destination: IpAddress, demanded: Interface | null = null): Path | Errno {
    const slot = slotOf(destination);
    const known = this.#remembered[slot];
    if (
      known !== undefined &&
      known.generation === this.#generation() &&
      known.demanded === demanded &&
      known.destination.equals(destination)
    ) {
      return known;
    }
    const path = this.#decide(destination, demanded);
    if (typeof path !== "string") this.#remembered[slot] = path;
    return path;
  }

  /** The same for a limited broadcast, or a group, from a certain address: through the interface that has it. */
  groupFrom(source: IpAddress, destination: IpAddress): Path | Errno {
    const own = this.#addresses.list().find(({ through, address }) => address.equals(source) && through.up);
    if (own === undefined) return this.to(destination);
    return this.#path(destination.isBroadcast ? "broadcast" : "multicast", destination, own.through, source);
  }

  /** The largest packet, IP header included, that is known to fit through. Ask for each packet: it changes. */
  mtu(path: Path): number {
    return this.#mtus.of(path.destination, this.linkMtu(path));
  }

  /** The largest packet of the path's family that its own link takes. */
  linkMtu({ destination, through }: Path): number {
    return this.#mtus.ofLink(through, destination.family);
  }

  /** A router has said how much is to be sent at a time on its link. */
  setLinkMtu(through: Interface, mtu: number): void {
    this.#mtus.setLinkMtu(through, mtu);
  }

  /** Is the path so narrow that gateways have to be allowed to cut? */
  isNarrow(path: Path): boolean {
    return this.#mtus.isFloored(path.destination);
  }

  /** ICMP says that no more than this fits through on the way to the destination. */
  learnMtu(destination: IpAddress, mtu: number): void {
    this.#mtus.learn(destination, mtu);
  }

  /** A gateway says that another one is nearer to this destination. */
  redirect(destination: IpAddress, gateway: IpAddress, through: Interface): void {
    this.#redirects.learn(destination, gateway, through);
  }

  // Sums of counters that only rise: two different states of the four never have the same.
  #generation(): number {
    const { generation } = this.#redirects;
    return generation + this.#interfaces.generation + this.#addresses.generation + this.#routes.generation;
  }

  #decide(destination: IpAddress, demanded: Interface | null): Path | Errno {
    switch (this.#kindOn(destination, demanded)) {
      case "unspecified":
        // Linux takes 0.0.0.0 as a destination for this host; RFC 1122 §3.2.1.3 only says that none may send to it.
        return this.#decide(destination.family === 4 ? LOOPBACK_V4 : LOOPBACK_V6, null);
      case "local":
        return this.#decideLocal(destination);
      case "broadcast":
        return this.#decideBroadcast(destination, demanded);
      case "multicast":
        return destination.family === 4
          ? this.#decideUnicast(destination, "multicast", demanded)
          : this.#decideMulticast6(destination, demanded);
      case "unicast":
        return this.#decideUnicast(destination, "unicast", demanded);
    }
  }

  /** RFC 4007 §6: a link-local address that we have on another link is somebody else's on this one. */
  #kindOn(destination: IpAddress, demanded: Interface | null): AddressKind {
    const kind = this.#addresses.kindOf(destination);
    if (kind !== "local" || demanded === null || !destination.isLinkLocal) return kind;
    return this.#addresses.find(demanded, destination) === undefined ? "unicast" : kind;
  }

  #decideLocal(destination: IpAddress): Path | Errno {
    const loopback = this.#interfaces.list().find(({ isLoopback, up }) => isLoopback && up);
    if (loopback === undefined) return "ENETUNREACH";
    const isExact = this.#addresses.list().some(({ address }) => address.equals(destination));
    const source = isExact ? destination : this.#addresses.select(loopback, destination);
    return this.#path("local", destination, loopback, source ?? destination);
  }

  #decideBroadcast(destination: IpAddress, demanded: Interface | null): Path | Errno {
    // A limited broadcast goes where the default route goes, as on Linux.
    if (destination.isBroadcast) return this.#decideUnicast(destination, "broadcast", demanded);
    const own = this.#addresses.broadcastInterface(destination);
    return own === undefined ? "ENETUNREACH" : this.#path("broadcast", destination, own.through, own.address);
  }

  /** Linux has a route for ff00::/8 on each interface: the first one is taken. */
  #decideMulticast6(destination: IpAddress, demanded: Interface | null): Path | Errno {
    const isUsable = ({ up, isLoopback }: Interface): boolean => up && !isLoopback;
    const own = this.#addresses.list().find(({ address, through }) => address.family === 6 && isUsable(through));
    const through = demanded ?? own?.through;
    if (through === undefined || !through.up) return "ENETUNREACH";
    const source = this.#addresses.select(through, destination);
    if (source === undefined) return "EADDRNOTAVAIL";
    return this.#path("multicast", destination, through, source, destination, demanded);
  }

  #decideUnicast(destination: IpAddress, kind: Path["kind"], demanded: Interface | null): Path | Errno {
    const route = this.#routes.lookup(destination, demanded);
    if (route === "ENETUNREACH" && demanded !== null && destination.family === 4)
      return this.#decideOnLink(destination, kind, demanded);
    if (typeof route === "string") return route;
    const nextHop = this.#redirects.of(destination, route.through) ?? route.gateway ?? destination;
    const source = route.source ?? this.#addresses.select(route.through, nextHop, destination);
    if (source === undefined) return destination.family === 4 ? "ENETUNREACH" : "EADDRNOTAVAIL";
    return this.#path(kind, destination, route.through, source, nextHop, demanded);
  }

  /** As ip_route_output_key_hash: who names the interface is believed that the destination is on its link. */
  #decideOnLink(destination: IpAddress, kind: Path["kind"], demanded: Interface): Path | Errno {
    const source = this.#addresses.select(demanded, destination);
    if (source === undefined || !demanded.up) return "ENETUNREACH";
    return this.#path(kind, destination, demanded, source, destination, demanded);
  }

  #path(
    kind: Path["kind"],
    destination: IpAddress,
    through: Interface,
    source: IpAddress,
    nextHop: IpAddress = destination,
    demanded: Interface | null = null,
  ): Path {
    return { destination, kind, through, nextHop, source, demanded, generation: this.#generation() };
  }
}

function slotOf({ w0, w1, w2, w3 }: IpAddress): number {
  const mixed = Math.imul(w0 ^ w1 ^ w2 ^ w3, 0x9e37_79b1);
  return (mixed >>> 24) & (REMEMBERED - 1);
}
