/**
 * Numbers of the options of IPv4 sockets, as Linux has them.
 *
 * Read first: ip(7). They are of the level IPPROTO_IP; a control message has the level and the number of its option.
 */

/** Type of service of what is sent: DSCP and ECN. */
export const IP_TOS = 1;
/** Time to live of what is sent. */
export const IP_TTL = 2;
/** Raw sockets: the program writes the IP header. */
export const IP_HDRINCL = 3;
/** Options in the IP header of what is sent: bytes. */
export const IP_OPTIONS = 4;
/** Messages carry the options of their IP header. */
export const IP_RECVOPTS = 6;
/** The same, ready to be sent back. */
export const IP_RETOPTS = 7;
/** Messages carry where they came in and whom they were for; to send, where to go out and from which address. */
export const IP_PKTINFO = 8;
/** Path MTU discovery: one of the IP_PMTUDISC constants. */
export const IP_MTU_DISCOVER = 10;
/** What goes wrong is queued, with details, for MSG_ERRQUEUE. */
export const IP_RECVERR = 11;
/** Messages carry their time to live, as IP_TTL. */
export const IP_RECVTTL = 12;
/** Messages carry their type of service, as IP_TOS. */
export const IP_RECVTOS = 13;
/** The path MTU to the connected peer. */
export const IP_MTU = 14;
/** bind(2) takes addresses that are not of this host. */
export const IP_FREEBIND = 15;
/** Messages carry the address and port that they were sent to. */
export const IP_RECVORIGDSTADDR = 20;
/** Less time to live than this is dropped. */
export const IP_MINTTL = 21;
/** A port is chosen by connect(2), not by bind(2). */
export const IP_BIND_ADDRESS_NO_PORT = 24;
/** The interface that multicasts go out of, by address or index. */
export const IP_MULTICAST_IF = 32;
/** Time to live of multicasts; 1 unless set. */
export const IP_MULTICAST_TTL = 33;
/** Do sockets of this host hear what is sent to a group? 1 unless set. */
export const IP_MULTICAST_LOOP = 34;
/** Joins a group: struct ip_mreqn. */
export const IP_ADD_MEMBERSHIP = 35;
/** Leaves a group. */
export const IP_DROP_MEMBERSHIP = 36;
/** Hears a source again: struct ip_mreq_source. */
export const IP_UNBLOCK_SOURCE = 37;
/** Does not hear a source. */
export const IP_BLOCK_SOURCE = 38;
/** Joins a group for one source. */
export const IP_ADD_SOURCE_MEMBERSHIP = 39;
export const IP_DROP_SOURCE_MEMBERSHIP = 40;
/** RFC 3678: the same for both families, at the level of each. Joins a group: struct group_req. */
export const MCAST_JOIN_GROUP = 42;
/** Does not hear a source: struct group_source_req. */
export const MCAST_BLOCK_SOURCE = 43;
/** Hears it again. */
export const MCAST_UNBLOCK_SOURCE = 44;
export const MCAST_LEAVE_GROUP = 45;
/** Joins a group for one source. */
export const MCAST_JOIN_SOURCE_GROUP = 46;
export const MCAST_LEAVE_SOURCE_GROUP = 47;
/** Does the socket get datagrams of groups that others on this host have joined? 1 unless set. */
export const IP_MULTICAST_ALL = 49;

/** Never "don't fragment". */
export const IP_PMTUDISC_DONT = 0;
/** "Don't fragment" on what fits; what does not is cut by this host. */
export const IP_PMTUDISC_WANT = 1;
/** "Don't fragment" always; what does not fit the path is EMSGSIZE. */
export const IP_PMTUDISC_DO = 2;
/** "Don't fragment" always, and only the interface's MTU counts. */
export const IP_PMTUDISC_PROBE = 3;
/** Only the interface's MTU counts, and what does not fit is EMSGSIZE. */
export const IP_PMTUDISC_INTERFACE = 4;
/** Only the interface's MTU counts, and what does not fit is cut. */
export const IP_PMTUDISC_OMIT = 5;
