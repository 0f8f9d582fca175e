/**
 * The multicast groups of one socket, and whom it hears in each, for both families.
 *
 * Read first: ip(7), IP_ADD_MEMBERSHIP; RFC 3376 §2 (source filters), RFC 3678 §5; Linux's ip_mc_join_group, ip_mc_source and
 * ip_mc_sf_allow, ip6_mc_source and inet6_mc_check. A socket's groups are counted in ip.groups, which IGMP and MLD report to
 * routers; sources are sorted here, when a datagram has come, for routers are not told of them.
 */
import type { Errno } from "../../abi/errno.ts";
import * as abi from "../../abi/ip.ts";
import type { Interface } from "../../netif/interface.ts";
import type { GroupRequest, GroupSourceRequest, OptionValue } from "../../socket/option.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import type { GroupTable } from "./groups.ts";

/** How much one socket may have. */
export interface MembershipLimits {
  readonly groups: () => number;
  /** The errno of one group too many. */
  readonly full: Errno;
  /** Sources of one group: net.ipv4.igmp_max_msf, net.ipv6.mld_max_msf. */
  readonly sources: number;
}

interface SocketMembership {
  readonly group: IpAddress;
  readonly through: Interface;
  /** "exclude": everybody but these is heard; "include": only these. */
  mode: "exclude" | "include";
  /** Null: there never was one, and the mode may change. */
  sources: readonly IpAddress[] | null;
}

/** What an option asks for: which sources are listed, and whether this one joins the list or leaves it. */
interface Change {
  readonly mode: "exclude" | "include";
  readonly adds: boolean;
}

/** IP_ADD_SOURCE_MEMBERSHIP, MCAST_JOIN_SOURCE_GROUP: joins for one source, or hears one more. */
export const JOIN_SOURCE: Change = { mode: "include", adds: true };
/** IP_DROP_SOURCE_MEMBERSHIP, MCAST_LEAVE_SOURCE_GROUP: with the last source the group is left. */
export const LEAVE_SOURCE: Change = { mode: "include", adds: false };
/** IP_BLOCK_SOURCE, MCAST_BLOCK_SOURCE: everybody but these is heard. */
export const BLOCK_SOURCE: Change = { mode: "exclude", adds: true };
/** IP_UNBLOCK_SOURCE, MCAST_UNBLOCK_SOURCE. */
export const UNBLOCK_SOURCE: Change = { mode: "exclude", adds: false };

const SOURCE_CHANGES: ReadonlyMap<number, Change> = new Map([
  [abi.MCAST_JOIN_SOURCE_GROUP, JOIN_SOURCE],
  [abi.MCAST_LEAVE_SOURCE_GROUP, LEAVE_SOURCE],
  [abi.MCAST_BLOCK_SOURCE, BLOCK_SOURCE],
  [abi.MCAST_UNBLOCK_SOURCE, UNBLOCK_SOURCE],
]);

export class Memberships {
  readonly #groups: GroupTable;
  readonly #family: 4 | 6;
  readonly #limits: MembershipLimits;
  #all: readonly SocketMembership[] = [];

  constructor(groups: GroupTable, family: 4 | 6, limits: MembershipLimits) {
    this.#groups = groups;
    this.#family = family;
    this.#limits = limits;
  }

