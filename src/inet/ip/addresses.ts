/**
 * The Internet addresses of a host, of both families, and what an address means to it.
 *
 * Read first: RFC 1122 §3.2.1.3 (special addresses), ip-address(8), Linux's fib_add_ifaddr (what an address brings
 * along: itself as local, the broadcast address of its network, and the route to that network); RFC 4862 §2 and §5.5.4 for
 * the states of IPv6 addresses, which nd/ moves.
 */
import type { Errno } from "../../abi/errno.ts";
import type { Interface } from "../../netif/interface.ts";
import { IpAddress, type Prefix } from "../../wire/ip-address.ts";
import { type Candidate, selectSource } from "../ip6/source.ts";
import { Network } from "./network.ts";
import type { RouteTable } from "./route.ts";

/**
 * Of an IPv6 address. "tentative": it is being asked whether another host has it, and until then it is not ours. "dadfailed":
 * another has. "deprecated": still ours, and not chosen for anything new. IPv4 addresses are "preferred".
 */
export type AddressState = "preferred" | "deprecated" | "tentative" | "dadfailed";

/** Where an address comes from: as "proto" of ip-address(8). */
export type AddressOrigin = "static" | "kernel_ll" | "kernel_ra" | "kernel_lo";

/** An address of an interface, with the network that it is in. */
export interface InterfaceAddress extends Candidate {
  readonly through: Interface;
  readonly address: IpAddress;
  /** Of a link between two: the other end, which is all that the network has. */
  readonly peer: IpAddress | null;
  readonly network: Network;
  state: AddressState;
  readonly origin: AddressOrigin;
  /** Has it brought the route to its network? */
  readonly bringsRoute: boolean;
  /** Until when it is preferred and valid; infinite unless it was given for a time. */
  preferredUntilNs: number;
  validUntilNs: number;
}

/** What an address is given with; what is left out is as for an address that a person adds for good. */
export interface AddressOptions {
  readonly state?: AddressState;
  readonly origin?: AddressOrigin;
  readonly preferredUntilNs?: number;
  readonly validUntilNs?: number;
  /** Does it bring the route to its network? Default true. */
  readonly withRoute?: boolean;
  /** The other end of a link between two. */
  readonly peer?: IpAddress | null;
}

/** What an address is to this host. "broadcast": of all hosts on some link of ours. */
export type AddressKind = "unspecified" | "local" | "broadcast" | "multicast" | "unicast";

/** An IPv4 address out of a header, with what it is to this host. */
export interface KnownAddress {
  readonly bits: number;
  readonly address: IpAddress;
  readonly kind: AddressKind;
}

/** One address, as `ip address` shows it. */
export interface AddressSnapshot {
  readonly interface: string;
  readonly address: string;
  /** The other end of a link between two, to which the prefix belongs. */
  readonly peer: string | null;
  readonly prefixLength: number;
  readonly broadcast: string | null;
  /** In the words of ip-address(8): how far the address reaches. */
  readonly scope: "host" | "link" | "global";
  readonly state: AddressState;
  readonly origin: AddressOrigin;
  /** When it stops being valid or preferred, in nanoseconds of virtual time; null: never. */
  readonly preferredUntilNs: number | null;
  readonly validUntilNs: number | null;
}

/** A power of two: of so many IPv4 addresses a host remembers what they are. */
const KNOWN = 256;
/** IP6_RT_PRIO_ADDRCONF. */
const METRIC_V6 = 256;

export class AddressTable {
  readonly #routes: RouteTable;
  readonly #addresses: InterfaceAddress[] = [];
  #generation = 0;
  /** What takes more than a look at the bits, by the last word of IPv4 addresses. */
  #kinds: Map<number, AddressKind> = new Map<number, AddressKind>();
  /** What packets had in their headers lately. */
  readonly #known: (KnownAddress | undefined)[] = new Array<KnownAddress | undefined>(KNOWN).fill(undefined);
  /** The IPv6 addresses that are ours, by their last word. */
  #ours: Map<number, readonly IpAddress[]> = new Map<number, readonly IpAddress[]>();

  constructor(routes: RouteTable) {
    this.#routes = routes;
  }

  /** Moves with each change. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Gives an interface an address, and the routing table the route to its network.
   * With a peer, the prefix is the peer's: `ip address add 10.0.0.1 peer 10.0.0.2/32`.
   * EEXIST: it has it. EINVAL: no host can have it.
   */
  add(through: Interface, prefix: Prefix, options: AddressOptions = {}): 0 | Errno {
    const { address } = prefix;
    if (address.isUnspecified || address.isMulticast || address.isBroadcast) return "EINVAL";
    if (this.find(through, address) !== undefined) return "EEXIST";
    const { preferredUntilNs = Number.POSITIVE_INFINITY, validUntilNs = Number.POSITIVE_INFINITY } = options;
    const { state = "preferred", origin = through.isLoopback ? "kernel_lo" : "static" } = options;
    const bringsRoute = options.withRoute !== false;
    const peer = options.peer ?? null;
    const network = new Network(peer === null ? prefix : { address: peer, prefixLength: prefix.prefixLength });
    const added = { through, address, peer, network, state, origin, bringsRoute, preferredUntilNs, validUntilNs };
    this.#addresses.push(added);
    if (bringsRoute) this.#addRoute(added);
    this.#changed();
    return 0;
  }

