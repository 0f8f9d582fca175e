/**
 * Values of socket options, and control messages: what goes between programs and protocols beside the bytes.
 *
 * Read first: getsockopt(2), cmsg(3). Where C has a struct, a value is a plain record with the names of its members; where C has
 * a string, it is a Text within the kernel, whose calls never answer a bare string, and a string outside. A protocol that
 * adds an option whose value is not a number adds it to OptionValues, so that programs see its type.
 */
import type {
  IP_ADD_MEMBERSHIP,
  IP_ADD_SOURCE_MEMBERSHIP,
  IP_BLOCK_SOURCE,
  IP_DROP_MEMBERSHIP,
  IP_DROP_SOURCE_MEMBERSHIP,
  IP_MULTICAST_IF,
  IP_OPTIONS,
  IP_UNBLOCK_SOURCE,
  MCAST_BLOCK_SOURCE,
  MCAST_JOIN_GROUP,
  MCAST_JOIN_SOURCE_GROUP,
  MCAST_LEAVE_GROUP,
  MCAST_LEAVE_SOURCE_GROUP,
  MCAST_UNBLOCK_SOURCE,
} from "../abi/ip.ts";
import type { IPV6_JOIN_GROUP, IPV6_LEAVE_GROUP } from "../abi/ipv6.ts";
import type { PACKET_ADD_MEMBERSHIP, PACKET_DROP_MEMBERSHIP, PACKET_STATISTICS, SOL_PACKET } from "../abi/packet.ts";
import type {
  ICMP_FILTER,
  ICMPV6_FILTER,
  IPPROTO_ICMPV6,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  SO_BINDTODEVICE,
  SO_LINGER,
  SO_PEERCRED,
  SOL_RAW,
  SOL_SOCKET,
} from "../abi/socket.ts";
import type { TCP_CONGESTION, TCP_FASTOPEN_KEY, TCP_INFO, TcpInfo } from "../abi/tcp.ts";
import type { Credentials } from "./ancillary.ts";

/** What an option or a control message holds: an int; or a struct, as a plain record of its members; or bytes. */
export type OptionValue = number | object;

/** A string: the name of an interface, of an algorithm. */
export interface Text {
  readonly text: string;
}

/** struct linger: does close(2) wait, and for how many seconds? */
export interface Linger {
  readonly onoff: number;
  readonly linger: number;
}

/** struct ip_mreqn: a group, and the interface by index or by an address of its own. */
export interface MulticastRequest {
  readonly imr_multiaddr: string;
  readonly imr_address?: string;
  readonly imr_ifindex?: number;
}

/** struct ipv6_mreq: a group, and the interface by index; 0: the one that the routing table says. */
export interface Ipv6MulticastRequest {
  readonly ipv6mr_multiaddr: string;
  readonly ipv6mr_interface?: number;
}

/** struct icmp6_filter: eight words, a bit for each type that is not received. */
export interface Icmpv6Filter {
  readonly data: readonly number[];
}

/** struct ip_mreq_source. */
export interface MulticastSourceRequest {
  readonly imr_multiaddr: string;
  readonly imr_interface: string;
  readonly imr_sourceaddr: string;
}

/** struct group_req: a group of either family, and the interface by index; 0: the one that the routing table says. */
export interface GroupRequest {
  readonly gr_interface: number;
  readonly gr_group: string;
}

/** struct group_source_req. */
export interface GroupSourceRequest {
  readonly gsr_interface: number;
  readonly gsr_group: string;
  readonly gsr_source: string;
}

/** Of struct ip_mreqn, what says an interface: the value of IP_MULTICAST_IF. */
export interface MulticastInterface {
  readonly imr_address?: string;
  readonly imr_ifindex?: number;
}

/** struct packet_mreq. */
export interface PacketMembership {
  readonly mr_ifindex: number;
  /** PACKET_MR_PROMISC and its like. */
  readonly mr_type: number;
  /** A group's link address, where one is meant: "01:00:5e:00:00:01". */
  readonly mr_address?: string;
}

/** struct tpacket_stats. */
export interface PacketStatistics {
  readonly tp_packets: number;
  readonly tp_drops: number;
}

/** struct icmp_filter: a bit for each type that is not received. */
export interface IcmpFilter {
  readonly data: number;
}

/** What the levels of both families have: RFC 3678 §5.1. */
interface MulticastOptionValues {
  readonly [MCAST_JOIN_GROUP]: GroupRequest;
  readonly [MCAST_LEAVE_GROUP]: GroupRequest;
  readonly [MCAST_JOIN_SOURCE_GROUP]: GroupSourceRequest;
  readonly [MCAST_LEAVE_SOURCE_GROUP]: GroupSourceRequest;
  readonly [MCAST_BLOCK_SOURCE]: GroupSourceRequest;
  readonly [MCAST_UNBLOCK_SOURCE]: GroupSourceRequest;
}

/** The options whose value is not a number, by level and option. */
export interface OptionValues {
  readonly [SOL_SOCKET]: {
    readonly [SO_LINGER]: Linger;
    readonly [SO_PEERCRED]: Credentials;
    readonly [SO_BINDTODEVICE]: string;
  };
  readonly [SOL_PACKET]: {
    readonly [PACKET_ADD_MEMBERSHIP]: PacketMembership;
    readonly [PACKET_DROP_MEMBERSHIP]: PacketMembership;
    readonly [PACKET_STATISTICS]: PacketStatistics;
  };
  readonly [IPPROTO_TCP]: {
    readonly [TCP_CONGESTION]: string;
    readonly [TCP_FASTOPEN_KEY]: Uint8Array;
    readonly [TCP_INFO]: TcpInfo;
  };
  readonly [SOL_RAW]: {
    readonly [ICMP_FILTER]: IcmpFilter;
  };
  readonly [IPPROTO_ICMPV6]: {
    readonly [ICMPV6_FILTER]: Icmpv6Filter;
  };
  readonly [IPPROTO_IPV6]: MulticastOptionValues & {
    readonly [IPV6_JOIN_GROUP]: Ipv6MulticastRequest;
    readonly [IPV6_LEAVE_GROUP]: Ipv6MulticastRequest;
  };
  readonly [IPPROTO_IP]: MulticastOptionValues & {
    readonly [IP_OPTIONS]: Uint8Array;
    readonly [IP_MULTICAST_IF]: MulticastInterface;
    readonly [IP_ADD_MEMBERSHIP]: MulticastRequest;
    readonly [IP_DROP_MEMBERSHIP]: MulticastRequest;
    readonly [IP_ADD_SOURCE_MEMBERSHIP]: MulticastSourceRequest;
    readonly [IP_DROP_SOURCE_MEMBERSHIP]: MulticastSourceRequest;
    readonly [IP_BLOCK_SOURCE]: MulticastSourceRequest;
    readonly [IP_UNBLOCK_SOURCE]: MulticastSourceRequest;
  };
}

/** The type of an option's value. */
export type ValueOf<Level extends number, Option extends number> = Level extends keyof OptionValues
  ? Option extends keyof OptionValues[Level]
    ? OptionValues[Level][Option]
    : number
  : number;

/** One control message: struct cmsghdr and what is behind it. */
export interface ControlMessage {
  /** SOL_SOCKET, IPPROTO_IP, … */
  readonly level: number;
  /** IP_PKTINFO, IP_TTL, … */
  readonly type: number;
  readonly value: OptionValue;
}

export function text(of: string): Text {
  return { text: of };
}