  /** Hears everybody in a group. EINVAL: no group; ENODEV: through no interface; EADDRINUSE: joined already. */
  join(group: IpAddress, through: Interface | undefined): 0 | Errno {
    if (!this.#isGroup(group)) return "EINVAL";
    if (through === undefined) return "ENODEV";
    if (this.#find(group, through) !== undefined) return "EADDRINUSE";
    return this.#add({ group, through, mode: "exclude", sources: null });
  }

  /** Leaves a group; through null: wherever it has joined it. EADDRNOTAVAIL: it has not. */
  leave(group: IpAddress, through: Interface | null | undefined): 0 | Errno {
    const found = this.#all.find((one) => one.group.equals(group) && (through === null || one.through === through));
    if (found === undefined) return "EADDRNOTAVAIL";
    this.#remove(found);
    return 0;
  }

  /**
   * One source is heard, or not any more. EINVAL: no group, or not joined, or its list is of the other kind; ENODEV: through
   * no interface; EADDRNOTAVAIL: it is listed already, or is not; ENOBUFS: too many.
   */
  change(group: IpAddress, through: Interface | undefined, source: IpAddress, { mode, adds }: Change): 0 | Errno {
    if (!this.#isGroup(group)) return "EINVAL";
    if (through === undefined) return "ENODEV";
    const found = this.#find(group, through);
    if (found === undefined) {
      return mode === "include" && adds ? this.#add({ group, through, mode, sources: [source] }) : "EINVAL";
    }
    if (found.sources !== null && found.mode !== mode) return "EINVAL";
    found.mode = mode;
    const sources = found.sources ?? [];
    const isListed = sources.some((one) => one.equals(source));
    if (adds && sources.length >= this.#limits.sources) return "ENOBUFS";
    if (isListed === adds) return "EADDRNOTAVAIL";
    if (!adds && mode === "include" && sources.length === 1) this.#remove(found);
    else found.sources = adds ? [...sources, source] : sources.filter((one) => !one.equals(source));
    return 0;
  }

  /** The options that both levels have, RFC 3678 §5.1. `through`: the interface of this index; 0: where the group is routed to. */
  set(
    option: number,
    value: OptionValue,
    interfaceFor: (group: IpAddress, index: number) => Interface | undefined,
  ): 0 | Errno {
    const change = SOURCE_CHANGES.get(option);
    if (change === undefined) {
      const { gr_interface, gr_group } = value as Partial<GroupRequest>;
      const group = this.#parse(gr_group);
      if (group === undefined || !Number.isInteger(gr_interface)) return "EINVAL";
      if (group === null) return this.#family === 4 ? "EINVAL" : "EADDRNOTAVAIL";
      const index = gr_interface as number;
      if (option === abi.MCAST_JOIN_GROUP) return this.join(group, interfaceFor(group, index));
      if (!group.isMulticast) return "EINVAL";
      return this.leave(group, index === 0 ? null : interfaceFor(group, index));
    }
    const { gsr_interface, gsr_group, gsr_source } = value as Partial<GroupSourceRequest>;
    const [group, source] = [this.#parse(gsr_group), this.#parse(gsr_source)];
    if (group === undefined || source === undefined || !Number.isInteger(gsr_interface)) return "EINVAL";
    if (group === null || source === null) return "EADDRNOTAVAIL";
    return this.change(group, interfaceFor(group, gsr_interface as number), source, change);
  }

  /** May the socket hear this source in this group? `others`: what it hears of groups that it has not joined. */
  allows(group: IpAddress, source: IpAddress, through: Interface | null, others: boolean): boolean {
    const found = this.#all.find((one) => one.through === through && one.group.equals(group));
    if (found === undefined) return others;
    const isListed = found.sources?.some((one) => one.equals(source)) ?? false;
    return isListed === (found.mode === "include");
  }

  /** The socket is closed. */
  leaveAll(): void {
    for (const each of this.#all) this.#groups.leave(each.through, each.group);
    this.#all = [];
  }

  #add(membership: SocketMembership): 0 | Errno {
    if (this.#all.length >= this.#limits.groups()) return this.#limits.full;
    this.#all = [...this.#all, membership];
    this.#groups.join(membership.through, membership.group);
    return 0;
  }

  #remove(gone: SocketMembership): void {
    this.#all = this.#all.filter((one) => one !== gone);
    this.#groups.leave(gone.through, gone.group);
  }

  #find(group: IpAddress, through: Interface): SocketMembership | undefined {
    return this.#all.find((one) => one.through === through && one.group.equals(group));
  }

  #isGroup(address: IpAddress): boolean {
    return address.family === this.#family && address.isMulticast;
  }

  /** Undefined: no address. Null: one of the other family. */
  #parse(text: unknown): IpAddress | null | undefined {
    const address = typeof text === "string" ? IpAddress.parse(text) : undefined;
    return address === undefined || address.family === this.#family ? address : null;
  }
}
