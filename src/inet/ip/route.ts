/**
 * The routing table: from a destination to the interface and the next hop, for both families.
 *
 * Read first: RFC 1122 §3.3.1, RFC 1812 §5.2.4.3, ip-route(8). The longest prefix decides; among its routes the lowest
 * metric, and among those the one that was there first. A route whose interface is down is passed over, for a shorter
 * prefix if need be; those that did not come with an address are taken away as it goes down (ip.ts). The routes to one network are a list in a trie (prefix-trie.ts), in the order in which they are tried.
 *
 * A route may also refuse: "blackhole", "unreachable" and "prohibit" of ip-route(8) name no interface, and a lookup
 * that meets one answers the errno that Linux gives a local sender; what is forwarded draws the ICMP error that
 * belongs to it (ip/forward.ts).
 */
import type { Errno } from "../../abi/errno.ts";
import type { Interface } from "../../netif/interface.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import type { Network } from "./network.ts";
import { PrefixTrie } from "./prefix-trie.ts";

/**
 * Where a route comes from, as ip-route(8) says it: "kernel" came with an address, "static" was added, "ospf" is a shortest
 * path that world.autoroute() has found.
 */
export type RouteProtocol = "kernel" | "static" | "redirect" | "ra" | "ospf";

export type RefusalKind = "blackhole" | "unreachable" | "prohibit";

/** What each tells a sender on this host: Linux's fib_props. */
const REFUSALS: Readonly<Record<RefusalKind, Errno>> = {
  blackhole: "EINVAL",
  unreachable: "EHOSTUNREACH",
  prohibit: "EACCES",
};

/** Is it a kind of route that refuses? */
export function isRefusal(kind: unknown): kind is RefusalKind {
  return typeof kind === "string" && Object.hasOwn(REFUSALS, kind);
}

export interface Route {
  readonly network: Network;
  /** Null: the destination itself is the neighbour. */
  readonly gateway: IpAddress | null;
  readonly through: Interface;
  /** What a socket that is not bound sends from; null: the interface's address. */
  readonly source: IpAddress | null;
  readonly metric: number;
  readonly protocol: RouteProtocol;
}

/** A route on which nothing goes anywhere. */
export interface Refusal {
  readonly network: Network;
  readonly refuses: RefusalKind;
  readonly metric: number;
  readonly protocol: RouteProtocol;
}

/** One line of `ip route`. */
export interface RouteSnapshot {
  /** "10.0.0.0/24"; the default route is "0.0.0.0/0". */
  readonly destination: string;
  readonly kind: "unicast" | RefusalKind;
  readonly gateway: string | null;
  /** Empty for a route that refuses. */
  readonly interface: string;
  readonly source: string | null;
  readonly metric: number;
  readonly protocol: RouteProtocol;
  /** False while its interface is down. */
  readonly usable: boolean;
  /** Its interface has no carrier: what ip-route(8) shows as "linkdown". */
  readonly linkDown: boolean;
}

/** What tells routes to one network apart; what is left out matches any. */
export interface RouteFilter {
  readonly metric?: number | undefined;
  readonly through?: Interface | undefined;
  readonly gateway?: IpAddress | undefined;
  readonly protocol?: RouteProtocol | undefined;
  readonly refuses?: RefusalKind | undefined;
}

export type RouteChange = "add" | "delete";
export type RouteListener = (changed: Route | Refusal, change: RouteChange) => void;

/** The routes to one network, in the order in which they are tried. */
type Alternatives = readonly (Route | Refusal)[];

export class RouteTable {
  readonly #trie: PrefixTrie<Alternatives> = new PrefixTrie<Alternatives>();
  #listeners: readonly RouteListener[] = [];
  #generation = 0;

  /** Moves with each change. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * The route that a packet to this address takes now; with `demanded`, of those through that interface. ENETUNREACH:
   * there is none; EINVAL, EHOSTUNREACH or EACCES: it is one that refuses.
   */
  lookup(destination: IpAddress, demanded: Interface | null = null): Route | Errno {
    if (demanded !== null) return this.#lookupThrough(destination, demanded) ?? "ENETUNREACH";
    const found = this.#trie.longest(destination, firstUsable);
    if (found === undefined) return "ENETUNREACH";
    return "refuses" in found ? REFUSALS[found.refuses] : found;
  }

