/**
 * The routing table: from a destination to the interface and the next hop.
 *
 * Read first: RFC 1122 §3.3.1, ip-route(8). Routes stand in the order in which they are tried: the longest prefix first,
 * among equals the lowest metric, so the first that matches is the one. Hosts have a handful of routes and ip/path.ts
 * remembers results; a trie can take the array's place behind these methods.
 */
import type { Errno } from "../../abi/errno.ts";
import type { Interface } from "../../netif/interface.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import type { Network } from "./network.ts";

export interface Route {
  readonly network: Network;
  /** Null: the destination itself is the neighbour. */
  readonly gateway: IpAddress | null;
  readonly through: Interface;
  /** What a socket that is not bound sends from; null: the interface's address. */
  readonly source: IpAddress | null;
  readonly metric: number;
  /** As ip-route(8) says where it comes from: "kernel" came with an address, "static" was added. */
  readonly protocol: "kernel" | "static";
}

/** One line of `ip route`. */
export interface RouteSnapshot {
  /** "10.0.0.0/24"; the default route is "0.0.0.0/0". */
  readonly destination: string;
  readonly gateway: string | null;
  readonly interface: string;
  readonly source: string | null;
  readonly metric: number;
  readonly protocol: "kernel" | "static";
  /** False while its interface is down. */
  readonly usable: boolean;
}

export class RouteTable {
  readonly #routes: Route[] = [];
  #generation = 0;

  /** Moves with each change. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * The route that a packet to this address takes now; with `demanded`, of those through that interface. Routes of
   * interfaces that are down are passed over.
   */
  lookup(destination: IpAddress, demanded: Interface | null = null): Route | undefined {
    for (const route of this.#routes) {
      if (demanded !== null && route.through !== demanded) continue;
      if (route.network.contains(destination) && route.through.up) return route;
    }
    return undefined;
  }

  /**
   * EEXIST: there is one with this network and metric. ENETUNREACH: no route leads to the gateway without another
   * gateway, or it does not through this interface. ENETDOWN: the interface is down, and the route did not come with an
   * address.
   */
  add(route: Route): 0 | Errno {
    if (!route.through.up && route.protocol === "static") return "ENETDOWN";
    if (this.#routes.some((other) => isSame(other, route.network, route.metric))) return "EEXIST";
    if (route.gateway !== null && !this.#isDirect(route.gateway, route.through)) return "ENETUNREACH";
    const place = this.#routes.findIndex((other) => comesBefore(route, other));
    this.#routes.splice(place < 0 ? this.#routes.length : place, 0, route);
    this.#generation++;
    return 0;
  }

  /** Takes the route with this network, and metric unless any will do, away. ESRCH: there is none. */
  delete(network: Network, metric?: number): 0 | Errno {
    const place = this.#routes.findIndex((route) => isSame(route, network, metric ?? route.metric));
    if (place < 0) return "ESRCH";
    this.#routes.splice(place, 1);
    this.#generation++;
    return 0;
  }

  /** Takes all routes through an interface away. */
  deleteThrough(gone: Interface): void {
    const kept = this.#routes.filter((route) => route.through !== gone);
    this.#routes.splice(0, this.#routes.length, ...kept);
    this.#generation++;
  }

  snapshot(): readonly RouteSnapshot[] {
    return this.#routes.map(({ network, gateway, through, source, metric, protocol }) => ({
      destination: network.toString(),
      gateway: gateway === null ? null : gateway.toString(),
      interface: through.name,
      source: source === null ? null : source.toString(),
      metric,
      protocol,
      usable: through.up,
    }));
  }

  #isDirect(gateway: IpAddress, through: Interface): boolean {
    const route = this.lookup(gateway);
    return route !== undefined && route.gateway === null && route.through === through;
  }
}

function isSame(route: Route, network: Network, metric: number): boolean {
  return route.metric === metric && route.network.equals(network);
}

function comesBefore(route: Route, other: Route): boolean {
  if (route.network.prefixLength !== other.network.prefixLength) {
    return route.network.prefixLength > other.network.prefixLength;
  }
  return route.metric < other.metric;
}
