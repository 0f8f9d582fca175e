/**
 * The options of the level IPPROTO_IP, of one socket: what it wishes for what it sends, and wants to know of what it receives.
 *
 * Read first: ip(7); Linux's do_ip_setsockopt and do_ip_getsockopt, whose bounds and errors are kept. UDP, raw and TCP sockets
 * have one of these; what it has to do with what is sent and received is in control.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import * as abi from "../../abi/ip.ts";
import { SOCK_RAW, SOCK_STREAM } from "../../abi/socket.ts";
import type { Interface } from "../../netif/interface.ts";
import { ErrorQueue } from "../../socket/error-queue.ts";
import type { MulticastInterface, MulticastRequest, MulticastSourceRequest, OptionValue } from "../../socket/option.ts";
import type { Socket } from "../../socket/socket.ts";
import { ANY_V4, IpAddress } from "../../wire/ip-address.ts";
import * as ipv4Options from "../../wire/ipv4-options.ts";
import type { Ip } from "../ip/ip.ts";
import { BLOCK_SOURCE, JOIN_SOURCE, LEAVE_SOURCE, Memberships, UNBLOCK_SOURCE } from "../ip/memberships.ts";

/** The options that are on or off. */
const FLAGS: ReadonlySet<number> = new Set([
  abi.IP_HDRINCL,
  abi.IP_RECVOPTS,
  abi.IP_RETOPTS,
  abi.IP_PKTINFO,
  abi.IP_RECVERR,
  abi.IP_RECVTTL,
  abi.IP_RECVTOS,
  abi.IP_FREEBIND,
  abi.IP_RECVORIGDSTADDR,
  abi.IP_BIND_ADDRESS_NO_PORT,
  abi.IP_MULTICAST_LOOP,
  abi.IP_MULTICAST_ALL,
]);

const OPTIONS_MAX_BYTES = 40;
/** net.ipv4.igmp_max_msf. */
const SOURCES_MAX = 10;
/** IP_MAX_MTU: no datagram is longer, whatever the loopback interface would take. */
const IP_MTU_MAX = 65_535;
const NO_BYTES = new Uint8Array(0);

export class IpSocketOptions {
  readonly ip: Ip;
  readonly socket: Socket;
  readonly errors: ErrorQueue;
  readonly memberships: Memberships;
  /** IP_TTL; −1: as the host has it. */
  timeToLive = -1;
  tos = 0;
  minTimeToLive = 0;
  multicastTimeToLive = 1;
  /** IP_MULTICAST_IF; null: as the routing table says. */
  multicastInterface: Interface | null = null;
  multicastAddress: IpAddress = ANY_V4;
  mtuDiscovery: number;
  /** IP_OPTIONS: whole words. */
  headerOptions: Uint8Array = NO_BYTES;
  readonly #flags: Set<number> = new Set<number>([abi.IP_MULTICAST_LOOP, abi.IP_MULTICAST_ALL]);

  constructor(ip: Ip, socket: Socket) {
    this.ip = ip;
    this.socket = socket;
    this.errors = new ErrorQueue(socket);
    this.memberships = new Memberships(ip.groups, 4, {
      groups: () => ip.settings.igmpMaxMemberships.value,
      full: "ENOBUFS",
      sources: SOURCES_MAX,
    });
    this.mtuDiscovery = ip.settings.mtuDiscovery;
  }

  /** Is one of the options on that are on or off? */
  has(flag: number): boolean {
    return this.#flags.has(flag);
  }

  /** Of the kernel's own accord: IPPROTO_RAW includes the header. */
  turnOn(flag: number): void {
    this.#flags.add(flag);
  }

  /** Is anything to be told of what is received? */
  get wantsControl(): boolean {
    return this.#flags.size > 0 && RECEIVE_FLAGS.some((flag) => this.#flags.has(flag));
  }

