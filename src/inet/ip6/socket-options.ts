/**
 * The options of the level IPPROTO_IPV6, of one socket: what it wishes for what it sends, and wants to know of what it receives.
 *
 * Read first: ipv6(7); Linux's do_ipv6_setsockopt and do_ipv6_getsockopt, whose bounds and errors are kept. A socket of AF_INET6 has one of
 * these beside those of IPPROTO_IP, which are obeyed where it speaks IPv4. What it has to do with what is sent and received is in
 * control.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import {
  IP_PMTUDISC_DONT,
  IP_PMTUDISC_OMIT,
  IP_PMTUDISC_WANT,
  MCAST_JOIN_GROUP,
  MCAST_LEAVE_SOURCE_GROUP,
} from "../../abi/ip.ts";
import * as abi from "../../abi/ipv6.ts";
import { SOCK_STREAM } from "../../abi/socket.ts";
import type { Interface } from "../../netif/interface.ts";
import type { Ipv6MulticastRequest, OptionValue } from "../../socket/option.ts";
import type { Socket } from "../../socket/socket.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import type { Ip } from "../ip/ip.ts";
import { Memberships } from "../ip/memberships.ts";

/** The options that are on or off. */
const FLAGS: ReadonlySet<number> = new Set([
  abi.IPV6_MULTICAST_LOOP,
  abi.IPV6_MULTICAST_ALL,
  abi.IPV6_RECVERR,
  abi.IPV6_RECVPKTINFO,
  abi.IPV6_RECVHOPLIMIT,
  abi.IPV6_RECVTCLASS,
  abi.IPV6_DONTFRAG,
  abi.IPV6_FREEBIND,
]);

/** As much as net.core.optmem_max has room for on Linux. */
const GROUPS_MAX = 2336;
/** net.ipv6.mld_max_msf. */
const SOURCES_MAX = 64;

export class Ipv6SocketOptions {
  readonly ip: Ip;
  readonly socket: Socket;
  v6Only: boolean;
  /** IPV6_UNICAST_HOPS; −1: as the interface has it. */
  hopLimit = -1;
  multicastHopLimit = 1;
  trafficClass = 0;
  mtuDiscovery: number = IP_PMTUDISC_WANT;
  multicastInterface: Interface | null = null;
  readonly #flags: Set<number> = new Set<number>([abi.IPV6_MULTICAST_LOOP, abi.IPV6_MULTICAST_ALL]);
  readonly #memberships: Memberships;