  /** Takes an address away, with the route that came with it. EADDRNOTAVAIL: the interface does not have it. */
  delete(through: Interface, address: IpAddress): 0 | Errno {
    const gone = this.find(through, address);
    if (gone === undefined) return "EADDRNOTAVAIL";
    this.#addresses.splice(this.#addresses.indexOf(gone), 1);
    if (gone.bringsRoute) {
      this.#routes.delete(gone.network, { through, protocol: "kernel" });
      const isHeir = (other: InterfaceAddress): boolean => other.bringsRoute && other.network.equals(gone.network);
      const heir = this.#addresses.find((other) => other.through === through && isHeir(other));
      if (heir !== undefined) this.#addRoute(heir);
    }
    this.#changed();
    return 0;
  }

  /** The interface is gone. */
  deleteThrough(gone: Interface): void {
    const kept = this.#addresses.filter(({ through }) => through !== gone);
    this.#addresses.splice(0, this.#addresses.length, ...kept);
    this.#changed();
  }

  /** An address has come to another state. */
  setState(address: InterfaceAddress, state: AddressState): void {
    address.state = state;
    this.#changed();
  }

  find(through: Interface, address: IpAddress): InterfaceAddress | undefined {
    return this.#addresses.find((own) => own.through === through && own.address.equals(address));
  }

  list(): readonly InterfaceAddress[] {
    return this.#addresses;
  }

  kindOf(address: IpAddress): AddressKind {
    return address.family === 6 ? this.#kindOf6(address) : this.known4(address.w3).kind;
  }

  /** The IPv4 address with these bits: packets come in rows, and a gateway has those of many connections before it. */
  known4(bits: number): KnownAddress {
    const slot = (Math.imul(bits, 0x9e37_79b1) >>> 24) & (KNOWN - 1);
    const known = this.#known[slot];
    if (known !== undefined && known.bits === bits) return known;
    const address = IpAddress.v4(bits);
    const added = { bits, address, kind: this.#kindOf4(address) };
    this.#known[slot] = added;
    return added;
  }

  #kindOf4(address: IpAddress): AddressKind {
    const own = this.#kinds.get(address.w3 | 0);
    if (own !== undefined) return own;
    if (address.isMulticast) return "multicast";
    if (address.isBroadcast) return "broadcast";
    if (address.isUnspecified) return "unspecified";
    const isOurs = this.#addresses.some(({ through, network }) => through.isLoopback && network.contains(address));
    return isOurs ? "local" : "unicast";
  }

  /**
   * The address to send from through an interface. IPv4: the first one in the network of the neighbour, else the first one;
   * of an interface without addresses, any that is not a loopback address (as inet_select_addr on Linux). IPv6: as
   * RFC 6724 chooses for the destination.
   */
  select(through: Interface, neighbour: IpAddress, destination: IpAddress = neighbour): IpAddress | undefined {
    if (destination.family === 6) return selectSource(this.#addresses, destination, through)?.address;
    const own = this.#addresses.filter(({ address, through: its }) => its === through && address.family === 4);
    const chosen =
      own.find(({ network }) => network.contains(neighbour)) ??
      own[0] ??
      this.#addresses.find((candidate) => candidate.address.family === 4 && !candidate.through.isLoopback);
    return chosen?.address;
  }

  /** The interface on whose link this is the broadcast address. */
  broadcastInterface(broadcast: IpAddress): InterfaceAddress | undefined {
    return this.#addresses.find(({ through, network }) => through.up && network.broadcast?.equals(broadcast));
  }

  snapshot(): readonly AddressSnapshot[] {
    return this.#addresses.map(
      ({ through, address, peer, network, state, origin, preferredUntilNs, validUntilNs }) => ({
        interface: through.name,
        address: address.toString(),
        peer: peer?.toString() ?? null,
        prefixLength: network.prefixLength,
        broadcast: through.isLoopback ? null : (network.broadcast?.toString() ?? null),
        scope: address.isLoopback ? "host" : address.isLinkLocal ? "link" : "global",
        state,
        origin,
        preferredUntilNs: Number.isFinite(preferredUntilNs) ? preferredUntilNs : null,
        validUntilNs: Number.isFinite(validUntilNs) ? validUntilNs : null,
      }),
    );
  }

  #kindOf6(address: IpAddress): AddressKind {
    const ours = this.#ours.get(address.w3 | 0);
    if (ours?.some((own) => own.equals(address))) return "local";
    if (address.isMulticast) return "multicast";
    return address.isUnspecified ? "unspecified" : "unicast";
  }

  /** Does nothing when another address has brought the same route. */
  #addRoute({ through, address, peer, network }: InterfaceAddress): void {
    const isV4 = address.family === 4;
    // The whole network of a loopback address is this host, and a network of one address leads nowhere.
    if (through.isLoopback || (peer === null && network.prefixLength === (isV4 ? 32 : 128))) return;
    const [source, metric] = isV4 ? [address, 0] : [null, METRIC_V6];
    this.#routes.add({ network, gateway: null, through, source, metric, protocol: "kernel" });
  }

  #changed(): void {
    this.#generation++;
    this.#known.fill(undefined);
    this.#kinds = new Map<number, AddressKind>();
    this.#ours = new Map<number, readonly IpAddress[]>();
    // As fib_add_ifaddr: also of a loopback address, all others of whose network are this host.
    for (const { network } of this.#addresses) {
      const { broadcast } = network;
      if (broadcast !== null) this.#kinds.set(broadcast.w3 | 0, "broadcast");
    }
    for (const { address, state } of this.#addresses) {
      const key = address.w3 | 0;
      if (address.family === 4) this.#kinds.set(key, "local");
      else if (state === "preferred" || state === "deprecated") {
        this.#ours.set(key, [...(this.#ours.get(key) ?? []), address]);
      }
    }
  }
}
