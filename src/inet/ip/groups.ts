/**
 * The multicast groups that a host listens to, on which interface, for both families.
 *
 * Read first: RFC 1112 §7.1, RFC 2710 §2; Linux's __ip_mc_inc_group and __ipv6_dev_mc_inc. Sockets and the protocols themselves
 * join and leave (solicited-node groups, all nodes); each join is counted. Whoever reports memberships to routers, IGMP or MLD,
 * is told of the first join and the last leave.
 */
import type { Interface } from "../../netif/interface.ts";
import { AddressMap } from "../../wire/address-map.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import { type MacAddress, multicastV4, multicastV6 } from "../../wire/mac-address.ts";

/** One group on one interface. */
export interface Membership {
  readonly through: Interface;
  readonly group: IpAddress;
  /** How many have joined. */
  readonly users: number;
}

export type GroupListener = (through: Interface, group: IpAddress, change: "join" | "leave") => void;

interface Entry {
  readonly group: IpAddress;
  users: number;
}

export class GroupTable {
  /** By the interface, then by the group. */
  readonly #entries: Map<Interface, AddressMap<Entry>> = new Map<Interface, AddressMap<Entry>>();
  readonly #listeners: Map<4 | 6, GroupListener> = new Map<4 | 6, GroupListener>();

  /** Who is told of the groups of one family. */
  listen(family: 4 | 6, listener: GroupListener): void {
    this.#listeners.set(family, listener);
  }

  join(through: Interface, group: IpAddress): void {
    const entries = this.#entries.get(through) ?? new AddressMap<Entry>();
    this.#entries.set(through, entries);
    const known = entries.get(group);
    if (known !== undefined) {
      known.users++;
      return;
    }
    entries.set(group, { group, users: 1 });
    through.filter.join(linkGroup(group));
    this.#listeners.get(group.family)?.(through, group, "join");
  }

  /** Does nothing where nobody has joined, as after the interface has gone. */
  leave(through: Interface, group: IpAddress): void {
    const entries = this.#entries.get(through);
    const known = entries?.get(group);
    if (known === undefined || --known.users > 0) return;
    entries?.delete(group);
    through.filter.leave(linkGroup(group));
    this.#listeners.get(group.family)?.(through, group, "leave");
  }

  has(through: Interface, group: IpAddress): boolean {
    const entries = this.#entries.get(through);
    return entries?.get(group) !== undefined;
  }

  /** The groups on an interface, in the order in which they were joined. */
  on(through: Interface): readonly IpAddress[] {
    return (this.#entries.get(through)?.values() ?? []).map(({ group }) => group);
  }

  /** The interface is gone, and nobody is left to be told. */
  deleteThrough(gone: Interface): void {
    this.#entries.delete(gone);
  }

  snapshot(): readonly Membership[] {
    return [...this.#entries].flatMap(([through, entries]) =>
      entries.values().map(({ group, users }) => ({ through, group, users })),
    );
  }
}

/** The Ethernet address that a group's frames are sent to. */
function linkGroup(group: IpAddress): MacAddress {
  return group.family === 4 ? multicastV4(group.v4) : multicastV6(group.w3 >>> 0);
}