  constructor(ip: Ip, socket: Socket) {
    this.ip = ip;
    this.socket = socket;
    this.v6Only = ip.v6.settings.bindV6Only.value !== 0;
    this.#memberships = new Memberships(ip.groups, 6, {
      groups: () => GROUPS_MAX,
      full: "ENOMEM",
      sources: SOURCES_MAX,
    });
  }

  /** Is one of the options on that are on or off? */
  has(flag: number): boolean {
    return this.#flags.has(flag);
  }

  /** getsockopt(2). The peer is for IPV6_MTU. */
  get(option: number, peer: IpAddress | null): OptionValue | Errno {
    if (FLAGS.has(option)) return Number(this.#flags.has(option));
    switch (option) {
      case abi.IPV6_V6ONLY:
        return Number(this.v6Only);
      case abi.IPV6_UNICAST_HOPS:
        return this.hopLimit < 0 ? this.ip.v6.settings.interfaces.default.hop_limit.value : this.hopLimit;
      case abi.IPV6_MULTICAST_HOPS:
        return this.multicastHopLimit;
      case abi.IPV6_MULTICAST_IF:
        return this.multicastInterface?.index ?? 0;
      case abi.IPV6_TCLASS:
        return this.trafficClass;
      case abi.IPV6_MTU_DISCOVER:
        return this.mtuDiscovery;
      case abi.IPV6_MTU:
        return this.#mtu(peer);
      default:
        return "ENOPROTOOPT";
    }
  }

  /** setsockopt(2). `isBound`: IPV6_V6ONLY can't be changed any more. */
  set(option: number, value: OptionValue, isBound: boolean): 0 | Errno {
    if (option === abi.IPV6_JOIN_GROUP || option === abi.IPV6_LEAVE_GROUP) return this.#setGroup(option, value);
    if (option >= MCAST_JOIN_GROUP && option <= MCAST_LEAVE_SOURCE_GROUP)
      return this.#memberships.set(option, value, (group, index) => this.#interfaceFor(group, index));
    if (typeof value !== "number" || !Number.isInteger(value)) {
      return this.get(option, null) === "ENOPROTOOPT" ? "ENOPROTOOPT" : "EINVAL";
    }
    if (FLAGS.has(option)) {
      if (value !== 0) this.#flags.add(option);
      else this.#flags.delete(option);
      return 0;
    }
    return this.#setNumber(option, value, isBound);
  }

  /** May the socket hear this source in this group? */
  hears(group: IpAddress, source: IpAddress, through: Interface | null): boolean {
    return this.#memberships.allows(group, source, through, this.has(abi.IPV6_MULTICAST_ALL));
  }

  /** The socket is closed. */
  detach(): void {
    this.#memberships.leaveAll();
  }

  #setNumber(option: number, value: number, isBound: boolean): 0 | Errno {
    switch (option) {
      case abi.IPV6_V6ONLY:
        if (isBound) return "EINVAL";
        this.v6Only = value !== 0;
        return 0;
      case abi.IPV6_UNICAST_HOPS:
        if (value < -1 || value > 255) return "EINVAL";
        this.hopLimit = value;
        return 0;
      case abi.IPV6_MULTICAST_HOPS:
        if (this.socket.type === SOCK_STREAM) return "ENOPROTOOPT";
        if (value < -1 || value > 255) return "EINVAL";
        this.multicastHopLimit = value === -1 ? 1 : value;
        return 0;
      case abi.IPV6_TCLASS:
        if (value < -1 || value > 255) return "EINVAL";
        this.trafficClass = Math.max(0, value);
        return 0;
      case abi.IPV6_MTU_DISCOVER:
        if (value < IP_PMTUDISC_DONT || value > IP_PMTUDISC_OMIT) return "EINVAL";
        this.mtuDiscovery = value;
        return 0;
      case abi.IPV6_MULTICAST_IF:
        return this.#setMulticastInterface(value);
      default:
        return "ENOPROTOOPT";
    }
  }

  #setMulticastInterface(index: number): 0 | Errno {
    if (this.socket.type === SOCK_STREAM) return "ENOPROTOOPT";
    const through = index === 0 ? null : this.ip.netif.interfaces.list().find((one) => one.index === index);
    if (through === undefined) return "ENODEV";
    this.multicastInterface = through;
    return 0;
  }

  /** As ipv6_sock_mc_join and ipv6_sock_mc_drop. */
  #setGroup(option: number, value: OptionValue): 0 | Errno {
    if (this.socket.type === SOCK_STREAM) return "EPROTO";
    const { ipv6mr_multiaddr, ipv6mr_interface = 0 } = value as Partial<Ipv6MulticastRequest>;
    const group = typeof ipv6mr_multiaddr === "string" ? IpAddress.parse(ipv6mr_multiaddr) : undefined;
    if (group?.family !== 6 || !group.isMulticast || !Number.isInteger(ipv6mr_interface)) return "EINVAL";
    const through = this.#interfaceFor(group, ipv6mr_interface);
    if (option === abi.IPV6_JOIN_GROUP) return this.#memberships.join(group, through);
    return this.#memberships.leave(group, ipv6mr_interface === 0 ? null : through);
  }

  /** As ip6_mc_find_dev: by index, else where the group is routed to. */
  #interfaceFor(group: IpAddress, index: number): Interface | undefined {
    if (index !== 0) return this.ip.netif.interfaces.list().find((one) => one.index === index);
    const path = this.ip.paths.to(group);
    return typeof path === "string" ? undefined : path.through;
  }

  #mtu(peer: IpAddress | null): number | Errno {
    const path = peer === null ? "ENOTCONN" : this.ip.paths.to(peer);
    return typeof path === "string" ? "ENOTCONN" : this.ip.paths.mtu(path);
  }
}