  /** getsockopt(2). The peer is for IP_MTU. */
  get(option: number, peer: IpAddress | null): OptionValue | Errno {
    if (FLAGS.has(option)) return Number(this.#flags.has(option));
    switch (option) {
      case abi.IP_TOS:
        return this.tos;
      case abi.IP_TTL:
        return this.timeToLive < 0 ? this.ip.settings.defaultTtl.value : this.timeToLive;
      case abi.IP_MINTTL:
        return this.minTimeToLive;
      case abi.IP_MTU_DISCOVER:
        return this.mtuDiscovery;
      case abi.IP_MTU:
        return this.#mtu(peer);
      case abi.IP_OPTIONS:
        return this.headerOptions.slice();
      case abi.IP_MULTICAST_TTL:
        return this.multicastTimeToLive;
      case abi.IP_MULTICAST_IF:
        return { imr_address: `${this.multicastAddress}`, imr_ifindex: this.multicastInterface?.index ?? 0 };
      default:
        return "ENOPROTOOPT";
    }
  }

  /** setsockopt(2). */
  set(option: number, value: OptionValue): 0 | Errno {
    if (option === abi.IP_OPTIONS) return this.#setHeaderOptions(value);
    if (option === abi.IP_MULTICAST_IF) return this.#setMulticastInterface(value);
    if (option >= abi.IP_ADD_MEMBERSHIP && option <= abi.IP_DROP_SOURCE_MEMBERSHIP)
      return this.#setGroup(option, value);
    if (option >= abi.MCAST_JOIN_GROUP && option <= abi.MCAST_LEAVE_SOURCE_GROUP)
      return this.memberships.set(option, value, (group, index) => this.#interfaceFor(group, ANY_V4, index));
    if (typeof value !== "number" || !Number.isInteger(value)) {
      return this.get(option, null) === "ENOPROTOOPT" ? "ENOPROTOOPT" : "EINVAL";
    }
    // The header is the program's affair on raw sockets alone.
    if (option === abi.IP_HDRINCL && this.socket.type !== SOCK_RAW) return "ENOPROTOOPT";
    if (FLAGS.has(option)) return this.#setFlag(option, value);
    return this.#setNumber(option, value);
  }

  /** The socket is closed. */
  detach(): void {
    this.memberships.leaveAll();
    this.errors.clear();
  }

  #setFlag(option: number, value: number): 0 | Errno {
    if (option === abi.IP_MULTICAST_ALL && value !== 0 && value !== 1) return "EINVAL";
    if (value !== 0) this.#flags.add(option);
    else this.#flags.delete(option);
    if (option === abi.IP_RECVERR && value === 0) this.errors.clear();
    return 0;
  }

  #setNumber(option: number, value: number): 0 | Errno {
    switch (option) {
      case abi.IP_TOS:
        // The bits of ECN are TCP's own.
        this.tos = this.socket.type === SOCK_STREAM ? (value & 0xfc) | (this.tos & 3) : value & 0xff;
        return 0;
      case abi.IP_TTL:
        if (value !== -1 && (value < 1 || value > 255)) return "EINVAL";
        this.timeToLive = value;
        return 0;
      case abi.IP_MINTTL:
        if (value < 0 || value > 255) return "EINVAL";
        this.minTimeToLive = value;
        return 0;
      case abi.IP_MTU_DISCOVER:
        if (value < abi.IP_PMTUDISC_DONT || value > abi.IP_PMTUDISC_OMIT) return "EINVAL";
        this.mtuDiscovery = value;
        return 0;
      case abi.IP_MULTICAST_TTL:
        if (this.socket.type === SOCK_STREAM || value < -1 || value > 255) return "EINVAL";
        this.multicastTimeToLive = value === -1 ? 1 : value;
        return 0;
      default:
        return "ENOPROTOOPT";
    }
  }

