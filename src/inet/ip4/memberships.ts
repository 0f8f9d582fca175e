/**
 * The multicast groups of one socket, and whom it hears in each.
 *
 * Read first: ip(7), IP_ADD_MEMBERSHIP; RFC 3376 §2 (source filters); Linux's ip_mc_join_group, ip_mc_source and
 * ip_mc_sf_allow. A socket's groups are counted in ip.groups, which IGMP reports to routers; sources are sorted here, when a
 * datagram has come, for IGMPv2 knows nothing of them.
 */
import type { Errno } from "../../abi/errno.ts";
import type { Interface } from "../../netif/interface.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import type { Ip } from "../ip/ip.ts";

/** net.ipv4.igmp_max_msf. */
const SOURCES_MAX = 10;

interface SocketMembership {
  readonly group: IpAddress;
  readonly through: Interface;
  /** "exclude": everybody but these is heard; "include": only these. */
  mode: "exclude" | "include";
  sources: readonly IpAddress[];
}

export class Memberships {
  readonly #ip: Ip;
  #all: SocketMembership[] = [];

  constructor(ip: Ip) {
    this.#ip = ip;
  }

  /** IP_ADD_MEMBERSHIP. ENODEV: through no interface; EINVAL: no group; EADDRINUSE: joined already; ENOBUFS: too many. */
  join(group: IpAddress, address: IpAddress, index: number): 0 | Errno {
    if (group.family !== 4 || !group.isMulticast) return "EINVAL";
    const through = this.#interfaceFor(group, address, index);
    if (through === undefined) return "ENODEV";
    if (this.#find(group, through) !== undefined) return "EADDRINUSE";
    return this.#add({ group, through, mode: "exclude", sources: [] });
  }

  /** IP_DROP_MEMBERSHIP. EADDRNOTAVAIL: it has not joined. */
  leave(group: IpAddress, address: IpAddress, index: number): 0 | Errno {
    const through = this.#interfaceFor(group, address, index);
    const isAny = index === 0 && address.isUnspecified;
    const found = this.#all.find(
      (one) => one.group.equals(group) && (isAny || through === undefined || one.through === through),
    );
    if (through === undefined && found === undefined) return "ENODEV";
    if (found === undefined) return "EADDRNOTAVAIL";
    this.#remove(found);
    return 0;
  }

  /** IP_ADD_SOURCE_MEMBERSHIP: joins for one source, or hears one more. EADDRNOTAVAIL: it hears that source already. */
  include(group: IpAddress, address: IpAddress, source: IpAddress): 0 | Errno {
    if (group.family !== 4 || !group.isMulticast) return "EINVAL";
    const through = this.#interfaceFor(group, address, 0);
    if (through === undefined) return "ENODEV";
    const found = this.#find(group, through);
    if (found === undefined) return this.#add({ group, through, mode: "include", sources: [source] });
    // A group that was joined for everybody takes no list of whom to hear, unless nobody is excluded yet.
    if (found.mode === "exclude" && found.sources.length > 0) return "EINVAL";
    if (found.mode === "exclude") {
      found.mode = "include";
      found.sources = [];
    }
    return addSource(found, source);
  }

  /** IP_DROP_SOURCE_MEMBERSHIP: with the last source the group is left. */
  exclude(group: IpAddress, address: IpAddress, source: IpAddress): 0 | Errno {
    const found = this.#joined(group, address);
    if (typeof found === "string") return found;
    if (found.mode !== "include") return "EINVAL";
    const refusal = removeSource(found, source);
    if (refusal === 0 && found.sources.length === 0) this.#remove(found);
    return refusal;
  }

  /** IP_BLOCK_SOURCE: everybody but these is heard. */
  block(group: IpAddress, address: IpAddress, source: IpAddress): 0 | Errno {
    const found = this.#joined(group, address);
    if (typeof found === "string") return found;
    return found.mode === "exclude" ? addSource(found, source) : "EINVAL";
  }

  /** IP_UNBLOCK_SOURCE. */
  unblock(group: IpAddress, address: IpAddress, source: IpAddress): 0 | Errno {
    const found = this.#joined(group, address);
    if (typeof found === "string") return found;
    return found.mode === "exclude" ? removeSource(found, source) : "EINVAL";
  }

  /** May the socket hear this source in this group? `others`: what it hears of groups that it has not joined (IP_MULTICAST_ALL). */
  allows(group: IpAddress, source: IpAddress, through: Interface | null, others: boolean): boolean {
    const found = this.#all.find((one) => one.through === through && one.group.equals(group));
    if (found === undefined) return others;
    return found.sources.some((one) => one.equals(source)) === (found.mode === "include");
  }

  /** The socket is closed. */
  leaveAll(): void {
    for (const each of [...this.#all]) this.#remove(each);
  }

  #add(membership: SocketMembership): 0 | Errno {
    if (this.#all.length >= this.#ip.settings.igmpMaxMemberships.value) return "ENOBUFS";
    this.#all.push(membership);
    this.#ip.groups.join(membership.through, membership.group);
    return 0;
  }

  #remove(gone: SocketMembership): void {
    this.#all = this.#all.filter((one) => one !== gone);
    this.#ip.groups.leave(gone.through, gone.group);
  }

  #joined(group: IpAddress, address: IpAddress): SocketMembership | Errno {
    const through = this.#interfaceFor(group, address, 0);
    if (through === undefined) return "ENODEV";
    return this.#find(group, through) ?? "EINVAL";
  }

  #find(group: IpAddress, through: Interface): SocketMembership | undefined {
    return this.#all.find((one) => one.through === through && one.group.equals(group));
  }

  /** As ip_mc_find_dev: by index, by an address of ours, else where the group is routed to. */
  #interfaceFor(group: IpAddress, address: IpAddress, index: number): Interface | undefined {
    const { netif, addresses, paths } = this.#ip;
    if (index !== 0) return netif.interfaces.list().find((one) => one.index === index);
    if (!address.isUnspecified) return addresses.list().find((own) => own.address.equals(address))?.through;
    const path = paths.to(group);
    return typeof path === "string" ? undefined : path.through;
  }
}

function addSource(to: SocketMembership, source: IpAddress): 0 | Errno {
  if (to.sources.some((one) => one.equals(source))) return "EADDRNOTAVAIL";
  if (to.sources.length >= SOURCES_MAX) return "ENOBUFS";
  to.sources = [...to.sources, source];
  return 0;
}

function removeSource(from: SocketMembership, source: IpAddress): 0 | Errno {
  if (!from.sources.some((one) => one.equals(source))) return "EADDRNOTAVAIL";
  from.sources = from.sources.filter((one) => !one.equals(source));
  return 0;
}