  /**
   * EEXIST: there is one with this network and metric; of those that came with addresses, each interface may have its
   * own. ENETUNREACH: no route leads to the gateway without another gateway, or it does not through this interface.
   * ENETDOWN: the interface is down, and the route did not come with an address.
   */
  add(route: Route | Refusal): 0 | Errno {
    if ("through" in route && !route.through.up && route.protocol !== "kernel") return "ENETDOWN";
    const alternatives = this.#trie.get(route.network) ?? [];
    if (alternatives.some((other) => excludes(other, route))) return "EEXIST";
    if ("gateway" in route && route.gateway !== null && !this.#isDirect(route.gateway, route.through)) {
      return "ENETUNREACH";
    }
    const place = alternatives.findIndex((other) => other.metric > route.metric);
    this.#trie.set(route.network, alternatives.toSpliced(place < 0 ? alternatives.length : place, 0, route));
    this.#tell(route, "add");
    return 0;
  }

  /** Takes the first route to this network that the filter matches away. ESRCH: there is none. */
  delete(network: Network, filter: RouteFilter = {}): 0 | Errno {
    const alternatives = this.#trie.get(network) ?? [];
    const gone = alternatives.find((route) => matches(route, filter));
    if (gone === undefined) return "ESRCH";
    this.#remove(gone, alternatives);
    return 0;
  }

  /** Takes all routes through an interface away, those that the filter matches. */
  deleteThrough(gone: Interface, filter: RouteFilter = {}): void {
    for (const route of this.list()) {
      if ("through" in route && route.through === gone && matches(route, filter)) {
        this.#remove(route, this.#trie.get(route.network) ?? []);
      }
    }
  }

  /** In the order of their networks, IPv4 first; routes to one network in the order in which they are tried. */
  list(): readonly (Route | Refusal)[] {
    return [...this.#trie.values()].flat();
  }

  /** The listener hears of every later change, as `ip monitor route` does; disposing ends that. */
  subscribe(listener: RouteListener): Disposable {
    const subscription: RouteListener = (changed, change) => listener(changed, change);
    this.#listeners = [...this.#listeners, subscription];
    return {
      [Symbol.dispose]: () => {
        this.#listeners = this.#listeners.filter((other) => other !== subscription);
      },
    };
  }

  snapshot(): readonly RouteSnapshot[] {
    return this.list().map(show);
  }

  #remove(gone: Route | Refusal, alternatives: Alternatives): void {
    const rest = alternatives.filter((other) => other !== gone);
    if (rest.length === 0) this.#trie.delete(gone.network);
    else this.#trie.set(gone.network, rest);
    this.#tell(gone, "delete");
  }

  #tell(changed: Route | Refusal, change: RouteChange): void {
    this.#generation++;
    for (const listener of this.#listeners) listener(changed, change);
  }

  #lookupThrough(destination: IpAddress, through: Interface): Route | undefined {
    return this.#trie.longest(destination, (alternatives) =>
      alternatives.find((route): route is Route => "through" in route && route.through === through && through.up),
    );
  }

  #isDirect(gateway: IpAddress, through: Interface): boolean {
    return this.#lookupThrough(gateway, through)?.gateway === null;
  }
}

/** A route as data. */
function show(route: Route | Refusal): RouteSnapshot {
  const isUnicast = "through" in route;
  return {
    destination: route.network.toString(),
    kind: isUnicast ? "unicast" : route.refuses,
    gateway: isUnicast ? (route.gateway?.toString() ?? null) : null,
    interface: isUnicast ? route.through.name : "",
    source: isUnicast ? (route.source?.toString() ?? null) : null,
    metric: route.metric,
    protocol: route.protocol,
    usable: !isUnicast || route.through.up,
    linkDown: isUnicast && !route.through.carrier,
  };
}

function firstUsable(alternatives: Alternatives): Route | Refusal | undefined {
  // A plain loop: this is asked at every step down the trie.
  for (const route of alternatives) if ("refuses" in route || route.through.up) return route;
  return undefined;
}

function excludes(one: Route | Refusal, other: Route | Refusal): boolean {
  if (one.metric !== other.metric) return false;
  const bothFromAddresses = one.protocol === "kernel" && other.protocol === "kernel";
  return !(bothFromAddresses && "through" in one && "through" in other && one.through !== other.through);
}

function matches(route: Route | Refusal, filter: RouteFilter): boolean {
  const { metric, through, gateway, protocol, refuses } = filter;
  if (metric !== undefined && route.metric !== metric) return false;
  if (protocol !== undefined && route.protocol !== protocol) return false;
  if ("refuses" in route)
    return through === undefined && gateway === undefined && (refuses ?? route.refuses) === route.refuses;
  if (refuses !== undefined) return false;
  if (through !== undefined && route.through !== through) return false;
  return gateway === undefined || (route.gateway?.equals(gateway) ?? false);
}