  #setHeaderOptions(value: OptionValue): 0 | Errno {
    if (!(value instanceof Uint8Array) || value.length > OPTIONS_MAX_BYTES) return "EINVAL";
    const padded = new Uint8Array((value.length + 3) & ~3);
    padded.set(value);
    const contents = ipv4Options.scan(new DataView(padded.buffer), 0, padded.length);
    if (typeof contents === "number" || contents.hasSourceRoute) return "EINVAL";
    this.headerOptions = padded;
    return 0;
  }

  #setMulticastInterface(value: OptionValue): 0 | Errno {
    if (this.socket.type === SOCK_STREAM || typeof value !== "object") return "EINVAL";
    const { imr_address = "0.0.0.0", imr_ifindex = 0 } = value as MulticastInterface;
    const address = parse(imr_address);
    if (address === undefined || !Number.isInteger(imr_ifindex)) return "EINVAL";
    if (imr_ifindex === 0 && address.isUnspecified) {
      this.multicastInterface = null;
      this.multicastAddress = ANY_V4;
      return 0;
    }
    const { netif, addresses } = this.ip;
    const through =
      imr_ifindex !== 0
        ? netif.interfaces.list().find(({ index }) => index === imr_ifindex)
        : addresses.list().find((own) => own.address.equals(address))?.through;
    if (through === undefined) return "EADDRNOTAVAIL";
    this.multicastInterface = through;
    this.multicastAddress = address;
    return 0;
  }

  #setGroup(option: number, value: OptionValue): 0 | Errno {
    // As inet_is_stream: a connection has no groups.
    if (this.socket.type === SOCK_STREAM) return "EPROTO";
    if (option === abi.IP_ADD_MEMBERSHIP || option === abi.IP_DROP_MEMBERSHIP) {
      const { imr_multiaddr, imr_address = "0.0.0.0", imr_ifindex = 0 } = value as MulticastRequest;
      const [group, address] = [parse(imr_multiaddr), parse(imr_address)];
      if (group === undefined || address === undefined || !Number.isInteger(imr_ifindex)) return "EINVAL";
      const through = this.#interfaceFor(group, address, imr_ifindex);
      if (option === abi.IP_ADD_MEMBERSHIP) return this.memberships.join(group, through);
      // As ip_mc_leave_group: only who names an interface means that one.
      const isAny = (imr_ifindex === 0 && address.isUnspecified) || through === undefined;
      const refusal = this.memberships.leave(group, isAny ? null : through);
      return refusal !== 0 && through === undefined ? "ENODEV" : refusal;
    }
    const { imr_multiaddr, imr_interface, imr_sourceaddr } = value as MulticastSourceRequest;
    const [group, address, source] = [parse(imr_multiaddr), parse(imr_interface), parse(imr_sourceaddr)];
    if (group === undefined || address === undefined || source === undefined) return "EINVAL";
    const through = this.#interfaceFor(group, address, 0);
    switch (option) {
      case abi.IP_ADD_SOURCE_MEMBERSHIP:
        return this.memberships.change(group, through, source, JOIN_SOURCE);
      case abi.IP_DROP_SOURCE_MEMBERSHIP:
        return this.memberships.change(group, through, source, LEAVE_SOURCE);
      case abi.IP_BLOCK_SOURCE:
        return this.memberships.change(group, through, source, BLOCK_SOURCE);
      default:
        return this.memberships.change(group, through, source, UNBLOCK_SOURCE);
    }
  }

  /** As ip_mc_find_dev: by index, by an address of ours, else where the group is routed to. */
  #interfaceFor(group: IpAddress, address: IpAddress, index: number): Interface | undefined {
    const { netif, addresses, paths } = this.ip;
    if (index !== 0) return netif.interfaces.list().find((one) => one.index === index);
    if (!address.isUnspecified) return addresses.list().find((own) => own.address.equals(address))?.through;
    const path = paths.to(group);
    return typeof path === "string" ? undefined : path.through;
  }

  #mtu(peer: IpAddress | null): number | Errno {
    const path = peer === null ? "ENOTCONN" : this.ip.paths.to(peer);
    return typeof path === "string" ? "ENOTCONN" : Math.min(IP_MTU_MAX, this.ip.paths.mtu(path));
  }
}

const RECEIVE_FLAGS = [
  abi.IP_PKTINFO,
  abi.IP_RECVTTL,
  abi.IP_RECVTOS,
  abi.IP_RECVOPTS,
  abi.IP_RETOPTS,
  abi.IP_RECVORIGDSTADDR,
] as const;

function parse(text: unknown): IpAddress | undefined {
  const address = typeof text === "string" ? IpAddress.parse(text) : undefined;
  return address?.family === 4 ? address : undefined;
}
