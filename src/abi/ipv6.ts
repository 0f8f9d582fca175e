/**
 * Numbers of the options of IPv6 sockets, as Linux has them.
 *
 * Read first: ipv6(7), RFC 3493 §5, RFC 3542. They are of the level IPPROTO_IPV6; a control message has the level and the number of
 * its option.
 */

/** Raw sockets: where in the payload the checksum goes; −1: the kernel writes none. */
export const IPV6_CHECKSUM = 7;
/** Hop limit of what is sent; −1: as the host has it. */
export const IPV6_UNICAST_HOPS = 16;
/** The interface that multicasts go out of, by index. */
export const IPV6_MULTICAST_IF = 17;
/** Hop limit of multicasts; 1 unless set. */
export const IPV6_MULTICAST_HOPS = 18;
/** Do sockets of this host hear what is sent to a group? 1 unless set. */
export const IPV6_MULTICAST_LOOP = 19;
/** Joins a group: struct ipv6_mreq. */
export const IPV6_JOIN_GROUP = 20;
/** Leaves a group. */
export const IPV6_LEAVE_GROUP = 21;
/** Path MTU discovery: one of the IP_PMTUDISC constants. */
export const IPV6_MTU_DISCOVER = 23;
/** The path MTU to the connected peer. */
export const IPV6_MTU = 24;
/** What goes wrong is queued, with details, for MSG_ERRQUEUE. */
export const IPV6_RECVERR = 25;
/** The socket has nothing to do with IPv4. */
export const IPV6_V6ONLY = 26;
/** Does the socket get datagrams of groups that others on this host have joined? 1 unless set. */
export const IPV6_MULTICAST_ALL = 29;
/** Messages carry where they came in and whom they were for, as IPV6_PKTINFO. */
export const IPV6_RECVPKTINFO = 49;
/** Control message: struct in6_pktinfo; to send: where to go out and from which address. */
export const IPV6_PKTINFO = 50;
/** Messages carry their hop limit, as IPV6_HOPLIMIT. */
export const IPV6_RECVHOPLIMIT = 51;
/** Control message: the hop limit. */
export const IPV6_HOPLIMIT = 52;
/** What does not fit the path is EMSGSIZE, and not cut by this host. */
export const IPV6_DONTFRAG = 62;
/** Messages carry their traffic class, as IPV6_TCLASS. */
export const IPV6_RECVTCLASS = 66;
/** Traffic class of what is sent; and the control message. */
export const IPV6_TCLASS = 67;
/** bind(2) takes addresses that are not of this host. */
export const IPV6_FREEBIND = 78;
